// SPDX-License-Identifier: GPL-2.0-only
//
// The head of an Ethernet frame: addresses, VLAN tags, and where the payload starts.
//
// HOSTILE: every byte comes from a guest or from the wire. A parser here is given how many bytes lie
// in memory and never reads past them; a header that does not fit is no header.
#pragma once
#include "core/mac.hpp"

namespace ringway
{
inline constexpr u32 kEthernetHeader = 14; // destination, source, EtherType
inline constexpr u32 kVlanTag = 4;         // TCI and the EtherType behind it

inline constexpr u16 kEtherTypeVlan = 0x8100;
inline constexpr u16 kEtherTypeServiceVlan = 0x88a8;

inline constexpr u16 kVlanIdMask = 0x0fff;

RINGWAY_ALWAYS_INLINE u16 load_be16(const u8 *bytes)
{
	return static_cast<u16>(bytes[0] << 8 | bytes[1]);
}

constexpr bool is_vlan_type(u16 ethertype)
{
	return ethertype == kEtherTypeVlan || ethertype == kEtherTypeServiceVlan;
}

// The two addresses, which is all that plain switching looks at.
// INVARIANT: kEthernetHeader bytes lie at the frame.
RINGWAY_ALWAYS_INLINE u64 frame_destination(const u8 *frame)
{
	return mac_load_wide(frame);
}
RINGWAY_ALWAYS_INLINE u64 frame_source(const u8 *frame)
{
	return mac_load_wide(frame + kMacLength);
}

// What the header says once its outermost tag is taken apart. Only the outer tag has a meaning to a
// switch; inner ones are payload.
struct FrameHeader {
	u64 destination;
	u64 source;
	u16 ethertype; // behind the outer tag, if there is one
	u16 tci;       // of the outer tag; meaningful when tag_type is not 0
	u16 tag_type;  // 0: untagged; else 0x8100 or 0x88a8
	u16 payload;   // where the bytes behind `ethertype` start

	constexpr bool tagged() const { return tag_type != 0; }
	constexpr u16 vlan_id() const { return tci & kVlanIdMask; }
};

// False when `staged` bytes do not hold the header that the frame announces.
inline bool parse_frame(const u8 *frame, u32 staged, FrameHeader &header)
{
	if (staged < kEthernetHeader)
		return false;
	header.destination = frame_destination(frame);
	header.source = frame_source(frame);
	header.ethertype = load_be16(frame + 2 * kMacLength);
	header.tci = 0;
	header.tag_type = 0;
	header.payload = kEthernetHeader;
	if (!is_vlan_type(header.ethertype))
		return true;
	if (staged < kEthernetHeader + kVlanTag)
		return false;
	header.tag_type = header.ethertype;
	header.tci = load_be16(frame + kEthernetHeader);
	header.ethertype = load_be16(frame + kEthernetHeader + 2);
	header.payload = kEthernetHeader + kVlanTag;
	return true;
}
} // namespace ringway
