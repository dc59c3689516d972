// SPDX-License-Identifier: GPL-2.0-only
//
// The lock of a port to its IP addresses.
//
// What a locked port sends must come from an address that is its own: IP sources, ARP senders, what neighbour
// discovery announces. Its own are those it was given, and the link-local one made of the Ethernet source.
// It may have none yet where the protocols know how to say so (DHCP discovery, ARP probe, duplicate address
// detection), is no DHCP server and no router, and hides nothing.
//
// All other ports, uplinks among them, are asked for one thing: not to use what a locked port was given.
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
// May this port use the address?
inline bool may_use(const Claims &claims, IpAddress address, u64 source, u32 port, bool locked)
{
	const u32 owner = claims.owner_of(address);
	if (owner != Claims::kNobody)
		return owner == port;
	return !locked || address == link_local_of(source);
}

// Why the frame must not pass, or 0.
__attribute__((noinline)) inline u8 check_addresses(const Claims &claims, const brlite_frame &frame,
						    u64 source, u32 port, bool locked)
{
	const Sender sender = SenderParser(static_cast<const u8 *>(frame.data), frame.staged).parse();
	if (locked && sender.hidden)
		return BRLITE_DROP_LOCKED_HIDDEN;
	if (locked && sender.server)
		return BRLITE_DROP_LOCKED_SERVER;
	if (sender.has_source && !may_use(claims, sender.source, source, port, locked))
		return BRLITE_DROP_LOCKED_ADDRESS;
	if (sender.has_target && !may_use(claims, sender.target, source, port, locked))
		return BRLITE_DROP_LOCKED_ADDRESS;
	return 0;
}
} // namespace ringway::brlite
