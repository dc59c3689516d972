// SPDX-License-Identifier: GPL-2.0-only
/*
 * The ports as bridge(8) shows and sets them:
 *
 *	bridge -d link show dev vif1.0
 *	bridge link set dev vif1.0 isolated on locked on learning off flood off mcast_flood off bcast_flood off
 *
 * CONTEXT: RTNL, all of this file; the RCU read side for dumps.
 */
#include <linux/if_bridge.h>
#include <linux/rtnetlink.h>
#include <net/netlink.h>

#include "bridge-lite/entry.h"
#include "bridge-lite/linux/state.h"
#include "bridge-lite/lookup.h"
#include "bridge-lite/settings/link.h"
#include "bridge-lite/settings/vlan.h"

/* A port's setting that is one bit of its policy; some say what is on, some what is off. */
static const struct {
	u16 attribute;
	bool inverted;
	u32 bit;
} settings[] = {
	{ IFLA_BRPORT_ISOLATED, false, BRLITE_ISOLATED },
	{ IFLA_BRPORT_LOCKED, false, BRLITE_LOCKED },
	{ IFLA_BRPORT_LEARNING, true, BRLITE_NO_LEARNING },
	{ IFLA_BRPORT_UNICAST_FLOOD, true, BRLITE_NO_UNICAST_FLOOD },
	{ IFLA_BRPORT_MCAST_FLOOD, true, BRLITE_NO_MULTICAST_FLOOD },
	{ IFLA_BRPORT_BCAST_FLOOD, true, BRLITE_NO_BROADCAST_FLOOD },
};

/* --- Showing -------------------------------------------------------------------------------------------- */

static int fill_settings(struct sk_buff *skb, const struct brlite_port *port)
{
	const u32 policy = READ_ONCE(port->policy);
	unsigned int i;

	for (i = 0; i < ARRAY_SIZE(settings); i++)
		if (nla_put_u8(skb, settings[i].attribute, !!(policy & settings[i].bit) != settings[i].inverted))
			return -EMSGSIZE;
	return nla_put_u8(skb, IFLA_BRPORT_MODE, 0); /* no hairpin */
}

static int fill_device(struct sk_buff *skb, const struct net_device *dev)
{
	if (nla_put_string(skb, IFLA_IFNAME, dev->name) || nla_put_u32(skb, IFLA_MTU, dev->mtu) ||
	    nla_put_u8(skb, IFLA_OPERSTATE, netif_running(dev) ? dev->operstate : IF_OPER_DOWN) ||
	    nla_put(skb, IFLA_ADDRESS, dev->addr_len, dev->dev_addr))
		return -EMSGSIZE;
	return 0;
}

static int fill_port(struct sk_buff *skb, struct net_device *dev, const struct net_device *bridge_dev)
{
	const struct brlite_port *port = rcu_dereference_rtnl(dev->rx_handler_data);
	struct nlattr *nest;

	if (nla_put_u32(skb, IFLA_MASTER, bridge_dev->ifindex))
		return -EMSGSIZE;
	nest = nla_nest_start(skb, IFLA_PROTINFO);
	if (!nest)
		return -EMSGSIZE;
	if (nla_put_u8(skb, IFLA_BRPORT_STATE, READ_ONCE(port->up) ? BR_STATE_FORWARDING : BR_STATE_DISABLED) ||
	    fill_settings(skb, port))
		return -EMSGSIZE;
	nla_nest_end(skb, nest);
	return 0;
}

