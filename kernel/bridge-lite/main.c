// SPDX-License-Identifier: GPL-2.0-only
/*
 * bridge-lite.ko: the rtnetlink kind "brlite" and the door for drivers (port_abi.h).
 *
 *	ip link add xenbr0 type brlite
 *	ip link set vif1.0 master xenbr0
 */
#include <linux/module.h>
#include <linux/rtnetlink.h>
#include <linux/stringify.h>
#include <net/netlink.h>
#include <net/rtnetlink.h>

#include "bridge-lite/ageing.h"
#include "bridge-lite/counters.h"
#include "bridge-lite/device.h"
#include "bridge-lite/entry.h"
#include "bridge-lite/linux/state.h"
#include "bridge-lite/lookup.h"
#include "bridge-lite/packets/batch.h"
#include "bridge-lite/packets/forward.h"
#include "bridge-lite/port.h"
#include "bridge-lite/port_flag.h"
#include "bridge-lite/settings/gate.h"
#include "bridge-lite/settings/groups.h"
#include "bridge-lite/settings/refuse.h"
#include "bridge-lite/settings/slave.h"
#include "bridge-lite/settings/storm.h"
#include "bridge-lite/settings/sysfs.h"
#include "bridge-lite/settings/vlan.h"
#include "bridge-lite/settings/vlan_counters.h"
#include "linux/compat.h"

/* --- The link kind -------------------------------------------------------------------------------- */

static const struct nla_policy policy[IFLA_BRLITE_MAX + 1] = {
	[IFLA_BRLITE_AGEING_TIME] = { .type = NLA_U32 },
	[IFLA_BRLITE_FDB_MAX] = NLA_POLICY_MIN(NLA_U32, 1),
	[IFLA_BRLITE_FDB_PORT_MAX] = { .type = NLA_U32 },
	[IFLA_BRLITE_FDB_ENTRIES] = { .type = NLA_REJECT },
	[IFLA_BRLITE_VLAN_FILTERING] = NLA_POLICY_MAX(NLA_U32, 1),
	[IFLA_BRLITE_GROUP_FWD_MASK] = { .type = NLA_U32 },
	[IFLA_BRLITE_STP_STATE] = NLA_POLICY_MAX(NLA_U32, 1),
	[IFLA_BRLITE_VLAN_PROTOCOL] = { .type = NLA_U32 },
	[IFLA_BRLITE_DEFAULT_PVID] = NLA_POLICY_MAX(NLA_U32, BRLITE_VLAN_LAST),
	[IFLA_BRLITE_MCAST_SNOOPING] = NLA_POLICY_MAX(NLA_U32, 1),
	[IFLA_BRLITE_MCAST_QUERIER] = NLA_POLICY_MAX(NLA_U32, 1),
	[IFLA_BRLITE_VLAN_STATS_ENABLED] = NLA_POLICY_MAX(NLA_U32, 1),
};

