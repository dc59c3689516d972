// SPDX-License-Identifier: GPL-2.0-only
// The kernel and the hypervisor as netback sees them through host.h, on the host.
//
// Grant copies are carried out between real pages and checked the way Xen checks them; every resource
// that netback takes (memory, pages, skbs, queues, mapped rings, bound channels) is counted, so that a
// test can say at its end that nothing is left. Rules of the real thing that are easy to break are
// asserted here: the to-guest lock, NAPI's completion, one end of interrupt per interrupt.
#pragma once
#include "cpus/cpus.hpp"
#include "fake_skb.hpp"
#include "netback/life/vif.hpp"
#include <cstring>
#include <deque>
#include <functional>
#include <gtest/gtest.h>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <vector>

namespace ringway::test
{
using namespace netback;

class Guest;

inline constexpr u32 kMostQueues = 8;            // that a vif may have
inline constexpr u32 kBacklogBytes = 512 * 1024; // that a queue may have waiting (XSA-392)

struct Grant {
	u8 *page;
	bool read_only;
	u32 mapped = 0; // so often: it cannot be revoked, and its page stays
};

// A page of a guest's that netback has mapped. What copies its bytes says so (shared::before_copy).
struct Mapping {
	u16 domain;
	u32 ref;
	bool writable;
};

// Everything one test needs of the machine; one at a time.
struct Host {
	// --- Xen
	std::map<std::pair<u16, u32>, Grant> grants; // by domain and reference
	std::map<u64, u8 *> frames;                  // our own pages
	u64 frames_moved = 0;                        // by how much, since this domain was saved and restored
	void move_frames(u64 by);
	u64 operations = 0; // copies asked for
	u64 hypercalls = 0;
	// The status of the n-th copy; GNTST_okay carries it out.
	std::function<s16(u64 nth, const gnttab_copy &)> refuse;

	// Mappings, by their handles. The status of the n-th that is asked for; or the whole batch fails.
	std::map<u32, Mapping> mappings;
	u32 next_handle = 1;
	u64 maps = 0, unmaps = 0;
	std::function<s16(u64 nth, u32 ref)> refuse_map;
	std::function<bool(u64 nth)> refuse_map_batch;
	u64 map_batches = 0;
	s64 mapping_pages_left = 1 << 30;                    // addresses
	std::function<void(const void *, bool)> before_copy; // of mapped bytes

	// --- memory
	s64 live_accounts = 0;
	s64 live_memory = 0, live_pages = 0, live_skbs = 0, live_queues = 0, live_rings = 0,
	    live_channels = 0, live_addresses = 0;
	u64 pages_left = ~0ull; // host_page_alloc() fails when none is left
	u64 skbs_left = ~0ull;
	unsigned long jiffies = 1000; // one per millisecond
	u64 micros = 1000000;
	u64 cycles = 1000000, cycles_step = 100; // two per nanosecond; the step at each look
	u32 grace_periods = 0;
	bool rtnl_locked = false;
	const Task *rtnl_holder = nullptr;
	bool xenwatch = false; // the one thread that XenStore's watches are handled in is busy

	// --- steps of connecting that can fail: number `fail_step` does
	u32 step = 0, fail_step = ~0u;
	bool step_fails() { return step++ == fail_step; }

	std::set<queue_host *> queues;
	std::set<vif_host *> vifs;
	void *lane[6] = {};
	u32 &cpu = running_cpu;

