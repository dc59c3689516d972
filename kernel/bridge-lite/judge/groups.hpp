// SPDX-License-Identifier: GPL-2.0-only
//
// Multicast: who wants what a group is sent (IGMP and MLD snooping, RFC 4541), as Linux's bridge does it.
//
//	a message   is read and noted. Questions go to everybody, reports to who asks alone: no host must hear
//	            another one's, or it keeps silent itself
//	a frame     to a group goes to its members, and to ports with a router behind them. While nobody
//	            asks for members it goes to everybody, and so does what is for all hosts
//	            (224.0.0.0/24, ff02::1)
//
// Groups are told apart by their MAC address, as hardware does it: a frame's IP header is read only to find
// messages. This host's own memberships are those of the bridge device, as a filter of hashes.
//
// HOSTILE: all of it. A port that reports more groups than it may have, or more often, gets every group for a
// while: as without snooping, so nothing is lost, and nobody else's memberships are.
//
// Verdicts name where frames go by a number: kToAll, the routers' of a protocol, or a set of members.
// kToAsked are all ports as well, also those that do not get every group: their members must hear the
// question.
//
// CONTEXT: changes under the FDB's lock; where_to(), list() by anybody, without one.
#pragma once
#include "bridge-lite/judge/host_filter.hpp"
#include "bridge-lite/judge/members.hpp"
#include "bridge-lite/judge/questions.hpp"

namespace ringway::brlite
{
class Groups
{
public:
	enum : u16 { kToAll, kToRouters, kToAsked = kToRouters + 2, kFirstSet };
	static constexpr u32 kRecordsPerSecond = 1000; // of one port

	struct Heard {
		u32 joined = 0, left = 0, refused = 0;
	};
	struct Way {
		u16 list;
		bool to_host;
	};

private:
	static constexpr u32 kQuestionCost = 64; // of a question, in records
	static constexpr u32 kLastMember =
		4; // seconds to answer a question about one group, and until it is sent

	Members members_;
	Queriers queriers_;
	Questions questions_;
	// Ports that get every group of a protocol.
	PortSet routers_[2];
	u32 router_until_[2][BRLITE_MAX_PORTS + 1] = {}; // 0: not because of what was heard
	PortSet always_;                                 // the administrator says so
	HostFilter host_;

	struct Budget {
		u32 second, records;
	} budget_[BRLITE_MAX_PORTS + 1] = {};

public:
	void init(const u64 seed[2])
	{
		members_.init(seed);
		HostFilter everything;
		everything.take_all();
		host_.become(everything); // until it says otherwise
	}

	// --- Data path ----------------------------------------------------------------------------------

	// Where a frame to the group goes. own_asks_here: see Queriers.
	Way where_to(u64 mac, u16 vlan, u32 now, bool report, bool own_asks_here) const
	{
		const bool ipv6 = mac_is_ipv6_group(mac);
		if ((mac_is_for_all(mac) && !report) || !queriers_.is_asked(ipv6, vlan, now, own_asks_here))
			return {kToAll, true};
		const bool host_routes = routers_[ipv6].has(BRLITE_LOCAL_PORT);
		const u32 set = report ? kMostSets : members_.set_of(mac, vlan);
		const u32 list = set == kMostSets ? kToRouters + u32{ipv6} : kFirstSet + set;
		return {static_cast<u16>(list), host_routes || (!report && host_.has(mac))};
	}

	// The ports of a list, one after the other: the first at or above `from`. INVARIANT: list is not
	// kToAll.
	u32 next_port(u16 list, u32 from) const
	{
		if (list == kToAsked)
			return from;
		if (list < kFirstSet)
			return always_.next(from, routers_[list - kToRouters], always_);
		const u32 set = list - kFirstSet;
		return members_.members(set).next(from, routers_[members_.is_ipv6(set)], always_);
	}

	// --- Messages -------------------------------------------------------------------------------------

	// own_asks_here: see Queriers.
	Heard heard(GroupParser &parser, const GroupMessage &message, const brlite_port &in, u16 vlan,
		    u32 now, bool own_asks_here)
	{
		Heard heard;
		if (message.kind == GroupMessage::Kind::router) {
			note_router(message.ipv6, in, now);
		} else if (message.kind == GroupMessage::Kind::query) {
			if (take(in.index, now, kQuestionCost))
				hear_question(message, in, vlan, now, own_asks_here);
		} else if (in.index != BRLITE_LOCAL_PORT) { // this host's are in its filter
			GroupRecord record;
			while (parser.next(record)) {
				if (!(record.joins || record.leaves) || !is_joinable_group(record.group))
					continue;
				if (!take(in.index, now, 1)) {
					heard.refused++;
					give_all(message.ipv6, in.index, now + kMembershipInterval);
					break;
				}
				record.joins ? join(record.group, vlan, in, now, heard)
					     : leave(record.group, vlan, in, now, heard);
			}
		}
		return heard;
	}

	// --- Time -----------------------------------------------------------------------------------------

	// Returns how many memberships ended.
	u32 age(u32 now)
	{
		for (u32 ipv6 = 0; ipv6 < 2; ipv6++)
			for (u32 port = 0; port <= BRLITE_MAX_PORTS; port++)
				if (u32 &until = router_until_[ipv6][port]; until && is_past(now, until))
					give_all(ipv6, port, 0);
		if (queriers_.age(now, questions_.earliest(now)))
			questions_.soon(now);
		const u32 left = members_.remove_if(now, [now](const Member &member) {
			return !member.permanent && is_past(now, member.expires);
		});
		members_.age_sets(now);
		return left;
	}

