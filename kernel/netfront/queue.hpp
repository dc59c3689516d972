// SPDX-License-Identifier: GPL-2.0-only
//
// One queue of a vif: a TX half, an RX half, and what both share. A queue's memory lives as long as its
// net_device; what the halves hold (rings, grants, buffers) lives from connect to disconnect.
//
// Who may touch what:
//     TxQueue     under the net_device queue's lock (ndo_start_xmit has it, completion takes it)
//     RxQueue     the NAPI poll alone; connect and disconnect while NAPI is off
//     Events      any context (atomics)
#pragma once
#include "core/netif.hpp"
#include "netfront/grants.hpp"
#include "netfront/rx_packet.hpp"
#include "netfront/tx_plan.hpp"
#include "netfront/tx_slots.hpp"

namespace ringway::netfront
{
// What all queues of a vif look up per packet.
struct Shared {
	bool broken = false; // latched: the backend broke the protocol, nothing of it is believed any more
	bool bounce = false; // the backend is not trusted: it sees nothing but packets, in zeroed pages
	u16 backend = 0;     // its domain
	u32 tx_copy_limit = 2048;
	u32 rx_copy_limit = 256;
	const char *complaint = nullptr; // what broke it
	vif_host *host = nullptr;

	Error blame(const char *what)
	{
		complaint = what;
		return Error::invalid;
	}
};

class TxQueue
{
public:
	static constexpr u32 kSize = TxFrontRing::kSize;
	// The longest packet: data slots and one extra info.
	static constexpr u32 kMaxSlots = kLegacySlots + 1;

	Result<void> connect(vif_host *vif, queue_host *host, Shared *shared);
	void disconnect();
	u32 ring_ref() const { return ring_page_.ref(); }

	// CONTEXT: softirq or process with bottom halves off, TX lock held.
	int transmit(sk_buff *skb);
	// CONTEXT: softirq, TX lock held. How many responses were taken; an error latches `broken`.
	Result<u32> complete(int napi_budget);
	// CONTEXT: NAPI, no lock: whether complete() may find something. A hint; complete() judges. While
	// there is nothing, the event that was asked for last still stands.
	bool answered() const
	{
		const Result<u32> count = ring_.unconsumed();
		return !count.ok() || count.value() != 0;
	}
	// CONTEXT: TX lock held. Asks for the next completion event; true when one is due already.
	bool ask_event();
	// CONTEXT: TX lock held.
	void run(bool on) { running_ = on; }

private:
	void post(sk_buff *skb, const tx_view &view, const TxPlan &plan);
	void post_gso(const tx_view &view);
	void post_frag(sk_buff *skb, const frag_view &frag, u32 &remaining);
	bool make_buffers(u32 count);
	bool make_buffer(TxSlot &slot);
	void push();
	int drop(sk_buff *skb);
	int busy();
	u32 outstanding() const { return ring_.req_prod() - ring_.rsp_cons(); }
	Result<void> take(const TxResponse &response, u32 published, int napi_budget);
	void forget(TxSlot &slot, bool granted);

	TxFrontRing ring_;
	queue_host *host_ = nullptr;
	Shared *shared_ = nullptr;
	bool running_ = false;
	bool event_near_ = false; // an event is asked for soon because skbs wait for it
	u32 granted_ = 0;         // slots whose skb waits for its completion
	u32 extras_ = 0;          // extra info slots not answered yet
	TxSlots<kSize> slots_;
	RingLoan ring_page_;
	RefStock refs_;
};

class RxQueue
{
public:
	static constexpr u32 kSize = RxFrontRing::kSize;
	static constexpr u32 kHeaderBytes =
		128; // copied in front of frags: Ethernet, VLAN, IPv6, TCP with options
	static constexpr u32 kMaxFrags = 17;    // MAX_SKB_FRAGS of the smallest configuration
	static constexpr u32 kRefillBatch = 16; // buffers are posted when so many are due
	static constexpr u32 kLowWater = 64;    // with fewer posted than this, try again soon

	Result<void> connect(vif_host *vif, queue_host *host, Shared *shared);
	void disconnect();
	u32 ring_ref() const { return ring_page_.ref(); }

	// CONTEXT: NAPI. Packets taken; an error latches `broken`.
	Result<u32> receive(u32 budget);
	bool ask_event() { return ring_.ask_response_event(); }
	void refill(bool all);

private:
	// The buffer at ring position i stays at position i: requests are posted in the order in which
	// responses free their slots, so the slot that falls due is always the one just emptied.
	struct Buffer {
		u8 *data; // nullptr: the page went up the stack, or was never there
		page *page_;
		u32 ref;
	};

	Result<void> take(const RxPacket &packet);
	void drop(RxFault why);
	sk_buff *copy(const RxPacket &packet);
	Result<sk_buff *> lend(const RxPacket &packet);
	void deliver(const RxPacket &packet, sk_buff *skb);
	Buffer &buffer(u32 index) { return buffer_[index & (kSize - 1)]; }
	bool make_buffer(Buffer &buffer);

	RxFrontRing ring_;
	queue_host *host_ = nullptr;
	Shared *shared_ = nullptr;
	Buffer buffer_[kSize];
	RingLoan ring_page_;
	RefStock refs_;
};

// Late end-of-interrupt: an event channel stays masked from its interrupt until the poll has done what it
// announced. One interrupt, one EOI; it says whether the event was worth it.
struct Events {
	static constexpr u32 kTx = 1, kRx = 2, kBoth = 4;
	u32 pending = 0;                           // atomic: interrupts that wait for their EOI
	bool tx_worked = false, rx_worked = false; // since the last EOI. CONTEXT: NAPI
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
