// SPDX-License-Identifier: GPL-2.0-only
#include "operations.hpp"

using namespace ringway;
using namespace ringway::test;

namespace
{
// --- what has to be the case before
// ---------------------------------------------------------------------------

void scheduled(Guest &g, guest_side which)
{
	if (queue_host *q = queue_of(g))
		q->side(which).schedule();
}
void a_sends(World &w)
{
	scheduled(w.a, FROM_GUEST);
}
void b_waits_for_packets(World &w)
{
	transmit(w.b);
	transmit(w.b);
}
void use_up_but(Limiter &limit, u32 packets)
{
	while (limit.allows(1))
		limit.spend(1);
	limit.give_back(packets, packets);
}
void a_is_limited(World &w)
{
	a_sends(w);
	EXPECT_EQ(netback_set_limit(w.a.dev.vif, NETBACK_LIMIT_FROM_PACKETS, "10"), 0);
	use_up_but(w.a.vif().from_guest_limit, 2);
}
void b_is_limited(World &w)
{
	EXPECT_EQ(netback_set_limit(w.b.dev.vif, NETBACK_LIMIT_TO_PACKETS, "10"), 0);
	use_up_but(w.b.vif().to_guest_limit, 1);
	b_waits_for_packets(w);
}
void events_are_held(World &w)
{
	const netback_coalesce long_time{100, 64, 100, 64};
	with_rtnl(w.a, [&](netback_vif *vif) { netback_set_coalesce(vif, &long_time); });
	with_rtnl(w.b, [&](netback_vif *vif) { netback_set_coalesce(vif, &long_time); });
	a_sends(w);
}
void b_has_few_buffers(World &w)
{
	w.b.receive();
	for (u32 i = 0; i < 60; i++)
		w.a.post(make_frame(64, i));
	w.a.push();
	a_sends(w);
}
void a_lies(World &w)
{
	a_sends(w);
	*reinterpret_cast<u32 *>(w.a.queue[0].tx_page) += 1000; // its producer index
}
void a_floods(World &w)
{
	w.a.port.decide = [](const brlite_frame &) {
		return brlite_verdict{BRLITE_FLOOD, BRLITE_FLOODED, 0, 0, nullptr, nullptr};
	};
	w.a.port.flood = {&w.b.port};
	a_sends(w);
}
void b_hashes(World &w)
{
	u16 id = 0;
	const auto say = [&](u16 type, u32 value) {
		w.control.post(CtrlRequest{id++, type, {value, 0, 0}});
		(void)w.control.push_requests();
	};
	say(XEN_NETIF_CTRL_TYPE_SET_HASH_ALGORITHM, 1);
	say(XEN_NETIF_CTRL_TYPE_SET_HASH_FLAGS, kHashTypes);
	control_work(w.b);
	say(XEN_NETIF_CTRL_TYPE_SET_HASH_FLAGS, 0);
	say(XEN_NETIF_CTRL_TYPE_SET_HASH_FLAGS, kHashTypes);
}
// A message of all buffers that the guest has posted, on either ring.
void say_of_buffers(Guest &g, CtrlFrontRing &control, u16 type)
{
	std::vector<GrefListEntry> list;
	for (const auto &[id, gref] : g.queue[0].sent)
		list.push_back({gref, XEN_NETIF_CTRLF_GREF_readonly, 0});
	for (const auto &[slot, buffer] : g.queue[0].posted)
		list.push_back({buffer.second, 0, 0});
	const u32 page = g.grant(reinterpret_cast<const u8 *>(list.data()),
				 static_cast<u32>(list.size() * sizeof list[0]), 0, false);
	control.post(CtrlRequest{7, type, {0, page, static_cast<u32>(list.size())}});
	(void)control.push_requests();
}
void a_will_map(World &w)
{
	say_of_buffers(w.a, w.a_control, XEN_NETIF_CTRL_TYPE_ADD_GREF_MAPPING);
}
void b_will_map(World &w)
{
	say_of_buffers(w.b, w.control, XEN_NETIF_CTRL_TYPE_ADD_GREF_MAPPING);
}
void both_have_mapped(World &w)
{
	if (!host->mappings.empty())
		return; // a row that came before did it
	a_will_map(w);
	b_will_map(w);
	control_work(w.a);
	control_work(w.b);
}
void a_sends_mapped(World &w)
{
	both_have_mapped(w);
	a_sends(w);
}
void a_will_unmap(World &w)
{
	a_sends_mapped(w);
	say_of_buffers(w.a, w.a_control, XEN_NETIF_CTRL_TYPE_DEL_GREF_MAPPING);
}
void b_will_unmap(World &w)
{
	a_sends_mapped(w);
	say_of_buffers(w.b, w.control, XEN_NETIF_CTRL_TYPE_DEL_GREF_MAPPING);
}
void b_is_kicked(World &w)
{
	b_waits_for_packets(w);
	w.b.dev.kicked = true;
}
void a_is_disabled(World &w)
{
	a_lies(w);
	poll(w.a, FROM_GUEST);
}
void b_with_queues(World &w, u32 queues)
{
	w.b.dev.frontend.queues = queues;
	reconnect(w.b);
}
void b_has_two_queues(World &w)
{
	const bool online = std::exchange(w.b.dev.online, true); // else it would not come back
	b_with_queues(w, 2);
	w.b.dev.online = online;
	w.b.post_buffers(16);
	w.b.post_buffers(16, 1);
	a_sends(w);
}
// Of its buffers none are left, something waits, and the time for which it may is over.
void b_stands_still(World &w)
{
	for (u32 i = 0; i < 20; i++)
		transmit(w.b);
	poll(w.b, TO_GUEST);
	host->jiffies += host_params.stall_msecs + 1000;
	w.b.dev.kicked = true;
}
void b_has_stalled(World &w)
{
	b_stands_still(w);
	housekeeping(w.b);
	w.b.receive();
	w.b.post_buffers(16);
	w.b.dev.kicked = true;
}
// As Linux does it: all other CPUs are out of softirqs and off spinlocks when the frames are others. Here no
// poll comes between that and the notifier, and no message of the control ring is half read. On a real host
// they would copy nothing: the domain has another number then, and no guest has granted that one anything.
void this_domain_is_restored(World &w)
{
	wait_for_standstill([&w] { return !w.a.dev.ctrl_working && !w.b.dev.ctrl_working; });
	this_task().calls++;
	host->move_frames(1000003);
	netback_lanes_resumed();
	this_task().calls--;
}
} // namespace

