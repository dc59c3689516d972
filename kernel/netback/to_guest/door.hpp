// SPDX-License-Identifier: GPL-2.0-only
//
// The receiver's door: how packets come from the from-guest poll of one vif into the ring of another, without
// an skb.
//
// Protocol. from_guest/spread.hpp says which of the receiver's queues a packet goes to. place_list() takes
// that queue's to-guest lock, and under it, once for all packets of a batch that go there:
//
//	is the door open?      nothing waits ahead, nobody watches the device
//	how many may pass?     as many as there are buffers, and as its limit allows (credit.cpp)
//	place                  what reaches the receiver just as it would as an skb (fits.hpp)
//	flush                  one hypercall, the responses, one notification if the guest asked for it
//
// The first packet that does not fit ends it: that one and all behind it for the same receiver go as skbs, or
// stay in the sender's ring (from_guest/leave.cpp), so that their order is kept. Their reason is counted with
// the sender (Why).
//
// Cost for each batch and receiver: one lock, one hypercall, one push, one notification at most; for each
// plain packet one response and one copy operation, written by place_plain()'s loop. What is not plain costs
// a call (place_other()).
//
// Locks: the receiver's to-guest lock is held all the time; the rate lock of its vif is taken inside, only
// when it is limited. A sender never holds two to-guest locks, and needs none for its own ring, which belongs
// to its poll.
#pragma once
#include "netback/life/lane.hpp"
#include "netback/life/queue.hpp"

namespace ringway::netback
{
// What became of a list.
struct Placed {
	u32 next;    // the first packet that has to go as an skb (and all behind it do), or kBatchPackets
	u32 packets; // that are in the ring now
	u64 bytes;
	Why why; // it has to
	// Few buffers are left, or too few were there, but the receiver still takes packets: the queue that
	// is worth waiting for, or null, and how many slots it has answered so far.
	const Queue *short_of;
	u32 answered;
	u32 left; // buffers, for the next ones
};

// Puts the packets of the list that starts at `first`, linked by Packet::next, into `to`. Longer ones than
// `longest` bytes are dropped and counted. `hashes`: by packet of the batch, what the receiver is to be told;
// null when it did not ask.
inline constexpr u32 kAnyLength = ~0u;
Placed place_list(Lane &lane, Queue &from, Queue &to, u32 first, u32 longest, const PacketHash *hashes)
	RINGWAY_EXCLUDES(to.host);

// A list of which nothing could be placed.
inline Placed none_placed(u32 first, Why why)
{
	return {first, 0, 0, why, nullptr, 0, 0};
}
} // namespace ringway::netback
