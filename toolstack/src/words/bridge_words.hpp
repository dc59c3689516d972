// SPDX-License-Identifier: GPL-2.0-only
//
// The settings of a brlite bridge and of its ports that are numbers to the kernel, under the names that
// Linux's own bridge has for them where it has any. The numbers of the keys are the kernel's
// (kernel/bridge-lite/uapi.h).
#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <string_view>
#include "bridge-lite/uapi.h"
#include "words/key_values.hpp"

namespace ringway
{

enum class BridgeKey : int {
	ageing_time = IFLA_BRLITE_AGEING_TIME,
	fdb_max = IFLA_BRLITE_FDB_MAX,
	fdb_port_max = IFLA_BRLITE_FDB_PORT_MAX,
	fdb_entries = IFLA_BRLITE_FDB_ENTRIES, // read only
	vlan_filtering = IFLA_BRLITE_VLAN_FILTERING,
	group_fwd_mask = IFLA_BRLITE_GROUP_FWD_MASK,
	stp_state = IFLA_BRLITE_STP_STATE,
	vlan_protocol = IFLA_BRLITE_VLAN_PROTOCOL,
	default_pvid = IFLA_BRLITE_DEFAULT_PVID,
	mcast_snooping = IFLA_BRLITE_MCAST_SNOOPING,
	mcast_querier = IFLA_BRLITE_MCAST_QUERIER,
	vlan_stats_enabled = IFLA_BRLITE_VLAN_STATS_ENABLED,
};
using BridgeValues = std::map<BridgeKey, std::uint32_t>;

enum class PortKey : int {
	fdb_max = IFLA_BRLITE_PORT_FDB_MAX,
	fdb_entries = IFLA_BRLITE_PORT_FDB_ENTRIES, // read only
	loop_block = IFLA_BRLITE_PORT_LOOP_BLOCK,
};
using PortValues = std::map<PortKey, std::uint32_t>;

// Takes its keys out of `words` and leaves the others there. Throws Error (usage) that names key and value.
BridgeValues take_bridge_values(KeyValues &words);
PortValues take_port_values(KeyValues &words);

// In the order of the kernel's numbers; each with its word.
std::map<std::string, std::string> words_of(const BridgeValues &values);
std::map<std::string, std::string> words_of(const PortValues &values);

std::string bridge_keys(); // as text for messages
std::string port_keys();

} // namespace ringway
