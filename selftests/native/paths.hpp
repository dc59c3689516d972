// SPDX-License-Identifier: GPL-2.0-only
//
// What is measured: two guests that send to each other at once, and what is between them. guests_turn() is
// what the guests' CPU does again and again, hosts_turn() what dom0's does.
//
//	Ringway     netback, its switch, buffers that stay mapped
//	CopyLimit   no rings, no switch, nothing looked at: the bytes are copied as often as they have to be,
//	            by the C library's memcpy, and one number says how many frames are there
#pragma once
#include "core/packet.hpp"
#include "front.hpp"
#include "switch.hpp"
#include <memory>

namespace ringway::native
{
class Ringway
{
	TwoGuests &guests_;
	Bridge bridge_;
	std::unique_ptr<Front> front_[2];
	u32 turns_ = 0;

	static bool lanes() { return netback_lanes_create() == 0; }
	const bool lanes_ = lanes();

public:
	explicit Ringway(TwoGuests &guests) : guests_(guests)
	{
		for (u32 g = 0; g < 2; g++) {
			front_[g] = std::make_unique<Front>(static_cast<u16>(g + 1), guests.frames[g]);
			bridge_.join(front_[g]->host.vif, g, kStation[g]);
		}
	}
	RINGWAY_ALWAYS_INLINE bool guests_turn(bool sending)
	{
		bool worked = false;
		for (u32 g = 0; g < 2; g++) {
			worked |= front_[g]->receive() != 0;
			const u32 most = guests_.may_send(g, kWindow / front_[g]->slots());
			worked |= front_[g]->send(sending ? most : 0);
		}
		return worked;
	}
	RINGWAY_ALWAYS_INLINE bool hosts_turn()
	{
		bool worked = false;
		if (!(turns_++ % 1024))
			machine.jiffies = static_cast<unsigned long>(now_ns() / 1000000);
		for (const auto &front : front_) {
			netback_queue &queue = front->back();
			if (netback_event_from_guest(&queue)) {
				netback_poll_from_guest(&queue, kBatchPackets);
				worked = true;
			}
		}
		return worked;
	}
	// All that arrived came by the way that is measured?
	void judge(u64 packets) const
	{
		u64 direct = 0, from_mapped = 0, to_mapped = 0;
		for (const auto &front : front_) {
			direct += front->back().from_guest_stats.path_direct;
			from_mapped += front->back().from_guest_stats.mapped;
			to_mapped += front->back().to_guest_stats.mapped;
		}
		if (direct != packets || from_mapped != packets || to_mapped != packets)
			not_on_this_way("not every packet went directly, from buffer to buffer");
	}
};

class CopyLimit
{
	struct Ring {
		alignas(64) std::atomic<u32> head{0}; // written by the sending side
		alignas(64) std::atomic<u32> tail{0};
	};
	TwoGuests &guests_;
	const u32 len_, pages_; // that a frame takes
	const u32 frames_;      // that fit the buffers
	struct Way {
		u8 *from, *to; // the sender's buffers and the receiver's
		Ring sent, delivered;
	};
	Way way_[2];

	// As netback may: a page at a time, since neither side's pages lie together for the other one.
	void copy(u8 *to, const u8 *from) const
	{
		for (u32 done = 0; done < len_; done += kPageSize) {
			const u32 left = len_ - done;
			std::memcpy(to + done, from + done, left < kPageSize ? left : kPageSize);
		}
	}
	u8 *at(u8 *buffers, u32 i) const { return buffers + std::size_t{i % frames_} * pages_ * kPageSize; }

public:
	explicit CopyLimit(TwoGuests &guests)
	    : guests_(guests), len_(guests.frames[0].length()), pages_((len_ + kPageSize - 1) / kPageSize),
	      frames_(TxFrontRing::kSize / pages_)
	{
		for (Way &way : way_) {
			way.from = pages(frames_ * pages_);
			way.to = pages(frames_ * pages_);
		}
	}
	bool guests_turn(bool sending)
	{
		bool worked = false;
		for (u32 g = 0; g < 2; g++) {
			Way &in = way_[!g], &out = way_[g];
			const u32 there = in.delivered.head.load(std::memory_order_acquire);
			u32 i = in.delivered.tail.load(std::memory_order_relaxed);
			worked |= i != there;
			for (; i != there; i++) {
				copy(guests_.frames[g].next_to_receive(), at(in.to, i));
				guests_.frames[g].arrived(len_);
			}
			in.delivered.tail.store(i, std::memory_order_release);
			u32 head = out.sent.head.load(std::memory_order_relaxed);
			const u32 most = sending ? guests_.may_send(g, kWindow / pages_) : 0;
			for (u32 n = 0; n < most; n++, head++)
				copy(at(out.from, head), guests_.frames[g].next_to_send());
			out.sent.head.store(head, std::memory_order_release);
			worked |= most != 0;
		}
		return worked;
	}
	bool hosts_turn()
	{
		bool worked = false;
		for (Way &way : way_) {
			const u32 there = way.sent.head.load(std::memory_order_acquire);
			u32 i = way.sent.tail.load(std::memory_order_relaxed);
			worked |= i != there;
			for (; i != there; i++)
				copy(at(way.to, i), at(way.from, i));
			way.sent.tail.store(i, std::memory_order_release);
			way.delivered.head.store(i, std::memory_order_release);
		}
		return worked;
	}
	void judge(u64) const {}
};
} // namespace ringway::native
