// SPDX-License-Identifier: GPL-2.0-only
/*
 * The FDB as bridge(8) shows and changes it. With its usual words, which reach us while
 * bridge.ko is not loaded (port_flag.c):
 *
 *	bridge fdb show br xenbr0
 *	bridge fdb add 00:16:3e:00:00:01 dev vif1.0 master static
 *	bridge fdb del 00:16:3e:00:00:01 dev vif1.0 master
 *
 * and always with the grammar of VXLAN's table, which names the bridge and then the port:
 *
 *	bridge fdb show dev xenbr0
 *	bridge fdb add 00:16:3e:00:00:01 dev xenbr0 via vif1.0 static
 *	bridge fdb add 00:16:3e:00:00:02 dev xenbr0 via vif1.0 dynamic		ages like a learned one
 *	bridge fdb add 00:16:3e:00:00:02 dev xenbr0 via vif1.0 dynamic sticky	and does not move meanwhile
 *	bridge fdb del 00:16:3e:00:00:01 dev xenbr0
 *
 *	bridge fdb flush dev xenbr0							what was learned; of a port: dev vif1.0 master
 *
 * Each but the last takes "vlan N" besides; an entry without it holds in all VLANs, but for those where the address
 * has one of its own.
 *
 * "permanent", which bridge(8) assumes when told nothing, means the same as "static" for a port. Without
 * a port the address is one of this host's.
 */
#include <linux/rtnetlink.h>
#include <net/neighbour.h>
#include <net/netlink.h>

#include "bridge-lite/entry.h"
#include "bridge-lite/linux/state.h"
#include "bridge-lite/lookup.h"
#include "bridge-lite/settings/neigh.h"
#include "linux/compat.h"

/* What one line shows, and to whom. */
struct request {
	int type; /* RTM_NEWNEIGH or RTM_DELNEIGH */
	u32 portid;
	u32 seq;
	unsigned int flags;
	bool via; /* as the bridge's entry, via its port; else as the port's, with its master */
};

/* ifindex: of the entry's port. */
static int fill_line(struct sk_buff *skb, const struct brlite *bridge, const struct brlite_fdb_entry *entry,
		     int ifindex, const struct request *request)
{
	bool on_port = ifindex != bridge->dev->ifindex;
	struct nda_cacheinfo cache = {
		.ndm_used = jiffies_to_clock_t((unsigned long)entry->idle * HZ),
		.ndm_updated = jiffies_to_clock_t((unsigned long)entry->idle * HZ),
	};
	struct nlmsghdr *header =
		nlmsg_put(skb, request->portid, request->seq, request->type, sizeof(struct ndmsg), request->flags);

	if (!header)
		return -EMSGSIZE;
	*(struct ndmsg *)nlmsg_data(header) = (struct ndmsg){
		.ndm_family = AF_BRIDGE,
		.ndm_ifindex = request->via ? bridge->dev->ifindex : ifindex,
		.ndm_state = entry->is_local  ? NUD_PERMANENT :
			     entry->is_static ? NUD_NOARP :
						NUD_REACHABLE,
		.ndm_flags = (request->via ? NTF_SELF : 0) | (entry->is_sticky ? NTF_STICKY : 0) |
			     (entry->is_extern ? NTF_EXT_LEARNED : 0),
	};
	if (nla_put(skb, NDA_LLADDR, ETH_ALEN, entry->mac) || nla_put(skb, NDA_CACHEINFO, sizeof(cache), &cache) ||
	    (entry->vlan && nla_put_u16(skb, NDA_VLAN, entry->vlan)) ||
	    (!request->via && nla_put_u32(skb, NDA_MASTER, bridge->dev->ifindex)) ||
	    (request->via && on_port && nla_put_u32(skb, NDA_IFINDEX, ifindex))) {
		nlmsg_cancel(skb, header);
		return -EMSGSIZE;
	}
	nlmsg_end(skb, header);
	return 0;
}

