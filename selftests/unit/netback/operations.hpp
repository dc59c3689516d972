// SPDX-License-Identifier: GPL-2.0-only
// What one CPU may do to two vifs while another one does something else, each with the locks that Linux
// holds.
#pragma once
#include "cpus/meetings.hpp"
#include "fake.hpp"
#include "peer.hpp"

namespace ringway::test
{
// Two vifs of which `a` sends to `b`, in the state in which most happens at once.
struct World {
	Host machine;
	Page control_page, a_control_page;
	CtrlFrontRing control, a_control; // b's, a's
	Guest a{1}, b{2, 2};              // b connects with one queue at first

	World();
	// The packets in flight and all deferred work through; and if both are still there, one more packet
	// gets from `a` to `b`.
	void come_to_rest();
};

extern const std::vector<Operation<World>> operations;

// --- steps, with the locks that main.c, netdev.c, ethtool.c, debugfs.c and Linux itself hold
// ----------------

struct Xenwatch { // the one thread that handles watches
	Xenwatch() { take_lock(host->xenwatch, "xenwatch"); }
	~Xenwatch() { host->xenwatch = false; }
};

template <typename Do>
void watch(Guest &g, Do &&what)
{
	const Xenwatch one;
	if (g.dev.vif && g.dev.watches)
		what(g.dev.vif);
}

template <typename Do>
void with_rtnl(Guest &g, Do &&what)
{
	const RtnlLock lock;
	if (g.dev.vif && g.dev.listed)
		what(g.dev.vif);
}

template <typename Do>
void debugfs(Guest &g, Do &&what)
{
	if (!g.dev.vif || !g.dev.shows)
		return;
	g.dev.shown++;
	what(g.dev.vif);
	g.dev.shown--;
}

queue_host *queue_of(const Guest &g); // the first one, or null
void poll(Guest &g, guest_side which);
void timer(Guest &g, guest_side which); // has run out
void held_event(Guest &g);              // is due
void event(Guest &g, guest_side which); // from the guest
void transmit(Guest &g);                // Linux, a packet to the guest
void deliver(Guest &g);                 // the switch
void housekeeping(Guest &g);
void control_work(Guest &g);
void frontend(Guest &g, XenbusState state); // shows it
void reconnect(Guest &g);
void set_up(Guest &g, bool up);
void statistics(Guest &g);
void show_queue(Guest &g); // debugfs
void kick_queue(Guest &g);
} // namespace ringway::test
