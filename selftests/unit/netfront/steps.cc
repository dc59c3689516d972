// SPDX-License-Identifier: GPL-2.0-only
// One CPU's steps on a vif, each inside what Linux holds around it.
#include "machine.hpp"

using namespace ringway;
using namespace ringway::test;

namespace
{
enum { LATER = 1, LINK = 2, RECONFIGURE = 4, WATCH = 8, CONTROL = 16 };

// A work runs once at a time; one that is armed while it runs, runs once more.
void work(World &w, u32 bit, int &armed, void (*what)(netfront_vif *))
{
	if (!w.vif || armed < 0 || w.working & bit)
		return;
	armed = -1;
	w.working |= bit;
	what(w.vif);
	w.working &= ~bit;
}
// cancel_delayed_work_sync()
void cancel(World &w, u32 bit, int &armed)
{
	might_sleep("cancelling work");
	armed = -1;
	wait_until([&w, bit] { return !(w.working & bit); }, "work");
	armed = -1;
}
void cancel_all(World &w)
{
	cancel(w, LATER, w.k.later);
	cancel(w, LINK, w.k.link_later);
	cancel(w, RECONFIGURE, w.k.reconfigure_later);
	cancel(w, WATCH, w.k.watch_later);
	cancel(w, CONTROL, w.k.control_later);
}

template <typename Do>
void in_xenwatch(World &w, Do &&what)
{
	take_lock(w.xenwatch, "xenwatch");
	if (w.vif && w.watched)
		what();
	w.xenwatch = false;
}

template <typename Do>
void with_rtnl(World &w, Do &&what)
{
	host_rtnl_lock();
	if (w.vif && !w.gone)
		what();
	host_rtnl_unlock();
}
} // namespace

void ringway::test::send(World &w, u32 queue)
{
	const ReadSide bh;
	queue_host &q = w.queue(queue);
	sk_buff *skb = w.k.new_skb(pattern(queue ? 60 : 100));
	if (!queue)
		w.k.add_frag(skb, pattern(6000, 2), 100);
	bool taken = false;
	if (w.vif && w.is_up()) {
		host_tx_lock(&q);
		taken = w.is_up() && !q.stopped && netfront_transmit(q.queue, skb);
		host_tx_unlock(&q);
	}
	if (!taken)
		w.k.free_skb(skb);
}

void ringway::test::xdp_xmit(World &w, u32 queue)
{
	const ReadSide softirq;
	xdp_frame frame{pattern(200)};
	xdp_frame *list[] = {&frame};
	if (w.vif && w.k.up)
		netfront_xdp_xmit(w.queue(queue).queue, list, 1, true);
}

void ringway::test::poll(World &w, u32 queue)
{
	for (u32 i = 0; i < 3; i++) {
		const ReadSide softirq;
		queue_host &q = w.queue(queue);
		if (!w.vif || !q.enabled || !q.scheduled || q.polling)
			return;
		q.scheduled = q.completed = false;
		q.polling = true;
		const int done = netfront_poll(q.queue, 64);
		EXPECT_TRUE(q.completed || done == 64) << "a poll that neither ends nor goes on";
		if (!q.completed)
			q.scheduled = true;
		q.polling = false;
		for (sk_buff *skb : std::exchange(q.received, {}))
			w.k.free_skb(skb);
	}
}

void ringway::test::event(World &w, u32 queue)
{
	const ReadSide interrupt;
	queue_host &q = w.queue(queue);
	if (!w.vif || !q.bound)
		return;
	q.interrupts++;
	if (q.split) {
		netfront_tx_event(q.queue);
		netfront_rx_event(q.queue);
	} else {
		netfront_both_event(q.queue);
	}
	q.interrupts--;
}

void ringway::test::control_event(World &w)
{
	const ReadSide interrupt;
	if (!w.vif || !w.k.host.control_bound)
		return;
	w.k.host.control_interrupts++;
	netfront_control_event(w.vif);
	w.k.host.control_interrupts--;
}

void ringway::test::backend(World &w, XenbusState state)
{
	in_xenwatch(w, [&] {
		w.k.backend["state"] = static_cast<u32>(state);
		if (state != XenbusState::connected && state != XenbusState::closing &&
		    state != XenbusState::reconfigured)
			for (Grant &grant : w.k.grants)
				grant.mapped = false; // it has let go
		netfront_backend_changed(w.vif, static_cast<u32>(state));
	});
}

void ringway::test::link_event(World &w)
{
	in_xenwatch(w, [&] { netfront_link_event(w.vif); });
}

