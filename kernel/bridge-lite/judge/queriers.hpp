// SPDX-License-Identifier: GPL-2.0-only
//
// Who asks for members: a router elsewhere, or this bridge if it is told to. Where nobody asks, hosts need
// not report, so that what is known about members means nothing and groups are flooded.
//
// Each VLAN has its own answer, and each of the two protocols. It becomes yes some seconds after the first
// question: as long as members may take to answer.
//
// CONTEXT: changed under the FDB's lock; is_asked() by anybody, without one.
#pragma once
#include "bridge-lite/types.h"
#include "core/group_message.hpp"
#include "core/relaxed.hpp"

namespace ringway::brlite
{
// Has the second come? Good for half of the 136 years that seconds count.
constexpr bool is_past(u32 now, u32 second)
{
	return static_cast<s32>(now - second) >= 0;
}

inline constexpr u32 kQueryInterval = 125, kQuerierPresent = 255; // RFC 3376, 8

class Queriers
{
	struct Querier {
		u32 until;    // when it is taken for gone; 0: there is none
		u32 answered; // when all members had time to answer whoever asked last
	};

	static constexpr u32 kOwnAnswered =
		11; // GroupQuery::kResponseMs, and the second in which it was asked
	Querier other_[2][BRLITE_VLAN_LAST + 1] = {};
	IpAddress address_[2][BRLITE_VLAN_LAST + 1] = {};
	bool own_ = false;
	u32 own_since_ = 0;

public:
	bool own() const { return load_relaxed(own_); }
	void set_own(bool on, u32 now)
	{
		store_relaxed(own_since_, now);
		store_relaxed(own_, on);
	}

	bool other_asks(bool ipv6, u16 vlan, u32 now) const
	{
		const u32 until = load_relaxed(other_[ipv6][vlan].until);
		return until && !is_past(now, until);
	}
	// Do members answer somebody? own_asks_here: this bridge's questions reach the VLAN, if it has any.
	bool is_asked(bool ipv6, u16 vlan, u32 now, bool own_asks_here) const
	{
		const bool own_asks =
			own() && own_asks_here && is_past(now, load_relaxed(own_since_) + kOwnAnswered);
		return (own_asks || other_asks(ipv6, vlan, now)) &&
		       is_past(now, load_relaxed(other_[ipv6][vlan].answered));
	}

	// Who was asked by somebody who is gone has to be asked by this bridge, and until there was time to
	// answer that nobody knows the members. Returns whether there is such.
	// asks: the second in which this bridge will.
	bool age(u32 now, u32 asks)
	{
		bool gone = false;
		for (auto &of_protocol : other_)
			for (Querier &other : of_protocol)
				if (other.until && is_past(now, other.until)) {
					store_relaxed(other.until, 0u);
					store_relaxed(other.answered, asks + kOwnAnswered);
					gone = true;
				}
		return gone;
	}

	// Nothing is known about members any more, until this bridge has asked, if it does, in that second.
	void forget(u32 asks)
	{
		for (auto &of_protocol : other_)
			for (Querier &other : of_protocol)
				store_relaxed(other.until, 0u);
		store_relaxed(own_since_, asks);
	}

	// Is it the one to listen to? HOSTILE: anybody may ask, and who has the lowest address wins; with
	// that he gets everything, and others get what they asked for.
	bool heard(const GroupMessage &query, u16 vlan, u32 now, bool own_asks_here)
	{
		Querier &other = other_[query.ipv6][vlan];
		IpAddress &address = address_[query.ipv6][vlan];
		const bool had = other_asks(query.ipv6, vlan, now);
		if (query.asks_for_one)
			return had && query.source == address; // elections are by questions about all
		const IpAddress unnamed{kIpv4High, 0};         // a switch that asks in nobody's name
		if (had && query.source != address) {
			if (query.source == unnamed ||
			    (address != unnamed && is_below(address, query.source)))
				return false;
		}
		// Members that this bridge asked are known; others have to answer first.
		if (!had && !is_asked(query.ipv6, vlan, now, own_asks_here))
			store_relaxed(other.answered, now + query.response_ms / 1000 + 2);
		address = query.source;
		const u32 until = now + kQuerierPresent;
		store_relaxed(other.until, until ? until : 1);
		return true;
	}
};
} // namespace ringway::brlite
