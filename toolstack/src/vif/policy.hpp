// SPDX-License-Identifier: GPL-2.0-only
//
// What a vif's port may do on its brlite bridge: `ringway vif set`. Kept in the vif's backend directory for
// as long as the vif lives, so that it can be put in force again when the vif joins a bridge anew.
#pragma once

#include <optional>
#include <string>
#include <vector>
#include "context/context.hpp"
#include "words/mirror.hpp"
#include "vif/record.hpp"

namespace ringway
{

struct Policy {
	bool isolated = false;
	bool mac_lock = false;
	std::optional<std::vector<std::string>> ip_lock; // the addresses; absent: any
	StormLimits storm;
	PortRules rules;
	std::optional<Mirror> mirror;
	std::optional<Vlan> vlan; // in force with the vifspec's too

	bool empty() const { return *this == Policy(); }
	std::string ip_text() const; // "none" when locked to no address, empty when not locked
	std::string text() const;    // all of it in the words of `vif set`
	bool operator==(const Policy &) const = default;
};

// KEY=VALUE words upon what there is: isolated=on|off, mac_lock=on|off, ip=ADDRESS,…|none|any,
// broadcast=, multicast= and unknown=RATE[/BURST]|off, rules=TEXT|none (the rules themselves),
// mirror=DEVICE[/from-guest|/to-guest]|none, vlan= as in a vifspec or none. Throws Error (usage).
Policy change_policy(Policy policy, const std::vector<std::string> &words);

// What does not pass the schema's check counts as absent, but for the lock to addresses: that becomes one to
// none, and for VLANs: the port is then in no VLAN.
Policy read_policy(Store &store, const Record &record);

// The vif's device, which must be a port of a brlite bridge.
Link find_port(Context &context, const Record &record);

// To the device first: what the kernel refuses is not remembered either. A mirror that is no port of the
// bridge (any more) is left out, with a note.
void set_policy(Context &context, const Record &record, const Policy &policy);

// The brlite bridge tells VLANs apart from now on, if it does not yet, and the user is told. CONTEXT: the
// port that this is for has its VLANs already.
void begin_filtering(Context &context, const Link &bridge);

} // namespace ringway
