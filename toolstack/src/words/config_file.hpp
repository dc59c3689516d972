// SPDX-License-Identifier: GPL-2.0-only
//
// What a host should have, in TOML, as `ringway apply` reads it and `ringway showconf` writes it:
//
//	[defaults.vif]                   # of each [[vif]] that does not say otherwise
//	bridge = "xenbr0"
//
//	[[bridge]]
//	name = "xenbr0"
//	vlan_filtering = true
//
//	[[uplink]]
//	device = "eth0"
//	bridge = "xenbr0"
//
//	[[vif]]
//	guest = "web"
//	mac = "00:16:3e:00:00:01"
//	rate = "100Mb/s"
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>
#include "words/key_values.hpp"
#include "words/mac.hpp"
#include "words/policy_file.hpp"

namespace ringway
{

enum class ConfigKind { bridge, uplink, vif };
std::string_view kind_name(ConfigKind kind);
// What names an object of the kind.
std::string_view name_key(ConfigKind kind);

struct ConfigObject {
	ConfigKind kind = ConfigKind::bridge;
	std::string name;       // of the bridge, the uplink's device or the vif's guest
	std::optional<Mac> mac; // of a vif
	KeyValues words;        // each checked by itself
	std::string from;       // "configuration 'FILE' line N"

	std::string text() const; // "vif web 00:16:3e:00:00:01"
};

// Bridges, then uplinks, then vifs, each in the order of the file. Throws Error that names the file, the line
// and the value.
std::vector<ConfigObject> parse_config_file(std::string_view text, const std::string &file,
					    const RulesOf &rules_of);
// What parse_config_file() reads.
std::string config_text(const std::vector<ConfigObject> &objects);

// Keys of a vif that its vifspec takes and that no limit and no policy is.
bool is_vifspec_key(const std::string &key);

} // namespace ringway
