// SPDX-License-Identifier: GPL-2.0-only
//
// One queue of a vif: a TX half, an RX half, and what both share. A queue's memory exists as long as its
// net_device; rings, grants and buffers exist from connect to disconnect.
//
// Who may touch what:
//     TxQueue     under its lock, which is the net_device queue's (ndo_start_xmit has it, completion takes
//     it) RxQueue     the NAPI poll alone; connect and disconnect while NAPI is off Events      any context
//     (atomics)
#pragma once
#include "core/netif.hpp"
#include "core/thread_safety.h"
#include "netfront/entry.h"
#include "netfront/grants.hpp"
#include "netfront/mapping.hpp"
#include "netfront/rx_packet.hpp"
#include "netfront/tx_plan.hpp"
#include "netfront/tx_slots.hpp"
#include "netfront/vif_state.hpp"
#include <atomic>

namespace ringway::netfront
{
class RINGWAY_CAPABILITY("TX lock") TxQueue
{
public:
	static constexpr u32 kSize = TxFrontRing::kSize;
	// The longest packet: data slots and one extra info.
	static constexpr u32 kMaxSlots = kLegacySlots + 1;
	// With fewer requests under way, the skb of a packet that is copied is done at once.
	static constexpr u32 kDoneAtOnce = 16;

	void lock() RINGWAY_ACQUIRE() { host_tx_lock(host_); } // CONTEXT: softirq
	bool try_lock() RINGWAY_TRY_ACQUIRE(true) { return host_tx_trylock(host_); }
	void unlock() RINGWAY_RELEASE() { host_tx_unlock(host_); }
	void lock_bh() RINGWAY_ACQUIRE() { host_tx_lock_bh(host_); } // CONTEXT: process
	void unlock_bh() RINGWAY_RELEASE() { host_tx_unlock_bh(host_); }
	void assert_locked() const RINGWAY_ASSERT_HELD() { host_tx_assert_locked(host_); }

	// Nobody transmits or polls yet, or any more: the lock is not needed.
	Result<void> connect(vif_host *vif, queue_host *host, Shared *shared) RINGWAY_UNCHECKED;
	// Nobody waits for the skbs that are held: their bytes were copied.
	void drop_held() RINGWAY_UNCHECKED;
	void disconnect() RINGWAY_UNCHECKED;
	u32 ring_ref() const { return ring_page_.ref(); }

	// False: no room, the caller keeps the skb.
	bool transmit(sk_buff *skb) RINGWAY_REQUIRES(this);
	// CONTEXT: softirq. How many responses were taken; an error latches `broken`.
	Result<u32> complete(int napi_budget) RINGWAY_REQUIRES(this);
	// CONTEXT: NAPI. Whether complete() may find something. A hint, so it is asked without the lock;
	// complete() judges. While there is nothing, the event that was asked for last still stands.
	bool answered() const RINGWAY_UNCHECKED
	{
		const Result<u32> count = ring_.unconsumed();
		return !count.ok() || count.value() != 0;
	}
	// For XDP (xdp.cpp): bytes that are copied, and wait in the ring until push().
	bool transmit_bytes(const u8 *bytes, u32 length, u16 flags) RINGWAY_REQUIRES(this);
	u32 transmit_frames(xdp_frame **frames, u32 count, bool flush) RINGWAY_REQUIRES(this);
	void push() RINGWAY_REQUIRES(this);
	// Asks for the next completion event; true when one is due already.
	bool ask_event() RINGWAY_REQUIRES(this);
	// For mapping.cpp. While buffers are kept, every packet is copied through them, so that each slot has
	// one for good as soon as all_buffers().
	void keep_buffers(bool on) RINGWAY_REQUIRES(this) { copy_all_ = on || shared_->bounce; }
	bool give_buffer(page *page) RINGWAY_REQUIRES(this); // false: no free slot is without
	bool all_buffers() RINGWAY_REQUIRES(this) { return slots_.bare() == 0 && granted_ == 0; }
	void list_buffers(MapEntry *list) RINGWAY_REQUIRES(this);
	// stuck.cpp
	u32 silent_for() RINGWAY_REQUIRES(this);
	u32 remind() RINGWAY_REQUIRES(this); // how many requests wait
	void start() RINGWAY_REQUIRES(this)
	{
		running_ = true;
		host_tx_wake(host_);
	}
	void stop() RINGWAY_REQUIRES(this)
	{
		running_ = false;
		host_tx_stop(host_);
	}

private:
	void post(sk_buff *skb, const tx_view &view, const TxPlan &plan) RINGWAY_REQUIRES(this);
	void post_gso(const tx_view &view) RINGWAY_REQUIRES(this);
	void post_frag(sk_buff *skb, const frag_view &frag, u32 &remaining) RINGWAY_REQUIRES(this);
	bool make_buffers(u32 count) RINGWAY_REQUIRES(this);
	bool make_bare(u32 count) RINGWAY_REQUIRES(this);
	bool drop(sk_buff *skb) RINGWAY_REQUIRES(this);
	bool busy() RINGWAY_REQUIRES(this);
	bool look() RINGWAY_REQUIRES(this);
	// Somebody waits for an answer: a socket, or pages that are lent.
	bool waiting() const RINGWAY_REQUIRES(this) { return granted_ || held_; }
	// The event that was asked for last is still to come.
	bool event_stands() const RINGWAY_REQUIRES(this)
	{
		return static_cast<s32>(event_at_ - ring_.rsp_cons()) > 0;
	}
	u32 outstanding() const RINGWAY_REQUIRES(this) { return ring_.req_prod() - ring_.rsp_cons(); }
	Result<void> take_response(const TxResponse &response, u32 published, int napi_budget)
		RINGWAY_REQUIRES(this);
	void give_back(TxSlot &slot);

