// SPDX-License-Identifier: GPL-2.0-only
//
// What a vif's port may do on its brlite bridge, in the words of `ringway vif set`.
#pragma once

#include <optional>
#include <string>
#include <vector>
#include "words/ip_lock.hpp"
#include "words/key_values.hpp"
#include "words/mirror.hpp"
#include "words/rules.hpp"
#include "words/storm.hpp"
#include "words/vlan.hpp"

namespace ringway
{

struct Policy {
	bool isolated = false;
	bool mac_lock = false;
	std::optional<IpLock> ip_lock; // the addresses; absent: any
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
// mirror=DEVICE[/from-guest|/to-guest]|none, vlan= as in a vifspec or none; default: as with no word at all.
// Throws Error (usage).
Policy change_policy(Policy policy, const std::vector<std::string> &words);

// All keys of it, each with one text for one meaning: what is not set has its word too.
KeyValues words_of(const Policy &policy);

} // namespace ringway
