// SPDX-License-Identifier: GPL-2.0-only
//
// The switch, as the table of functions that it hands out (bridge-lite/port_abi.h).
#pragma once
#include "bridge-lite/port_abi.h"
#include <atomic>

namespace ringway::netback
{
// Not null once a vif was bound to a port. The switch waits for a grace period before it goes.
extern std::atomic<const struct brlite_abi *> switch_table;

// CONTEXT: softirq or BH off, RCU read side, with a port of the switch in hand
inline const struct brlite_abi &the_switch()
{
	return *switch_table.load(std::memory_order_relaxed);
}
} // namespace ringway::netback
