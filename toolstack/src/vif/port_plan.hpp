// SPDX-License-Identifier: GPL-2.0-only
//
// From a policy to the ports that it is for: the vif's, and that of the guest's emulated card where it has
// one.
#pragma once

#include <string>
#include <vector>
#include "context/context.hpp"
#include "vif/record.hpp"
#include "words/policy.hpp"

namespace ringway
{

// Why a device has no policy of a port, and what to type. bridge: that it is in, if any.
std::string no_policy_there(const Link &port, const std::optional<Link> &bridge);

// Why a port of this bridge cannot be in VLANs, and what to type.
std::string not_filtering(const Link &bridge, const std::string &vlan);

// What its own command cannot do in a driver domain, which does not control Xen.
constexpr const char *set_it_there = "set it there with bridge(8), as far as that has words for it";

// The vif's device, which must be a port of a brlite bridge. Throws Error.
Link find_port(Context &context, const Record &record);

// The tap of the card that the guest has until its own driver takes over; vif: the guest's other port.
std::optional<Link> emulated_port(Context &context, const Record &record, const Link &vif);

struct PlannedPort {
	Link link;
	PortChange change;
};

// What the words name, or without words all that is wanted, for each of the guest's ports, in the order in
// which they must be changed. A guest has one address: as long as its own driver has not connected, it is
// behind the emulated card (as it boots from the network), and afterwards behind the vif. The other port is
// shut. Throws Error.
std::vector<PlannedPort> plan_ports(Context &context, const Record &record, const Policy &policy,
				    const std::vector<std::string> &words);

// Where the port is not as planned, a line each. What the plan does not name may be as it is.
std::vector<std::string> differences(const PortChange &planned, const PortState &now);

} // namespace ringway