static int fill_entry(struct sk_buff *skb, const struct brlite *bridge, const struct brlite_fdb_entry *entry,
		      const struct request *request)
{
	const struct brlite_port *port = brlite_port_at(bridge->core, entry->port);

	return fill_line(skb, bridge, entry, (port ? port->dev : bridge->dev)->ifindex, request);
}

size_t brlite_change_size(void)
{
	return NLMSG_ALIGN(sizeof(struct ndmsg)) + nla_total_size(ETH_ALEN) + nla_total_size(sizeof(struct nda_cacheinfo)) +
	       nla_total_size(sizeof(u16)) + 2 * nla_total_size(sizeof(u32));
}

int brlite_fill_change(struct sk_buff *skb, const struct brlite *bridge, const struct brlite_change *event)
{
	const struct request request = { .type = event->gone ? RTM_DELNEIGH : RTM_NEWNEIGH };

	return fill_line(skb, bridge, &event->entry, event->ifindex, &request);
}

/*
 * Who is asked for a dump: one flagged port after the other (filter_dev), and the bridge itself. The bridge
 * shows what no port showed, or everything when the request names it.
 */
static bool belongs_here(const struct brlite *bridge, const struct brlite_fdb_entry *entry,
			 const struct net_device *filter_dev, bool everything)
{
	const struct brlite_port *port = brlite_port_at(bridge->core, entry->port);

	if (!port)
		return false;
	if (filter_dev)
		return port->dev == filter_dev;
	return everything || !(port->dev->priv_flags & IFF_BRIDGE_PORT);
}

/*
 * CONTEXT: RTNL. *idx counts what was shown of this device, and compat_fdb_dump_at() says where the message
 * before ended: here both are positions in the table, which entries keep while they live. A port's own
 * addresses are counted on from where we end.
 */
int brlite_neigh_dump(struct sk_buff *skb, struct netlink_callback *cb, struct net_device *dev,
		      struct net_device *filter_dev, int *idx)
{
	const struct ndmsg *asked = nlmsg_len(cb->nlh) >= sizeof(*asked) ? nlmsg_data(cb->nlh) : NULL;
	const bool named = cb->strict_check && asked && asked->ndm_ifindex == dev->ifindex;
	const struct brlite *bridge = netdev_priv(dev);
	const struct request request = {
		.type = RTM_NEWNEIGH,
		.portid = NETLINK_CB(cb->skb).portid,
		.seq = cb->nlh->nlmsg_seq,
		.flags = NLM_F_MULTI,
		.via = !filter_dev,
	};
	struct brlite_fdb_entry entry;
	u32 position = compat_fdb_dump_at(cb), here;
	int err = 0;

	if (!brlite_is_bridge(dev))
		return 0;
	rcu_read_lock();
	while (here = position, brlite_fdb_next(bridge->core, &position, &entry)) {
		if (belongs_here(bridge, &entry, filter_dev, named))
			err = fill_entry(skb, bridge, &entry, &request);
		if (err)
			break;
	}
	*idx = err ? here : brlite_fdb_end(bridge->core);
	rcu_read_unlock();
	return err;
}

int brlite_neigh_get(struct sk_buff *skb, struct nlattr *tb[], struct net_device *dev, const unsigned char *addr,
		     u16 vid, u32 portid, u32 seq, struct netlink_ext_ack *extack)
{
	const struct request request = { .type = RTM_NEWNEIGH, .portid = portid, .seq = seq };
	const struct brlite *bridge = netdev_priv(dev);
	struct brlite_fdb_entry entry;
	int err;

	rcu_read_lock();
	err = brlite_fdb_get(bridge->core, addr, vid, &entry);
	if (err)
		NL_SET_ERR_MSG_MOD(extack, "The address is not in this bridge's FDB");
	else
		err = fill_entry(skb, bridge, &entry, &request);
	rcu_read_unlock();
	return err;
}

/* What a request to add or to delete is about. */
struct place {
	struct brlite *bridge;
	struct brlite_port *port; /* the local one when none is named */
	bool named;
};

