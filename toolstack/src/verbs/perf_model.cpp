// SPDX-License-Identifier: GPL-2.0-only
// Two looks and a profile become figures per packet.

#include <algorithm>
#include <fmt/format.h>
#include "verbs/perf.hpp"

namespace ringway
{

namespace
{

constexpr double nearly_all = 95; // percent

// What one vif did between the looks.
struct Passed {
	const VifTraffic *vif = nullptr;
	std::uint64_t from = 0, to = 0;
	std::uint64_t netback_ns = 0, mapped = 0;
	std::map<std::string, std::uint64_t> ways;
};

Passed passed(const VifTraffic &before, const VifTraffic &now)
{
	const Traffic &old = before.traffic, &fresh = now.traffic;
	Passed out;
	out.vif = &now;
	out.from = more(old.from_guest.packets, fresh.from_guest.packets);
	out.to = more(old.to_guest.packets, fresh.to_guest.packets);
	out.netback_ns = more(old.from_guest.cpu_ns, fresh.from_guest.cpu_ns) +
			 more(old.to_guest.cpu_ns, fresh.to_guest.cpu_ns);
	out.mapped = more(old.from_guest.mapped, fresh.from_guest.mapped);
	for (const Named &way : fresh.paths) {
		const auto at = std::find_if(old.paths.begin(), old.paths.end(),
					     [&](const Named &n) { return n.name == way.name; });
		out.ways[way.name] = at == old.paths.end() ? way.value : more(at->value, way.value);
	}
	return out;
}

std::vector<Passed> all_passed(const PerfLook &before, const PerfLook &now)
{
	std::vector<Passed> out;
	for (const VifTraffic &vif : now.vifs) {
		const auto old =
			std::find_if(before.vifs.begin(), before.vifs.end(), [&](const VifTraffic &v) {
				return v.record.domid == vif.record.domid &&
				       v.record.devid == vif.record.devid;
			});
		if (old != before.vifs.end()) {
			out.push_back(passed(*old, vif));
		}
	}
	return out;
}

struct Guest {
	std::uint64_t from = 0, to = 0, ns = 0;
	std::uint64_t packets() const { return from + to; }
};

std::map<unsigned, Guest> guests_of(const std::vector<Passed> &vifs, const PerfLook &before,
				    const PerfLook &now)
{
	std::map<unsigned, Guest> out;
	for (const Passed &vif : vifs) {
		Guest &guest = out[vif.vif->record.domid];
		guest.from += vif.from;
		guest.to += vif.to;
	}
	for (auto &[domid, guest] : out) {
		const auto old = before.times.find(domid), fresh = now.times.find(domid);
		if (old != before.times.end() && fresh != now.times.end()) {
			guest.ns = more(old->second, fresh->second);
		}
	}
	return out;
}

double ratio(std::uint64_t part, std::uint64_t whole)
{
	return whole == 0 ? 0 : static_cast<double>(part) / static_cast<double>(whole);
}

PerfVif vif_row(const Passed &passed, const Guest &guest)
{
	PerfVif out;
	out.domid = passed.vif->record.domid;
	out.devid = passed.vif->record.devid;
	out.domain = passed.vif->domain;
	out.device = passed.vif->device;
	out.from_packets = passed.from;
	out.to_packets = passed.to;
	out.guest_ns = ratio(guest.ns, guest.packets());
	if (passed.vif->traffic.detailed && passed.from + passed.to != 0) {
		out.netback_ns = ratio(passed.netback_ns, passed.from + passed.to);
	}
	std::uint64_t sum = 0, most = 0;
	for (const auto &[way, packets] : passed.ways) {
		sum += packets;
		if (packets > most) {
			most = packets;
			out.way = way;
		}
	}
	out.way_percent = ratio(most, sum) * 100;
	return out;
}

// "mapped" beside the ways: packets that came in a buffer that stays mapped, whichever way they took then.
std::vector<PerfWay> ways_of(const std::vector<Passed> &vifs, const std::vector<PerfVif> &rows)
{
	std::map<std::string, std::uint64_t> packets;
	std::uint64_t sum = 0, mapped = 0;
	for (const Passed &vif : vifs) {
		for (const auto &[way, count] : vif.ways) {
			packets[way] += count;
			sum += count;
		}
		mapped += vif.mapped;
	}
	std::vector<PerfWay> out;
	for (const auto &[way, count] : packets) {
		PerfWay row{way, count, ratio(count, sum) * 100, std::nullopt};
		std::uint64_t of_these = 0;
		double ns = 0;
		for (const PerfVif &vif : rows) {
			if (vif.way == way && vif.way_percent >= nearly_all && vif.netback_ns) {
				const std::uint64_t all = vif.from_packets + vif.to_packets;
				ns += *vif.netback_ns * static_cast<double>(all);
				of_these += all;
			}
		}
		if (of_these != 0) {
			row.netback_ns = ns / static_cast<double>(of_these);
		}
		if (count != 0) {
			out.push_back(std::move(row));
		}
	}
	if (mapped != 0) {
		out.push_back({"mapped", mapped, ratio(mapped, sum) * 100, std::nullopt});
	}
	return out;
}

void add_parts(PerfModel &model, const PartCounts &counted)
{
	std::uint64_t busy = 0;
	for (std::size_t i = 0; i < part_count; ++i) {
		busy += static_cast<Part>(i) == Part::idle ? 0 : counted[i];
	}
	for (std::size_t i = 0; i < part_count && busy != 0; ++i) {
		const auto part = static_cast<Part>(i);
		if (part != Part::idle) {
			model.part_ns[part_name(part)] =
				model.per_packet["dom0_ns"] * ratio(counted[i], busy);
		}
	}
}

} // namespace

PerfModel perf_model(const PerfLook &before, const PerfLook &now, const Profile &profile,
		     const PartCounts &parts)
{
	const auto vifs = all_passed(before, now);
	const auto guests = guests_of(vifs, before, now);
	PerfModel out;
	out.seconds = static_cast<double>((now.at - before.at).count()) / 1000;
	std::uint64_t from = 0, to = 0, senders = 0, receivers = 0;
	for (const auto &[domid, guest] : guests) {
		from += guest.from;
		to += guest.to;
		if (guest.packets() != 0) {
			(guest.from >= guest.to ? senders : receivers) += guest.ns;
		}
	}
	// From guest to guest it is counted twice: what came in, or what went out, whichever is more.
	out.packets = std::max(from, to);
	if (out.packets == 0) {
		throw Error(Exit::failed,
			    fmt::format("no packet passed any vif in {:.1f} s, so there is nothing to "
					"divide by; start the load first",
					out.seconds));
	}
	const auto dom0_before = before.times.find(0), dom0 = now.times.find(0);
	if (dom0_before != before.times.end() && dom0 != now.times.end()) {
		out.per_packet["dom0_ns"] = ratio(more(dom0_before->second, dom0->second), out.packets);
	}
	out.per_packet["sender_ns"] = ratio(senders, out.packets);
	out.per_packet["receiver_ns"] = ratio(receivers, out.packets);
	for (const auto &[name, value] : profile.counts) {
		out.per_packet[name] = ratio(value, out.packets);
	}
	out.hardware = profile.hardware;
	out.why_not = profile.why_not;
	out.why_no_pmu = profile.why_no_pmu;
	out.samples = profile.samples.size();
	out.lost = profile.lost;
	add_parts(out, parts);
	for (const Passed &vif : vifs) {
		if (vif.from + vif.to != 0) {
			out.vifs.push_back(vif_row(vif, guests.at(vif.vif->record.domid)));
		}
	}
	out.ways = ways_of(vifs, out.vifs);
	return out;
}

} // namespace ringway
