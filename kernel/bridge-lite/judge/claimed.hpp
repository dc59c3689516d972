// SPDX-License-Identifier: GPL-2.0-only
//
// The lock of a port to its IP addresses.
//
// What a locked port sends must come from an address that is its own: IP sources, ARP senders, what neighbour
// discovery announces. Its own are those it was given, and the link-local one made of the Ethernet source.
// It may have none yet where the protocols know how to say so (DHCP discovery, ARP probe, duplicate address
// detection), is no DHCP server and no router, and hides nothing.
//
// All other ports, uplinks among them, are asked for one thing: not to be taken for who has a locked address.
// What ARP and neighbour discovery say is theirs must be; and so must the IP source of what another guest
// sends, unless it comes from a router: one behind an uplink, or a guest that routes into another VLAN, sends
// on what a locked port sent to it.
//
// HOSTILE: the frame. It lies in memory that its sender cannot reach any more.
#pragma once
#include "core/claims.hpp"
#include "core/sender.hpp"
#include "bridge-lite/types.h"

struct brlite_claims final : ringway::Claims {
};

namespace ringway::brlite
{
// Has this port the address?
inline bool may_use(const Claims &claims, IpAddress address, u64 source, u32 port, bool locked)
{
	const u32 owner = claims.owner_of(address);
	if (owner != Claims::kNobody)
		return owner == port;
	return !locked || address == link_local_of(source);
}

// Why the frame must not pass, 0: it may. It may as well if the port, as a router, may send on what `sent_by`
// sent.
struct Refusal {
	u8 reason;
	u32 sent_by; // or Claims::kNobody
};

// A function, not a template: there is one copy of all that it reads, in one piece.
__attribute__((noinline)) inline Refusal check_addresses(const Claims &claims, const brlite_frame &frame,
							 u64 source, u32 port, bool locked)
{
	constexpr u32 nobody = Claims::kNobody;
	const Sender sender = SenderParser(static_cast<const u8 *>(frame.data), frame.staged).parse();
	if (locked ? sender.hidden : sender.conceals)
		return {BRLITE_DROP_LOCKED_HIDDEN, nobody};
	if (locked && sender.server)
		return {BRLITE_DROP_LOCKED_SERVER, nobody};
	if (sender.has_target && !may_use(claims, sender.target, source, port, locked))
		return {BRLITE_DROP_LOCKED_ADDRESS, nobody};
	if (sender.has_source && !may_use(claims, sender.source, source, port, locked))
		return {BRLITE_DROP_LOCKED_ADDRESS,
			locked || sender.announces ? nobody : claims.owner_of(sender.source)};
	return {0, nobody};
}
} // namespace ringway::brlite