static int validate(struct nlattr *tb[], struct nlattr *data[], struct netlink_ext_ack *extack)
{
	if (tb[IFLA_ADDRESS] && (nla_len(tb[IFLA_ADDRESS]) != ETH_ALEN ||
				 !is_valid_ether_addr(nla_data(tb[IFLA_ADDRESS])))) {
		NL_SET_ERR_MSG_ATTR(extack, tb[IFLA_ADDRESS],
				    "A bridge needs a unicast MAC address (expected for example 00:16:3e:12:34:56)");
		return -EADDRNOTAVAIL;
	}
	if (data && data[IFLA_BRLITE_FDB_MAX] && nla_get_u32(data[IFLA_BRLITE_FDB_MAX]) > BRLITE_FDB_MAX_LIMIT) {
		NL_SET_ERR_MSG_ATTR(extack, data[IFLA_BRLITE_FDB_MAX],
				    "fdb_max can be at most " __stringify(BRLITE_FDB_MAX_LIMIT));
		return -ERANGE;
	}
	/* Whoever may make a network namespace gets this far, and the memory is the host's. */
	if (data && data[IFLA_BRLITE_FDB_MAX] && nla_get_u32(data[IFLA_BRLITE_FDB_MAX]) > BRLITE_FDB_MAX_DEFAULT &&
	    !capable(CAP_NET_ADMIN)) {
		NL_SET_ERR_MSG_ATTR(extack, data[IFLA_BRLITE_FDB_MAX],
				    "Only the host's administrator can have an fdb_max above "
				    __stringify(BRLITE_FDB_MAX_DEFAULT));
		return -EPERM;
	}
	if (data && data[IFLA_BRLITE_GROUP_FWD_MASK] &&
	    !brlite_group_fwd_mask_is_possible(nla_get_u32(data[IFLA_BRLITE_GROUP_FWD_MASK])))
		return brlite_refuse(extack, data[IFLA_BRLITE_GROUP_FWD_MASK],
				     "group_fwd_mask has a bit for each of 01:80:c2:00:00:03 to 0f (0xfff8), no others");
	if (data && data[IFLA_BRLITE_VLAN_PROTOCOL] &&
	    !brlite_vlan_protocol_is_possible(nla_get_u32(data[IFLA_BRLITE_VLAN_PROTOCOL])))
		return brlite_refuse(extack, data[IFLA_BRLITE_VLAN_PROTOCOL],
				     "vlan_protocol must be 0x8100 (802.1Q) or 0x88a8 (802.1ad)");
	return 0;
}

static void take_settings(struct brlite *bridge, struct nlattr *data[])
{
	if (data[IFLA_BRLITE_AGEING_TIME])
		WRITE_ONCE(bridge->ageing_time, nla_get_u32(data[IFLA_BRLITE_AGEING_TIME]));
	if (data[IFLA_BRLITE_FDB_PORT_MAX])
		bridge->fdb_port_max = nla_get_u32(data[IFLA_BRLITE_FDB_PORT_MAX]);
	if (data[IFLA_BRLITE_GROUP_FWD_MASK])
		bridge->group_fwd_mask = nla_get_u32(data[IFLA_BRLITE_GROUP_FWD_MASK]);
}

static int create(struct net_device *dev, struct nlattr *tb[], struct nlattr *data[], struct netlink_ext_ack *extack)
{
	struct brlite *bridge = netdev_priv(dev);

	if (data) {
		take_settings(bridge, data);
		if (data[IFLA_BRLITE_FDB_MAX])
			bridge->fdb_max = nla_get_u32(data[IFLA_BRLITE_FDB_MAX]);
		if (data[IFLA_BRLITE_VLAN_FILTERING])
			bridge->vlan_filtering = nla_get_u32(data[IFLA_BRLITE_VLAN_FILTERING]);
		if (data[IFLA_BRLITE_STP_STATE])
			bridge->stp_state = nla_get_u32(data[IFLA_BRLITE_STP_STATE]);
		if (data[IFLA_BRLITE_VLAN_PROTOCOL])
			bridge->vlan_protocol = nla_get_u32(data[IFLA_BRLITE_VLAN_PROTOCOL]);
		if (data[IFLA_BRLITE_DEFAULT_PVID])
			bridge->default_pvid = nla_get_u32(data[IFLA_BRLITE_DEFAULT_PVID]);
		if (data[IFLA_BRLITE_MCAST_SNOOPING])
			bridge->multicast_snooping = nla_get_u32(data[IFLA_BRLITE_MCAST_SNOOPING]);
		if (data[IFLA_BRLITE_MCAST_QUERIER])
			bridge->multicast_querier = nla_get_u32(data[IFLA_BRLITE_MCAST_QUERIER]);
		if (data[IFLA_BRLITE_VLAN_STATS_ENABLED])
			bridge->vlan_stats_enabled = nla_get_u32(data[IFLA_BRLITE_VLAN_STATS_ENABLED]);
	}
	bridge->mtu_by_hand = tb[IFLA_MTU];
	if (brlite_module_present("br_netfilter")) /* ip(8) prints what comes with success as a warning */
		NL_SET_ERR_MSG_MOD(extack, "br_netfilter is loaded: iptables and ebtables see nothing of what a brlite bridge forwards; \"ringway vif rules\" has rules for ports");
	return register_netdevice(dev);
}
COMPAT_NEWLINK(newlink, create)