/* Asked for each port and for the bridge itself, which has VLANs to show and nothing else. */
int brlite_getlink(struct sk_buff *skb, u32 pid, u32 seq, struct net_device *dev, u32 filter_mask, int nlflags)
{
	struct net_device *bridge_dev = brlite_is_bridge(dev) ? dev : netdev_master_upper_dev_get(dev);
	struct ifinfomsg *message;
	struct nlmsghdr *header;

	if (!bridge_dev || !brlite_is_bridge(bridge_dev))
		return -EOPNOTSUPP;
	if (bridge_dev == dev && !(filter_mask & (RTEXT_FILTER_BRVLAN | RTEXT_FILTER_BRVLAN_COMPRESSED)))
		return 0;
	header = nlmsg_put(skb, pid, seq, RTM_NEWLINK, sizeof(*message), nlflags);
	if (!header)
		return -EMSGSIZE;
	message = nlmsg_data(header);
	*message = (struct ifinfomsg){
		.ifi_family = AF_BRIDGE,
		.ifi_type = dev->type,
		.ifi_index = dev->ifindex,
		.ifi_flags = dev_get_flags(dev),
	};
	if (fill_device(skb, dev) || (bridge_dev != dev && fill_port(skb, dev, bridge_dev)) ||
	    brlite_fill_vlans(skb, dev, filter_mask)) {
		nlmsg_cancel(skb, header);
		return -EMSGSIZE;
	}
	nlmsg_end(skb, header);
	return 0;
}

/* --- Setting -------------------------------------------------------------------------------------------- */

/* What asks for nothing we lack: a setting that is off, or the state that an able port is in anyway. */
static bool means_nothing(const struct nlattr *attribute)
{
	if (nla_len(attribute) != sizeof(u8))
		return false;
	if (nla_type(attribute) == IFLA_BRPORT_STATE)
		return nla_get_u8(attribute) == BR_STATE_FORWARDING;
	return !nla_get_u8(attribute);
}

static int set_one(u32 *policy, const struct nlattr *attribute, struct netlink_ext_ack *extack)
{
	unsigned int i;

	for (i = 0; i < ARRAY_SIZE(settings); i++) {
		if (settings[i].attribute != nla_type(attribute))
			continue;
		if (nla_len(attribute) != sizeof(u8) || nla_get_u8(attribute) > 1) {
			NL_SET_ERR_MSG_ATTR(extack, attribute, "A port setting must be one byte, 0 (off) or 1 (on)");
			return -EINVAL;
		}
		if (nla_get_u8(attribute) != settings[i].inverted)
			*policy |= settings[i].bit;
		else
			*policy &= ~settings[i].bit;
		return 0;
	}
	if (means_nothing(attribute))
		return 0;
	NL_SET_ERR_MSG_ATTR(extack, attribute,
			    "brlite supports only isolated, locked, learning, flood, mcast_flood and bcast_flood");
	return -EOPNOTSUPP;
}

/* All settings of the request, or none of them. */
static int set_port(struct brlite_slave *slave, const struct nlattr *nest, struct netlink_ext_ack *extack)
{
	const struct nlattr *attribute;
	bool flush = false;
	u32 policy;
	int rest;

	policy = slave->port.policy;
	nla_for_each_nested(attribute, nest, rest) {
		int err = 0;

		if (nla_type(attribute) == IFLA_BRPORT_FLUSH)
			flush = true;
		else
			err = set_one(&policy, attribute, extack);
		if (err)
			return err;
	}
	brlite_port_set_policy(&slave->port, policy);
	if (flush)
		brlite_fdb_flush(slave->bridge->core, &slave->port);
	return 0;
}

int brlite_setlink(struct net_device *dev, struct nlmsghdr *message, u16 flags, struct netlink_ext_ack *extack)
{
	const struct nlattr *nest = nlmsg_find_attr(message, sizeof(struct ifinfomsg), IFLA_PROTINFO);
	const struct nlattr *vlans = nlmsg_find_attr(message, sizeof(struct ifinfomsg), IFLA_AF_SPEC);
	struct brlite_slave *slave = brlite_slave_of(dev);
	int err = 0;

	if (nest && !slave) {
		NL_SET_ERR_MSG_MOD(extack, "Only VLANs can be set on the bridge itself: name one of its ports instead");
		return -EOPNOTSUPP;
	}
	if (!nest && !vlans) {
		NL_SET_ERR_MSG_MOD(extack, "The request names neither a port setting nor a VLAN");
		return -EOPNOTSUPP;
	}
	if (nest)
		err = set_port(slave, nest, extack);
	if (!err && vlans)
		err = brlite_change_vlans(dev, vlans, true, extack);
	return err;
}