	TxFrontRing ring_ RINGWAY_GUARDED_BY(this);
	queue_host *host_ = nullptr;
	Shared *shared_ = nullptr;
	bool running_ RINGWAY_GUARDED_BY(this) = false;
	bool copy_all_ RINGWAY_GUARDED_BY(this) = false;
	// An event is asked for soon because skbs wait for it.
	bool event_near_ RINGWAY_GUARDED_BY(this) = false;
	u32 event_at_ RINGWAY_GUARDED_BY(this) = 0; // the response it comes with
	u32 granted_ RINGWAY_GUARDED_BY(this) = 0;  // slots that lend a frag, whose skb waits for them
	u32 held_ RINGWAY_GUARDED_BY(this) = 0;     // slots that hold the skb of a packet that was copied
	u32 extras_ RINGWAY_GUARDED_BY(this) = 0;   // extra info slots not answered yet
	// As silent_for() saw it last.
	bool waited_ RINGWAY_GUARDED_BY(this) = false;
	u32 silent_ RINGWAY_GUARDED_BY(this) = 0;
	u32 last_answer_ RINGWAY_GUARDED_BY(this) = 0;
	TxSlots<kSize> slots_ RINGWAY_GUARDED_BY(this);
	RingLoan ring_page_;
	RefStock refs_;
};

// CONTEXT: softirq.
class RINGWAY_SCOPED_CAPABILITY TxLock
{
	TxQueue &queue_;

public:
	explicit TxLock(TxQueue &queue) RINGWAY_ACQUIRE(queue) : queue_(queue) { queue.lock(); }
	~TxLock() RINGWAY_RELEASE() { queue_.unlock(); }
	TxLock(const TxLock &) = delete;
	TxLock &operator=(const TxLock &) = delete;
};

// CONTEXT: process; bottom halves are off meanwhile.
class RINGWAY_SCOPED_CAPABILITY TxLockBh
{
	TxQueue &queue_;

public:
	explicit TxLockBh(TxQueue &queue) RINGWAY_ACQUIRE(queue) : queue_(queue) { queue.lock_bh(); }
	~TxLockBh() RINGWAY_RELEASE() { queue_.unlock_bh(); }
	TxLockBh(const TxLockBh &) = delete;
	TxLockBh &operator=(const TxLockBh &) = delete;
};

class RxQueue
{
public:
	static constexpr u32 kSize = RxFrontRing::kSize;
	// Copied in front of frags: Ethernet, VLAN, IPv6, TCP with options.
	static constexpr u32 kHeaderBytes = 128;
	// Of buffers that are kept, so much goes into one piece of memory.
	static constexpr u32 kLinearBytes = 2048;
	static constexpr u32 kMaxFrags = 17;    // MAX_SKB_FRAGS of the smallest configuration
	static constexpr u32 kRefillBatch = 16; // buffers are posted when so many are due
	static constexpr u32 kLowWater = 64;    // with fewer posted than this, try again soon

