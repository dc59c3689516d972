// SPDX-License-Identifier: GPL-2.0-only
// A bridge of two guests' ports, whose stations it knows: bridge-lite's own switch.
#pragma once
#include "machine.hpp"
#include "bridge-lite/entry.h"

namespace ringway::native
{
class Bridge
{
	static constexpr u32 kPorts = 3; // the bridge device's and two guests'
	brlite_core *core_;
	brlite_port port_[kPorts] = {};
	brlite_counters counters_[kPorts] = {};
	brlite_vlans vlans_[kPorts] = {};

public:
	Bridge();
	Bridge(const Bridge &) = delete;
	Bridge &operator=(const Bridge &) = delete;
	// Makes a vif the port of guest number `guest` (0 or 1), behind which the station lives.
	void join(netback_vif *vif, u32 guest, const u8 station[6]);
};
} // namespace ringway::native
