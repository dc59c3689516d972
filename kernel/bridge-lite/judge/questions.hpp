// SPDX-License-Identifier: GPL-2.0-only
//
// What this bridge has to ask, if it is told to: every so often in all its VLANs who is a member of anything,
// and on a port where somebody left a group whether there is another member.
//
// CONTEXT: under the FDB's lock.
#pragma once
#include "bridge-lite/judge/queriers.hpp"

namespace ringway::brlite
{
struct GroupQuestion {
	IpAddress group; // with for_one
	u16 vlan;
	u16 port; // BRLITE_LOCAL_PORT: all
	bool ipv6, for_one;
};

class Questions
{
	static constexpr u32 kMost = 16; // about one group each, waiting to be sent

	GroupQuestion waiting_[kMost] = {};
	u32 count_ = 0;
	u32 at_ = 0;      // the second of the next round
	u32 next_ = 0;    // of the round: VLAN and protocol
	u32 startup_ = 0; // rounds that are followed by the next one sooner

public:
	void start(u32 now)
	{
		at_ = now;
		next_ = count_ = 0;
		startup_ = 1;
	}

	// False: too many wait already.
	bool add(const GroupQuestion &question)
	{
		for (u32 i = 0; i < count_; i++)
			if (waiting_[i].group == question.group && waiting_[i].vlan == question.vlan &&
			    waiting_[i].port == question.port)
				return true;
		if (count_ == kMost)
			return false;
		waiting_[count_++] = question;
		return true;
	}

	// What is to be asked now; false: nothing. vlans: those that this bridge asks in; null: there are
	// none.
	bool next(const Queriers &queriers, u32 now, const brlite_vlans *vlans, GroupQuestion &question)
	{
		if (!queriers.own())
			return false;
		if (count_) {
			question = waiting_[--count_];
			return true;
		}
		if (!is_past(now, at_))
			return false;
		while (next_ < 2 * (BRLITE_VLAN_LAST + 1)) {
			const auto vlan = static_cast<u16>(next_ / 2);
			const bool ipv6 = next_++ % 2;
			const bool here =
				vlans ? load_relaxed(vlans->member[vlan / 64]) >> (vlan % 64) & 1 : !vlan;
			if (!here || queriers.other_asks(ipv6, vlan, now))
				continue;
			question = {{}, vlan, BRLITE_LOCAL_PORT, ipv6, false};
			return true;
		}
		next_ = 0;
		at_ = now + (startup_ ? kQueryInterval / 4 : kQueryInterval);
		startup_ = 0;
		return false;
	}
};
} // namespace ringway::brlite
