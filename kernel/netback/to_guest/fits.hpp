// SPDX-License-Identifier: GPL-2.0-only
//
// Does a receiver get what a packet's flags promise when the packet comes to it as it is?
//
// `gets` is what its device says that it may get (Vif::gets, NETBACK_OFFLOAD_*): what its frontend can do,
// less what the administrator has switched off. Linux asks the same of what comes as an skb.
#pragma once
#include "core/offload.hpp"
#include "core/packet.hpp"
#include "netback/entry.h"

namespace ringway::netback
{
RINGWAY_ALWAYS_INLINE u16 receive_flags(const Packet &packet)
{
	if (RINGWAY_LIKELY(!packet.flags))
		return 0;
	if (packet.flags & NETTXF_csum_blank)
		return NETRXF_csum_blank | NETRXF_data_validated;
	return packet.flags & NETTXF_data_validated ? NETRXF_data_validated : 0;
}

// Does the receiver fill in this packet's checksum? IPv4 and IPv6 are negotiated apart; whatever is
// neither by its first Ethernet type (tagged, say) needs both.
inline bool checksum_fits(u32 gets, const Packet &packet)
{
	const bool v4 = packet.head[12] == 0x08 && packet.head[13] == 0x00;
	const bool v6 = packet.head[12] == 0x86 && packet.head[13] == 0xdd;
	return (v6 || gets & NETBACK_OFFLOAD_CSUM4) && (v4 || gets & NETBACK_OFFLOAD_CSUM6);
}

// Would the receiver get what the packet's flags promise? A frame that lies about its headers, and GSO
// without a blank checksum (some frontends do that, it has to be repaired), go the thorough way as skbs.
inline bool offloads_fit(u32 gets, const Packet &packet)
{
	if (RINGWAY_LIKELY(!packet.flags && !packet.gso()))
		return packet.len <= kPageSize || gets & NETBACK_OFFLOAD_SG;
	if (packet.flags & NETTXF_csum_blank) {
		if (!checksum_fits(gets, packet) ||
		    !offload_headers_fit(packet.head, packet.staged, packet.len, packet.gso_type))
			return false;
	} else if (packet.gso()) {
		return false;
	}
	const u32 tso =
		packet.gso_type == XEN_NETIF_GSO_TYPE_TCPV4 ? NETBACK_OFFLOAD_TSO4 : NETBACK_OFFLOAD_TSO6;
	if (packet.gso() && !(gets & tso))
		return false;
	return gets & NETBACK_OFFLOAD_SG || packet.len <= kPageSize;
}

// The same for the common packets: none or only a blank checksum. False: ask offloads_fit().
RINGWAY_ALWAYS_INLINE bool plainly_fits(u32 gets, const Packet &packet)
{
	if (RINGWAY_UNLIKELY(packet.gso()))
		return false;
	return !(packet.flags & NETTXF_csum_blank) ||
	       (gets & NETBACK_OFFLOAD_CSUM4 && is_plain_transport(packet.head, packet.staged, packet.len));
}
} // namespace ringway::netback
