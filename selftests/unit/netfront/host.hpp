// SPDX-License-Identifier: GPL-2.0-only
//
// A kernel for netfront's logic to run on: skbs, pages, a grant table, an event channel, a XenStore, all
// of plain memory, each able to fail, and a backend domain that reads and writes what it was granted.
#pragma once
#include "cpus/cpus.hpp"
#include "netfront/vif.hpp"
#include "peer.hpp"
#include <deque>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <vector>

struct page {
	alignas(4096) std::uint8_t data[4096];
	int references = 1;
};

struct sk_buff {
	struct Frag {
		page *first;
		std::uint32_t offset, length;
	};
	std::vector<std::uint8_t> linear;
	std::vector<Frag> frags;
	std::uint32_t pending = 0;
	std::uint16_t gso_size = 0;
	bool gso_v6 = false, blank = false, good = false;

	std::uint32_t length() const;
	std::vector<std::uint8_t> bytes() const;
};

// A frame of another device's program.
struct xdp_frame {
	std::vector<std::uint8_t> bytes;
	bool sent = false;
};

struct queue_host {
	netfront_queue *queue = nullptr;
	std::uint32_t number = 0;
	netfront_tx_stats tx{};
	netfront_rx_stats rx{};
	bool stopped = false, enabled = false, scheduled = false, tx_locked = false, retry = false;
	bool split = false, bound = false;
	bool polling = false, completed = false, missed = false; // the poll that runs; once more after it
	std::uint32_t interrupts = 0;                            // that are being handled
	int tx_notified = 0, rx_notified = 0, tx_eoi = 0, rx_eoi = 0, spurious_eoi = 0;
	std::vector<sk_buff *> received;
};

struct vif_host {
	std::vector<queue_host> queue{64};
	bool control_bound = false;
	std::uint32_t control_interrupts = 0; // that are being handled
	int control_notified = 0, control_eoi = 0, control_spurious = 0;
};

namespace ringway::test
{
struct Grant {
	page *granted = nullptr; // nullptr: reserved, grants nothing
	u16 domain = 0;
	bool read_only = false;
	bool reserved = false;
	bool mapped = false; // the backend holds on to it
};

class Kernel
{
public:
	Kernel();
	~Kernel();

	vif_host host;
	std::vector<Grant> grants{8192};
	u32 grants_left = 8000, last_ref = 0;
	std::map<std::string, u32> ours, backend, uncommitted;
	std::set<page *> pages;   // that exist
	std::set<page *> custody; // whose grant could not be revoked: kept from everybody
	std::set<sk_buff *> skbs;
	std::string complaint, fatal;
	u32 state = 1, conflicts = 0;
	bool up = false; // ndo_open was called
	bool closed = false, detached = false, carrier = false, xmit_more = false, refuse_device = false;
	std::optional<std::string> mac = "00:16:3e:01:02:03"; // the node of our own directory
	std::string refused;                                  // what was said of one that is none
	netdev_wish wish{};                                   // of the last announcement
	// The XDP program: may move the packet's start and end, and write between them.
	std::function<xdp_verdict(xdp_area &)> program;
	xdp_area judged{};                      // as the program left it
	std::deque<std::vector<u8>> redirected; // what went to another device
	bool refuse_redirect = false, unflushed = false;
	int reconfigure_later = -1, watch_later = -1, control_later = -1;
	bool map_buffers = true; // the module's parameter
	std::vector<std::string> logged;
	u32 patience = 60;          // the module's parameter
	std::vector<bool> reported; // lines about a backend that does not answer: does it reconnect?
	int link_later = -1, carrier_changes = 0;
	std::function<void(xenstore_side, const std::string &)> on_read; // before each read of a number
	int peers_notified = 0, later = -1;
	bool rtnl = false, locked = false;
	const Task *rtnl_holder = nullptr, *holder = nullptr; // of the life mutex
	u32 queues_announced = 0, slept = 0;
	int fail_in = -1; // the so-manieth thing that can fail does
	std::function<void()> on_sleep;

	// As Linux does, under RTNL.
	void open(netfront_vif *vif);
	void stop(netfront_vif *vif);

	bool fails() { return fail_in >= 0 && fail_in-- == 0; }
	page *new_page();
	void put_page(page *page);
	sk_buff *new_skb(std::vector<u8> linear);
	void add_frag(sk_buff *skb, std::vector<u8> bytes, u32 offset);
	void free_skb(sk_buff *skb);
	std::size_t granted() const;
	u32 reserved() const;
};

// The kernel of the test that runs.
Kernel &kernel();

// The other end of one queue's rings.
class Backend
{
	Kernel &kernel_;
	u32 queue_;
	std::string node(const char *name) const;

public:
	TxBackRing tx;
	RxBackRing rx;
	Page *rings = nullptr;

	explicit Backend(Kernel &kernel, u32 queue = 0) : kernel_(kernel), queue_(queue) {}
	void connect();
	u8 *ring_bytes(const char *name);
	// What a request points at; fails the test when the grant does not allow it.
	u8 *memory(u32 ref, bool write);
	// All requests, one packet each: payload in order, and the requests as they were.
	struct Packet {
		std::vector<u8> bytes;
		std::vector<TxRequest> requests;
		std::vector<ExtraInfo> extras;
	};
	std::deque<Packet> take_all();
	void answer(const Packet &packet, s16 status = 0);
	void push_tx() { tx.push_responses(); }
	// One packet into the guest, `per_slot` bytes to a slot.
	void send(const std::vector<u8> &bytes, u16 flags = 0, u32 per_slot = kPageSize, u16 gso = 0,
		  u32 offset = 0);
};

std::vector<u8> pattern(u32 length, u32 seed = 1);
} // namespace ringway::test
