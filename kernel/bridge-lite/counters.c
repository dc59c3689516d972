// SPDX-License-Identifier: GPL-2.0-only
/* What the bridge and its ports counted: as the device's statistics, for ethtool, for rtnetlink. */
#include <linux/ethtool.h>
#include <linux/netdevice.h>
#include <linux/percpu.h>

#include "bridge-lite/counters.h"
#include "bridge-lite/entry.h"
#include "linux/compat.h"

u64 brlite_port_counter(const struct brlite_port *port, unsigned int counter)
{
	u64 sum = 0;
	int cpu;

	for_each_possible_cpu(cpu)
		sum += per_cpu_ptr(compat_percpu(port->counters), cpu)->n[counter];
	return sum;
}

static void add_counters(u64 *sums, const struct brlite_port *port)
{
	unsigned int i;

	for (i = 0; i < BRLITE_COUNTERS; i++)
		sums[i] += brlite_port_counter(port, i);
}

static bool is_listed(const struct brlite_port *port)
{
	return port && smp_load_acquire(&container_of(port, struct brlite_slave, port)->listed);
}

/* False: a port leaves, or has left meanwhile, and may have been counted twice or not at all. */
static bool sum_without_lock(const struct brlite *bridge, u64 *sums)
{
	const unsigned int leaves = smp_load_acquire(&bridge->leaves);
	unsigned int index;

	if (leaves & 1)
		return false;
	memcpy(sums, bridge->gone, sizeof(bridge->gone));
	rcu_read_lock();
	for (index = BRLITE_LOCAL_PORT + 1; index <= BRLITE_MAX_PORTS; index++) {
		const struct brlite_port *port = brlite_port_at(bridge->core, index);

		if (is_listed(port))
			add_counters(sums, port);
	}
	rcu_read_unlock();
	smp_rmb();
	return READ_ONCE(bridge->leaves) == leaves;
}

/*
 * All ports but the local one, those that left included. INVARIANT: no sum is smaller than it was before. With many
 * ports and CPUs it takes long, and anybody may ask for it, so softirqs wait for it only while a port leaves.
 */
static void sum_counters(struct brlite *bridge, u64 *sums)
{
	struct brlite_slave *slave;

	if (sum_without_lock(bridge, sums))
		return;
	spin_lock_bh(&bridge->stats_lock);
	memcpy(sums, bridge->gone, sizeof(bridge->gone));
	list_for_each_entry(slave, &bridge->slaves, list)
		add_counters(sums, &slave->port);
	spin_unlock_bh(&bridge->stats_lock);
}

void brlite_join_counters(struct brlite *bridge, struct brlite_slave *slave)
{
	spin_lock_bh(&bridge->stats_lock);
	list_add_tail(&slave->list, &bridge->slaves);
	spin_unlock_bh(&bridge->stats_lock);
	smp_store_release(&slave->listed, true);
}

void brlite_begin_to_leave(struct brlite *bridge)
{
	WRITE_ONCE(bridge->leaves, bridge->leaves + 1);
	smp_wmb(); /* who finds the port missing sees that, too */
}

/* CONTEXT: the port counts no more. */
void brlite_leave_counters(struct brlite *bridge, struct brlite_slave *slave)
{
	spin_lock_bh(&bridge->stats_lock);
	list_del(&slave->list);
	add_counters(bridge->gone, &slave->port);
	spin_unlock_bh(&bridge->stats_lock);
	smp_store_release(&bridge->leaves, bridge->leaves + 1);
}

/*
 * As with Linux's bridge the device's own traffic: what its stack sent and got. Dropped is what all ports
 * dropped, but for what lies in the nature of things: LLDP and its like are not meant to be forwarded, and what a
 * network floods reaches a port though its receiver lives there.
 */
void brlite_get_stats64(struct net_device *dev, struct rtnl_link_stats64 *stats)
{
	struct brlite *bridge = netdev_priv(dev);
	u64 sums[BRLITE_COUNTERS];
	unsigned int i;

	dev_get_tstats64(dev, stats);
	sum_counters(bridge, sums);
	for (i = BRLITE_DROP_PORT_DOWN; i < BRLITE_REASONS; i++) {
		if (i == BRLITE_DROP_LINK_LOCAL || i == BRLITE_DROP_HAIRPIN)
			continue;
		stats->tx_dropped += brlite_port_counter(&bridge->local, i);
		stats->rx_dropped += sums[i];
	}
}