	Host();
	~Host();
	// Interrupts, polls and deferred work until nothing is left to do.
	void settle();
	bool pass_wait();
	// One poll and nothing else.
	void poll_tx(queue_host &q);
	void poll_rx(queue_host &q);
	void poll(queue_host &q, guest_side side);
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
	u32 hash = 0;
	std::optional<host_hash> hash_of;
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
	ringway::u32 switched_on = NETBACK_OFFLOADS, gso_max = 65536; // by the administrator
	bool kicked = false, unregistered = false, shaped = false;
	bool listed = true;                         // the device is registered
	bool watches = true;                        // XenStore's are handled
	bool working = false;                       // the housekeeping, just now
	bool ctrl_working = false, ctrl_off = true; // the control ring's work: now, or no more
	ringway::u32 shown = 0;                     // readers of its files in debugfs
	bool shows = true;                          // and there are such files
	bool leaving = false;                       // its driver is unbound, once
	const ringway::test::Task *life_holder = nullptr;
	unsigned long later = 0; // jiffies of the delayed housekeeping, 0: none
	ringway::u32 connects = 0, disconnects = 0;
	std::vector<int> states;
	std::vector<std::string> errors;
	guest_devices devices = GUEST_HAS_NO_DEVICES; // passed through
	bool rate_locked = false, life_locked = false, counters_locked = false;
	ringway::u32 fatal_lines = 0, stall_lines = 0;
	std::vector<ringway::test::Forwarded> received; // up the stack
	std::vector<sk_buff *> *keeps = nullptr;        // where those live on, if they do
	std::function<sk_buff *(sk_buff *)> suit; // what the device needs done to a packet; empty: nothing
};

struct queue_host {
	struct Side {
		struct Poll {
			bool completed = false;
		};
		bool bound = false;
		bool off = true;        // NAPI is disabled
		bool scheduled = false; // it belongs to a poll that is to run, or runs: "poll"
		Poll *poll = nullptr;   // until it has completed
		bool missed = false;    // to run once more
		bool completed = false; // the latest poll has
		bool held = false;      // what is due after `hold` runs
		bool pending = false;   // an event waits
		bool owed = false;      // an end of interrupt is owed: masked
		ringway::u32 notified = 0, spurious = 0, interrupts = 0;
		ringway::u64 timer = 0; // microseconds when the poll is to run, 0: not set
		ringway::u64 hold = 0;  // microseconds when a held event is due, 0: none
		void *ring = nullptr;

		// Its poll is to run; once more, if it runs now.
		void schedule()
		{
			if (!off)
				(poll ? missed : scheduled) = true;
		}
	};

	vif_host *dev = nullptr;
	netback_queue *queue = nullptr;
	ringway::u32 index = 0;
	Side from_guest, to_guest;
	Side &side(guest_side which) { return which == FROM_GUEST ? from_guest : to_guest; }
	bool locked = false, irqs_off = false, enabled = false, stopped = false;
	bool was_listed = false;
	bool listed = false; // its polls are on the device's list
	bool unread = false; // they are not, and a grace period has passed since
	ringway::test::Account *account = nullptr;
	std::deque<sk_buff *> backlog;
	std::vector<sk_buff *> receive;
};

struct brlite_port {
	// The switch's mind: a verdict per frame.
	std::function<brlite_verdict(const brlite_frame &)> decide;
	std::vector<ringway::test::Forwarded> forwarded;
	std::vector<ringway::u32> batches; // frames of each classify()
	ringway::u32 taken_back = 0;
	std::vector<ringway::u32> sent;                           // packets of each forward()
	std::vector<brlite_port *> flood;                         // where a flood goes
	std::map<ringway::u16, std::vector<brlite_port *>> lists; // and one with a list
	std::vector<sk_buff *> *keeps =
		nullptr;             // where packets for other ports than vifs live on, if they do
	ringway::u32 flooded_to = 1; // ports that forward() says it sent a flooded packet to
	void *owner = nullptr;       // the vif whose port this is
	ringway::u32 longest = 65535;
};

namespace ringway::test
{
using namespace netback;

Forwarded record(Forwarded::Kind kind, const sk_buff *skb, const brlite_verdict &verdict);

u8 *new_page();
// Are all these bytes in one page that is mapped, and may they be written?
void check_copy(const void *mapped, size_t bytes, bool write);
u64 frame_of(const u8 *page);

// A frame of `len` bytes, different for every seed: Ethernet header, IPv4 or IPv6 or a tag and IPv4,
// TCP. The payload begins at byte 78 at the latest.
Bytes make_frame(u32 len, u32 seed = 1, u16 ethertype = 0x0800);
} // namespace ringway::test

#include "guest.hpp"
