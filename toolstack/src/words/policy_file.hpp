// SPDX-License-Identifier: GPL-2.0-only
//
// What the administrator wrote down about vifs, in TOML:
//
//	[[vif]]
//	bridge = "xenbr0"                # every vif on this bridge
//	mac_lock = true
//
//	[[vif]]
//	mac = "00:16:3e:00:00:01"        # this one; also name = and uuid = of its domain
//	ip = ["192.0.2.7", "2001:db8::7"]
#pragma once

#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <vector>
#include "words/key_values.hpp"
#include "words/mac.hpp"

namespace ringway
{

// Who a vif is.
struct VifNames {
	std::optional<Mac> mac;
	std::string uuid, name; // of its domain
	std::string bridge;
};

// In lower case, as libxl writes it.
bool is_uuid(std::string_view text);

struct PolicyEntry {
	VifNames whom; // what is empty fits any vif
	KeyValues words;
	std::string from; // "FILE line N"
};

// The text of the rules file that an entry names.
using RulesOf = std::function<std::string(const std::string &path)>;

// Throws Error that names the file and the line.
std::vector<PolicyEntry> parse_policy_file(std::string_view text, const std::string &file,
					   const RulesOf &rules_of);

// Of all entries that fit. What is said of the MAC address counts more than what is said of the UUID, that
// more than the domain's name, and that more than the bridge; of two equals the later counts.
KeyValues written_for(const VifNames &vif, const std::vector<PolicyEntry> &entries);

} // namespace ringway
