// SPDX-License-Identifier: GPL-2.0-only
//
// The ports of a switch by their numbers, so that an FDB entry names one in 16 bits and a port that left is
// found missing instead of pointed to. The lowest free number is reused, after the grace period that every
// leaving port waits for.
#pragma once
#include "bridge-lite/judge/frames.hpp"
#include "bridge-lite/linux/host.h"
#include "core/fdb.hpp"
#include "core/mac.hpp"

namespace ringway::brlite
{
// A frame of the host that now is the virtual router which this one may become (VRRP): it must be heard.
inline bool is_other_router(const Port &in, u64 mac)
{
	return mac_is_virtual_router(mac) && !load_relaxed(in.is_guest) &&
	       !(load_relaxed(in.policy) & BRLITE_LOCKED);
}

class Ports
{
	Port *ports_[BRLITE_MAX_PORTS + 1] RINGWAY_GUARDED_BY(rtnl) = {};
	u32 end_ RINGWAY_GUARDED_BY(rtnl) = 0; // no port at or above this number

public:
	// --- Read by anybody, while RTNL lets one port after the other come and go: atomic words ---------

	RINGWAY_UNCHECKED u32 end() const { return load_relaxed(end_); }
	// INVARIANT: number <= BRLITE_MAX_PORTS, as it is in the FDB.
	RINGWAY_ALWAYS_INLINE RINGWAY_UNCHECKED Port *known(u32 number) const
	{
		return __atomic_load_n(&ports_[number], __ATOMIC_ACQUIRE);
	}
	Port *at(u32 number) const { return number <= BRLITE_MAX_PORTS ? known(number) : nullptr; }
	// This host's. INVARIANT: it came first, and leaves with the switch.
	const Port &local() const { return *known(BRLITE_LOCAL_PORT); }

	// --- Changed ---------------------------------------------------------------------------------------

	// Gives the port the lowest free number; false when there is none.
	bool add(Port &port, bool local) RINGWAY_REQUIRES(rtnl)
	{
		u32 number = BRLITE_LOCAL_PORT;
		if (!local)
			for (number++; number <= BRLITE_MAX_PORTS && ports_[number]; number++)
				;
		if (number > BRLITE_MAX_PORTS)
			return false;
		port.index = static_cast<u16>(number);
		__atomic_store_n(&ports_[number], &port, __ATOMIC_RELEASE);
		if (number >= end_)
			store_relaxed(end_, number + 1);
		return true;
	}

	void remove(const Port &port) RINGWAY_REQUIRES(rtnl)
	{
		__atomic_store_n(&ports_[port.index], nullptr, __ATOMIC_RELEASE);
		while (end_ && !ports_[end_ - 1])
			store_relaxed(end_, end_ - 1);
	}
};
} // namespace ringway::brlite
