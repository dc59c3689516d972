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
// Why the frame must not pass, or 0. routes: may the port send on, as a router, what that port sent?
template <typename Routes>
__attribute__((noinline)) u8 check_addresses(const Claims &claims, const brlite_frame &frame, u64 source,
					     u32 port, bool locked, Routes routes)
{
	const Sender sender = SenderParser(static_cast<const u8 *>(frame.data), frame.staged).parse();
	const auto may_use = [&](IpAddress address, bool announced) {
		const u32 owner = claims.owner_of(address);
		if (owner == Claims::kNobody)
			return !locked || address == link_local_of(source);
		return owner == port || (!locked && !announced && routes(owner));
	};
	if (locked ? sender.hidden : sender.conceals)
		return BRLITE_DROP_LOCKED_HIDDEN;
	if (locked && sender.server)
		return BRLITE_DROP_LOCKED_SERVER;
	if (sender.has_source && !may_use(sender.source, sender.announces))
		return BRLITE_DROP_LOCKED_ADDRESS;
	if (sender.has_target && !may_use(sender.target, true))
		return BRLITE_DROP_LOCKED_ADDRESS;
	return 0;
}
} // namespace ringway::brlite