	Result<void> connect(vif_host *vif, queue_host *host, Shared *shared);
	void disconnect();
	u32 ring_ref() const { return ring_page_.ref(); }

	// CONTEXT: NAPI. Packets taken; an error latches `broken`. An XDP program may send some of them back
	// through `tx`.
	Result<u32> receive(u32 budget, TxQueue &tx);
	bool ask_event() { return ring_.ask_response_event(); }
	void refill(bool all);

	// For mapping.cpp. While buffers are kept, every packet is copied out of them. CONTEXT: any.
	void keep_buffers(bool on) { kept_.store(on, std::memory_order_relaxed); }
	// CONTEXT: softirqs and NAPI are off. False: no memory.
	bool make_all();
	void list_buffers(MapEntry *list) const;

private:
	// The buffer at ring position i stays at position i: slots are posted again in the order in which
	// responses free them.
	struct Buffer {
		u8 *data; // nullptr: the page went up the stack, or was never there
		page *page_;
		u32 ref;
	};

	template <bool kJudged>
	Result<u32> take_packets(u32 budget, TxQueue &tx);
	Result<void> pass_up(const RxPacket &packet);
	void drop(RxFault why);
	sk_buff *copied_skb(const RxPacket &packet);
	sk_buff *spread_skb(const RxPacket &packet);
	bool spread(sk_buff *skb, const RxPacket &packet, u32 head);
	Result<sk_buff *> paged_skb(const RxPacket &packet);
	void deliver(const RxPacket &packet, sk_buff *skb);
	Buffer &buffer(u32 index) { return buffer_[index & (kSize - 1)]; }
	bool make_buffer(Buffer &buffer);

	// xdp.cpp
	Result<void> judge(RxPacket &packet, TxQueue &tx);
	Result<xdp_area> lay_out(const RxPacket &packet);
	void pass_judged(const RxPacket &packet, const xdp_area &area);
	bool send_back(const xdp_area &area, bool blank, TxQueue &tx);
	bool redirect(const xdp_area &area);
	void keep(page *page);
	void finish_verdicts(TxQueue &tx);

	RxFrontRing ring_;
	queue_host *host_ = nullptr;
	Shared *shared_ = nullptr;
	Buffer buffer_[kSize];
	std::atomic<bool> kept_ = false;
	page *spare_ = nullptr;                   // for the next packet that XDP has to have copied
	bool to_flush_ = false, to_push_ = false; // verdicts of this poll
	RingLoan ring_page_;
	RefStock refs_;
};

// Late end of interrupt: an event channel stays masked from its interrupt until the poll has done the work.
// Each interrupt gets one EOI, which says whether there was work.
struct Events {
	static constexpr u32 kTx = 1, kRx = 2, kBoth = 4;
	std::atomic<u32> pending = 0;              // interrupts that wait for their EOI
	bool tx_worked = false, rx_worked = false; // since the last EOI. CONTEXT: NAPI

	// CONTEXT: events are not bound, NAPI is off.
	void clear()
	{
		pending.store(0, std::memory_order_relaxed);
		tx_worked = rx_worked = false;
	}
};

class Queue
{
public:
	TxQueue tx;
	RxQueue rx;
	Events events;
	queue_host *host = nullptr;
	Shared *shared = nullptr;

	int poll(int budget);
	void event(u32 kind);

private:
	int poll_completions_only();
	int break_off();
	void end_of_interrupt(u32 kinds);
};
} // namespace ringway::netfront

struct netfront_queue final : ringway::netfront::Queue {
};
