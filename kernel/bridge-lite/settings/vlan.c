// SPDX-License-Identifier: GPL-2.0-only
/*
 * VLANs as bridge(8) shows and sets them, of ports and of the bridge itself, which is this host's port:
 *
 *	bridge vlan add dev vif1.0 vid 10 pvid untagged
 *	bridge vlan add dev eth0 vid 10-20
 *	bridge vlan add dev xenbr0 vid 10 self
 *	bridge vlan show
 *
 * They mean something while the bridge filters: /sys/class/net/xenbr0/brlite/vlan_filtering, or
 * IFLA_BRLITE_VLAN_FILTERING. As with Linux's bridge every port starts in VLAN 1, untagged, so that switching
 * the filter on separates nobody.
 */
#include <linux/if_bridge.h>
#include <linux/rtnetlink.h>
#include <net/netlink.h>

#include "bridge-lite/entry.h"
#include "bridge-lite/lookup.h"
#include "bridge-lite/settings/refuse.h"
#include "bridge-lite/settings/vlan.h"
#include "bridge-lite/settings/vlan_counters.h"

void brlite_vlans_init(const struct brlite *bridge, struct brlite_port *port, struct brlite_vlans *vlans)
{
	port->vlans = vlans;
	brlite_vlan_set_type(port, bridge->vlan_protocol);
	if (bridge->default_pvid)
		brlite_vlan_set(port, bridge->default_pvid, BRLITE_VLAN_PVID | BRLITE_VLAN_UNTAGGED);
	brlite_vlan_counters_grow(bridge, vlans);
}

bool brlite_vlans_differ(const struct brlite *bridge, const struct brlite_vlans *vlans)
{
	unsigned int i, members = 0;

	for (i = 0; i < ARRAY_SIZE(vlans->member); i++)
		members += hweight64(vlans->member[i]);
	return members != !!bridge->default_pvid || vlans->pvid != bridge->default_pvid;
}

/* --- Changing. CONTEXT: RTNL ---------------------------------------------------------------------------- */

/* IDs from first to last, which is one attribute or two. */
struct vlan_range {
	u16 first; /* of a range that has begun; else 0 */
	u16 last;
	u16 flags; /* BRIDGE_VLAN_INFO_* */
};

/* Returns 1 when the range is complete, 0 when its end is still to come. */
static int read_range(const struct nlattr *attribute, struct vlan_range *range, struct netlink_ext_ack *extack)
{
	const struct bridge_vlan_info *info = nla_data(attribute);

	if (nla_len(attribute) != sizeof(*info) || !info->vid || info->vid > BRLITE_VLAN_LAST)
		return brlite_refuse(extack, attribute, "Invalid VLAN ID: it must be 1 to 4094");
	if (info->flags & BRIDGE_VLAN_INFO_RANGE_BEGIN) {
		if (range->first || (info->flags & BRIDGE_VLAN_INFO_PVID))
			return brlite_refuse(extack, attribute, "VLAN ranges cannot be nested or marked as PVID");
		range->first = info->vid;
		return 0;
	}
	if (!range->first != !(info->flags & BRIDGE_VLAN_INFO_RANGE_END) || range->first > info->vid)
		return brlite_refuse(extack, attribute,
				     "A VLAN range needs a first ID, then a last one that is not lower");
	if (!range->first)
		range->first = info->vid;
	else if (info->flags & BRIDGE_VLAN_INFO_PVID)
		return brlite_refuse(extack, attribute, "The PVID must be a single VLAN, not a range");
	range->last = info->vid;
	range->flags = info->flags;
	return 1;
}

static void leave(struct brlite_port *port, u32 vlan)
{
	brlite_vlan_clear(port, vlan);
	brlite_vlan_counters_zero(port->vlans, vlan);
}

