// SPDX-License-Identifier: GPL-2.0-only
//
// What switch_fuzz compares the switch with: the same rules, told again as plainly as possible.
#pragma once
#include "switch_env.hpp"
#include <algorithm>
#include <map>
#include <optional>

using namespace ringway;
using namespace ringway::brlite;

namespace
{
constexpr u32 kPorts = 5;                                // this host's among them
constexpr u32 kLimit = 16, kReserve = 4, kPortLimit = 6; // addresses
constexpr u32 kMaxFrame = 1518;

// The VLANs of a port, and how frames of each leave.
struct Vlans {
	std::map<u16, bool> untagged;
	u16 pvid = 0;

	bool has(u16 id) const { return untagged.contains(id); }
};

// What a frame says about its VLAN: nothing, or a VID, which may be 0.
using Says = std::optional<u16>;

struct Known {
	u16 port;
	u32 flags; // FdbTarget::kStatic, kLocal, kSticky
	u32 seen;
	bool by_hand = false; // an administrator is not bound by the ports' limits

	bool ages() const { return !(flags & (FdbTarget::kStatic | FdbTarget::kLocal)); }
};

// A token bucket as it is told: tokens come with time, up to a burst; a packet takes one.
struct Bucket {
	u64 rate = 0, burst = 0, tokens = 0;
	u32 when = 0;

	bool take()
	{
		if (!rate)
			return true;
		tokens = std::min(burst, tokens + (seconds - when) * rate);
		when = seconds;
		return tokens && tokens--;
	}
};

struct Model {
	Bucket bucket[kPorts][BRLITE_STORM_KINDS];
	std::map<u64, Known> known; // by address and VLAN
	Vlans vlans[kPorts];
	bool filtering = false;
	bool attached[kPorts] = {}, up[kPorts] = {};
	brlite_gate gate[kPorts] = {}; // an open one, where a port is up
	u32 policy[kPorts] = {};
	bool promisc = false;
	u32 forwarded_groups = 0;
	u32 ageing = 0;