static int changelink(struct net_device *dev, struct nlattr *tb[], struct nlattr *data[],
		      struct netlink_ext_ack *extack)
{
	struct brlite *bridge = netdev_priv(dev);

	if (!data)
		return 0;
	if (data[IFLA_BRLITE_FDB_MAX] && nla_get_u32(data[IFLA_BRLITE_FDB_MAX]) != bridge->fdb_max) {
		NL_SET_ERR_MSG_ATTR(extack, data[IFLA_BRLITE_FDB_MAX],
				    "fdb_max cannot be changed later: delete the bridge and create it again with the new value");
		return -EOPNOTSUPP;
	}
	if (data[IFLA_BRLITE_MCAST_SNOOPING] &&
	    brlite_snoop_groups(bridge, nla_get_u32(data[IFLA_BRLITE_MCAST_SNOOPING])))
		return -ENOMEM;
	if (data[IFLA_BRLITE_VLAN_STATS_ENABLED] &&
	    brlite_count_vlans(bridge, nla_get_u32(data[IFLA_BRLITE_VLAN_STATS_ENABLED])))
		return -ENOMEM;
	if (data[IFLA_BRLITE_MCAST_QUERIER])
		brlite_set_querier(bridge, nla_get_u32(data[IFLA_BRLITE_MCAST_QUERIER]));
	take_settings(bridge, data);
	if (data[IFLA_BRLITE_VLAN_FILTERING])
		brlite_filter_vlans(bridge, nla_get_u32(data[IFLA_BRLITE_VLAN_FILTERING]));
	brlite_set_ageing(bridge, bridge->ageing_time);
	brlite_core_forward_groups(bridge->core, bridge->group_fwd_mask, bridge->stp_state);
	if (data[IFLA_BRLITE_STP_STATE])
		brlite_set_stp(bridge, nla_get_u32(data[IFLA_BRLITE_STP_STATE]));
	if (data[IFLA_BRLITE_VLAN_PROTOCOL])
		brlite_set_vlan_protocol(bridge, nla_get_u32(data[IFLA_BRLITE_VLAN_PROTOCOL]));
	if (data[IFLA_BRLITE_DEFAULT_PVID])
		brlite_set_default_pvid(bridge, nla_get_u32(data[IFLA_BRLITE_DEFAULT_PVID]));
	if (data[IFLA_BRLITE_FDB_PORT_MAX])
		brlite_share_learn_limit(bridge);
	return 0;
}

static void dellink(struct net_device *dev, struct list_head *head)
{
	brlite_del_all_slaves(netdev_priv(dev));
	unregister_netdevice_queue(dev, head);
}

static size_t get_size(const struct net_device *dev)
{
	return IFLA_BRLITE_MAX * nla_total_size(sizeof(u32));
}

static int fill_info(struct sk_buff *skb, const struct net_device *dev)
{
	const struct brlite *bridge = netdev_priv(dev);

	if (nla_put_u32(skb, IFLA_BRLITE_AGEING_TIME, bridge->ageing_time) ||
	    nla_put_u32(skb, IFLA_BRLITE_FDB_MAX, bridge->fdb_max) ||
	    nla_put_u32(skb, IFLA_BRLITE_FDB_PORT_MAX, bridge->fdb_port_max) ||
	    nla_put_u32(skb, IFLA_BRLITE_FDB_ENTRIES, brlite_core_entries(bridge->core)) ||
	    nla_put_u32(skb, IFLA_BRLITE_VLAN_FILTERING, bridge->vlan_filtering) ||
	    nla_put_u32(skb, IFLA_BRLITE_GROUP_FWD_MASK, bridge->group_fwd_mask) ||
	    nla_put_u32(skb, IFLA_BRLITE_STP_STATE, bridge->stp_state) ||
	    nla_put_u32(skb, IFLA_BRLITE_VLAN_PROTOCOL, bridge->vlan_protocol) ||
	    nla_put_u32(skb, IFLA_BRLITE_DEFAULT_PVID, bridge->default_pvid) ||
	    nla_put_u32(skb, IFLA_BRLITE_MCAST_SNOOPING, bridge->multicast_snooping) ||
	    nla_put_u32(skb, IFLA_BRLITE_MCAST_QUERIER, bridge->multicast_querier) ||
	    nla_put_u32(skb, IFLA_BRLITE_VLAN_STATS_ENABLED, bridge->vlan_stats_enabled))
		return -EMSGSIZE;
	return 0;
}

