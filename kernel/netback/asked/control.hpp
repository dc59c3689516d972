// SPDX-License-Identifier: GPL-2.0-only
// Control: a vif's control ring, and the hash configuration that came over it. See control.cpp.
#pragma once
#include "core/control.hpp"
#include <atomic>

namespace ringway::netback
{
struct Control {
	// What packets to the guest are hashed by, or null. CONTEXT: softirqs off, the value not kept for
	// longer.
	std::atomic<const HashConfig *> active;

	// CONTEXT: host_control_lock()
	CtrlBackRing ring;
	u32 current; // which of both is in force
	HashConfig config[2];

	const HashConfig *hash() const { return active.load(std::memory_order_acquire); }
	void publish();
};
} // namespace ringway::netback
