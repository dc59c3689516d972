// SPDX-License-Identifier: GPL-2.0-only
// The switch in the kernel: what its surroundings are there, and what C points to.
#pragma once
#include "bridge-lite/entry.h"
#include "bridge-lite/judge/switch.hpp"

namespace ringway::brlite
{
inline brlite_fdb_entry show(const FdbSlot &slot)
{
	const FdbTarget target{slot.target};
	brlite_fdb_entry entry{};
	mac_store(entry.mac, fdb_key_mac(slot.key));
	entry.vlan = fdb_key_vlan(slot.key);
	entry.port = target.port();
	entry.is_static = target.is_static();
	entry.is_local = target.is_local();
	entry.is_sticky = target.is_sticky();
	entry.is_extern = target.is_extern();
	entry.idle = fdb_idle(host_now(), slot.seen);
	return entry;
}

struct Kernel {
	static u32 now() { return host_now(); }
	static u64 nanoseconds() { return host_nanoseconds(); }
	static void lock(fdb_lock *lock) RINGWAY_ACQUIRE(lock) { host_lock(lock); }
	static void unlock(fdb_lock *lock) RINGWAY_RELEASE(lock) { host_unlock(lock); }
	static void count(brlite_port &port, u32 counter) { host_count(&port, counter); }
	static void uncount(brlite_port &port, u32 counter) { host_uncount(&port, counter); }
	static void tell(brlite_port &port, brlite_news news, u64 mac)
	{
		uint8_t bytes[6];
		mac_store(bytes, mac);
		host_tell(&port, news, bytes);
	}
	static void changed(brlite_port &port, u64 key, FdbTarget target, bool gone)
	{
		const brlite_fdb_entry entry = show({key, target.word, host_now()});
		host_fdb_changed(&port, &entry, gone);
	}
	static void count_vlan(brlite_port &port, u32 vlan, brlite_direction direction, s32 packets,
			       s32 bytes)
	{
		host_count_vlan(&port, vlan, direction, packets, bytes);
	}
	static void count_rule(brlite_rule_hits *hits, u32 outcome) { host_count_rule(hits, outcome); }
};
} // namespace ringway::brlite

struct brlite_core final : ringway::brlite::Switch<ringway::brlite::Kernel> {
};