void ringway::test::later(World &w)
{
	work(w, LATER, w.k.later, netfront_later);
}
void ringway::test::link_later(World &w)
{
	work(w, LINK, w.k.link_later, netfront_link_later);
}
void ringway::test::reconfigure_later(World &w)
{
	work(w, RECONFIGURE, w.k.reconfigure_later, netfront_reconfigure_later);
}
void ringway::test::watch(World &w)
{
	work(w, WATCH, w.k.watch_later, netfront_watch);
}
void ringway::test::control_later(World &w)
{
	work(w, CONTROL, w.k.control_later, netfront_control_later);
}

void ringway::test::run_works(World &w)
{
	later(w);
	link_later(w);
	reconfigure_later(w);
	watch(w);
	control_later(w);
}

void ringway::test::open(World &w)
{
	with_rtnl(w, [&] {
		if (!std::exchange(w.k.up, true))
			netfront_open(w.vif);
	});
}
void ringway::test::stop(World &w)
{
	with_rtnl(w, [&] {
		if (std::exchange(w.k.up, false))
			netfront_stop(w.vif);
	});
}
void ringway::test::set_xdp(World &w, bool on)
{
	with_rtnl(w, [&] { netfront_set_xdp(w.vif, on); });
}
void ringway::test::set_copy_limits(World &w, u32 bytes)
{
	with_rtnl(w, [&] { EXPECT_TRUE(netfront_set_copy_limits(w.vif, {bytes, bytes})); });
}

// All other CPUs stand still; behind that, neither the backend nor its mappings are what they were. xenwatch
// and work may be anywhere.
void ringway::test::resume(World &w)
{
	wait_for_standstill();
	this_task().calls++;
	for (Grant &grant : w.k.grants)
		grant.mapped = false;
	w.k.backend["state"] = static_cast<u32>(XenbusState::init_wait);
	w.k.state = static_cast<u32>(XenbusState::initialising);
	this_task().calls--;
	take_lock(w.device, "the device lock");
	if (w.vif)
		netfront_resume(w.vif);
	w.device = false;
}

// main.c: vif_remove(), and what the bus does around it.
void ringway::test::remove(World &w)
{
	if (!w.vif || std::exchange(w.gone, true))
		return;
	take_lock(w.device, "the device lock");
	take_lock(w.xenwatch, "xenwatch");
	w.watched = false;
	w.xenwatch = false;
	netfront_remove(w.vif);
	cancel_all(w);
	host_rtnl_lock();
	if (std::exchange(w.k.up, false))
		netfront_stop(w.vif);
	netfront_set_xdp(w.vif, false);
	host_rtnl_unlock();
	netfront_vif *vif = w.vif;
	wait_for_readers();
	cancel_all(w);
	w.vif = nullptr;
	wait_for_readers();
	netfront_destroy(vif);
	w.device = false;
	for (const queue_host &q : w.k.host.queue)
		EXPECT_FALSE(q.enabled || q.bound || q.polling || q.interrupts || q.retry);
	EXPECT_EQ(w.working, 0u);
}

void ringway::test::answer(World &w, u32 queue)
{
	if (!w.has_rings())
		return;
	for (auto &packet : w.end[queue].take_all())
		w.end[queue].answer(packet);
	w.end[queue].push_tx();
}

void ringway::test::arrive(World &w, u32 queue)
{
	if (!w.has_rings())
		return;
	w.end[queue].send(pattern(queue ? 100 : 3000), 0, kPageSize, 0, 256);
	w.end[queue].rx.push_responses();
}

// False: it was not asked.
bool ringway::test::answer_control(World &w, bool maps)
{
	if (!w.has_rings() || !w.control.unconsumed().value())
		return false;
	const CtrlRequest asked = w.control.request(w.control.req_cons());
	w.control.consume(1);
	if (asked.type == XEN_NETIF_CTRL_TYPE_ADD_GREF_MAPPING && maps) {
		const auto *list =
			reinterpret_cast<const netfront::MapEntry *>(w.end[0].memory(asked.data[1], true));
		for (u32 i = 0; i < asked.data[2]; i++) {
			EXPECT_NE(w.k.grants.at(list[i].ref).granted, nullptr);
			w.k.grants.at(list[i].ref).mapped = true;
		}
	}
	const u32 status = maps ? XEN_NETIF_CTRL_STATUS_SUCCESS : XEN_NETIF_CTRL_STATUS_BUFFER_OVERFLOW;
	w.control.respond(CtrlResponse{asked.id, asked.type, status, 512});
	w.control.push_responses();
	w.k.control_later = 0;
	return true;
}