	// What this bridge has to ask now; false: nothing. vlans: those that it asks in, null for none at
	// all.
	bool next_question(u32 now, const brlite_vlans *vlans, GroupQuestion &question)
	{
		return questions_.next(queriers_, now, vlans, question);
	}

	// --- Settings -------------------------------------------------------------------------------------

	void set_querier(bool on, u32 now)
	{
		if (on == queriers_.own())
			return;
		queriers_.set_own(on, now);
		questions_.start(now);
	}

	// There may be members whom nobody has asked.
	void ask_soon(u32 now) { questions_.soon(now); }
	// This bridge asks in other VLANs from now on: who has not been asked there gets everything for a
	// while.
	void ask_elsewhere(u32 now)
	{
		queriers_.set_own(queriers_.own(), questions_.earliest(now));
		questions_.soon(now);
	}

	// By hand: a router is always behind the port. gone: there is none from now on.
	void set_router(u32 port, bool always, bool gone)
	{
		always_.put(port, always);
		for (u32 ipv6 = 0; gone && ipv6 < 2; ipv6++)
			give_all(ipv6, port, 0);
	}

	void set_host(const HostFilter &filter) { host_.become(filter); }
	Error set_member(const IpAddress &group, u16 vlan, u32 port, bool permanent, bool replace, u32 now)
	{
		Member *member = members_.find(group, vlan, port);
		if (member && !replace)
			return Error::exists;
		if (member) {
			members_.make_permanent(*member, permanent);
			member->expires = now + kMembershipInterval;
			return Error::none;
		}
		return members_.add(group, vlan, port, now, permanent).error();
	}
	Error remove_member(const IpAddress &group, u16 vlan, u32 port, u32 now)
	{
		Member *member = members_.find(group, vlan, port);
		if (!member)
			return Error::missing;
		members_.remove(*member, now);
		return Error::none;
	}
	const Member *next_member(u32 &position) const { return members_.next(position); }
	// Seconds that the port is still taken for one with a router; 0: it is not.
	u32 router_for(bool ipv6, u32 port, u32 now) const
	{
		const u32 until = router_until_[ipv6][port];
		return until && !is_past(now, until) ? until - now : 0;
	}
	bool is_always_router(u32 port) const { return always_.has(port); }

	// What was heard on the port means nothing any more; `too`: nor does what was said by hand.
	void forget(u32 port, bool by_hand, u32 now)
	{
		for (u32 ipv6 = 0; ipv6 < 2; ipv6++)
			give_all(ipv6, port, 0);
		members_.remove_if(now, [=](const Member &member) {
			return member.port == port && (by_hand || !member.permanent);
		});
		if (by_hand)
			always_.put(port, false);
	}
	// Nor what was heard anywhere: the VLANs that it was heard in are no more.
	void forget_all(u32 now)
	{
		members_.remove_if(now, [](const Member &member) { return !member.permanent; });
		queriers_.forget(questions_.earliest(now));
		questions_.soon(now);
	}

private:
	bool take(u32 port, u32 now, u32 records)
	{
		Budget &budget = budget_[port];
		if (budget.second != now)
			budget = {now, 0};
		if (budget.records >= kRecordsPerSecond)
			return false;
		budget.records += records;
		return true;
	}

	// until 0: no longer.
	void give_all(bool ipv6, u32 port, u32 until)
	{
		u32 &ends = router_until_[ipv6][port];
		if (until && ends && is_past(ends, until))
			return; // for longer already
		ends = until;
		routers_[ipv6].put(port, ends);
	}
	void note_router(bool ipv6, const brlite_port &in, u32 now)
	{
		if (!(load_relaxed(in.policy) & BRLITE_NEVER_ROUTER))
			give_all(ipv6, in.index, now + kQuerierPresent);
	}

	void hear_question(const GroupMessage &query, const brlite_port &in, u16 vlan, u32 now,
			   bool own_asks_here)
	{
		// HOSTILE: a guest that is to be no router cannot be the one who asks, either.
		if (in.is_guest && load_relaxed(in.policy) & BRLITE_NEVER_ROUTER)
			return;
		if (!queriers_.heard(query, vlan, now, own_asks_here))
			return;
		note_router(query.ipv6, in, now);
		if (!query.shortens)
			return;
		const u32 soon = now + 2 * (query.response_ms / 1000 + 1);
		members_.each_of(query.group, vlan, [soon](Member &member) {
			if (!member.permanent && is_past(member.expires, soon))
				member.expires = soon;
		});
	}

	void join(const IpAddress &group, u16 vlan, const brlite_port &in, u32 now, Heard &heard)
	{
		if (Member *member = members_.find(group, vlan, in.index)) {
			member->expires = now + kMembershipInterval;
		} else if (members_.add(group, vlan, in.index, now, false)) {
			heard.joined++;
		} else {
			heard.refused++;
			give_all(!is_ipv4(group), in.index, now + kMembershipInterval);
		}
	}

	void leave(const IpAddress &group, u16 vlan, const brlite_port &in, u32 now, Heard &heard)
	{
		Member *member = members_.find(group, vlan, in.index);
		if (!member || member->permanent)
			return;
		const bool ipv6 = !is_ipv4(group);
		if (load_relaxed(in.policy) & BRLITE_FAST_LEAVE) {
			members_.remove(*member, now);
			heard.left++;
		} else if (queriers_.own() && !queriers_.other_asks(ipv6, vlan, now) &&
			   questions_.add({group, vlan, in.index, ipv6, true}, now)) {
			member->expires = now + kLastMember;
		} // else who asks will ask now, and wait for an answer
	}
};
} // namespace ringway::brlite
