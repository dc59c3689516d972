// SPDX-License-Identifier: GPL-2.0-only
/*
 * Members of multicast groups as bridge(8) shows and changes them:
 *
 *	bridge -d -s mdb show dev xenbr0
 *	bridge mdb add dev xenbr0 port vif1.0 grp 239.1.2.3 permanent vid 5
 *	bridge mdb del dev xenbr0 port vif1.0 grp 239.1.2.3 vid 5
 *
 * Linux asks the device since 6.4; before, it asked bridge.ko alone (mdb_file.c has the way for these).
 *
 * CONTEXT: RTNL, all of this file.
 */
#include <linux/if_bridge.h>
#include <linux/rtnetlink.h>
#include <net/netlink.h>

#include "bridge-lite/entry.h"
#include "bridge-lite/settings/mdb.h"
#include "bridge-lite/settings/refuse.h"

/* --- Showing -------------------------------------------------------------------------------------------- */

static u32 timer_of(u32 seconds)
{
	return jiffies_to_clock_t((unsigned long)seconds * HZ);
}

static int fill_member(struct sk_buff *skb, const struct brlite_member *member, const struct net_device *dev)
{
	struct br_mdb_entry entry = {
		.ifindex = dev->ifindex,
		.state = member->is_permanent ? MDB_PERMANENT : MDB_TEMPORARY,
		.vid = member->vlan,
	};
	struct nlattr *around = nla_nest_start_noflag(skb, MDBA_MDB_ENTRY), *info;

	if (!around)
		return -EMSGSIZE;
	if (member->is_ipv6) {
		entry.addr.proto = htons(ETH_P_IPV6);
		memcpy(&entry.addr.u.ip6, member->group, 16);
	} else {
		entry.addr.proto = htons(ETH_P_IP);
		memcpy(&entry.addr.u.ip4, member->group, 4);
	}
	info = nla_nest_start_noflag(skb, MDBA_MDB_ENTRY_INFO);
	if (!info || nla_put_nohdr(skb, sizeof(entry), &entry) ||
	    nla_put_u32(skb, MDBA_MDB_EATTR_TIMER, timer_of(member->left))) {
		nla_nest_cancel(skb, around);
		return -EMSGSIZE;
	}
	nla_nest_end(skb, info);
	nla_nest_end(skb, around);
	return 0;
}

/* From *position on; it stands at the first that did not fit. */
static int fill_members(struct sk_buff *skb, struct brlite *bridge, long *position)
{
	struct nlattr *nest = nla_nest_start_noflag(skb, MDBA_MDB);
	u32 next = *position, here;
	struct brlite_member member;
	int err = 0;

	if (!nest)
		return -EMSGSIZE;
	while (here = next, brlite_member_next(bridge->core, &next, &member)) {
		const struct brlite_port *port = brlite_port_at(bridge->core, member.port);

		if (port)
			err = fill_member(skb, &member, port->dev);
		if (err)
			break;
	}
	*position = here;
	nla_nest_end(skb, nest);
	return err;
}

static int fill_router(struct sk_buff *skb, struct brlite *bridge, const struct brlite_port *port)
{
	const u32 v4 = brlite_router_for(bridge->core, port, false), v6 = brlite_router_for(bridge->core, port, true);
	const bool by_hand = v4 == U32_MAX;
	struct nlattr *nest;

	if (!v4 && !v6)
		return 0;
	nest = nla_nest_start_noflag(skb, MDBA_ROUTER_PORT);
	if (!nest)
		return -EMSGSIZE;
	if (nla_put_nohdr(skb, sizeof(u32), &port->dev->ifindex) ||
	    nla_put_u32(skb, MDBA_ROUTER_PATTR_TIMER, by_hand ? 0 : timer_of(max(v4, v6))) ||
	    nla_put_u8(skb, MDBA_ROUTER_PATTR_TYPE, by_hand ? MDB_RTR_TYPE_PERM : MDB_RTR_TYPE_TEMP_QUERY) ||
	    (!by_hand && v4 && nla_put_u32(skb, MDBA_ROUTER_PATTR_INET_TIMER, timer_of(v4))) ||
	    (!by_hand && v6 && nla_put_u32(skb, MDBA_ROUTER_PATTR_INET6_TIMER, timer_of(v6)))) {
		nla_nest_cancel(skb, nest);
		return -EMSGSIZE;
	}
	nla_nest_end(skb, nest);
	return 0;
}

