// SPDX-License-Identifier: GPL-2.0-only
//
// Who is a member of which group, and where a frame to a group's MAC address goes.
//
// Two kinds of records lie in one pool, found by one hash. A membership is a group's IP address, its VLAN and
// a port: what reports speak of and what an administrator sees. Groups share MAC addresses, so a port's
// memberships with the same one are counted in a second record; while that is there, the port's bit is in the
// set of the MAC address. Frames are sent by those sets: an FDB of its own leads to them.
//
// A set outlives its last member by a while: its number is in verdicts that others act upon just now.
//
// HOSTILE: who reports picks the groups. The hash is keyed, the pool is bounded, and one port can have only
// its share of it. Whatever a record asks for takes the same few steps.
//
// CONTEXT: all changes and all walks under the FDB's lock; set_of() and members() by anybody, without one.
#pragma once
#include "bridge-lite/judge/port_set.hpp"
#include "core/fdb.hpp"
#include "core/group_message.hpp"
#include "core/result.hpp"

namespace ringway::brlite
{
inline constexpr u32 kMostMembers = 4096; // records of both kinds
inline constexpr u32 kMostSets = 1024;
inline constexpr u32 kMembersPerPort = 128;     // memberships by reports
inline constexpr u32 kMembershipInterval = 260; // seconds; RFC 3376, 8

struct Member {
	static constexpr u16 kNone = 0xffff;

	IpAddress group; // or kMacHigh and a MAC address: the second kind
	u32 expires;     // second
	u16 vlan, port;
	u16 next;  // with the same hash, or in the list of free ones
	u16 set;   // second kind
	u16 count; // second kind: memberships that it stands for
	bool used, permanent;

	static constexpr u64 kMacHigh = kIpv4High - 1; // no joinable group has it
	bool is_membership() const { return used && group.high != kMacHigh; }
};

class Members
{
	struct Set {
		u64 key; // MAC address and VLAN; 0: free
		PortSet ports;
		u32 members;
		u32 left; // the second when the last one left
	};

	u64 seed_ = 0;
	u16 free_ = Member::kNone, used_end_ = 0;
	u32 free_sets_ = kMostSets; // the first of these numbers
	u16 free_set_[kMostSets];
	u16 head_[kMostMembers];
	u16 by_reports_[BRLITE_MAX_PORTS + 1] = {};
	Member member_[kMostMembers] = {};
	Set set_[kMostSets] = {};
	Fdb keys_;
	FdbBucket buckets_[1024] = {};
	static_assert(Fdb::buckets_for(kMostSets) == 1024);

public:
	void init(const u64 seed[2])
	{
		seed_ = seed[0];
		keys_.attach(buckets_, 1024, {seed[1], seed[0]});
		for (u16 &head : head_)
			head = Member::kNone;
		for (u32 i = 0; i < kMostSets; i++)
			free_set_[i] = static_cast<u16>(i);
	}

	// --- Data path ----------------------------------------------------------------------------------

	// The set's number, or kMostSets: there is none. CONTEXT: any, no lock.
	u32 set_of(u64 mac, u16 vlan) const
	{
		const FdbHit hit = keys_.find(fdb_key(mac, vlan));
		return hit ? hit.target.port() : kMostSets;
	}
	const PortSet &members(u32 set) const { return set_[set].ports; }
	bool is_ipv6(u32 set) const { return mac_is_ipv6_group(fdb_key_mac(load_relaxed(set_[set].key))); }

	// --- Changes ------------------------------------------------------------------------------------

	Member *find(const IpAddress &group, u16 vlan, u32 port)
	{
		for (u16 i = head_[home(group, vlan, port)]; i != Member::kNone; i = member_[i].next) {
			Member &member = member_[i];
			if (member.group == group && member.vlan == vlan && member.port == port)
				return &member;
		}
		return nullptr;
	}

	// INVARIANT: it is not there yet.
	Result<Member *> add(const IpAddress &group, u16 vlan, u32 port, u32 now, bool permanent)
	{
		if (!permanent && by_reports_[port] >= kMembersPerPort)
			return Error::full;
		const u64 mac = group_mac(group);
		Member *at_mac = find({Member::kMacHigh, mac}, vlan, port);
		if (!at_mac)
			at_mac = TRY(add_at_mac(mac, vlan, port));
		Member *made = make(group, vlan, port);
		if (!made) {
			if (!at_mac->count)
				drop_at_mac(*at_mac, now);
			return Error::full;
		}
		at_mac->count++;
		made->expires = now + kMembershipInterval;
		made->permanent = permanent;
		by_reports_[port] = static_cast<u16>(by_reports_[port] + !permanent);
		return made;
	}

