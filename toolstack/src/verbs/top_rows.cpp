// SPDX-License-Identifier: GPL-2.0-only
// The rows of `ringway top` out of two looks, and their lines.

#include <algorithm>
#include <array>
#include <fmt/format.h>
#include <fmt/ranges.h>
#include "verbs/top.hpp"
#include "words/name_text.hpp"
#include "words/text.hpp"

namespace ringway
{

namespace
{

constexpr std::array<const char *, 8> sorts = {"vif",       "name",    "from_packets", "to_packets",
					       "from_bits", "to_bits", "drops",        "cpu"};

std::vector<Named> more_of(const std::vector<Named> &before, std::vector<Named> now)
{
	for (Named &one : now) {
		const auto old = std::find_if(before.begin(), before.end(),
					      [&](const Named &n) { return n.name == one.name; });
		one.value = old == before.end() ? one.value : more(old->value, one.value);
	}
	return now;
}

std::uint64_t sum(const std::vector<Named> &list)
{
	std::uint64_t out = 0;
	for (const Named &one : list) {
		out += one.value;
	}
	return out;
}

const Named *largest(const std::vector<Named> &list)
{
	const auto at = std::max_element(list.begin(), list.end(),
					 [](const Named &a, const Named &b) { return a.value < b.value; });
	return at == list.end() || at->value == 0 ? nullptr : &*at;
}

void add_drops(TopRow &row, const Traffic &before, const Traffic &now, double seconds)
{
	const auto from = more_of(before.from_guest.drops, now.from_guest.drops);
	const auto to = more_of(before.to_guest.drops, now.to_guest.drops);
	row.drops = static_cast<double>(sum(from) + sum(to)) / seconds;
	const Named *a = largest(from), *b = largest(to);
	if (a != nullptr && (b == nullptr || a->value >= b->value)) {
		row.most_dropped = "from:" + a->name;
	} else if (b != nullptr) {
		row.most_dropped = "to:" + b->name;
	}
}

void add_path(TopRow &row, const Traffic &before, const Traffic &now)
{
	const auto paths = more_of(before.paths, now.paths);
	if (const Named *most = largest(paths)) {
		row.path = most->name;
		row.path_percent = static_cast<double>(most->value) * 100 / static_cast<double>(sum(paths));
	}
	const auto reasons = more_of(before.why_not_direct, now.why_not_direct);
	if (const Named *most = largest(reasons)) {
		row.why = most->name;
	}
}

TopRow make_row(const VifTraffic &before, const VifTraffic &vif, double seconds)
{
	TopRow row;
	row.domid = vif.record.domid;
	row.devid = vif.record.devid;
	row.domain = vif.domain;
	row.device = vif.device;
	row.bridge = vif.bridge;
	const Traffic &old = before.traffic, &now = vif.traffic;
	const auto from = more(old.from_guest.packets, now.from_guest.packets);
	const auto to = more(old.to_guest.packets, now.to_guest.packets);
	row.from_packets = static_cast<double>(from) / seconds;
	row.to_packets = static_cast<double>(to) / seconds;
	constexpr double bits = 8;
	row.from_bits =
		static_cast<double>(more(old.from_guest.bytes, now.from_guest.bytes)) * bits / seconds;
	row.to_bits = static_cast<double>(more(old.to_guest.bytes, now.to_guest.bytes)) * bits / seconds;
	const auto ns = static_cast<double>(more(old.from_guest.cpu_ns, now.from_guest.cpu_ns) +
					    more(old.to_guest.cpu_ns, now.to_guest.cpu_ns));
	row.counts_cpu = now.detailed;
	row.cpu_percent = ns / seconds / 1e7;
	row.cpu_ns_per_packet = from + to == 0 ? 0 : ns / static_cast<double>(from + to);
	add_drops(row, old, now, seconds);
	add_path(row, old, now);
	return row;
}

double key_of(const TopRow &row, TopSort sort)
{
	switch (sort) {
	case TopSort::from_packets:
		return row.from_packets;
	case TopSort::to_packets:
		return row.to_packets;
	case TopSort::from_bits:
		return row.from_bits;
	case TopSort::to_bits:
		return row.to_bits;
	case TopSort::drops:
		return row.drops;
	case TopSort::cpu:
		return row.cpu_percent;
	case TopSort::vif:
	case TopSort::name:
		break;
	}
	return 0;
}

bool fits(const TopRow &row, const std::string &filter)
{
	return filter.empty() || row.domain.find(filter) != row.domain.npos ||
	       row.device.find(filter) != row.device.npos || row.bridge.find(filter) != row.bridge.npos;
}

// 1234567 as 1.23M: never wider than six characters.
std::string short_number(double value)
{
	constexpr std::array units = {"", "k", "M", "G", "T"};
	std::size_t unit = 0;
	while (value >= 999.5 && unit + 1 < units.size()) {
		value /= 1000;
		++unit;
	}
	const int digits = value < 10 ? 2 : value < 100 ? 1 : 0;
	return fmt::format("{:.{}f}{}", value, unit == 0 && value == static_cast<int>(value) ? 0 : digits,
			   units[unit]);
}

std::string line_of(const TopRow &row)
{
	return fmt::format(
		"{:<9} {} {:<12} {:>7} {:>7} {:>7} {:>7} {:>6} {:>6} {:<20} {:<22}",
		fmt::format("{}.{}", row.domid, row.devid), name_cell(row.domain, 14), escape(row.device, 12),
		short_number(row.from_packets), short_number(row.to_packets), short_number(row.from_bits),
		short_number(row.to_bits), short_number(row.drops),
		row.counts_cpu ? fmt::format("{:.1f}", row.cpu_percent) : "-",
		row.path.empty() ? "-" : fmt::format("{} {:.0f}%", row.path, row.path_percent),
		fmt::format("{}{}", row.why, row.most_dropped.empty() ? "" : " lost " + row.most_dropped));
}

} // namespace

std::vector<TopRow> top_rows(const std::vector<VifTraffic> &before, const std::vector<VifTraffic> &now,
			     double seconds)
{
	std::vector<TopRow> out;
	for (const VifTraffic &vif : now) {
		const auto old = std::find_if(before.begin(), before.end(), [&](const VifTraffic &v) {
			return v.record.domid == vif.record.domid && v.record.devid == vif.record.devid;
		});
		if (old != before.end()) {
			out.push_back(make_row(*old, vif, seconds));
		}
	}
	return out;
}

std::optional<TopSort> find_sort(const std::string &name)
{
	const auto at = std::find(sorts.begin(), sorts.end(), name);
	return at == sorts.end() ? std::nullopt : std::optional(static_cast<TopSort>(at - sorts.begin()));
}

std::string sort_name(TopSort sort)
{
	return sorts[static_cast<std::size_t>(sort)];
}

std::string sort_names()
{
	return fmt::format("{}", fmt::join(sorts, ", "));
}

std::vector<TopRow> arrange(std::vector<TopRow> rows, const TopView &view)
{
	std::erase_if(rows, [&](const TopRow &row) { return !fits(row, view.filter); });
	std::stable_sort(rows.begin(), rows.end(), [&](const TopRow &a, const TopRow &b) {
		const TopRow &first = view.reverse ? b : a, &second = view.reverse ? a : b;
		if (view.sort == TopSort::name) {
			return first.domain < second.domain;
		}
		if (view.sort == TopSort::vif) {
			return std::pair(first.domid, first.devid) < std::pair(second.domid, second.devid);
		}
		return key_of(first, view.sort) > key_of(second, view.sort); // the largest on top
	});
	return rows;
}

std::vector<std::string> top_lines(const std::vector<TopRow> &rows, const TopView &view)
{
	std::vector<std::string> out;
	out.push_back(fmt::format(
		"ringway top: {} vifs, every {} s, by {}{}{}", rows.size(), view.seconds,
		sort_name(view.sort), view.reverse ? " (reversed)" : "",
		view.typing || !view.filter.empty()
			? fmt::format(", filter: {}{}", escape(view.filter), view.typing ? "_" : "")
			: ""));
	out.push_back(fmt::format("{:<9} {:<14} {:<12} {:>7} {:>7} {:>7} {:>7} {:>6} {:>6} {:<20} {:<22}",
				  "VIF", "DOMAIN", "DEVICE", "FROM/s", "TO/s", "FROMb/s", "TOb/s", "LOST/s",
				  "CPU(%)", "PATH", "WHY NOT DIRECT, LOST"));
	for (const TopRow &row : rows) {
		out.push_back(line_of(row));
	}
	return out;
}

nlohmann::json to_json(const std::vector<TopRow> &rows)
{
	nlohmann::json out = nlohmann::json::array();
	for (const TopRow &row : rows) {
		out.push_back({{"domid", row.domid},
			       {"devid", row.devid},
			       {"domain", name_text(row.domain)},
			       {"ifname", row.device},
			       {"bridge", row.bridge},
			       {"from_guest_packets_per_second", row.from_packets},
			       {"to_guest_packets_per_second", row.to_packets},
			       {"from_guest_bits_per_second", row.from_bits},
			       {"to_guest_bits_per_second", row.to_bits},
			       {"dropped_per_second", row.drops},
			       {"most_dropped", row.most_dropped},
			       {"path", row.path},
			       {"path_percent", row.path_percent},
			       {"why_not_direct", row.why}});
		if (row.counts_cpu) {
			out.back()["cpu_percent"] = row.cpu_percent;
			out.back()["cpu_ns_per_packet"] = row.cpu_ns_per_packet;
		}
	}
	return out;
}

} // namespace ringway
