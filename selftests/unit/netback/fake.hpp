// SPDX-License-Identifier: GPL-2.0-only
//
// The kernel and the hypervisor as netback sees them through host.h, on the host.
//
// Grant copies are carried out between real pages and checked the way Xen checks them; every resource
// that netback takes (memory, pages, skbs, queues, mapped rings, bound channels) is counted, so that a
// test can say at its end that nothing is left. Rules of the real thing that are easy to break are
// asserted here: the to-guest lock, NAPI's completion, one end of interrupt per interrupt.
#pragma once
#include "netback/life/vif.hpp"
#include <cstring>
#include <deque>
#include <functional>
#include <gtest/gtest.h>
#include <map>
#include <set>
#include <string>
#include <vector>

namespace ringway::test
{
using namespace netback;

class Guest;
using Bytes = std::vector<u8>;

inline constexpr u32 kSkbOverhead = 768; // of dom0 memory, beside an skb's bytes
inline constexpr u32 kMostQueues = 8;    // that a vif may have

struct Grant {
	u8 *page;
	bool read_only;
};

// Everything one test needs of the machine; one at a time.
struct Host {
	// --- Xen
	std::map<std::pair<u16, u32>, Grant> grants; // by domain and reference
	std::map<u64, u8 *> frames;                  // our own pages
	u64 operations = 0;                          // copies asked for
	u64 hypercalls = 0;
	// The status of the n-th copy; GNTST_okay carries it out.
	std::function<s16(u64 nth, const gnttab_copy &)> refuse;

	// --- memory
	s64 live_memory = 0, live_pages = 0, live_skbs = 0, live_queues = 0, live_rings = 0,
	    live_channels = 0;
	u64 pages_left = ~0ull; // host_page_alloc() fails when none is left
	u64 skbs_left = ~0ull;
	unsigned long jiffies = 1000; // one per millisecond
	u64 micros = 1000000;
	u64 cycles = 1000000, cycles_step = 100; // two per nanosecond; the step at each look
	u32 grace_periods = 0;
	std::function<void(queue_host *)> after_complete; // what another CPU does just then
	bool rtnl_locked = false;

	// --- steps of connecting that can fail: number `fail_step` does
	u32 step = 0, fail_step = ~0u;
	bool step_fails() { return step++ == fail_step; }

	std::set<queue_host *> queues;
	std::set<vif_host *> vifs;
	void *lane[3] = {};
	u32 cpu = 0;

	Host();
	~Host();
	// Interrupts, polls and deferred work until nothing is left to do.
	void settle();
	bool pass_wait();
	// One poll and nothing else.
	void poll_tx(queue_host &q);
	void poll_rx(queue_host &q);
	// All that would be leaked if the test ended now, in words; empty when there is nothing.
	std::string leaks() const;
};
extern Host *host;
extern const struct brlite_abi fake_switch; // whose ports are those of this file

// One way a packet left netback as an skb.
struct Forwarded {
	enum Kind { up, forward, local } kind;
	Bytes bytes;
	u32 linear = 0; // bytes in front of the fragments
	u32 txflags = 0, gso_type = 0, gso_size = 0;
	brlite_verdict verdict{};
};
} // namespace ringway::test

// What lies behind host.h's opaque pointers.
struct vif_host {
	netback_vif *vif = nullptr;
	ringway::test::Guest *guest = nullptr;
	frontend_features frontend{1,    true, true, true,
				   true, true, true, false}; // what the guest's nodes say
	ringway::u32 headroom = 0;                           // xdp-headroom, if it is a number
	ringway::u8 *ctrl_page = nullptr;                    // the control ring, if the guest has one
	bool ctrl_mapped = false, ctrl_bound = false, ctrl_locked = false;
	ringway::u32 ctrl_notified = 0;
	bool headroom_text = false; // or not
	bool readable = true;       // false: the nodes cannot be read
	bool connected = false, carrier = false, watched = false, online = true, hotplug = true;
	bool kicked = false, unregistered = false, shaped = false;
	unsigned long later = 0; // jiffies of the delayed housekeeping, 0: none
	ringway::u32 connects = 0, disconnects = 0;
	std::vector<int> states;
	std::vector<std::string> errors;
	bool rate_locked = false, life_locked = false;
	ringway::u32 fatal_lines = 0, stall_lines = 0;
	std::vector<ringway::test::Forwarded> received; // up the stack
	std::function<sk_buff *(sk_buff *)> suit; // what the device needs done to a packet; empty: nothing
};

struct queue_host {
	struct Side {
		bool bound = false, scheduled = false, polling = false, missed = false, completed = false;
		bool pending = false; // an event waits
		bool owed = false;    // an end of interrupt is owed: masked
		ringway::u32 notified = 0, spurious = 0, interrupts = 0;
		ringway::u64 timer = 0; // microseconds when the poll is to run, 0: not set
		ringway::u64 hold = 0;  // microseconds when a held event is due, 0: none
		void *ring = nullptr;

		// Its poll is to run; once more, if it runs now.
		void schedule() { (polling && !completed ? missed : scheduled) = true; }
	};

	vif_host *dev = nullptr;
	netback_queue *queue = nullptr;
	ringway::u32 index = 0;
	Side from_guest, to_guest;
	Side &side(guest_side which) { return which == FROM_GUEST ? from_guest : to_guest; }
	bool locked = false, irqs_off = false, enabled = false, stopped = false;
	std::deque<sk_buff *> backlog;
	std::vector<sk_buff *> receive;
};

