// SPDX-License-Identifier: GPL-2.0-only
//
// What passed a vif, which way, what was dropped and why, and what it cost: read out of its driver's
// counters, or of the device's own where the driver is the stock one.
#pragma once

#include <cstdint>
#include <string>
#include <vector>
#include "context/context.hpp"
#include "vif/record.hpp"

namespace ringway
{

struct Named {
	std::string name;
	std::uint64_t value = 0;
	bool operator==(const Named &) const = default;
};

struct OneWay {
	std::uint64_t packets = 0, bytes = 0;
	std::uint64_t cpu_ns = 0, copies = 0, hypercalls = 0, events = 0, notifications = 0;
	std::uint64_t mapped = 0;    // packets through a buffer that stays mapped, on whatever path
	std::uint64_t throttled = 0; // times that a limit stopped it; nothing is lost by that
	std::vector<Named> drops;    // packets, by reason
};

// What a counter has grown by; one that is smaller began anew, as another device under the same number.
inline std::uint64_t more(std::uint64_t before, std::uint64_t now)
{
	return now >= before ? now - before : now;
}

struct Traffic {
	bool detailed = false; // the driver says more than what every device has
	OneWay from_guest, to_guest;
	std::vector<Named> paths;          // packets from the guest, by the way they took
	std::vector<Named> why_not_direct; // packets from the guest, by what kept them from the direct path
};

Traffic traffic_of(const LinkStats &stats, const std::vector<Counter> &counters);

struct VifTraffic {
	Record record;
	std::string domain; // name; empty when the domain is gone
	std::string device;
	std::string bridge; // that it is in now; may be empty
	bool up = false, carrier = false;
	unsigned queues = 0;
	Traffic traffic;
};

// All vifs whose device is on this host, in the order of their numbers.
std::vector<VifTraffic> look_at_traffic(Context &context);

struct BridgeTraffic {
	std::string bridge, kind;
	std::size_t ports = 0;
	std::vector<Named> packets; // forwarded, flooded, to_local
	std::vector<Named> drops;   // by reason
	std::vector<Named> fdb;     // what happened to its addresses
	std::vector<Named> groups;  // what happened to its multicast groups
};

// The bridges that these vifs are in.
std::vector<BridgeTraffic> look_at_bridges(Context &context, const std::vector<VifTraffic> &vifs);

} // namespace ringway