	u32 learned(u16 port) const
	{
		u32 n = 0;
		for (const auto &[mac, entry] : known)
			n += entry.port == port && entry.ages();
		return n;
	}
	// The last two of them are, and have half of the table.
	static bool is_guest(u32 port) { return port + 2 >= kPorts; }
	u32 learned_by(bool guests) const
	{
		u32 n = 0;
		for (const auto &[mac, entry] : known)
			n += entry.ages() && is_guest(entry.port) == guests;
		return n;
	}
	u32 learned() const { return learned_by(true) + learned_by(false); }
	bool has_room(u32 flags) const
	{
		const bool ages = !(flags & (FdbTarget::kStatic | FdbTarget::kLocal));
		return known.size() < kLimit + kReserve && (!ages || learned() < kLimit);
	}
	u32 aging_by_hand(u32 port) const
	{
		u32 n = 0;
		for (const auto &[mac, entry] : known)
			n += entry.port == port && entry.ages() && entry.by_hand;
		return n;
	}
	template <typename Condition>
	void forget(Condition condition)
	{
		std::erase_if(known, [&](const auto &entry) { return condition(entry.second); });
	}
	// The entry of that VLAN, or else the one of all VLANs.
	std::map<u64, Known>::iterator look_up(u64 mac, u16 vlan)
	{
		const auto at = known.find(fdb_key(mac, vlan));
		return at == known.end() ? known.find(mac) : at;
	}
	u8 learn(u16 in, u64 source, u16 vlan)
	{
		if (in == BRLITE_LOCAL_PORT)
			return 0;
		if (!mac_is_station(source))
			return BRLITE_DROP_SOURCE_INVALID;
		const auto at = look_up(source, vlan);
		if (at != known.end() && at->second.flags & FdbTarget::kLocal)
			return BRLITE_DROP_SOURCE_LOCAL;
		if (at != known.end() && at->second.port == in) {
			at->second.seen = seconds;
			return 0;
		}
		if (policy[in] & BRLITE_LOCKED)
			return BRLITE_DROP_LOCKED_MAC;
		if (at != known.end() && at->second.flags)
			return policy[at->second.port] & BRLITE_LOCKED ? BRLITE_DROP_LOCKED_MAC : 0;
		if (policy[in] & BRLITE_NO_LEARNING)
			return 0;
		if (!ageing || learned(in) >= kPortLimit)
			return 0;
		const u64 key = fdb_key(source, vlan);
		const bool room = has_room(0) && (!is_guest(in) || learned_by(true) < kLimit / 2);
		if (known.contains(key) || room)
			known[key] = {in, 0, seconds};
		return 0;
	}
	// Read once more, in another way than the switch does. Nothing at all when the tag is cut off.
	static std::optional<Says> tag_of(const Frame &frame)
	{
		const auto *bytes = static_cast<const u8 *>(frame.data);
		if (frame.flags & BRLITE_FRAME_TAG_BESIDE)
			return Says(static_cast<u16>(frame.flags >> BRLITE_FRAME_VID_SHIFT));
		if (frame.flags & BRLITE_FRAME_TAG_OTHER || bytes[12] != 0x81 || bytes[13] != 0)
			return Says();
		if (frame.staged < 18)
			return {};
		return Says(static_cast<u16>((bytes[14] & 15) << 8 | bytes[15]));
	}
	u16 vlan_of(u16 in, Says says) const
	{
		const u16 id = says.value_or(0) ? *says : vlans[in].pvid;
		return vlans[in].has(id) ? id : 0;
	}
	bool changes_tag(u16 to, u16 vlan, Says says) const
	{
		return vlans[to].untagged.at(vlan) ? says.has_value() : says.value_or(0) == 0;
	}
	// Do floods differ from frame to frame, or is one copied for a mirror?
	u16 alone(u32 in) const
	{
		u32 all = 0;
		for (u32 p = 0; p < kPorts; p++)
			all |= attached[p] ? policy[p] : 0;
		const bool mirrored = all & BRLITE_MIRROR_TO || policy[in] & BRLITE_MIRROR_FROM;
		return filtering || all & BRLITE_NO_FLOOD || mirrored ? BRLITE_VIA_SKB : 0;
	}
	bool gets_flood(u32 p, u32 from, u64 to, Says says) const
	{
		const u16 vlan = vlan_of(static_cast<u16>(from), says);
		if (filtering && (!vlan || !vlans[p].has(vlan)))
			return false;
		const bool hosts_own = from == BRLITE_LOCAL_PORT && mac_is_group(to);
		const u32 refused = hosts_own             ? 0
				    : to == kMacBroadcast ? BRLITE_NO_BROADCAST_FLOOD
				    : mac_is_group(to)    ? BRLITE_NO_MULTICAST_FLOOD
							  : BRLITE_NO_UNICAST_FLOOD;
		return p != from && up[p] && !(policy[p] & refused) &&
		       !(policy[p] & policy[from] & BRLITE_ISOLATED);
	}
	// What becomes of a frame: action, reason, flags and port.
	struct Outcome {
		u8 action, reason;
		u16 flags = 0;
		std::optional<u16> port = {};
		u16 vlan = 0;
	};
	Outcome limited(u16 in, u64 to, Outcome flooded)
	{
		const u32 kind = to == kMacBroadcast ? BRLITE_STORM_BROADCAST
				 : mac_is_group(to)  ? BRLITE_STORM_MULTICAST
						     : BRLITE_STORM_UNKNOWN;
		if (policy[in] & BRLITE_STORM && !bucket[in][kind].take())
			return {BRLITE_DROP, BRLITE_DROP_STORM};
		return flooded;
	}
	// What was never to pass: 01:80:c2:00:00:00 to 0f, but for :00 and what the administrator says.
	bool is_for_neighbour(u64 to) const
	{
		for (u8 last = 1; last < 16; last++)
			if (to == mac_of(0x01, 0x80, 0xc2, 0, 0, last))
				return !(forwarded_groups >> last & 1);
		return false;
	}
	// That is the reason before all others.
	Outcome judge(u16 in, const Frame &frame)
	{
		const Outcome outcome = judge_rest(in, frame);
		if (frame.staged < 14 || outcome.action != BRLITE_DROP)
			return outcome;
		const u64 to = mac_load(static_cast<const u8 *>(frame.data));
		if (gate[in] && to == mac_of(0x01, 0x80, 0xc2, 0, 0, 0))
			return {BRLITE_HEARD, BRLITE_DROP_LINK_LOCAL};
		return is_for_neighbour(to) ? Outcome{BRLITE_DROP, BRLITE_DROP_LINK_LOCAL} : outcome;
	}
	// A port that is not open yet, but learns.
	void only_learn(u16 in, const Frame &frame)
	{
		const u64 from = mac_load(static_cast<const u8 *>(frame.data) + 6);
		const auto tag = tag_of(frame);
		if (!filtering)
			learn(in, from, 0);
		else if (tag && vlan_of(in, *tag))
			learn(in, from, vlan_of(in, *tag));
	}
	Outcome judge_rest(u16 in, const Frame &frame)
	{
		const auto drop = [](u8 reason) { return Outcome{BRLITE_DROP, reason}; };
		if (!up[in] && gate[in] == BRLITE_GATE_LEARNING && frame.staged >= 14)
			only_learn(in, frame);
		if (!up[in])
			return drop(BRLITE_DROP_PORT_DOWN);
		if (frame.staged < 14)
			return drop(BRLITE_DROP_RUNT);
		const auto *bytes = static_cast<const u8 *>(frame.data);
		const u64 to = mac_load(bytes), from = mac_load(bytes + 6);
		Says says;
		u16 vlan = 0;
		if (filtering) {
			const auto tag = tag_of(frame);
			if (!tag)
				return drop(BRLITE_DROP_RUNT);
			says = *tag;
			vlan = vlan_of(in, says);
			if (!vlan)
				return drop(BRLITE_DROP_VLAN);
		}
		if (const u8 refused = learn(in, from, vlan))
			return drop(refused);
		const bool local = in == BRLITE_LOCAL_PORT;
		const u16 copy = promisc && !local ? BRLITE_AND_LOCAL : 0;
		if (is_for_neighbour(to))
			return drop(BRLITE_DROP_LINK_LOCAL);
		const bool host = !local && (!filtering || promisc || vlans[BRLITE_LOCAL_PORT].has(vlan));
		const auto flood = [&](u16 flags) {
			return limited(in, to,
				       {BRLITE_FLOOD,
					BRLITE_FLOODED,
					static_cast<u16>(flags | alone(in)),
					{},
					vlan});
		};
		if (mac_is_group(to))
			return flood(host ? BRLITE_AND_LOCAL : 0);
		const auto at = look_up(to, vlan);
		if (at == known.end())
			return flood(copy);
		if (at->second.flags & FdbTarget::kLocal) {
			if (local)
				return drop(BRLITE_DROP_HAIRPIN);
			if (!filtering)
				return {BRLITE_LOCAL, BRLITE_TO_LOCAL};
			if (!vlans[BRLITE_LOCAL_PORT].has(vlan))
				return drop(BRLITE_DROP_VLAN);
			const bool changes = changes_tag(BRLITE_LOCAL_PORT, vlan, says);
			return {BRLITE_LOCAL,
				BRLITE_TO_LOCAL,
				static_cast<u16>(changes ? BRLITE_VIA_SKB : 0),
				{},
				changes ? vlan : u16{0}};
		}
		const u16 port = at->second.port;
		if (port == in)
			return drop(BRLITE_DROP_HAIRPIN);
		if (!up[port])
			return drop(BRLITE_DROP_EGRESS_DOWN);
		if (policy[port] & policy[in] & BRLITE_ISOLATED)
			return drop(BRLITE_DROP_ISOLATED);
		if (filtering && !vlans[port].has(vlan))
			return drop(BRLITE_DROP_VLAN);
		if (frame.len > kMaxFrame && !(frame.flags & BRLITE_FRAME_GSO))
			return drop(BRLITE_DROP_OVERSIZE);
		const bool mirrored = policy[in] & BRLITE_MIRROR_FROM || policy[port] & BRLITE_MIRROR_TO;
		const bool via_skb = mirrored || (filtering && changes_tag(port, vlan, says));
		const u16 how = static_cast<u16>(copy | (via_skb ? BRLITE_VIA_SKB : 0));
		return {BRLITE_PORT, BRLITE_FORWARDED, how, port, how ? vlan : u16{0}};
	}
};
} // namespace