struct sk_buff {
	struct Part {
		ringway::u8 *page;
		ringway::u32 offset, len;
	};
	std::vector<Part> parts; // the first one is the linear area
	bool frag_list = false;
	skb_view info{};
	unsigned long expires = 0;
	ringway::u32 txflags = 0, queue = 0;
	queue_host *from = nullptr;
	sk_buff *next = nullptr;

	ringway::test::Bytes bytes() const;
};

struct brlite_port {
	// The switch's mind: a verdict per frame.
	std::function<brlite_verdict(const brlite_frame &)> decide;
	std::vector<ringway::test::Forwarded> forwarded;
	std::vector<ringway::u32> batches; // frames of each classify()
	std::vector<ringway::u32> sent;    // packets of each forward()
	std::vector<brlite_port *> flood;  // where a flood goes
	void *owner = nullptr;             // the vif whose port this is
	ringway::u32 longest = 65535;
};

namespace ringway::test
{
using namespace netback;

// An skb for a guest: its bytes cut at the given places, each part in a page of its own.
sk_buff *make_skb(const Bytes &bytes, const std::vector<u32> &cuts = {});
void free_skb(sk_buff *skb);
Forwarded record(Forwarded::Kind kind, const sk_buff *skb, const brlite_verdict &verdict);

u8 *new_page();
u64 frame_of(const u8 *page);

// A frame of `len` bytes, different for every seed: Ethernet header, IPv4 or IPv6 or a tag and IPv4,
// TCP. The payload begins at byte 78 at the latest.
Bytes make_frame(u32 len, u32 seed = 1, u16 ethertype = 0x0800);

// One packet out of a guest's RX ring.
struct Received {
	Bytes bytes;
	u16 flags = 0;
	u8 gso_type = 0;
	u16 gso_size = 0;
	u16 headroom = 0;
	u8 hash_type = 0; // of the wire, plus one
	u32 hash = 0;
	bool error = false;
	u32 slots = 0;
};

// How a packet is put on the TX ring.
struct Send {
	std::vector<u32> slots; // sizes; empty: one slot a page
	u16 flags = 0;
	u8 gso_type = 0;
	u16 gso_size = 0;
};

// A frontend: its pages, its grants, its rings.
class Guest
{
public:
	struct Queue {
		u8 *tx_page, *rx_page;
		TxFrontRing tx;
		RxFrontRing rx;
		std::map<u16, u32> sent;                   // id → grant
		std::vector<TxResponse> responses;         // all that came back, extra infos' NULLs included
		std::map<u32, std::pair<u16, u32>> posted; // slot → id, grant
		u32 tx_events = 0, rx_events = 0;
	};
	u16 domain;
	std::vector<Queue> queue;
	vif_host dev;
	brlite_port port;

	explicit Guest(u16 domain, u32 queues = 1, u32 start = 0);
	~Guest();
	Guest(const Guest &) = delete;

	Vif &vif() { return *dev.vif; }
	netback_queue &back(u32 q = 0) { return dev.vif->queues[q]; }
	void reset_rings(u32 start = 0);
	void frontend_state(XenbusState state)
	{
		dev.unregistered |= netback_frontend_changed(dev.vif, static_cast<int>(state));
	}
	// ip link set up or down; it is up when a test begins.
	void set_up(bool up)
	{
		RtnlLock lock;
		up ? netback_open(dev.vif) : netback_stop(dev.vif);
	}
	// Puts both ends to Connected.
	void connect();
	void join_switch(std::function<brlite_verdict(const brlite_frame &)> decide);

	u8 *page_of(u32 gref);
	u32 grant(const u8 *bytes, u32 len, u32 offset, bool read_only);
	void revoke(u32 gref);
	// Posts a packet; returns the id of its first slot. push(): visible, with an event if asked
	// for.
	u16 post(const Bytes &bytes, const Send &how = {}, u32 q = 0);
	void push(u32 q = 0);
	void send(const Bytes &bytes, const Send &how = {}, u32 q = 0)
	{
		post(bytes, how, q);
		push(q);
	}
	void post_buffers(u32 n, u32 q = 0);
	// The responses since the last call, grants taken back.
	std::vector<TxResponse> responses(u32 q = 0);
	std::vector<Received> receive(u32 q = 0);

private:
	std::map<u32, u8 *> pages_;
	u32 next_gref_ = 8;
	u16 next_id_ = 0;
};

// Two guests on one switch that sends everything of one to the other.
class TwoGuests : public testing::Test
{
protected:
	Host machine;
	Guest a{1}, b{2};

	brlite_verdict to_b(u16 flags = 0)
	{
		return {BRLITE_PORT, BRLITE_FORWARDED, flags, 0, b.dev.vif, &b.port};
	}
	void SetUp() override
	{
		a.connect();
		b.connect();
		a.join_switch([this](const brlite_frame &) { return to_b(); });
		b.join_switch([](const brlite_frame &) { return brlite_verdict{}; });
	}
	// Every response of `guest` is of this status (extra infos' NULLs apart), and there are n of
	// them.
	void expect_answers(Guest &guest, u32 n, s16 status = NETIF_RSP_OKAY)
	{
		u32 seen = 0;
		for (const TxResponse &response : guest.responses())
			if (response.status != NETIF_RSP_NULL) {
				seen++;
				EXPECT_EQ(response.status, status) << "id " << response.id;
			}
		EXPECT_EQ(seen, n);
		EXPECT_TRUE(guest.queue[0].sent.empty());
		EXPECT_EQ(guest.queue[0].tx.free_slots(), 256u);
	}
};

// Ways to cut a packet of `len` bytes into slots, all legal.
std::vector<std::vector<u32>> all_cuts(u32 len);
} // namespace ringway::test
