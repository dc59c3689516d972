// SPDX-License-Identifier: GPL-2.0-only
//
// Lane: the working memory of the data path, one per CPU.
//
// A poll runs to its end in softirq on one CPU, so the arrays that a batch needs belong to the CPU and not to
// the queue: memory does not grow with the number of vifs, and stays warm in the cache.
//
// The steps of a from-guest poll leave messages for the steps behind them here, in a part named after the
// step that writes it. The to-guest poll uses the tools alone. CONTEXT: softirq. INVARIANT: no poll runs
// inside another one, and nothing keeps a pointer into a lane after its poll has returned.
#pragma once
#include "core/hash.hpp"
#include "core/place_chain.hpp"
#include "core/take.hpp"
#include "netback/life/counters.hpp"
#include "netback/from_guest/groups.hpp"
#include "netback/linux/host.h"

namespace ringway::netback
{
struct Queue;

// Bytes staged of a packet that does not fit a page: the span its protocol headers must lie in.
inline constexpr u32 kHeaderBytes = 256;
inline constexpr u32 kStagePages = kBatchPackets;

// What stage leaves.
struct Staged {                             // who reads it
	brlite_frame frames[kBatchPackets]; // classify, deliver_flood
	bool gaps;                          // classify: not every packet of the batch has a frame
	bool rests;                         // the receiver's door: some packets may go on at `rest`
	// Of a packet that lies in a buffer that stays mapped, and is longer than what was staged of it:
	// where it goes on. There is room for it behind what was staged.
	const u8 *rest[kBatchPackets]; // make_whole(), the receiver's door
};

// What classify leaves.
struct Judged {                                 // who reads it
	u32 paths;                              // deliver, and adds to it: the path_bit()s that occur
	brlite_verdict verdicts[kBatchPackets]; // deliver_flood, deliver_skbs: by Packet::verdict
	Groups groups;                          // deliver_direct: what goes directly, by receiver
	u16 packet_of[kBatchPackets];           // classify alone: whose verdict it is, where there are gaps
};

// What spread leaves.                  // who reads it
struct Spread {
	Groups queues;                  // deliver: a list for each of the receiver's queues
	PacketHash hash[kBatchPackets]; // the receiver's door: only if the receiver asks for hashing
};

// What deliver leaves.
struct Delivered {             // who reads it
	u32 packets;           // complete: how many went directly
	bool copy_failed;      // find_bad_grants: one into a receiver's ring, perhaps for the sender's page
	bool under_way;        // poll: too much of what this queue sent is under way as skbs (hold.cpp)
	bool waits;            // poll: for a receiver (wait.cpp)
	bool others_behind;    // may_wait: others have the rest of the batch
	const Queue *short_of; // may_wait: the receiver of most of the batch, if it has few buffers left
	u32 answered;          // may_wait: slots that it has answered so far
	u32 left;              // wait_over: buffers of the last receiver
	u32 tail;              // leave_in_ring: here the packets begin that may stay there, all until the end
	Why tail_why;          // and why they are not where they are to go

	void begin()
	{
		packets = left = 0;
		copy_failed = under_way = waits = false;
		short_of = nullptr;
		tail = kBatchPackets;
	}
};

struct StagePage {
	u8 *bytes;
	u64 frame;
};

struct Lane {
	Batch batch; // take leaves it; all steps read it, and note in Packet what becomes of each packet
	Staged staged;
	Judged judged;
	Spread spread;
	Delivered delivered;

	// Tools. Empty between steps, except for the pages, which hold what was staged until the batch is
	// complete.
	brlite_outgoing outgoing[kBatchPackets];
	skb_piece skb_pieces[HOST_MAX_PIECES]; // of an skb, before they become those below
	SourcePiece pieces[HOST_MAX_PIECES];
	MappedPiece mapped_pieces[HOST_MAX_PIECES]; // instead, between ends that keep their buffers mapped
	CopyBatch<512> copies;
	RxPending pending;
	StagePage pages[kStagePages]; // they come with the first batch that needs them
};

constexpr u32 path_bit(Path path)
{
	return 1u << static_cast<u32>(path);
}

inline Lane &this_lane()
{
	return *static_cast<Lane *>(host_this_cpu_lane());
}
} // namespace ringway::netback