static void change_range(struct brlite_port *port, const struct vlan_range *range, bool add)
{
	const u32 flags = (range->flags & BRIDGE_VLAN_INFO_PVID ? BRLITE_VLAN_PVID : 0) |
			  (range->flags & BRIDGE_VLAN_INFO_UNTAGGED ? BRLITE_VLAN_UNTAGGED : 0);
	u32 vlan;

	for (vlan = range->first; vlan <= range->last; vlan++) {
		if (add)
			brlite_vlan_set(port, vlan, flags);
		else
			leave(port, vlan);
	}
}

/* port NULL: only looks whether all of the request can be had. */
static int walk(struct brlite_port *port, const struct nlattr *spec, bool add, struct netlink_ext_ack *extack)
{
	struct vlan_range range = {};
	const struct nlattr *attribute;
	int rest;

	nla_for_each_nested(attribute, spec, rest)
	{
		int complete;

		if (nla_type(attribute) == IFLA_BRIDGE_FLAGS)
			continue;
		if (nla_type(attribute) != IFLA_BRIDGE_VLAN_INFO)
			return brlite_refuse(extack, attribute,
				      "brlite supports only VLANs here, no bridge modes or VLAN tunnels");
		complete = read_range(attribute, &range, extack);
		if (complete < 0)
			return complete;
		if (!complete)
			continue;
		if (port)
			change_range(port, &range, add);
		range = (struct vlan_range){};
	}
	return range.first ? brlite_refuse(extack, spec, "The last VLAN range has no end") : 0;
}

static struct brlite_port *port_of(struct net_device *dev, struct brlite **bridge)
{
	struct brlite_slave *slave;

	if (brlite_is_bridge(dev)) {
		*bridge = netdev_priv(dev);
		return &(*bridge)->local;
	}
	slave = brlite_slave_of(dev);
	*bridge = slave ? slave->bridge : NULL;
	return slave ? &slave->port : NULL;
}

/* All VLANs of the request, or none of them. */
int brlite_change_vlans(struct net_device *dev, const struct nlattr *spec, bool add,
			struct netlink_ext_ack *extack)
{
	struct brlite *bridge;
	struct brlite_port *port = port_of(dev, &bridge);
	int err = port ? walk(NULL, spec, add, extack) : -EINVAL;

	if (err)
		return err;
	walk(port, spec, add, extack);
	if (add) {
		brlite_vlan_counters_grow(bridge, port->vlans);
		brlite_vlans_joined(port);
	} else {
		brlite_vlans_left(port);
	}
	return 0;
}

void brlite_filter_vlans(struct brlite *bridge, bool on)
{
	if (bridge->vlan_filtering == on)
		return;
	bridge->vlan_filtering = on;
	brlite_core_filter_vlans(bridge->core, on);
}

bool brlite_vlan_protocol_is_possible(u32 type)
{
	return type == ETH_P_8021Q || type == ETH_P_8021AD;
}

/* What was learned before was so by tags that are none now, and whoever judges just now may learn by them still. */
void brlite_set_vlan_protocol(struct brlite *bridge, u16 type)
{
	struct brlite_slave *slave;

	if (bridge->vlan_protocol == type)
		return;
	bridge->vlan_protocol = type;
	brlite_vlan_set_type(&bridge->local, type);
	list_for_each_entry(slave, &bridge->slaves, list)
		brlite_vlan_set_type(&slave->port, type);
	synchronize_net();
	brlite_core_forget(bridge->core);
}

/* The new one first: no frame comes in between and is in none. */
static void change_default(const struct brlite *bridge, struct brlite_port *port, u16 before, u16 vlan)
{
	const u32 all = BRLITE_VLAN_MEMBER | BRLITE_VLAN_UNTAGGED | BRLITE_VLAN_PVID;

	if ((before && brlite_vlan_get(port, before) != all) || (vlan && brlite_vlan_get(port, vlan)))
		return; /* somebody else decided */
	if (vlan) {
		brlite_vlan_set(port, vlan, BRLITE_VLAN_PVID | BRLITE_VLAN_UNTAGGED);
		brlite_vlan_counters_grow(bridge, port->vlans);
		brlite_vlans_joined(port);
	}
	if (before) {
		leave(port, before);
		brlite_vlans_left(port);
	}
}

