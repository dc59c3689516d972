// SPDX-License-Identifier: GPL-2.0-only
//
// The header of an Ethernet frame: addresses, VLAN tag, and where the payload starts.
//
// HOSTILE: every byte comes from a guest or from the network. The parser is told how many bytes are in
// memory and never reads past them; it refuses a header that does not fit.
#pragma once
#include "core/mac.hpp"

namespace ringway
{
inline constexpr u32 kEthernetHeader = 14; // destination, source, EtherType
inline constexpr u32 kVlanTag = 4;         // TCI and the EtherType behind it

inline constexpr u16 kEtherTypeIpv4 = 0x0800;
inline constexpr u16 kEtherTypeArp = 0x0806;
inline constexpr u16 kEtherTypeIpv6 = 0x86dd;
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

// Also the types that vendors used for service tags before there was a standard. Some receivers skip them.
constexpr bool is_any_vlan_type(u16 ethertype)
{
	return is_vlan_type(ethertype) || ethertype == 0x9100 || ethertype == 0x9200;
}

// The two addresses; switching without VLANs needs nothing else.
// INVARIANT: there are kEthernetHeader bytes at `frame`.
RINGWAY_ALWAYS_INLINE u64 frame_destination(const u8 *frame)
{
	return mac_load_wide(frame);
}
RINGWAY_ALWAYS_INLINE u64 frame_source(const u8 *frame)
{
	return mac_load_wide(frame + kMacLength);
}

// The parsed header. Only the outermost tag means something to a switch; inner tags are payload.
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

// False if the header is longer than the `staged` bytes that are there.
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