	// INVARIANT: a membership.
	void remove(Member &member, u32 now)
	{
		Member *at_mac = find({Member::kMacHigh, group_mac(member.group)}, member.vlan, member.port);
		by_reports_[member.port] = static_cast<u16>(by_reports_[member.port] - !member.permanent);
		discard(member);
		if (at_mac && !--at_mac->count)
			drop_at_mac(*at_mac, now);
	}

	// From now on it stays, or from now on it ages.
	void make_permanent(Member &member, bool on)
	{
		by_reports_[member.port] = static_cast<u16>(by_reports_[member.port] + member.permanent - on);
		member.permanent = on;
	}

	template <typename Asked>
	u32 remove_if(u32 now, Asked asked)
	{
		u32 removed = 0;
		for (u32 i = 0; i < used_end_; i++)
			if (member_[i].is_membership() && asked(member_[i])) {
				remove(member_[i], now);
				removed++;
			}
		return removed;
	}

	// The memberships, in an order that stays; position is 0 at first.
	const Member *next(u32 &position) const
	{
		while (position < used_end_)
			if (const Member &member = member_[position++]; member.is_membership())
				return &member;
		return nullptr;
	}
	template <typename Change>
	void each_of(const IpAddress &group, u16 vlan, Change change)
	{
		for (u32 port = 0; port <= BRLITE_MAX_PORTS; port++)
			if (by_reports_[port])
				if (Member *member = find(group, vlan, port))
					change(*member);
	}

	// Sets that nobody has been in for a while. More than a second: longer than any verdict lives.
	void age_sets(u32 now)
	{
		for (Set &set : set_)
			if (set.key && !set.members && now - set.left >= 2) {
				if (const FdbHit hit = keys_.find(set.key))
					keys_.erase(*hit.slot);
				set.key = 0;
				free_set_[free_sets_++] = static_cast<u16>(&set - set_);
			}
	}

private:
	u32 home(const IpAddress &group, u16 vlan, u32 port) const
	{
		u64 hash = (group.high ^ seed_) * 0x9e3779b97f4a7c15;
		hash ^= hash >> 32;
		hash = (hash ^ group.low ^ u64{vlan} << 16 ^ port) * 0xbf58476d1ce4e5b9;
		hash ^= hash >> 29;
		return static_cast<u32>(hash * 0x9e3779b97f4a7c15 >> 52);
	}
	static_assert(kMostMembers == 1u << (64 - 52));

	Member *make(const IpAddress &group, u16 vlan, u32 port)
	{
		u16 index = free_;
		if (index != Member::kNone)
			free_ = member_[index].next;
		else if (used_end_ < kMostMembers)
			index = used_end_++;
		else
			return nullptr;
		u16 &head = head_[home(group, vlan, port)];
		member_[index] = {group, 0, vlan, static_cast<u16>(port), head, 0, 0, true, false};
		head = index;
		return &member_[index];
	}

	void discard(Member &member)
	{
		const auto index = static_cast<u16>(&member - member_);
		u16 *link = &head_[home(member.group, member.vlan, member.port)];
		while (*link != index)
			link = &member_[*link].next;
		*link = member.next;
		member.used = false;
		member.next = free_;
		free_ = index;
	}

	Result<Member *> add_at_mac(u64 mac, u16 vlan, u32 port)
	{
		u32 index = set_of(mac, vlan);
		if (index == kMostSets)
			index = TRY(make_set(fdb_key(mac, vlan)));
		Member *made = make({Member::kMacHigh, mac}, vlan, port);
		if (!made)
			return Error::full; // an empty set ages away
		made->set = static_cast<u16>(index);
		set_[index].members++;
		set_[index].ports.put(port, true);
		return made;
	}

	void drop_at_mac(Member &at_mac, u32 now)
	{
		Set &set = set_[at_mac.set];
		set.ports.put(at_mac.port, false);
		set.left = now;
		set.members--;
		discard(at_mac);
	}

	Result<u32> make_set(u64 key)
	{
		if (!free_sets_)
			return Error::full;
		const u32 index = free_set_[free_sets_ - 1];
		if (!keys_.insert(key, {index}, 0))
			return Error::full;
		free_sets_--;
		set_[index].key = key;
		set_[index].left = 0;
		return index;
	}
};
} // namespace ringway::brlite
