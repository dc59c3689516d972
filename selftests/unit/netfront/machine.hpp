// SPDX-License-Identifier: GPL-2.0-only
// A vif of two queues in the state in which most happens at once, and what one CPU may do to it while another
// one does something else, each with the locks that Linux and the C files hold.
#pragma once
#include "cpus/meetings.hpp"
#include "host.hpp"

namespace ringway::test
{
inline constexpr u32 kQueues = 2;

struct World {
	Kernel k;
	netfront_vif *vif = nullptr; // null: removed
	Backend end[kQueues] = {Backend{k, 0}, Backend{k, 1}};
	CtrlBackRing control;
	bool xenwatch = false; // the one thread that handles watches is busy
	bool device = false;   // the device's own lock is held: Linux removes none while it resumes it
	bool watched = true;   // XenStore's watches are handled
	u32 working = 0;       // works that run, a bit each
	page *seen = nullptr;  // the control ring that the backend is at
	bool gone = false;     // its driver is unbound
	const u32 limit = k.grants_left;

	World();
	~World();
	// All deferred work and polls through. If the vif is still there, the backend does what a
	// well-behaved one does until packets flow on each queue; then it is removed. Nothing may be left.
	void come_to_rest();

	queue_host &queue(u32 i) { return k.host.queue[i]; }
	bool is_up() const { return k.up && !k.detached; }
	bool is_linked();
	bool becomes_linked(); // as far as the backend does its part
	void attach_ends();
	page *control_page() const; // as the nodes say
	// Are the rings those that the backend's ends are of?
	bool has_rings() const { return seen && k.host.control_bound && control_page() == seen; }
	void expect_traffic(u32 queue);
	void expect_nothing_left();
};

extern const std::vector<Operation<World>> operations;

// --- steps -----------------------------------------------------------------------------------------------

void send(World &w, u32 queue);     // ndo_start_xmit, as the qdisc calls it
void xdp_xmit(World &w, u32 queue); // another device's program
void poll(World &w, u32 queue);
void event(World &w, u32 queue);
void control_event(World &w);
void backend(World &w, XenbusState state); // shows it
void link_event(World &w);
void later(World &w);
void link_later(World &w);
void reconfigure_later(World &w);
void watch(World &w);
void control_later(World &w);
void open(World &w);
void stop(World &w);
void set_xdp(World &w, bool on);
void set_copy_limits(World &w, u32 bytes);
void resume(World &w);
void remove(World &w);
void run_works(World &w); // all that are armed
// The backend's, before CPUs meet and after that: to what was sent, into the guest, to what it was asked.
void answer(World &w, u32 queue);
void arrive(World &w, u32 queue);
bool answer_control(World &w, bool maps = true);
} // namespace ringway::test
