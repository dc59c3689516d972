// SPDX-License-Identifier: GPL-2.0-only
//
// VLANs: which one a frame is in, and how it has to leave.
//
// A port is a member of some of the 4094 VLANs. What comes in with an 802.1Q tag is in the tag's VLAN, what
// comes in without one, or with one that only says how urgent it is, in the port's own (PVID). A frame leaves
// by members of its VLAN alone, with the tag or without it, as each of them has it. Only the outermost tag
// counts, and only if it is of the bridge's type, 802.1Q's or 802.1ad's: the other one, and whatever lies
// behind a first tag, is payload.
//
// Cost: a bit in a table of the port's for each of the two ends; the number of VLANs does not show.
//
// HOSTILE: the tag. VID 4095 is nobody's; one that is not the sender's is not let in, so none leads anywhere.
#pragma once
#include "core/fdb.hpp"
#include "core/frame.hpp"
#include "bridge-lite/linux/host.h"
#include "bridge-lite/types.h"

namespace ringway::brlite
{
// How a frame says which VLAN it is in.
enum class TagForm : u8 {
	none,     // not at all
	own,      // by a tag with its VID
	priority, // by a tag without one
};

struct InTag {
	u16 id;
	TagForm form;
};

RINGWAY_ALWAYS_INLINE bool vlan_bit(const uint64_t *bits, u32 id)
{
	return load_relaxed(bits[id / 64]) >> (id % 64) & 1;
}
RINGWAY_ALWAYS_INLINE bool is_vlan_member(const brlite_port &port, u32 id)
{
	return vlan_bit(port.vlans->member, id);
}
RINGWAY_ALWAYS_INLINE bool leaves_untagged(const brlite_port &port, u32 id)
{
	return vlan_bit(port.vlans->untagged, id);
}

// False when the frame ends before the tag that it announces. INVARIANT: kEthernetHeader bytes are staged.
RINGWAY_ALWAYS_INLINE bool read_tag(const brlite_frame &frame, u16 type, InTag &tag)
{
	const auto *bytes = static_cast<const u8 *>(frame.data);
	u16 id;
	if (frame.flags & BRLITE_FRAME_TAG_BESIDE) {
		id = frame.flags >> BRLITE_FRAME_VID_SHIFT;
	} else if ((frame.flags & BRLITE_FRAME_TAG_OTHER) || load_be16(bytes + 2 * kMacLength) != type) {
		tag = {0, TagForm::none};
		return true;
	} else if (RINGWAY_UNLIKELY(frame.staged < kEthernetHeader + kVlanTag)) {
		return false;
	} else {
		id = load_be16(bytes + kEthernetHeader) & kVlanIdMask;
	}
	tag = {id, id ? TagForm::own : TagForm::priority};
	return true;
}

// The VLAN of a frame that comes in here, in tag.id; or why it must not.
RINGWAY_ALWAYS_INLINE u8 enter_vlan(const brlite_port &in, const brlite_frame &frame, InTag &tag)
{
	if (RINGWAY_UNLIKELY(!read_tag(frame, load_relaxed(in.vlans->type), tag)))
		return BRLITE_DROP_RUNT;
	if (!tag.id)
		tag.id = load_relaxed(in.vlans->pvid);
	return RINGWAY_LIKELY(tag.id && is_vlan_member(in, tag.id)) ? 0 : BRLITE_DROP_VLAN;
}

// Does the frame leave through the port as it came in?
RINGWAY_ALWAYS_INLINE bool keeps_its_form(const brlite_port &to, InTag tag)
{
	return tag.form == (leaves_untagged(to, tag.id) ? TagForm::none : TagForm::own);
}

// --- What an administrator changes, while the data path reads ------------------------------------------

inline void put_vlan_bit(uint64_t *bits, u32 id, bool on) RINGWAY_REQUIRES(rtnl)
{
	const u64 bit = u64{1} << (id % 64);
	store_relaxed(bits[id / 64], on ? bits[id / 64] | bit : bits[id / 64] & ~bit);
}

// flags: BRLITE_VLAN_UNTAGGED, BRLITE_VLAN_PVID. INVARIANT: 1 <= id <= 4094.
inline void set_vlan(brlite_vlans &vlans, u32 id, u32 flags) RINGWAY_REQUIRES(rtnl)
{
	put_vlan_bit(vlans.untagged, id, flags & BRLITE_VLAN_UNTAGGED);
	put_vlan_bit(vlans.member, id, true);
	if (flags & BRLITE_VLAN_PVID)
		store_relaxed(vlans.pvid, static_cast<u16>(id));
	else if (vlans.pvid == id)
		store_relaxed(vlans.pvid, u16{0});
}

inline void clear_vlan(brlite_vlans &vlans, u32 id) RINGWAY_REQUIRES(rtnl)
{
	if (vlans.pvid == id)
		store_relaxed(vlans.pvid, u16{0});
	put_vlan_bit(vlans.member, id, false);
	put_vlan_bit(vlans.untagged, id, false);
}

// 0, or BRLITE_VLAN_MEMBER and the flags it has.
inline u32 vlan_flags(const brlite_vlans &vlans, u32 id)
{
	if (!vlan_bit(vlans.member, id))
		return 0;
	return BRLITE_VLAN_MEMBER | (vlan_bit(vlans.untagged, id) ? BRLITE_VLAN_UNTAGGED : 0) |
	       (load_relaxed(vlans.pvid) == id ? BRLITE_VLAN_PVID : 0);
}
} // namespace ringway::brlite
