// SPDX-License-Identifier: GPL-2.0-only
#include "vif/traffic.hpp"

#include <algorithm>
#include <array>
#include <set>
#include <string_view>
#include "vif/device.hpp"
#include "vif/domain.hpp"

namespace ringway
{

namespace
{

struct Number {
	std::string_view name; // behind from_guest_ or to_guest_
	std::uint64_t OneWay::*value;
};

constexpr Number counted_numbers[] = {
	{"packets", &OneWay::packets},
	{"bytes", &OneWay::bytes},
	{"cpu_ns", &OneWay::cpu_ns},
	{"copies", &OneWay::copies},
	{"hypercalls", &OneWay::hypercalls},
	{"events", &OneWay::events},
	{"notifications", &OneWay::notifications},
	{"mapped", &OneWay::mapped},
	{"throttled", &OneWay::throttled},
};

constexpr std::array<std::string_view, 4> paths = {"direct", "flooded", "skb_forward", "skb_up"};
// That say in their names neither dropped_ nor anything else that all of them had in common.
constexpr std::array<std::string_view, 6> lost = {"malformed",   "copy_failed", "no_memory",
						  "bad_headers", "filtered",    "shed"};

// What a bridge does with packets that it does not drop.
constexpr std::array<std::string_view, 3> bridge_actions = {"forwarded", "flooded", "to_local"};

bool take(std::string_view &name, std::string_view prefix)
{
	if (!name.starts_with(prefix)) {
		return false;
	}
	name.remove_prefix(prefix.size());
	return true;
}

template <typename List>
bool is_in(const List &list, std::string_view name)
{
	return std::find(std::begin(list), std::end(list), name) != std::end(list);
}

void read_one_way(std::string_view name, std::uint64_t value, OneWay &way)
{
	if (take(name, "dropped_") || is_in(lost, name)) {
		way.drops.push_back({std::string(name), value});
		return;
	}
	for (const Number &number : counted_numbers) {
		if (number.name == name) {
			way.*number.value = value;
		}
	}
}

void read_counter(const Counter &counter, Traffic &traffic)
{
	std::string_view name = counter.name;
	if (take(name, "to_guest_")) {
		read_one_way(name, counter.value, traffic.to_guest);
	} else if (take(name, "from_guest_")) {
		traffic.detailed = true;
		if (take(name, "why_")) {
			traffic.why_not_direct.push_back({std::string(name), counter.value});
		} else if (is_in(paths, name)) {
			traffic.paths.push_back({std::string(name), counter.value});
		} else {
			read_one_way(name, counter.value, traffic.from_guest);
		}
	}
}

// A counter that is not known, as of a later bridge, is left out: it may count anything.
void read_counter(const Counter &counter, BridgeTraffic &bridge)
{
	std::string_view name = counter.name;
	std::vector<Named> *list = take(name, "drop_")           ? &bridge.drops
				   : take(name, "fdb_")          ? &bridge.fdb
				   : take(name, "mdb_")          ? &bridge.groups
				   : is_in(bridge_actions, name) ? &bridge.packets
								 : nullptr;
	if (list != nullptr) {
		list->push_back({std::string(name), counter.value});
	}
}

} // namespace

Traffic traffic_of(const LinkStats &stats, const std::vector<Counter> &counters)
{
	Traffic out;
	for (const Counter &counter : counters) {
		read_counter(counter, out);
	}
	if (!out.detailed) { // rx is what the guest sent
		out.from_guest.packets = stats.rx_packets;
		out.from_guest.bytes = stats.rx_bytes;
		out.from_guest.drops = {{"dropped", stats.rx_dropped}, {"error", stats.rx_errors}};
		out.to_guest.packets = stats.tx_packets;
		out.to_guest.bytes = stats.tx_bytes;
		out.to_guest.drops = {{"dropped", stats.tx_dropped}, {"error", stats.tx_errors}};
	}
	return out;
}

std::vector<VifTraffic> look_at_traffic(Context &context)
{
	std::vector<VifTraffic> out;
	for (const Record &record : list_records(context.store)) {
		const auto link = device_of(context, record);
		const auto counters = link ? context.links.counters(link->name) : std::nullopt;
		if (!counters) {
			continue; // in a driver domain, or gone
		}
		VifTraffic vif;
		vif.record = record;
		vif.domain =
			context.store.read(Store::none, domain_path(record.domid) + "/name").value_or("");
		vif.device = link->name;
		const auto master = link->master != 0 ? context.links.find(link->master) : std::nullopt;
		vif.bridge = master ? master->name : "";
		vif.up = link->up;
		vif.carrier = link->carrier;
		vif.queues = context.host.queues(link->name);
		vif.traffic = traffic_of(link->stats, *counters);
		out.push_back(std::move(vif));
	}
	return out;
}

std::vector<BridgeTraffic> look_at_bridges(Context &context, const std::vector<VifTraffic> &vifs)
{
	std::set<std::string> names;
	for (const VifTraffic &vif : vifs) {
		names.insert(vif.bridge);
	}
	names.erase("");
	std::vector<BridgeTraffic> out;
	for (const std::string &name : names) {
		const auto link = context.links.find(name);
		if (!link || !link->is_bridge()) {
			continue;
		}
		BridgeTraffic bridge{name, link->kind, context.links.ports(*link).size(), {}, {}, {}, {}};
		for (const Counter &counter : context.links.counters(name).value_or(std::vector<Counter>())) {
			read_counter(counter, bridge);
		}
		out.push_back(std::move(bridge));
	}
	return out;
}

} // namespace ringway