static int fill_routers(struct sk_buff *skb, struct brlite *bridge)
{
	struct nlattr *nest = nla_nest_start_noflag(skb, MDBA_ROUTER);
	struct brlite_slave *slave;
	int err = 0;

	if (!nest)
		return -EMSGSIZE;
	list_for_each_entry(slave, &bridge->slaves, list) {
		err = fill_router(skb, bridge, &slave->port);
		if (err)
			break;
	}
	if (err)
		nla_nest_cancel(skb, nest);
	else
		nla_nest_end(skb, nest);
	return err;
}

/* cb->args[0] is rtnetlink's; [1]: the position among members, [2]: all is shown, both of the bridge [3]. */
int brlite_mdb_dump(struct net_device *dev, struct sk_buff *skb, struct netlink_callback *cb)
{
	struct brlite *bridge = netdev_priv(dev);
	struct nlmsghdr *header;
	struct br_port_msg *message;
	int err;

	if (cb->args[3] != dev->ifindex) {
		cb->args[1] = cb->args[2] = 0;
		cb->args[3] = dev->ifindex;
	}
	if (cb->args[2])
		return 0;
	header = nlmsg_put(skb, NETLINK_CB(cb->skb).portid, cb->nlh->nlmsg_seq, RTM_GETMDB, sizeof(*message),
			   NLM_F_MULTI);
	if (!header)
		return -EMSGSIZE;
	message = nlmsg_data(header);
	memset(message, 0, sizeof(*message));
	message->family = AF_BRIDGE;
	message->ifindex = dev->ifindex;
	rcu_read_lock();
	err = fill_members(skb, bridge, &cb->args[1]) ?: fill_routers(skb, bridge);
	rcu_read_unlock();
	nlmsg_end(skb, header);
	cb->args[2] = !err;
	return err;
}

/* --- Setting -------------------------------------------------------------------------------------------- */

static int read_entry(struct brlite *bridge, const struct br_mdb_entry *entry, struct brlite_member *member,
		      struct netlink_ext_ack *extack)
{
	struct brlite_slave *slave;

	*member = (struct brlite_member){
		.is_permanent = entry->state == MDB_PERMANENT,
		.is_ipv6 = entry->addr.proto == htons(ETH_P_IPV6),
		.vlan = entry->vid,
	};
	if (!entry->addr.proto) {
		NL_SET_ERR_MSG_MOD(extack, "Only IP groups have members here: frames to other group addresses are flooded");
		return -EOPNOTSUPP;
	}
	memcpy(member->group, &entry->addr.u, member->is_ipv6 ? 16 : 4);
	list_for_each_entry(slave, &bridge->slaves, list) {
		if (slave->port.dev->ifindex == entry->ifindex) {
			member->port = slave->port.index;
			return 0;
		}
	}
	NL_SET_ERR_MSG_MOD(extack, "The device named by \"port\" is not a port of this bridge");
	return -EINVAL;
}

int brlite_mdb_add(struct net_device *dev, struct nlattr *tb[], u16 flags, struct netlink_ext_ack *extack)
{
	struct brlite *bridge = netdev_priv(dev);
	struct brlite_member member;
	int err;

	if (tb[MDBA_SET_ENTRY_ATTRS])
		return brlite_refuse(extack, tb[MDBA_SET_ENTRY_ATTRS],
				     "A brlite bridge does not tell a group's sources apart: leave out src and filter_mode");
	err = read_entry(bridge, nla_data(tb[MDBA_SET_ENTRY]), &member, extack);
	if (err)
		return err;
	err = brlite_member_set(bridge->core, &member, flags & NLM_F_REPLACE);
	if (err == -EOPNOTSUPP)
		NL_SET_ERR_MSG_MOD(extack, "The bridge floods groups: write 1 to its brlite/multicast_snooping first");
	else if (err == -ENOSPC)
		NL_SET_ERR_MSG_MOD(extack, "The bridge has no room for another member of a group");
	else if (err == -EEXIST)
		NL_SET_ERR_MSG_MOD(extack, "The port is already a member of the group");
	else if (err)
		NL_SET_ERR_MSG_MOD(extack, "Nobody can be a member of this group: everybody gets it, or it leaves no host");
	return err;
}

int brlite_mdb_del(struct net_device *dev, struct nlattr *tb[], struct netlink_ext_ack *extack)
{
	struct brlite *bridge = netdev_priv(dev);
	struct brlite_member member;
	int err = read_entry(bridge, nla_data(tb[MDBA_SET_ENTRY]), &member, extack);

	if (err)
		return err;
	err = brlite_member_erase(bridge->core, &member);
	if (err)
		NL_SET_ERR_MSG_MOD(extack, "The port is no member of this group");
	return err;
}
