// SPDX-License-Identifier: GPL-2.0-only
/*
 * Who listens to rtnetlink hears what changes in the FDB: addresses that are learned, move, age or are set. "bridge monitor" and "ip monitor" show it, programs for EVPN live by it.
 *
 * The data path learns under the FDB's lock and puts what changed into a ring (linux/glue.c); the messages are made
 * here, in process context, some twenty times a second. Nobody listens: there is no ring and no work.
 */
#include <linux/rtnetlink.h>
#include <linux/slab.h>
#include <linux/vmalloc.h>
#include <net/netlink.h>

#include "bridge-lite/settings/events.h"
#include "bridge-lite/settings/neigh.h"

static void tell(struct brlite *bridge, const struct brlite_change *event)
{
	struct net *net = dev_net(bridge->dev);
	struct sk_buff *skb = nlmsg_new(brlite_change_size(), GFP_KERNEL);

	if (!skb)
		return;
	if (brlite_fill_change(skb, bridge, event))
		kfree_skb(skb);
	else
		rtnl_notify(skb, net, 0, RTNLGRP_NEIGH, NULL, GFP_KERNEL);
}

static bool next_event(struct brlite *bridge, struct brlite_change *event, u32 *lost)
{
	struct brlite_changes *events = bridge->events;
	bool found;

	spin_lock_bh(&bridge->lock.spinlock);
	found = events->read != events->written;
	if (found)
		*event = events->ring[events->read++ % BRLITE_EVENTS];
	*lost += events->lost;
	events->lost = 0;
	spin_unlock_bh(&bridge->lock.spinlock);
	return found;
}

/* At most a ring full at a time: what comes meanwhile starts another round. */
static void tell_events(struct work_struct *work)
{
	struct brlite *bridge = container_of(to_delayed_work(work), struct brlite, events_work);
	struct brlite_change event;
	u32 lost = 0, i;

	for (i = 0; i < BRLITE_EVENTS && next_event(bridge, &event, &lost); i++)
		tell(bridge, &event);
	if (lost && net_ratelimit())
		netdev_warn(bridge->dev, "%u changes of the FDB came too fast to be announced\n", lost);
}

int brlite_init_events(struct brlite *bridge)
{
	bridge->events = kvzalloc(sizeof(*bridge->events), GFP_KERNEL_ACCOUNT);
	INIT_DELAYED_WORK(&bridge->events_work, tell_events);
	return bridge->events ? 0 : -ENOMEM;
}

void brlite_stop_events(struct brlite *bridge)
{
	cancel_delayed_work_sync(&bridge->events_work);
}
