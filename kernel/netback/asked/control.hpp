// SPDX-License-Identifier: GPL-2.0-only
// Control: a vif's control ring, and the hash configuration that came over it. See control.cpp.
#pragma once
#include "core/control.hpp"
#include "netback/life/locks.hpp"
#include <atomic>

namespace ringway::netback
{
struct RINGWAY_CAPABILITY("control lock") Control {
	vif_host *host;

	void lock() RINGWAY_ACQUIRE() { host_control_lock(host); }
	void unlock() RINGWAY_RELEASE() { host_control_unlock(host); }

	// What packets to the guest are hashed by, or null. CONTEXT: softirqs off, the value not kept for
	// longer.
	std::atomic<const HashConfig *> active;

	std::atomic<bool> ending; // the connection is: no further message

	CtrlBackRing ring RINGWAY_GUARDED_BY(this);
	u32 current RINGWAY_GUARDED_BY(this); // which of both is in force
	HashConfig config[2] RINGWAY_GUARDED_BY(this);

	const HashConfig *hash() const { return active.load(std::memory_order_acquire); }
	void publish() RINGWAY_REQUIRES(this);
};

// By what a guest asked for. CONTEXT: softirqs off
PacketHash hash_skb(const HashConfig &config, const sk_buff *skb);
} // namespace ringway::netback
