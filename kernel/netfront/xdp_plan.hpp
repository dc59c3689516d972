// SPDX-License-Identifier: GPL-2.0-only
//
// Where a packet lies while an XDP program looks at it: alone in a page, with room in front for headers that
// the program puts there, and behind for what Linux puts there when it makes an skb of the page.
//
//     0            offset ≥ 256                                     ≤ 3776         4096
//     | room       | packet                          | room to grow  | skb_shared_info |
//
// A backend that was asked for headroom has left it, and the packet is judged in its buffer. What came
// without room, in several slots, or is as short as what is copied anyway, is copied into a page of ours. So
// a program works with any backend, and sees packets that were under way when it was loaded.
#pragma once
#include "netfront/rx_packet.hpp"

namespace ringway::netfront
{
inline constexpr u32 kXdpHeadroom = 256; // XDP_PACKET_HEADROOM
inline constexpr u32 kXdpTailroom = 320; // a struct skb_shared_info of 17 frags, aligned
inline constexpr u32 kXdpEnd = kPageSize - kXdpTailroom;
inline constexpr u32 kXdpLongest = kXdpEnd - kXdpHeadroom;

enum class XdpPlace : u8 {
	buffer,  // it may stay where the backend has put it
	copy,    // into a page with room on both sides
	nowhere, // longer than that: a program without frags cannot see it
};

constexpr XdpPlace xdp_place(const RxPacket &packet, u32 copy_limit)
{
	if (packet.length > kXdpLongest)
		return XdpPlace::nowhere;
	const RxPiece &first = packet.piece[0];
	const bool room = first.offset >= kXdpHeadroom && u32{first.offset} + first.length <= kXdpEnd;
	return packet.pieces == 1 && room && packet.length > copy_limit ? XdpPlace::buffer : XdpPlace::copy;
}
} // namespace ringway::netfront
