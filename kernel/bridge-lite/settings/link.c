// SPDX-License-Identifier: GPL-2.0-only
/*
 * The ports as bridge(8) shows and sets them:
 *
 *	bridge -d link show dev vif1.0
 *	bridge link set dev vif1.0 isolated on locked on learning off flood off mcast_flood off bcast_flood off
 *
 * and, with the same words, "ip link set vif1.0 type bridge_slave …", which slave.c hands to this file. Which words
 * there are: port_words.h.
 *
 * CONTEXT: RTNL, all of this file; the RCU read side for dumps.
 */
#include <linux/if_bridge.h>
#include <linux/rtnetlink.h>
#include <net/netlink.h>

#include "bridge-lite/entry.h"
#include "bridge-lite/linux/state.h"
#include "bridge-lite/lookup.h"
#include "bridge-lite/settings/gate.h"
#include "bridge-lite/settings/link.h"
#include "bridge-lite/settings/port_words.h"
#include "bridge-lite/settings/refuse.h"
#include "bridge-lite/settings/vlan.h"
#include "linux/compat.h"

/* --- Showing -------------------------------------------------------------------------------------------- */

static int fill_settings(struct sk_buff *skb, const struct brlite_port *port)
{
	const u32 policy = READ_ONCE(port->policy);
	u16 attribute;

	for (attribute = 1; attribute <= BRLITE_BRPORT_LAST; attribute++) {
		const struct brlite_port_word word = brlite_port_word_of(attribute);

		if (word.kind == BRLITE_WORD_POLICY &&
		    nla_put_u8(skb, attribute, !!(policy & word.bit) != word.inverted))
			return -EMSGSIZE;
	}
	if (nla_put_u8(skb, IFLA_BRPORT_MULTICAST_ROUTER,
		       policy & BRLITE_NEVER_ROUTER ? 0 : policy & BRLITE_ALWAYS_ROUTER ? 2 : 1))
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
	if (nla_put_u8(skb, IFLA_BRPORT_STATE, brlite_state_of(container_of(port, struct brlite_slave, port))) ||
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
		.ifi_flags = compat_get_flags(dev),
	};
	if (fill_device(skb, dev) || (bridge_dev != dev && fill_port(skb, dev, bridge_dev)) ||
	    brlite_fill_vlans(skb, dev, filter_mask)) {
		nlmsg_cancel(skb, header);
		return -EMSGSIZE;
	}
	nlmsg_end(skb, header);
	return 0;
}

/* Who listens hears of a port's settings and its VLANs, or of the bridge's own VLANs. */
static void tell_port(struct net_device *dev)
{
	struct net *net = dev_net(dev);
	struct sk_buff *skb;
	int err;

	if (!rtnl_has_listeners(net, RTNLGRP_LINK))
		return;
	skb = nlmsg_new(NLMSG_GOODSIZE, GFP_KERNEL);
	if (!skb)
		return;
	err = brlite_getlink(skb, 0, 0, dev, RTEXT_FILTER_BRVLAN_COMPRESSED, 0);
	if (err || !skb->len)
		kfree_skb(skb);
	else
		rtnl_notify(skb, net, 0, RTNLGRP_LINK, NULL, GFP_KERNEL);
}

/* --- Setting -------------------------------------------------------------------------------------------- */

/* All settings of the request, or none of them. */
int brlite_set_port_words(struct brlite_slave *slave, const struct nlattr *nest, struct netlink_ext_ack *extack)
{
	const struct nlattr *attribute;
	u32 policy = slave->port.policy;
	u8 state = slave->state;
	bool flush = false;
	int rest;

	nla_for_each_nested(attribute, nest, rest) {
		const struct brlite_port_word word = brlite_port_word_of(nla_type(attribute));

		if (!brlite_port_word_may_be(&word, nla_data(attribute), nla_len(attribute))) {
			brlite_refuse(extack, attribute, word.refusal);
			return word.kind == BRLITE_WORD_POLICY || word.kind == BRLITE_WORD_STATE ||
			       word.kind == BRLITE_WORD_ROUTER ? -EINVAL : -EOPNOTSUPP;
		}
		if (word.kind == BRLITE_WORD_STATE)
			state = nla_get_u8(attribute);
		policy = brlite_port_word_in(policy, &word, nla_data(attribute));
		flush |= word.kind == BRLITE_WORD_FLUSH;
	}
	brlite_port_set_policy(&slave->port, policy);
	if (state != slave->state)
		brlite_set_state(slave, state);
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
	if (nest && !(nest->nla_type & NLA_F_NESTED))
		return brlite_refuse(extack, nest, "A port's settings must be nested: a bare state is not supported");
	if (nest)
		err = brlite_set_port_words(slave, nest, extack);
	if (!err && vlans)
		err = brlite_change_vlans(dev, vlans, true, extack);
	if (!err)
		tell_port(dev);
	return err;
}

int brlite_dellink(struct net_device *dev, struct nlmsghdr *message, u16 flags)
{
	const struct nlattr *vlans = nlmsg_find_attr(message, sizeof(struct ifinfomsg), IFLA_AF_SPEC);
	int err = vlans ? brlite_change_vlans(dev, vlans, false, NULL) : -EOPNOTSUPP;

	if (!err)
		tell_port(dev);
	return err;
}