/* The port is the device itself ("master") or what NDA_IFINDEX names ("via"). */
static int find_place(struct net_device *dev, struct nlattr *tb[], struct place *place,
		      struct netlink_ext_ack *extack)
{
	struct brlite_slave *slave;

	if (!brlite_is_bridge(dev)) {
		slave = brlite_slave_of(dev);
		if (!slave)
			return -EINVAL;
		*place = (struct place){ slave->bridge, &slave->port, true };
		return 0;
	}
	place->bridge = netdev_priv(dev);
	place->port = &place->bridge->local;
	place->named = tb[NDA_IFINDEX];
	if (!place->named)
		return 0;
	if (nla_len(tb[NDA_IFINDEX]) != sizeof(u32)) {
		NL_SET_ERR_MSG_MOD(extack, "Malformed request: the port's interface index must be 4 bytes long");
		return -EINVAL;
	}
	list_for_each_entry(slave, &place->bridge->slaves, list) {
		if (slave->port.dev->ifindex == nla_get_u32(tb[NDA_IFINDEX])) {
			place->port = &slave->port;
			return 0;
		}
	}
	NL_SET_ERR_MSG_MOD(extack, "The device named by \"via\" is not a port of this bridge");
	return -EINVAL;
}

int brlite_neigh_add(struct ndmsg *ndm, struct nlattr *tb[], struct net_device *dev, const unsigned char *addr,
		     u16 vid, u16 flags, COMPAT_FDB_NOTIFIED struct netlink_ext_ack *extack)
{
	bool fixed = ndm->ndm_state & (NUD_NOARP | NUD_PERMANENT), replace = flags & (NLM_F_REPLACE | NLM_F_APPEND);
	struct brlite_fdb_entry entry = {
		.vlan = vid,
		.is_sticky = !!(ndm->ndm_flags & NTF_STICKY),
		.is_extern = !!(ndm->ndm_flags & NTF_EXT_LEARNED),
	};
	struct place place;
	int err = find_place(dev, tb, &place, extack);

	if (err)
		return err;
	ether_addr_copy(entry.mac, addr);
	entry.is_static = fixed || !place.named;
	entry.is_local = !place.named;
	err = brlite_fdb_set(place.port, &entry, replace);
	if (err == -EINVAL)
		NL_SET_ERR_MSG_MOD(extack, "Only a unicast address that is not zero can be in the FDB");
	else if (err == -ENOSPC)
		NL_SET_ERR_MSG_MOD(extack, "The FDB is full: delete entries, or recreate the bridge with a larger fdb_max");
	else if (err == -EEXIST)
		NL_SET_ERR_MSG_MOD(extack, "The address already has an entry: use \"bridge fdb replace\" to change it");
	else if (err == -EADDRINUSE)
		NL_SET_ERR_MSG_MOD(extack, "The address is this host's, or was entered behind another port: delete that entry first (bridge fdb del)");
	return err;
}

int brlite_neigh_del(struct ndmsg *ndm, struct nlattr *tb[], struct net_device *dev, const unsigned char *addr,
		     u16 vid, COMPAT_FDB_NOTIFIED struct netlink_ext_ack *extack)
{
	struct place place;
	int err = find_place(dev, tb, &place, extack);

	if (err)
		return err;
	err = brlite_fdb_erase(place.bridge->core, place.named ? place.port : NULL, addr, vid);
	if (err)
		NL_SET_ERR_MSG_MOD(extack, "The address is not in this bridge's FDB, or is behind another port");
	return err;
}

int brlite_neigh_flush(struct net_device *dev, bool conditions, struct netlink_ext_ack *extack)
{
	struct nlattr *none[NDA_MAX + 1] = {};
	struct place place;
	int err = find_place(dev, none, &place, extack);

	if (err)
		return err;
	if (conditions) {
		NL_SET_ERR_MSG_MOD(extack, "brlite forgets all that was learned, of the bridge or of the port that you name; it takes no other conditions");
		return -EOPNOTSUPP;
	}
	brlite_fdb_flush(place.bridge->core, place.named ? place.port : NULL);
	return 0;
}
