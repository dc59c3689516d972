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
	static constexpr u32 kMost = 16;      // about one group each, waiting to be sent
	static constexpr u32 kLastMember = 2; // times that one is sent, a second apart: one may get lost
	static constexpr u32 kBetween = 10;   // seconds from one round to the next, at least

	struct Waiting {
		GroupQuestion question;
		u32 at; // the second in which it is due
		u32 times;
	};
	Waiting waiting_[kMost] = {};
	u32 count_ = 0;
	u32 at_ = 0;         // the second of the next round
	u32 last_ = 0;       // that of the last one
	u32 next_ = 0;       // of the round: VLAN and protocol
	u32 startup_ = 0;    // rounds that are followed by the next one sooner
	bool again_ = false; // so is this one, because somebody came while it went on

public:
	void start(u32 now)
	{
		at_ = last_ = now;
		next_ = count_ = 0;
		startup_ = 1;
	}

	// The second in which the next round may begin. However often somebody comes, others are not asked
	// without end.
	u32 earliest(u32 now) const
	{
		const u32 at = (next_ ? now : last_) + kBetween;
		return is_past(now, at) ? now : at;
	}
	// Somebody is there whom nobody has asked.
	void soon(u32 now)
	{
		const u32 at = earliest(now);
		again_ = next_ != 0;
		if (!next_ && is_past(at_, at))
			at_ = at;
		startup_ = 1;
	}

	// False: too many wait already.
	bool add(const GroupQuestion &question, u32 now)
	{
		for (u32 i = 0; i < count_; i++)
			if (waiting_[i].question.group == question.group &&
			    waiting_[i].question.vlan == question.vlan &&
			    waiting_[i].question.port == question.port)
				return true;
		if (count_ == kMost)
			return false;
		waiting_[count_++] = {question, now, kLastMember};
		return true;
	}

	// What is to be asked now; false: nothing. vlans: those that this bridge asks in; null: there are
	// none.
	bool next(const Queriers &queriers, u32 now, const brlite_vlans *vlans, GroupQuestion &question)
	{
		if (!queriers.own())
			return false;
		if (about_one(now, question))
			return true;
		if (!is_past(now, at_))
			return false;
		while (next_ < 2 * (BRLITE_VLAN_LAST + 1)) {
			const auto vlan = static_cast<u16>(next_ / 2);
			const bool ipv6 = next_++ % 2;
			const bool here =
				vlans ? load_relaxed(vlans->member[vlan / 64]) >> (vlan % 64) & 1 : !vlan;
			if (!here || queriers.other_asks(ipv6, vlan, now))
				continue;
			last_ = now;
			question = {{}, vlan, BRLITE_LOCAL_PORT, ipv6, false};
			return true;
		}
		next_ = 0;
		at_ = now + (again_ ? kBetween : startup_ ? kQueryInterval / 4 : kQueryInterval);
		startup_ = again_;
		again_ = false;
		return false;
	}

private:
	bool about_one(u32 now, GroupQuestion &question)
	{
		for (u32 i = 0; i < count_; i++) {
			Waiting &waiting = waiting_[i];
			if (!is_past(now, waiting.at))
				continue;
			question = waiting.question;
			waiting.at = now + 1;
			if (!--waiting.times)
				waiting = waiting_[--count_];
			return true;
		}
		return false;
	}
};
} // namespace ringway::brlite
