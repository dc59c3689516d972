// SPDX-License-Identifier: GPL-2.0-only
/*
 * Packets and bytes by VLAN and port:
 *
 *	echo 1 > /sys/class/net/xenbr0/brlite/vlan_stats_enabled
 *	bridge -s vlan show
 *
 * They are always a port's own (on Linux's bridge: vlan_stats_per_port). "bridge -d -s vlan" asks in another way, which
 * only one module of a kernel can answer, and that is bridge.ko.
 *
 * CONTEXT: RTNL, all of this file.
 */
#include <linux/if_bridge.h>
#include <linux/percpu.h>
#include <linux/rtnetlink.h>
#include <linux/slab.h>
#include <net/netlink.h>

#include "bridge-lite/entry.h"
#include "bridge-lite/lookup.h"
#include "bridge-lite/settings/vlan_counters.h"

/* --- Memory ----------------------------------------------------------------------------------------------- */

static int grow(struct brlite_vlan_counters *counters, const struct brlite_vlans *vlans)
{
	unsigned int i;

	BUILD_BUG_ON(ARRAY_SIZE(counters->block) != ARRAY_SIZE(vlans->member));
	for (i = 0; i < ARRAY_SIZE(counters->block); i++) {
		struct brlite_vlan_block __percpu *block;

		if (!vlans->member[i] || counters->block[i])
			continue;
		block = alloc_percpu_gfp(struct brlite_vlan_block, GFP_KERNEL_ACCOUNT);
		if (!block)
			return -ENOMEM;
		smp_store_release(&counters->block[i], block); /* who counts finds it zeroed */
	}
	return 0;
}

static int begin(struct brlite_vlans *vlans)
{
	struct brlite_vlan_counters *counters = kzalloc(sizeof(*counters), GFP_KERNEL_ACCOUNT);

	if (!counters)
		return -ENOMEM;
	smp_store_release(&vlans->counters, counters);
	return grow(counters, vlans);
}

void brlite_vlan_counters_free(struct brlite_vlans *vlans)
{
	unsigned int i;

	if (!vlans->counters)
		return;
	for (i = 0; i < ARRAY_SIZE(vlans->counters->block); i++)
		free_percpu(vlans->counters->block[i]);
	kfree(vlans->counters);
	vlans->counters = NULL;
}

void brlite_vlan_counters_grow(const struct brlite *bridge, struct brlite_vlans *vlans)
{
	if (vlans->counters)
		(void)grow(vlans->counters, vlans); /* a VLAN without a block passes frames, uncounted */
	else if (bridge->vlan_stats_enabled)
		(void)begin(vlans);
}

void brlite_vlan_counters_zero(struct brlite_vlans *vlans, u32 vlan)
{
	struct brlite_vlan_count __percpu *count = brlite_vlan_count(vlans, vlan);
	int cpu;

	if (!count)
		return;
	for_each_possible_cpu(cpu)
		memset(per_cpu_ptr(count, cpu), 0, sizeof(*count));
}

/* --- On and off ------------------------------------------------------------------------------------------- */

static void end(struct brlite *bridge)
{
	struct brlite_slave *slave;

	brlite_core_count_vlans(bridge->core, false);
	synchronize_net(); /* whoever judges just now may count */
	brlite_vlan_counters_free(&bridge->local_vlans);
	list_for_each_entry(slave, &bridge->slaves, list)
		brlite_vlan_counters_free(&slave->vlans);
}

int brlite_count_vlans(struct brlite *bridge, bool on)
{
	struct brlite_slave *slave;
	int err;

	if (bridge->vlan_stats_enabled == on)
		return 0;
	if (on) {
		err = begin(&bridge->local_vlans);
		list_for_each_entry(slave, &bridge->slaves, list)
			err = err ?: begin(&slave->vlans);
		if (err) {
			end(bridge);
			return err;
		}
		brlite_core_count_vlans(bridge->core, true);
	} else {
		end(bridge);
	}
	WRITE_ONCE(bridge->vlan_stats_enabled, on);
	return 0;
}

/* --- Showing ---------------------------------------------------------------------------------------------- */

/* NULL: the device is no port of ours any more. */
static const struct brlite_port *port_of(const struct net_device *dev, int attribute)
{
	const struct brlite_slave *slave;

	if (attribute == IFLA_STATS_LINK_XSTATS)
		return &((const struct brlite *)netdev_priv(dev))->local;
	slave = brlite_slave_of(dev);
	return slave ? &slave->port : NULL;
}

size_t brlite_xstats_size(const struct net_device *dev, int attribute)
{
	const struct brlite_port *port = port_of(dev, attribute);
	size_t vlans = 0;
	unsigned int i;

	for (i = 0; port && i < ARRAY_SIZE(port->vlans->member); i++)
		vlans += hweight64(port->vlans->member[i]);
	return nla_total_size(0) + vlans * nla_total_size(sizeof(struct bridge_vlan_xstats));
}

static struct bridge_vlan_xstats stats_of(const struct brlite_port *port, u32 vlan, u32 flags)
{
	struct brlite_vlan_count __percpu *count = brlite_vlan_count(port->vlans, vlan);
	struct bridge_vlan_xstats stats = {
		.vid = vlan,
		.flags = (flags & BRLITE_VLAN_PVID ? BRIDGE_VLAN_INFO_PVID : 0) |
			 (flags & BRLITE_VLAN_UNTAGGED ? BRIDGE_VLAN_INFO_UNTAGGED : 0),
	};
	int cpu;

	if (!count)
		return stats;
	for_each_possible_cpu(cpu) {
		const struct brlite_vlan_count *one = per_cpu_ptr(count, cpu);

		stats.rx_packets += one->packets[BRLITE_FROM_GUEST];
		stats.rx_bytes += one->bytes[BRLITE_FROM_GUEST];
		stats.tx_packets += one->packets[BRLITE_TO_GUEST];
		stats.tx_bytes += one->bytes[BRLITE_TO_GUEST];
	}
	return stats;
}

/* Nests cannot be longer than this. Only an answer about one device alone has room for more: it ends here. */
static bool is_full(const struct sk_buff *skb, const struct nlattr *nest)
{
	return skb_tail_pointer(skb) - (const u8 *)nest > U16_MAX - nla_total_size(sizeof(struct bridge_vlan_xstats));
}

/* position: the VLAN that did not fit before; 0: none. bridge(8) reads these by bridge.ko's type. */
int brlite_fill_xstats(struct sk_buff *skb, const struct net_device *dev, int *position, int attribute)
{
	const struct brlite_port *port = port_of(dev, attribute);
	struct nlattr *nest;
	u32 vlan;

	if (!port)
		return 0;
	nest = nla_nest_start_noflag(skb, LINK_XSTATS_TYPE_BRIDGE);
	if (!nest)
		return -EMSGSIZE;
	for (vlan = max(*position, 1); vlan <= BRLITE_VLAN_LAST && !is_full(skb, nest); vlan++) {
		const u32 flags = brlite_vlan_get(port, vlan);
		const struct bridge_vlan_xstats stats = stats_of(port, vlan, flags);

		if (flags && nla_put(skb, BRIDGE_XSTATS_VLAN, sizeof(stats), &stats)) {
			nla_nest_end(skb, nest);
			*position = vlan;
			return -EMSGSIZE;
		}
	}
	nla_nest_end(skb, nest);
	*position = 0;
	return 0;
}
