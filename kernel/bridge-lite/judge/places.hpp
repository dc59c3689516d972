// SPDX-License-Identifier: GPL-2.0-only
//
// Who may have how many of the FDB's places. What was learned takes at most `limit`, and what guests' ports
// learned half of that: guests that invent addresses do not crowd out what is behind an uplink. Entries by
// hand and this host's own have places besides, so that a lock to an address does not fail for want of one.
#pragma once
#include "bridge-lite/judge/frames.hpp"
#include "core/fdb.hpp"
#include "core/relaxed.hpp"

namespace ringway::brlite
{
// CONTEXT: the FDB's lock, all of it.
class Places
{
	u32 limit_ = 0, reserve_ = 0;
	u32 learned_ = 0, guests_learned_ = 0;

public:
	constexpr Places() = default;
	constexpr Places(u32 limit, u32 reserve) : limit_(limit), reserve_(reserve) {}

	// For one by hand. One that ages is like a learned one.
	bool has_room(u32 entries, FdbTarget target) const
	{
		return entries < limit_ + reserve_ && (!target.is_learned() || learned_ < limit_);
	}
	// For one that is learned there.
	bool has_room(u32 entries, const Port &in) const
	{
		return has_room(entries, FdbTarget{in.index}) &&
		       (!in.is_guest || guests_learned_ < (limit_ + 1) / 2);
	}

	// One more behind that port, or one less.
	void learned(Port &port, int change)
	{
		const u32 by = static_cast<u32>(change);
		store_relaxed(port.learned, port.learned + by);
		learned_ += by;
		if (port.is_guest)
			guests_learned_ += by;
	}

	// From one port to another.
	void moved(Port &from, Port &to)
	{
		store_relaxed(from.learned, from.learned - 1);
		store_relaxed(to.learned, to.learned + 1);
		if (from.is_guest != to.is_guest)
			guests_learned_ += to.is_guest ? 1u : 0u - 1u;
	}

	void set_guest(Port &port, bool on)
	{
		if (port.is_guest != on)
			guests_learned_ += on ? port.learned : 0 - port.learned;
		port.is_guest = on;
	}
};
} // namespace ringway::brlite