void brlite_set_default_pvid(struct brlite *bridge, u16 vlan)
{
	const u16 before = bridge->default_pvid;
	struct brlite_slave *slave;

	if (before == vlan)
		return;
	bridge->default_pvid = vlan;
	change_default(bridge, &bridge->local, before, vlan);
	list_for_each_entry(slave, &bridge->slaves, list)
		change_default(bridge, &slave->port, before, vlan);
}

/* --- Showing. CONTEXT: RTNL or the RCU read side ------------------------------------------------------ */

static int put_range(struct sk_buff *skb, u32 first, u32 last, u32 flags)
{
	struct bridge_vlan_info info = {
		.vid = first,
		.flags = (flags & BRLITE_VLAN_PVID ? BRIDGE_VLAN_INFO_PVID : 0) |
			 (flags & BRLITE_VLAN_UNTAGGED ? BRIDGE_VLAN_INFO_UNTAGGED : 0),
	};

	if (first == last)
		return nla_put(skb, IFLA_BRIDGE_VLAN_INFO, sizeof(info), &info);
	info.flags |= BRIDGE_VLAN_INFO_RANGE_BEGIN;
	if (nla_put(skb, IFLA_BRIDGE_VLAN_INFO, sizeof(info), &info))
		return -EMSGSIZE;
	info.vid = last;
	info.flags ^= BRIDGE_VLAN_INFO_RANGE_BEGIN | BRIDGE_VLAN_INFO_RANGE_END;
	return nla_put(skb, IFLA_BRIDGE_VLAN_INFO, sizeof(info), &info);
}

/* The last of the VLANs from first on that are the same but for their number. The PVID stands alone. */
static u32 end_of_range(const struct brlite_port *port, u32 first, u32 flags)
{
	u32 last = first;

	while (!(flags & BRLITE_VLAN_PVID) && last < BRLITE_VLAN_LAST &&
	       brlite_vlan_get(port, last + 1) == flags)
		last++;
	return last;
}

static int put_vlans(struct sk_buff *skb, const struct brlite_port *port, bool ranges)
{
	u32 vlan, last;

	for (vlan = 1; vlan <= BRLITE_VLAN_LAST; vlan = last + 1) {
		const u32 flags = brlite_vlan_get(port, vlan);

		last = flags && ranges ? end_of_range(port, vlan, flags) : vlan;
		if (flags && put_range(skb, vlan, last, flags))
			return -EMSGSIZE;
	}
	return 0;
}

/*
 * A message of a dump has room for so many one by one. Beyond, they are ranges even for who did not ask for those:
 * bridge(8) reads both, and a message that does not fit ends the dump for all ports behind.
 */
#define ONE_BY_ONE 1000

static bool many_vlans(const struct brlite_port *port)
{
	u32 vlan, n = 0;

	for (vlan = 1; vlan <= BRLITE_VLAN_LAST; vlan++)
		n += !!brlite_vlan_get(port, vlan);
	return n > ONE_BY_ONE;
}

int brlite_fill_vlans(struct sk_buff *skb, struct net_device *dev, u32 filter_mask)
{
	const struct brlite_port *port;
	struct nlattr *nest;

	if (!(filter_mask & (RTEXT_FILTER_BRVLAN | RTEXT_FILTER_BRVLAN_COMPRESSED)))
		return 0;
	port = brlite_is_bridge(dev) ? &((struct brlite *)netdev_priv(dev))->local
				     : rcu_dereference_rtnl(dev->rx_handler_data);
	nest = nla_nest_start_noflag(skb, IFLA_AF_SPEC);
	if (!nest || put_vlans(skb, port, filter_mask & RTEXT_FILTER_BRVLAN_COMPRESSED || many_vlans(port)))
		return -EMSGSIZE;
	nla_nest_end(skb, nest);
	return 0;
}
