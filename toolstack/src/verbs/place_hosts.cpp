// SPDX-License-Identifier: GPL-2.0-only
// ringway place hosts FILE: all guests of all hosts, packed anew by each of the three algorithms.

#include <fmt/format.h>
#include <fmt/ranges.h>
#include "verbs/place.hpp"
#include "words/hosts_file.hpp"
#include "words/name_text.hpp"
#include "words/text.hpp"

namespace ringway
{

namespace
{

constexpr double per_cpu = 1e6;

struct OnHost {
	std::string name;
	std::vector<std::string> guests;
	double free = 0; // CPUs
};

struct Plan {
	Algorithm algorithm;
	std::size_t used = 0;
	std::vector<OnHost> hosts;
	std::vector<std::string> moves;   // "web: alpha -> beta"
	std::vector<std::string> nowhere; // guests that fit on no host
};

Plan plan_by(const std::vector<HostEntry> &hosts, const Algorithm &algorithm)
{
	Plan out{algorithm, 0, {}, {}, {}};
	std::vector<std::uint64_t> loads, room;
	std::vector<std::pair<const HostGuest *, const HostEntry *>> guests;
	for (const HostEntry &host : hosts) {
		room.push_back(host.capacity);
		out.hosts.push_back({host.name, {}, 0});
		for (const HostGuest &guest : host.guests) {
			loads.push_back(guest.load);
			guests.emplace_back(&guest, &host);
		}
	}
	const Packing packing = pack(loads, room, algorithm);
	for (std::size_t i = 0; i < guests.size(); ++i) {
		const std::string &name = guests[i].first->name, &from = guests[i].second->name;
		if (!packing.bin_of[i]) {
			out.nowhere.push_back(name);
			continue;
		}
		OnHost &to = out.hosts[*packing.bin_of[i]];
		to.guests.push_back(name);
		if (to.name != from) {
			out.moves.push_back(fmt::format("{}: {} -> {}", name_text(name), name_text(from),
							name_text(to.name)));
		}
	}
	for (std::size_t i = 0; i < hosts.size(); ++i) {
		out.hosts[i].free = static_cast<double>(packing.free[i]) / per_cpu;
	}
	out.used = packing.used;
	return out;
}

std::string escaped_list(const std::vector<std::string> &names)
{
	std::string out;
	for (const std::string &name : names) {
		out += (out.empty() ? "" : " ") + name_text(name);
	}
	return out;
}

std::string text_of(const Plan &plan)
{
	std::string out = fmt::format("{}: {} of {} hosts, {} guests move\n", plan.algorithm.name(),
				      plan.used, plan.hosts.size(), plan.moves.size());
	for (const OnHost &host : plan.hosts) {
		out += fmt::format("    {} free {:>6.2f} CPUs: {}\n", name_cell(host.name, 16), host.free,
				   host.guests.empty() ? "no guest" : escaped_list(host.guests));
	}
	for (const std::string &move : plan.moves) {
		out += fmt::format("    move {}\n", move);
	}
	return out + (plan.nowhere.empty()
			      ? ""
			      : fmt::format("    fits nowhere: {}\n", escaped_list(plan.nowhere)));
}

nlohmann::json to_json(const Plan &plan)
{
	nlohmann::json hosts = nlohmann::json::array(), nowhere = nlohmann::json::array();
	for (const OnHost &host : plan.hosts) {
		nlohmann::json guests = nlohmann::json::array();
		for (const std::string &guest : host.guests) {
			guests.push_back(name_text(guest));
		}
		hosts.push_back(
			{{"host", name_text(host.name)}, {"free_cpus", host.free}, {"guests", guests}});
	}
	for (const std::string &guest : plan.nowhere) {
		nowhere.push_back(name_text(guest));
	}
	return {{"algorithm", plan.algorithm.name()},
		{"hosts_used", plan.used},
		{"hosts", hosts},
		{"moves", plan.moves},
		{"fits_nowhere", nowhere}};
}

} // namespace

Answer place_hosts(const std::string &text, const std::string &file)
{
	const std::vector<HostEntry> hosts = parse_hosts_file(text, file);
	Answer out{nlohmann::json::array(), ""};
	for (const Fit fit : {Fit::next, Fit::first, Fit::best}) {
		const Plan plan = plan_by(hosts, {fit, true});
		out.json.push_back(to_json(plan));
		out.text += text_of(plan);
	}
	return out;
}

} // namespace ringway