static struct rtnl_link_ops link_ops __read_mostly = {
	.kind = BRLITE_KIND,
	.priv_size = sizeof(struct brlite),
	.setup = brlite_setup,
	.maxtype = IFLA_BRLITE_MAX,
	.policy = policy,
	.validate = validate,
	.newlink = newlink,
	.changelink = changelink,
	.dellink = dellink,
	.get_size = get_size,
	.fill_info = fill_info,
	.slave_changelink = brlite_change_slave, /* which reads the attributes itself: no slave_policy */
	.get_slave_size = brlite_slave_size,
	.fill_slave_info = brlite_fill_slave,
	.get_linkxstats_size = brlite_xstats_size,
	.fill_linkxstats = brlite_fill_xstats,
};

/* --- The door for drivers --------------------------------------------------------------------------- */

static struct brlite_port *bind(struct net_device *dev, void *owner, const struct brlite_port_ops *ops)
{
	struct brlite_slave *slave;

	ASSERT_RTNL();
	slave = brlite_slave_of(dev);
	if (!slave)
		return NULL;
	slave->port.ops = ops;
	smp_store_release(&slave->port.owner, owner);
	brlite_set_learn_limit(slave);
	brlite_default_storm(slave);
	return &slave->port;
}

static void unbind(struct brlite_port *port)
{
	ASSERT_RTNL();
	WRITE_ONCE(port->owner, NULL);
}

static void *port_owner(const struct brlite_port *port)
{
	return READ_ONCE(port->owner);
}

static struct net_device *port_dev(const struct brlite_port *port)
{
	return port->dev;
}

const struct brlite_abi brlite_abi = {
	.version = BRLITE_ABI_VERSION,
	.bind = bind,
	.unbind = unbind,
	.classify = brlite_classify,
	.take_back = brlite_take_back,
	.flood_ports = brlite_flood_ports,
	.port_owner = port_owner,
	.port_dev = port_dev,
	.forward = brlite_forward_batch,
	.forward_local = brlite_forward_local,
};
EXPORT_SYMBOL_GPL(brlite_abi);

/* --- The module ------------------------------------------------------------------------------------- */

static int __init brlite_init(void)
{
	int err = brlite_flag_init();

	if (err)
		return err;
	err = register_netdevice_notifier(&brlite_notifier);
	if (err)
		goto flag;
	err = rtnl_link_register(&link_ops);
	if (err)
		goto notifier;
	return 0;

notifier:
	unregister_netdevice_notifier(&brlite_notifier);
flag:
	brlite_flag_exit();
	return err;
}

static void __exit brlite_exit(void)
{
	rtnl_link_unregister(&link_ops); /* deletes the bridges; see port_abi.h for who may be inside */
	unregister_netdevice_notifier(&brlite_notifier);
	brlite_flag_exit();
	synchronize_net();
}

module_init(brlite_init);
module_exit(brlite_exit);
MODULE_DESCRIPTION("Ethernet switch for virtual machines' interfaces");
MODULE_LICENSE("GPL");
MODULE_VERSION(RINGWAY_VERSION);
MODULE_ALIAS_RTNL_LINK(BRLITE_KIND);
