// SPDX-License-Identifier: GPL-2.0-only
// One CPU's steps on a vif, each inside what Linux holds around it.
#include "operations.hpp"

using namespace ringway;
using namespace ringway::test;

queue_host *ringway::test::queue_of(const Guest &g)
{
	for (queue_host *q : host->queues)
		if (q->dev == &g.dev && !q->index)
			return q;
	return nullptr;
}

void ringway::test::poll(Guest &g, guest_side which)
{
	for (u32 i = 0; i < 3; i++) {
		const ReadSide softirq;
		queue_host *q = queue_of(g);
		if (!q || q->side(which).off || q->side(which).poll || !q->side(which).scheduled)
			return;
		host->poll(*q, which);
	}
}

void ringway::test::timer(Guest &g, guest_side which)
{
	{
		const ReadSide softirq;
		queue_host *q = queue_of(g);
		if (!q || !std::exchange(q->side(which).timer, 0))
			return;
		q->side(which).schedule();
	}
	poll(g, which);
}

void ringway::test::held_event(Guest &g)
{
	const ReadSide softirq;
	queue_host *q = queue_of(g);
	if (!q || !std::exchange(q->to_guest.hold, 0))
		return;
	q->to_guest.held = true;
	netback_to_guest_held(q->queue);
	q->to_guest.held = false;
}

void ringway::test::event(Guest &g, guest_side which)
{
	const ReadSide interrupt;
	queue_host *q = queue_of(g);
	if (!q || !q->enabled || !q->side(which).bound || q->side(which).owed)
		return;
	q->side(which).owed = true;
	if ((which == FROM_GUEST ? netback_event_from_guest : netback_event_to_guest)(q->queue))
		q->side(which).schedule();
	else
		q->side(which).owed = false;
}

void ringway::test::transmit(Guest &g)
{
	const ReadSide bh;
	sk_buff *skb = make_skb(make_frame(64, 9));
	if (!g.dev.vif || !g.dev.listed || netback_xmit(g.dev.vif, skb, 0) != NETBACK_TAKEN)
		free_skb(skb);
}

void ringway::test::deliver(Guest &g)
{
	const ReadSide bh;
	sk_buff *skb = make_skb(make_frame(64, 9));
	sk_buff *rest = g.port.owner ? netback_deliver(g.port.owner, skb) : skb;
	while (rest) {
		sk_buff *behind = host_skb_cut(rest);
		free_skb(rest);
		rest = behind;
	}
}

void ringway::test::housekeeping(Guest &g)
{
	if (!g.dev.vif || g.dev.working || !std::exchange(g.dev.kicked, false))
		return;
	g.dev.working = true;
	netback_housekeeping(g.dev.vif);
	g.dev.working = false;
}

void ringway::test::control_work(Guest &g)
{
	if (!g.dev.ctrl_bound || g.dev.ctrl_off || g.dev.ctrl_working)
		return;
	g.dev.ctrl_working = true;
	for (u32 i = 0; i < 4 && netback_control_poll(g.dev.vif) == NETBACK_CONTROL_MORE; i++)
		if (g.dev.ctrl_off)
			break;
	g.dev.ctrl_working = false;
}

void ringway::test::frontend(Guest &g, XenbusState state)
{
	const Xenwatch one;
	if (!g.dev.vif || !g.dev.watches)
		return;
	g.frontend_state(state);
	if (g.dev.unregistered)
		g.remove(true);
}

void ringway::test::reconnect(Guest &g)
{
	frontend(g, XenbusState::closing);
	frontend(g, XenbusState::closed);
	if (!queue_of(g))
		g.reset_rings();
	frontend(g, XenbusState::initialising);
	frontend(g, XenbusState::connected);
}

void ringway::test::set_up(Guest &g, bool up)
{
	with_rtnl(g, [up](netback_vif *vif) { up ? netback_open(vif) : netback_stop(vif); });
}

void ringway::test::statistics(Guest &g)
{
	std::vector<uint64_t> values(netback_stat_count(kMostQueues));
	with_rtnl(g, [&values](netback_vif *vif) {
		const ReadSide rcu;
		netback_vif_stats(vif, values.data());
	});
	const ReadSide rcu;
	netback_totals totals;
	if (g.dev.vif && g.dev.listed)
		netback_vif_totals(g.dev.vif, &totals);
}

void ringway::test::show_queue(Guest &g)
{
	debugfs(g, [](netback_vif *vif) {
		{
			const ReadSide rcu;
			netback_queue_view view;
			if (netback_view_queue(vif, 0, &view))
				EXPECT_EQ(view.host->index, 0u); // vif_show_poll() reads it
		}
		netback_limits_view limits;
		netback_view_limits(vif, &limits);
		netback_hash_view hash;
		netback_view_hash(vif, &hash);
	});
}

void ringway::test::kick_queue(Guest &g)
{
	debugfs(g, [](netback_vif *vif) {
		const ReadSide rcu;
		netback_kick_queue(vif, 0);
	});
}
