// SPDX-License-Identifier: GPL-2.0-only
#include "verbs/vif_stats.hpp"

#include <algorithm>
#include <fmt/format.h>
#include <map>
#include "vif/domain.hpp"
#include "vif/traffic.hpp"
#include "schema_types.hpp"
#include "words/text.hpp"

namespace ringway
{

namespace
{

struct QueueName {
	std::optional<std::uint64_t> queue;
	std::string name;
};

QueueName parse_name(const std::string &name)
{
	const auto underscore = name.find('_');
	if (name.starts_with('q') && underscore != name.npos) {
		if (const auto queue = schema::parse_uint(std::string_view(name).substr(1, underscore - 1))) {
			return {queue, name.substr(underscore + 1)};
		}
	}
	return {std::nullopt, name};
}

// Of a driver that counts none of its packets, the device's own numbers stand under the names of Ringway's.
void add_packets(Context &context, const std::string &device, std::vector<Counter> &counters)
{
	const auto link = context.links.find(device);
	const bool counted = std::any_of(counters.begin(), counters.end(),
					 [](const Counter &c) { return c.name == "from_guest_packets"; });
	if (!link || counted) {
		return;
	}
	const LinkStats &stats = link->stats; // rx is what the guest sent
	counters.insert(counters.begin(), {{"from_guest_packets", stats.rx_packets},
					   {"from_guest_bytes", stats.rx_bytes},
					   {"from_guest_dropped", stats.rx_dropped},
					   {"from_guest_errors", stats.rx_errors},
					   {"to_guest_packets", stats.tx_packets},
					   {"to_guest_bytes", stats.tx_bytes},
					   {"to_guest_dropped", stats.tx_dropped},
					   {"to_guest_errors", stats.tx_errors}});
}

// Nothing when the vif has no device here: it lives in a driver domain, or is gone.
std::optional<VifStats> look(Context &context, const Record &record)
{
	if (record.backend != 0) {
		return std::nullopt;
	}
	const auto device = context.host.vif_device(record.domid, record.devid);
	auto counters = device ? context.links.counters(*device) : std::nullopt;
	if (!counters) {
		return std::nullopt;
	}
	add_packets(context, *device, *counters);
	VifStats stats;
	stats.domid = record.domid;
	stats.devid = record.devid;
	stats.device = *device;
	stats.queues = context.host.queues(*device);
	stats.rows = arrange(*counters, stats.queues);
	return stats;
}

std::vector<Record> wanted(Context &context, const StatsOptions &options)
{
	if (options.domain.empty()) {
		return list_records(context.store);
	}
	const unsigned domid = find_domain_or_record(context.store, options.domain).id;
	return options.vif.empty() ? list_records(context.store, domid)
				   : std::vector<Record>{find_record(context.store, domid, options.vif)};
}

std::vector<VifStats> look_at_all(Context &context, const StatsOptions &options)
{
	std::vector<VifStats> out;
	for (const Record &record : wanted(context, options)) {
		if (auto stats = look(context, record)) {
			out.push_back(*stats);
		} else if (!options.vif.empty()) {
			throw Error(record.backend != 0 ? Exit::host : Exit::absent,
				    fmt::format("{}: {}", record.text(),
						record.backend != 0
							? fmt::format("its network device is in domain {}; "
								      "run the command there",
								      record.backend)
							: "it has no network device; see 'dmesg'"));
		}
	}
	return out;
}

Answer answer(const Output &output, const StatsOptions &options, const std::vector<VifStats> &all)
{
	nlohmann::json list = nlohmann::json::array();
	std::string text;
	for (const VifStats &stats : all) {
		list.push_back(to_json(stats));
		text += stats_text(stats, output.details);
	}
	return {options.vif.empty() ? list : list.front(), text};
}

using LastStats = std::map<std::pair<unsigned, unsigned>, VifStats>;

// What was added since the last look; vifs that were not there then are left out.
std::vector<VifStats> since(LastStats &last, std::vector<VifStats> now, Millis interval)
{
	LastStats next;
	std::vector<VifStats> out;
	for (VifStats &stats : now) {
		const auto key = std::pair(stats.domid, stats.devid);
		next[key] = stats;
		if (const auto before = last.find(key); before != last.end()) {
			stats.rows = difference(before->second.rows, stats.rows);
			stats.interval = interval;
			out.push_back(std::move(stats));
		}
	}
	last = std::move(next);
	return out;
}

} // namespace

std::vector<CounterRow> arrange(const std::vector<Counter> &counters, std::uint64_t queues)
{
	std::vector<CounterRow> out;
	std::map<std::string, std::size_t> at;
	for (const Counter &counter : counters) {
		const auto [queue, name] = parse_name(counter.name);
		if (!queue) {
			at[name] = out.size();
			out.push_back({name, counter.value, {}});
		} else if (const auto row = at.find(name); row != at.end() && *queue < queues) {
			auto &of_row = out[row->second].queues;
			of_row.resize(std::max<std::size_t>(of_row.size(), *queue + 1));
			of_row[*queue] = counter.value;
		}
	}
	return out;
}

std::vector<CounterRow> difference(const std::vector<CounterRow> &before, const std::vector<CounterRow> &now)
{
	std::vector<CounterRow> out = now;
	for (CounterRow &row : out) {
		const auto old = std::find_if(before.begin(), before.end(),
					      [&](const CounterRow &r) { return r.name == row.name; });
		if (old == before.end()) {
			continue;
		}
		row.total = more(old->total, row.total);
		for (std::size_t i = 0; i < row.queues.size() && i < old->queues.size(); ++i) {
			row.queues[i] = more(old->queues[i], row.queues[i]);
		}
	}
	return out;
}

nlohmann::json to_json(const VifStats &stats)
{
	nlohmann::json total = nlohmann::json::object();
	nlohmann::json queues = nlohmann::json::array();
	for (std::uint64_t i = 0; i < stats.queues; ++i) {
		queues.push_back(nlohmann::json::object());
	}
	for (const CounterRow &row : stats.rows) {
		total[escape(row.name)] = row.total;
		for (std::size_t i = 0; i < row.queues.size(); ++i) {
			queues[i][escape(row.name)] = row.queues[i];
		}
	}
	nlohmann::json out = {{"domid", stats.domid},
			      {"devid", stats.devid},
			      {"ifname", stats.device},
			      {"total", total},
			      {"queues", queues}};
	if (stats.interval) {
		out["interval_ms"] = stats.interval->count();
	}
	return out;
}

std::string stats_text(const VifStats &stats, bool all)
{
	std::string out = fmt::format(
		"vif {}.{}: device {} queues {}{}\n", stats.domid, stats.devid, stats.device, stats.queues,
		stats.interval ? fmt::format(" in {} ms", stats.interval->count()) : "");
	for (const CounterRow &row : stats.rows) {
		if (row.total == 0 && !all) {
			continue;
		}
		out += fmt::format("    {:<32} {:>16}", escape(row.name), row.total);
		if (stats.queues > 1) {
			for (const std::uint64_t value : row.queues) {
				out += fmt::format(" {:>14}", value);
			}
		}
		out += '\n';
	}
	return out;
}

void vif_stats(Context &context, const Output &output, const StatsOptions &options,
	       const std::function<void(const Answer &)> &say)
{
	auto now = look_at_all(context, options);
	if (options.watch == 0) {
		return say(answer(output, options, now));
	}
	LastStats last;
	Millis began = context.clock.now();
	since(last, std::move(now), Millis(0));
	while (!context.clock.interrupted()) {
		context.clock.sleep(std::chrono::seconds(options.watch));
		if (context.clock.interrupted()) {
			return;
		}
		const Millis at = context.clock.now();
		const auto added = since(last, look_at_all(context, options), at - began);
		began = at;
		if (options.vif.empty() || !added.empty()) {
			say(answer(output, options, added));
		}
	}
}

} // namespace ringway
