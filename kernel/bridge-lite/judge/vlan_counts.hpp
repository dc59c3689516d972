// SPDX-License-Identifier: GPL-2.0-only
//
// Packets and bytes by VLAN and port, where a bridge that filters VLANs is told to count them.
//
// As on Linux's bridge: what comes in counts as soon as its VLAN is one of the port's, whatever becomes of it
// then, and what goes out when the bridge lets it, whatever the device behind the port does. Bytes are those
// behind the Ethernet header and the tag that says which VLAN it is. A large segment counts as one packet.
//
// A batch is counted when it has been judged, so that who does not ask for this pays one test a batch.
#pragma once
#include "bridge-lite/judge/vlan_tags.hpp"

namespace ringway::brlite
{
struct VlanCount {
	u32 vlan; // 0: the frame is in none of the port's
	s32 bytes;
};

inline VlanCount vlan_count(const brlite_port &in, const brlite_frame &frame)
{
	InTag tag{};
	if (frame.staged < kEthernetHeader || enter_vlan(in, frame, tag))
		return {0, 0};
	const bool tag_in_data = tag.form != TagForm::none && !(frame.flags & BRLITE_FRAME_TAG_BESIDE);
	return {tag.id, static_cast<s32>(frame.len - kEthernetHeader - (tag_in_data ? kVlanTag : 0))};
}

// What came in, and what goes out by one port. Floods find their ports later. packets: 1, or -1 for frames
// that were counted, and will be again.
template <typename Env, s32 packets = 1>
__attribute__((noinline)) void count_by_vlan(brlite_port &local, brlite_port &in, const brlite_frame *frames,
					     const brlite_verdict *verdicts, u32 n)
{
	for (u32 i = 0; i < n; i++) {
		const brlite_verdict &said = verdicts[i];
		const VlanCount count = vlan_count(in, frames[i]);
		if (!count.vlan || said.reason == BRLITE_DROP_LINK_LOCAL)
			continue; // it was for the neighbour, before there was a VLAN
		const s32 bytes = packets * count.bytes;
		Env::count_vlan(in, count.vlan, BRLITE_FROM_GUEST, packets, bytes);
		if (said.action == BRLITE_PORT)
			Env::count_vlan(*said.port, count.vlan, BRLITE_TO_GUEST, packets, bytes);
		if (said.action == BRLITE_LOCAL || (said.flags & BRLITE_AND_LOCAL))
			Env::count_vlan(local, count.vlan, BRLITE_TO_GUEST, packets, bytes);
	}
}

template <typename Env>
__attribute__((noinline)) void count_flood_by_vlan(const brlite_port &in, const brlite_frame &frame,
						   brlite_port *const *ports, u32 n)
{
	const VlanCount count = vlan_count(in, frame);
	for (u32 i = 0; count.vlan && i < n; i++)
		Env::count_vlan(*ports[i], count.vlan, BRLITE_TO_GUEST, 1, count.bytes);
}
} // namespace ringway::brlite