const std::vector<Operation<World>> ringway::test::operations = {
	{"a sends", a_sends, [](World &w) { poll(w.a, FROM_GUEST); }},
	{"a floods", a_floods, [](World &w) { poll(w.a, FROM_GUEST); }},
	{"a sends up the stack", [](World &w) { a_sends(w); w.a.dev.watched = true; },
	 [](World &w) { poll(w.a, FROM_GUEST); }},
	{"a sends by b's device", [](World &w) { a_sends(w); w.b.dev.watched = true; },
	 [](World &w) { poll(w.a, FROM_GUEST); }},
	{"a waits for b", b_has_few_buffers, [](World &w) { poll(w.a, FROM_GUEST); }},
	{"a is limited", a_is_limited, [](World &w) { poll(w.a, FROM_GUEST); }},
	{"a's time has come", [](World &w) { a_is_limited(w); poll(w.a, FROM_GUEST); },
	 [](World &w) { timer(w.a, FROM_GUEST); }},
	{"a's events are held", events_are_held, [](World &w) { poll(w.a, FROM_GUEST); }},
	{"a lies", a_lies, [](World &w) { poll(w.a, FROM_GUEST); }},
	{"b's backlog", b_waits_for_packets, [](World &w) { poll(w.b, TO_GUEST); }},
	{"b is limited", b_is_limited, [](World &w) { poll(w.b, TO_GUEST); }},
	{"b's time has come", [](World &w) { b_is_limited(w); poll(w.b, TO_GUEST); },
	 [](World &w) { timer(w.b, TO_GUEST); }},
	{"b's event is due", [](World &w) { events_are_held(w); poll(w.a, FROM_GUEST); },
	 [](World &w) { held_event(w.b); }},
	{"events", nullptr, [](World &w) { event(w.a, FROM_GUEST); event(w.b, TO_GUEST); }},
	{"b's device transmits", nullptr, [](World &w) { transmit(w.b); poll(w.b, TO_GUEST); }},
	{"the switch delivers", nullptr, [](World &w) { deliver(w.b); poll(w.b, TO_GUEST); }},
	{"a goes down", nullptr, [](World &w) { set_up(w.a, false); }},
	{"b goes down", nullptr, [](World &w) { set_up(w.b, false); }},
	{"b goes down and up", nullptr, [](World &w) { set_up(w.b, false); set_up(w.b, true); }},
	{"a goes up", [](World &w) { set_up(w.a, false); }, [](World &w) { set_up(w.a, true); }},
	{"a closes", nullptr, [](World &w) { frontend(w.a, XenbusState::closing); }},
	{"b closes", nullptr, [](World &w) { frontend(w.b, XenbusState::closing); }},
	{"a connects again", nullptr, [](World &w) { reconnect(w.a); }},
	{"b connects again", nullptr, [](World &w) { reconnect(w.b); }},
	{"b connects again with two queues", nullptr, [](World &w) { b_with_queues(w, 2); }},
	{"b connects again with one queue", b_has_two_queues, [](World &w) { b_with_queues(w, 1); }},
	{"a sends to two queues", b_has_two_queues, [](World &w) { poll(w.a, FROM_GUEST); }},
	{"a is detached", nullptr, [](World &w) { w.a.remove(); }},
	{"b is detached", nullptr, [](World &w) { w.b.remove(); }},
	{"b's guest is gone", [](World &w) { w.b.dev.online = false; },
	 [](World &w) { frontend(w.b, XenbusState::closed); }},
	{"the module goes", nullptr, [](World &w) { w.a.remove(); w.b.remove(); }},
	{"b's housekeeping", b_is_kicked, [](World &w) { housekeeping(w.b); }},
	{"b's carrier goes", b_stands_still, [](World &w) { housekeeping(w.b); }},
	{"b's carrier comes back", b_has_stalled, [](World &w) { housekeeping(w.b); }},
	{"a is disabled", a_is_disabled, [](World &w) { housekeeping(w.a); }},
	{"this domain is restored", nullptr, this_domain_is_restored},
	{"limits change", nullptr, [](World &w) {
		watch(w.a, [](netback_vif *vif) { netback_set_limit(vif, NETBACK_LIMIT_FROM_PACKETS, "9"); });
		watch(w.b, [](netback_vif *vif) { netback_set_limit(vif, NETBACK_LIMIT_TO_PACKETS, "9"); });
	 }},
	{"coalescing changes", nullptr, [](World &w) { events_are_held(w); }},
	{"statistics", nullptr, [](World &w) { statistics(w.b); statistics(w.a); }},
	{"debugfs", nullptr, [](World &w) { show_queue(w.b); kick_queue(w.b); show_queue(w.a); kick_queue(w.a); }},
	{"control messages", b_hashes, [](World &w) { control_work(w.b); }},
	{"a maps", a_will_map, [](World &w) { control_work(w.a); }},
	{"b maps", b_will_map, [](World &w) { control_work(w.b); }},
	{"a unmaps", a_will_unmap, [](World &w) { control_work(w.a); }},
	{"b unmaps", b_will_unmap, [](World &w) { control_work(w.b); }},
	{"a sends from mapped to mapped", a_sends_mapped, [](World &w) { poll(w.a, FROM_GUEST); }},
	{"b's backlog goes to mapped", [](World &w) { both_have_mapped(w); b_waits_for_packets(w); },
	 [](World &w) { poll(w.b, TO_GUEST); }},
	{"headroom changes", [](World &w) { w.b.dev.headroom = 64; },
	 [](World &w) { frontend(w.b, XenbusState::reconfiguring); }},
	{"b wants a filter", nullptr,
	 [](World &w) { watch(w.b, [](netback_vif *vif) { netback_set_multicast_control(vif, true); }); }},
	{"hotplug is through", nullptr, [](World &w) { watch(w.b, netback_hotplug_changed); }},
	{"features are asked for", nullptr, [](World &w) {
		with_rtnl(w.b, [](netback_vif *vif) { netback_offloads(vif), netback_max_mtu(vif); });
	 }},
	{"tx is switched off", nullptr, [](World &w) { with_rtnl(w.b, [](netback_vif *vif) { netback_set_offloads(vif, 0); }); }},
	{"b joins the bridge again", [](World &w) { with_rtnl(w.b, [](netback_vif *vif) { netback_set_port(vif, nullptr, nullptr); }); },
	 [](World &w) { with_rtnl(w.b, [&w](netback_vif *vif) { netback_set_port(vif, &fake_switch, &w.b.port); }); }},
	{"b leaves the bridge", nullptr, [](World &w) {
		with_rtnl(w.b, [&w](netback_vif *vif) { w.b.port.owner = nullptr, netback_set_port(vif, nullptr, nullptr); });
	 }},
};
