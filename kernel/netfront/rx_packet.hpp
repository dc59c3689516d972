// SPDX-License-Identifier: GPL-2.0-only
//
// From responses of the RX ring to a packet: which bytes of which buffers, and what the backend says about
// them. Reads copies of ring slots and touches no buffer.
//
//     response   extra info …   response …
//     (first)    (if EXTRA)     (while MORE)
//
// HOSTILE: every field. A packet is taken or dropped as a whole; in both cases `slots` says how many
// responses it had, so the next packet is found.
#pragma once
#include "core/netif.hpp"

namespace ringway::netfront
{
struct RxPiece {
	u16 slot; // ring slots after the packet's first
	u16 offset;
	u16 length;
};

enum class RxFault : u8 {
	none,
	slot,  // impossible status, offset or chain
	extra, // extra info that is missing, unknown, not negotiated or impossible
	frame, // shorter than an Ethernet header
};

inline constexpr u32 kMaxRxPieces = kLegacySlots + 1;
inline constexpr u32 kMinFrame = 14; // an Ethernet header

struct RxPacket {
	u32 slots = 0; // responses it takes up, extra infos included
	u32 pieces = 0;
	u32 length = 0;
	u16 gso_size = 0;
	u16 headroom = 0; // that the backend says it left at the start of each slot
	bool gso_v6 = false;
	bool checksum_blank = false;
	bool checksum_good = false;
	RxFault fault = RxFault::none;
	RxPiece piece[kMaxRxPieces]; // the first `pieces` hold something

	void set_fault(RxFault what)
	{
		if (fault == RxFault::none)
			fault = what;
	}

	void add(const RxResponse &response, u32 slot)
	{
		if (RINGWAY_UNLIKELY(response.status < 0 ||
				     u32{response.offset} + static_cast<u32>(response.status) > kPageSize))
			return set_fault(RxFault::slot);
		if (RINGWAY_UNLIKELY(response.status == 0))
			return; // legal, carries nothing
		if (RINGWAY_UNLIKELY(pieces == kMaxRxPieces))
			return set_fault(RxFault::slot);
		piece[pieces++] = {static_cast<u16>(slot), response.offset,
				   static_cast<u16>(response.status)};
		length += static_cast<u32>(response.status);
	}

	// What we ever agreed to is GSO, and headroom where the backend offers it.
	void add_extra(const ExtraInfo &extra, bool agreed_headroom)
	{
		if (extra.type == kExtraTypeXdp && agreed_headroom) {
			headroom = extra.u.pad[0];
			return;
		}
		if (extra.type != XEN_NETIF_EXTRA_TYPE_GSO || extra.u.gso.size == 0 ||
		    (extra.u.gso.type != XEN_NETIF_GSO_TYPE_TCPV4 &&
		     extra.u.gso.type != XEN_NETIF_GSO_TYPE_TCPV6))
			return set_fault(RxFault::extra);
		gso_size = extra.u.gso.size;
		gso_v6 = extra.u.gso.type == XEN_NETIF_GSO_TYPE_TCPV6;
	}

	// Some backends describe the packet's bytes, and stock's describes all from the page's start, so that
	// the room counts as data. Data never begins in the room.
	void leave_out_headroom()
	{
		for (u32 i = 0; i < pieces; i++) {
			if (piece[i].offset >= headroom)
				continue;
			const u32 counted = u32{headroom} - piece[i].offset;
			if (piece[i].length <= counted)
				return set_fault(RxFault::slot);
			piece[i].offset = headroom;
			piece[i].length = static_cast<u16>(piece[i].length - counted);
			length -= counted;
		}
	}
};

// The packet that starts at the ring's next response. INVARIANT: 0 < available ≤ what unconsumed() said.
template <typename Ring>
inline void take_rx_packet(const Ring &ring, u32 available, bool agreed_headroom, RxPacket &packet)
{
	const u32 first = ring.rsp_cons();
	RxResponse response = ring.response(first);
	packet.checksum_blank = response.flags & NETRXF_csum_blank;
	packet.checksum_good = response.flags & NETRXF_data_validated;
	packet.add(response, 0);
	u32 n = 1;

	bool more_extra = response.flags & NETRXF_extra_info;
	while (RINGWAY_UNLIKELY(more_extra)) {
		if (n == available) {
			packet.set_fault(RxFault::extra);
			break;
		}
		const auto extra = ring.template response_as<ExtraInfo>(first + n++);
		packet.add_extra(extra, agreed_headroom);
		more_extra = extra.flags & XEN_NETIF_EXTRA_FLAG_MORE;
	}
	while (response.flags & NETRXF_more_data) {
		if (RINGWAY_UNLIKELY(n == available)) {
			packet.set_fault(RxFault::slot);
			break;
		}
		response = ring.response(first + n);
		packet.add(response, n++);
	}
	packet.slots = n;
	if (RINGWAY_UNLIKELY(packet.headroom))
		packet.leave_out_headroom();
	if (RINGWAY_UNLIKELY(packet.length < kMinFrame || packet.length > kMaxRxPieces * kPageSize))
		packet.set_fault(RxFault::frame);
}
} // namespace ringway::netfront
