// SPDX-License-Identifier: GPL-2.0-only
//
// A batch of packets from one guest's TX ring, and the slots they came in.
//
// A packet on the ring is a first slot, then its extra infos, then further slots. The size in the first
// slot is that of the whole packet; the bytes in the first slot itself are that size less the sizes of the
// other slots (source: xen/io/netif.h, "Guest transmit").
#pragma once
#include "core/grant_copy.hpp"

namespace ringway
{
inline constexpr u32 kBatchPackets = 64; // one NAPI budget
inline constexpr u32 kBatchSlots = TxBackRing::kSize;

// One piece of a guest's memory, checked: offset + size is within a page. This is the request as it was on
// the ring, except that a first slot's size is now that of the slot itself. Flags are not used any more.
using TxSlot = TxRequest;

// What happens to a packet. Each step of the pipeline may change it.
enum class Fate : u8 {
	pending,     // nothing wrong so far
	done,        // delivered, or answered without being a packet (multicast control)
	bad,         // malformed: answer ERROR, count by reason
	copy_failed, // the hypervisor refused a copy from the guest: answer ERROR
	no_memory    // dropped for want of dom0 memory: answer ERROR
};

// How a packet leaves, once classified.
enum class Path : u8 {
	none,    // already dropped, answered or delivered
	up,      // as an skb into Linux: the vif is not a switch port, or the port is watched
	forward, // as an skb, to where the verdict says
	direct,  // into another vif's ring
	flood,   // to every port
};

// Packet::hash_type of a hash that was made here (core/flow_hash.hpp).
inline constexpr u8 kHashedHere = 0xff;

// Members that start as zero are next to each other, so that one store clears several.
struct Packet {
	u8 *head;       // the staged bytes: a copy in dom0's memory, which no guest can write
	u32 len;        // whole packet, bytes
	u16 staged;     // bytes at head
	u16 gso_size;   // bytes of payload per segment
	u8 gso_type;    // XEN_NETIF_GSO_TYPE_*
	u8 extra_count; // extra info slots, answered with NULL responses
	u8 hash_type;   // whose `hash` is: 0 nobody's; the guest's, _XEN_NETIF_CTRL_HASH_TYPE_* + 1;
			// kHashedHere
	Fate fate;
	u16 first_slot; // index into Batch::slots
	u8 slot_count;  // data slots
	u8 flags;       // NETTXF_csum_blank, NETTXF_data_validated
	u32 hash;       // of the packet's flow
	Path path;
	u16 verdict; // index into the switch's verdicts
	u16 next;    // list link used while grouping by destination
	OwnPlace at; // where the staged bytes are, for the copy to the receiver

	u32 slots_on_ring() const { return static_cast<u32>(slot_count) + extra_count; }
	bool whole() const { return staged == len; }
	// Nothing wrong so far and no extra info. Compares four members at once.
	RINGWAY_ALWAYS_INLINE bool plain() const
	{
		u32 word;
		static_assert(offsetof(Packet, fate) - offsetof(Packet, gso_type) == 3 &&
			      XEN_NETIF_GSO_TYPE_NONE == 0 && Fate::pending == Fate{});
		__builtin_memcpy(&word, &gso_type, sizeof word);
		return !word;
	}
	bool gso() const { return gso_type != XEN_NETIF_GSO_TYPE_NONE; }
};

// A request that is not a packet: the guest adds an address to its multicast list, or removes one.
struct MulticastChange {
	u64 address;
	u16 packet; // index in the batch, where the request is answered
	bool add;
};

struct Batch {
	u32 packet_count;
	u32 slot_count;
	u64 throttled;    // microseconds until the vif's limit allows the next packet, or 0
	bool cut;         // the pass ended early: its share of bytes was used up, with more in the ring
	s32 share;        // bytes left of the share; negative if the last packet exceeded it
	u32 change_count; // changes to the multicast list
	Packet packets[kBatchPackets];
	TxSlot slots[kBatchSlots];
	MulticastChange changes[kBatchPackets];

	void clear() { packet_count = slot_count = throttled = change_count = 0; }
};
} // namespace ringway
