// SPDX-License-Identifier: GPL-2.0-only
//
// Lane: the working memory of the data path, one per CPU.
//
// A poll runs to its end in softirq on one CPU, so the arrays a batch needs belong to the CPU and not to
// the queue: memory does not grow with the number of vifs, and stays warm in the cache.
// CONTEXT: softirq. INVARIANT: no poll runs inside another one, and nothing keeps a pointer into a lane
// after its poll has returned.
#pragma once
#include "core/take.hpp"
#include "core/place.hpp"
#include "netback/linux/host.h"
#include "netback/from_guest/groups.hpp"

namespace ringway::netback
{
// Bytes staged of a packet that does not fit a page: the span its protocol headers must lie in.
inline constexpr u32 kHeaderBytes = 256;
inline constexpr u32 kStagePages = kBatchPackets;

struct StagePage {
	u8 *bytes;
	u64 frame;
};

struct Lane {
	Batch batch;
	u32 paths;    // which Path values occur in the batch, as path_bit()s
	bool tight;   // the receiver of most of the batch has few buffers left: wait.cpp
	bool suspect; // a copy to a receiver failed, perhaps for a page of the sender: blame.cpp
	bool gaps;    // not every packet of the batch has a frame
	u32 placed;   // packets that went directly
	brlite_frame frames[kBatchPackets];
	brlite_verdict verdicts[kBatchPackets];
	u16 packet_of[kBatchPackets]; // whose frame and verdict it is, where there are gaps
	Groups groups;                // of what goes directly
	brlite_outgoing outgoing[kBatchPackets];
	SourcePiece pieces[HOST_MAX_PIECES];
	CopyBatch<512> copies;
	RxPending pending;
	StagePage stage[kStagePages]; // pages come with the first batch that needs them
};

// Where the next packet's bytes go in the staging pages.
struct StageCursor {
	Lane &lane;
	u32 page = 0;
	u32 offset = 0;

	// Room for `len` bytes within one page; false when there is no memory for another page.
	bool reserve(u32 len)
	{
		if (offset + len > kPageSize) {
			page++;
			offset = 0;
		}
		StagePage &at = lane.stage[page]; // INVARIANT: at most one page per packet, 64 of each
		if (RINGWAY_UNLIKELY(!at.bytes))
			at.bytes = static_cast<u8 *>(host_page_alloc(&at.frame));
		return at.bytes != nullptr;
	}
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