static const char counter_names[BRLITE_COUNTERS][ETH_GSTRING_LEN] = {
	[BRLITE_FORWARDED] = "forwarded",
	[BRLITE_FLOODED] = "flooded",
	[BRLITE_TO_LOCAL] = "to_local",
	[BRLITE_DROP_PORT_DOWN] = "drop_port_down",
	[BRLITE_DROP_RUNT] = "drop_runt",
	[BRLITE_DROP_SOURCE_INVALID] = "drop_source_invalid",
	[BRLITE_DROP_SOURCE_LOCAL] = "drop_source_local",
	[BRLITE_DROP_LINK_LOCAL] = "drop_link_local",
	[BRLITE_DROP_HAIRPIN] = "drop_hairpin",
	[BRLITE_DROP_EGRESS_DOWN] = "drop_egress_down",
	[BRLITE_DROP_OVERSIZE] = "drop_oversize",
	[BRLITE_DROP_NO_MEMORY] = "drop_no_memory",
	[BRLITE_DROP_ISOLATED] = "drop_isolated",
	[BRLITE_DROP_LOCKED_MAC] = "drop_locked_mac",
	[BRLITE_DROP_LOCKED_ADDRESS] = "drop_locked_address",
	[BRLITE_DROP_LOCKED_HIDDEN] = "drop_locked_hidden",
	[BRLITE_DROP_LOCKED_SERVER] = "drop_locked_server",
	[BRLITE_DROP_STORM] = "drop_storm",
	[BRLITE_DROP_RULE] = "drop_rule",
	[BRLITE_DROP_VLAN] = "drop_vlan",
	[BRLITE_LEARNED] = "fdb_learned",
	[BRLITE_MOVED] = "fdb_moved",
	[BRLITE_LEARN_STATIC] = "fdb_refused_static",
	[BRLITE_LEARN_PORT_FULL] = "fdb_refused_port_full",
	[BRLITE_LEARN_FULL] = "fdb_refused_full",
	[BRLITE_LOOP_SEEN] = "loop_seen",
	[BRLITE_GROUP_JOINED] = "mdb_joined",
	[BRLITE_GROUP_LEFT] = "mdb_left",
	[BRLITE_GROUP_REFUSED] = "mdb_refused",
	[BRLITE_GROUP_MALFORMED] = "mdb_malformed",
};

static int get_sset_count(struct net_device *dev, int set)
{
	return set == ETH_SS_STATS ? BRLITE_COUNTERS : -EOPNOTSUPP;
}

static void get_strings(struct net_device *dev, u32 set, u8 *data)
{
	if (set == ETH_SS_STATS)
		memcpy(data, counter_names, sizeof(counter_names));
}

static void get_ethtool_stats(struct net_device *dev, struct ethtool_stats *stats, u64 *data)
{
	struct brlite *bridge = netdev_priv(dev);

	sum_counters(bridge, data);
	add_counters(data, &bridge->local);
}

/* What the fastest port has: a figure to draw graphs by, as of Linux's bridge. CONTEXT: RTNL. */
static int get_link_ksettings(struct net_device *dev, struct ethtool_link_ksettings *settings)
{
	struct brlite *bridge = netdev_priv(dev);
	struct brlite_slave *slave;

	settings->base.duplex = DUPLEX_UNKNOWN;
	settings->base.port = PORT_OTHER;
	settings->base.speed = SPEED_UNKNOWN;
	list_for_each_entry(slave, &bridge->slaves, list) {
		struct ethtool_link_ksettings of;

		if (!slave->port.up || __ethtool_get_link_ksettings(slave->port.dev, &of) ||
		    of.base.speed == (u32)SPEED_UNKNOWN)
			continue;
		if (settings->base.speed == (u32)SPEED_UNKNOWN || settings->base.speed < of.base.speed)
			settings->base.speed = of.base.speed;
	}
	return 0;
}

static void get_drvinfo(struct net_device *dev, struct ethtool_drvinfo *info)
{
	strscpy(info->driver, BRLITE_KIND, sizeof(info->driver));
}

const struct ethtool_ops brlite_ethtool_ops = {
	.get_drvinfo = get_drvinfo,
	.get_link = ethtool_op_get_link,
	.get_link_ksettings = get_link_ksettings,
	.get_sset_count = get_sset_count,
	.get_strings = get_strings,
	.get_ethtool_stats = get_ethtool_stats,
};
