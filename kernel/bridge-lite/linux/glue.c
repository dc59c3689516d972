// SPDX-License-Identifier: GPL-2.0-only
/* What the switch needs of the kernel while it handles frames; inlined into it by LTO. */
#include <linux/jiffies.h>
#include <linux/ktime.h>
#include <linux/percpu.h>
#include <linux/ratelimit.h>
#include <linux/rtnetlink.h>
#include <linux/spinlock.h>

#include "bridge-lite/linux/host.h"
#include "bridge-lite/linux/state.h"
#include "linux/compat.h"

__always_inline uint32_t host_now(void)
{
	return (uint32_t)(jiffies / HZ);
}

uint64_t host_nanoseconds(void)
{
	return ktime_get_mono_fast_ns();
}

__always_inline void host_lock(struct fdb_lock *lock)
{
	unsigned long flags;

	spin_lock_irqsave(&lock->spinlock, flags);
	lock->flags = flags;
}

__always_inline void host_unlock(struct fdb_lock *lock)
{
	spin_unlock_irqrestore(&lock->spinlock, lock->flags);
}

__always_inline void host_count(struct brlite_port *port, uint32_t counter)
{
	this_cpu_inc(compat_percpu(port->counters)->n[counter]);
}

void host_uncount(struct brlite_port *port, uint32_t counter)
{
	this_cpu_dec(compat_percpu(port->counters)->n[counter]);
}

void host_tell(struct brlite_port *port, enum brlite_news news, const uint8_t *mac)
{
	struct brlite_slave *slave = container_of(port, struct brlite_slave, port);

	if ((news == BRLITE_NEWS_LOOP || news == BRLITE_NEWS_RESTLESS) && READ_ONCE(slave->loop_block) &&
	    !READ_ONCE(slave->shut_by_loop))
		queue_delayed_work(system_wq, &slave->loop_work, 0);
	if (!__ratelimit(&slave->told[news]))
		return;
	if (news == BRLITE_NEWS_OWN_ADDRESS)
		netdev_warn(slave->bridge->dev,
			    "port %s received a frame from %pM, an address of this host: is there a loop, or does somebody else use it?\n",
			    port->dev->name, mac);
	else if (news == BRLITE_NEWS_LOOP)
		netdev_warn(slave->bridge->dev, "port %s receives one frame after the other from %pM, an address of this host: there is a loop\n",
			    port->dev->name, mac);
	else if (news == BRLITE_NEWS_FULL)
		netdev_warn(slave->bridge->dev,
			    "port %s: no room to learn %pM, frames to it are flooded: the port has learned %u addresses and may learn %u, the bridge's table holds %u, half of that from guests\n",
			    port->dev->name, mac, port->learned, port->learn_limit, slave->bridge->fdb_max);
	else
		netdev_warn(slave->bridge->dev,
			    "port %s and another one both receive frames from %pM, again and again: is there a loop, or do two stations have one address?\n",
			    port->dev->name, mac);
}

/* How often they are told: a guest that invents addresses makes work for those who listen, but not without end. */
#define EVENTS_INTERVAL (HZ / 20)

void host_fdb_changed(struct brlite_port *port, const struct brlite_fdb_entry *entry, bool gone)
{
	struct brlite *bridge = port->index == BRLITE_LOCAL_PORT ?
					netdev_priv(port->dev) :
					container_of(port, struct brlite_slave, port)->bridge;
	struct brlite_changes *events = bridge->events;

	if (!rtnl_has_listeners(dev_net(port->dev), RTNLGRP_NEIGH))
		return;
	if (events->written - events->read == BRLITE_EVENTS) {
		events->lost++;
		return;
	}
	events->ring[events->written++ % BRLITE_EVENTS] = (struct brlite_change){ *entry, port->dev->ifindex, gone };
	queue_delayed_work(system_wq, &bridge->events_work, EVENTS_INTERVAL);
}

void host_count_rule(struct brlite_rule_hits *hits, uint32_t outcome)
{
	this_cpu_inc(compat_percpu(hits)->n[outcome]);
}

void host_count_vlan(struct brlite_port *port, uint32_t vlan, enum brlite_direction direction, int32_t packets,
		     int32_t bytes)
{
	struct brlite_vlan_count __percpu *count = brlite_vlan_count(port->vlans, vlan);

	if (!count)
		return;
	this_cpu_add(count->packets[direction], packets);
	this_cpu_add(count->bytes[direction], bytes);
}
