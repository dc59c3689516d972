// SPDX-License-Identifier: GPL-2.0-only
//
// Floods: which ports a frame goes to whose address nobody knows or whose address is a group's, and how many
// of them a port may send.
#pragma once
#include "bridge-lite/judge/claimed.hpp"
#include "bridge-lite/judge/frame_rules.hpp"
#include "bridge-lite/judge/ports.hpp"
#include "bridge-lite/judge/vlan_tags.hpp"
#include "core/asked_address.hpp"
#include "core/storm.hpp"

// What brlite_port.storm points to.
struct brlite_storm final {
	ringway::StormLimit limit[BRLITE_STORM_KINDS];
};

namespace ringway::brlite
{
RINGWAY_ALWAYS_INLINE brlite_storm_kind flood_kind(u64 destination)
{
	return destination == kMacBroadcast ? BRLITE_STORM_BROADCAST
	       : mac_is_group(destination)  ? BRLITE_STORM_MULTICAST
					    : BRLITE_STORM_UNKNOWN;
}

// The number of the locked port whose address a frame asks for, or Claims::kNobody. That port answers itself,
// so who has BRLITE_NEIGH_SUPPRESS need not be asked.
inline u32 asked_port(const brlite_claims *claims, const Frame &frame, u32 policy)
{
	if (!claims || !(policy & BRLITE_FLOODS_DIFFER))
		return Claims::kNobody;
	return claims->owner_of(asked_address(static_cast<const u8 *>(frame.data), frame.staged));
}

// Asks whether a flooded frame does not go to a port though that is up. chosen: because that wants the group.
// What this host itself says to many is kept from nobody: its questions for addresses and for members must be
// heard. INVARIANT: for a frame from a port with a policy.
template <typename Env>
auto leaves_out(const Port &in, const Frame &frame, const brlite_claims *claims, bool chosen)
{
	constexpr u32 refused_by[] = {BRLITE_NO_BROADCAST_FLOOD, BRLITE_NO_MULTICAST_FLOOD,
				      BRLITE_NO_UNICAST_FLOOD};
	const u64 destination = frame_destination(static_cast<const u8 *>(frame.data));
	const bool to_many = in.index == BRLITE_LOCAL_PORT && mac_is_group(destination);
	const u32 kind = chosen || to_many ? 0 : refused_by[flood_kind(destination)];
	const u32 own = load_relaxed(in.policy), refused = kind | (own & BRLITE_ISOLATED);
	const u32 asked = asked_port(claims, frame, own);
	InTag tag{};
	const bool in_vlan = own & BRLITE_VLANS_FILTERED;
	const bool nowhere = in_vlan && enter_vlan(in, frame, tag);
	return [=, rules = FrameRules<Env>(frame)](Port &port) mutable {
		const u32 policy = load_relaxed(port.policy);
		if (nowhere || (policy & refused) || (in_vlan && !is_vlan_member(port, tag.id)))
			return true;
		if (asked != Claims::kNobody && (policy & BRLITE_NEIGH_SUPPRESS) && asked != port.index)
			return true;
		if (!(policy & BRLITE_RULES_TO) || !rules.refuse(port, BRLITE_TO_GUEST))
			return false;
		Env::count(port, BRLITE_DROP_RULE);
		return true;
	};
}

// Of a frame that goes to all: the next number is the next port's.
inline u32 any_port(u32 number)
{
	return number;
}

// The next of the ports that the frame goes to, at most max; cursor is 0 at first. next: the first number of
// them from one on.
template <typename Env, typename Next, typename LeavesOut>
RINGWAY_ALWAYS_INLINE u32 some_ports(const Ports &ports, const Port &in, const Frame &frame, Port **out,
				     u32 max, u32 &cursor, Next next, LeavesOut leaves_out)
{
	const u32 end = ports.end();
	u32 found = 0, index = next(cursor ? cursor : BRLITE_LOCAL_PORT + 1);
	for (; index < end && found < max; index = next(index + 1)) {
		Port *port = ports.at(index);
		if (!port || port == &in || !load_relaxed(port->up) || leaves_out(*port))
			continue;
		if (too_long(frame, load_relaxed(port->max_frame))) {
			Env::count(*port, BRLITE_DROP_OVERSIZE);
			continue;
		}
		out[found++] = port;
	}
	cursor = index;
	return found;
}
} // namespace ringway::brlite
