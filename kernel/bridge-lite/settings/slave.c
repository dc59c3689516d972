// SPDX-License-Identifier: GPL-2.0-only
/*
 * A port's own half of IFLA_LINKINFO: what ringway(8) sets and shows, and what
 *
 *	ip link set vif1.0 type bridge_slave isolated on
 *
 * sends, which is for Linux's bridge and reaches us all the same: rtnetlink hands IFLA_INFO_SLAVE_DATA to the master
 * of the device, whatever kind the message names. So the kind is looked at here, and the numbers of one kind
 * (uapi.h) mean nothing in the other.
 */
#include <linux/rtnetlink.h>
#include <net/netlink.h>
#include <net/rtnetlink.h>

#include "bridge-lite/counters.h"
#include "bridge-lite/entry.h"
#include "bridge-lite/lookup.h"
#include "bridge-lite/settings/address_lock.h"
#include "bridge-lite/settings/gate.h"
#include "bridge-lite/settings/link.h"
#include "bridge-lite/settings/mirror.h"
#include "bridge-lite/settings/port_words.h"
#include "bridge-lite/settings/refuse.h"
#include "bridge-lite/settings/rules.h"
#include "bridge-lite/settings/slave.h"
#include "bridge-lite/settings/storm.h"

static_assert((int)IFLA_BRLITE_PORT_FDB_MAX > (int)BRLITE_BRPORT_LAST, "our numbers are not those of Linux's bridge");

/* --- Setting -------------------------------------------------------------------------------------------- */

static const struct nla_policy policy[IFLA_BRLITE_PORT_MAX + 1] = {
	[IFLA_BRLITE_PORT_FDB_MAX] = { .type = NLA_U32 },
	[IFLA_BRLITE_PORT_FDB_ENTRIES] = { .type = NLA_REJECT },
	[IFLA_BRLITE_PORT_COUNTERS] = { .type = NLA_REJECT },
	[IFLA_BRLITE_PORT_ADDRESS_LOCK] = NLA_POLICY_MAX(NLA_U8, 1),
	[IFLA_BRLITE_PORT_ADDRESSES] = { .type = NLA_NESTED },
	[IFLA_BRLITE_PORT_STORM_BROADCAST] = NLA_POLICY_EXACT_LEN(sizeof(struct brlite_storm_limit)),
	[IFLA_BRLITE_PORT_STORM_MULTICAST] = NLA_POLICY_EXACT_LEN(sizeof(struct brlite_storm_limit)),
	[IFLA_BRLITE_PORT_STORM_UNKNOWN] = NLA_POLICY_EXACT_LEN(sizeof(struct brlite_storm_limit)),
	[IFLA_BRLITE_PORT_RULES_FROM] = { .type = NLA_NESTED },
	[IFLA_BRLITE_PORT_RULES_TO] = { .type = NLA_NESTED },
	[IFLA_BRLITE_PORT_MIRROR_FROM] = { .type = NLA_U32 },
	[IFLA_BRLITE_PORT_MIRROR_TO] = { .type = NLA_U32 },
	[IFLA_BRLITE_PORT_LOOP_BLOCK] = NLA_POLICY_MAX(NLA_U32, BRLITE_LOOP_BLOCK_MAX),
};

/* Unknown numbers and wrong lengths are errors; the mark of a nest may be missing, as libnl leaves it out. */
#define STRICTLY (NL_VALIDATE_TRAILING | NL_VALIDATE_MAXTYPE | NL_VALIDATE_UNSPEC | NL_VALIDATE_STRICT_ATTRS)

static int change_own(struct brlite_slave *slave, const struct nlattr *nest, struct netlink_ext_ack *extack)
{
	struct nlattr *data[IFLA_BRLITE_PORT_MAX + 1];
	int err = __nla_parse(data, IFLA_BRLITE_PORT_MAX, nla_data(nest), nla_len(nest), policy, STRICTLY, extack);

	if (!err)
		err = brlite_change_address_lock(slave, data, extack);
	if (!err)
		err = brlite_change_storm(slave, data, extack);
	if (!err)
		err = brlite_change_rules(slave, data, extack);
	if (!err)
		err = brlite_change_mirror(slave, data, extack);
	if (err)
		return err;
	if (data[IFLA_BRLITE_PORT_FDB_MAX]) {
		slave->has_own_limit = true;
		WRITE_ONCE(slave->port.learn_limit, nla_get_u32(data[IFLA_BRLITE_PORT_FDB_MAX]));
	}
	if (data[IFLA_BRLITE_PORT_LOOP_BLOCK])
		brlite_set_loop_block(slave, nla_get_u32(data[IFLA_BRLITE_PORT_LOOP_BLOCK]));
	return 0;
}

/* A vif, or the emulated card of a guest. Others lead to a network, which may be large. */
static bool is_guests(const struct brlite_slave *slave)
{
	const struct rtnl_link_ops *ops = slave->port.dev->rtnl_link_ops;

	return slave->port.owner || (ops && !strcmp(ops->kind, "tun"));
}

void brlite_set_learn_limit(struct brlite_slave *slave)
{
	const bool guests = is_guests(slave);

	brlite_port_set_guest(&slave->port, guests);
	if (!slave->has_own_limit)
		WRITE_ONCE(slave->port.learn_limit, guests ? slave->bridge->fdb_port_max : U32_MAX);
}

void brlite_share_learn_limit(struct brlite *bridge)
{
	struct brlite_slave *slave;

	list_for_each_entry(slave, &bridge->slaves, list)
		brlite_set_learn_limit(slave);
}

int brlite_change_slave(struct net_device *dev, struct net_device *slave_dev, struct nlattr *tb[],
			struct nlattr *unused[], struct netlink_ext_ack *extack)
{
	struct brlite_slave *slave = brlite_slave_of(slave_dev);
	const struct nlattr *info = tb[IFLA_LINKINFO], *kind, *nest, *type;

	if (!slave || !info)
		return 0;
	kind = nla_find_nested(info, IFLA_INFO_SLAVE_KIND);
	nest = nla_find_nested(info, IFLA_INFO_SLAVE_DATA);
	if (!nest)
		return 0;
	if (kind && !nla_strcmp(kind, BRLITE_KIND))
		return change_own(slave, nest, extack);
	type = nla_find_nested(info, IFLA_INFO_KIND); /* ip(8) puts the kind of the port there */
	if (kind ? !nla_strcmp(kind, "bridge") : type && !nla_strcmp(type, "bridge_slave"))
		return brlite_set_port_words(slave, nest, extack); /* rtnetlink itself tells of the device */
	return brlite_refuse(extack, kind ?: nest,
			     "The device is a port of a brlite bridge: its settings are of kind \"brlite\" or \"bridge\"");
}

/* --- Showing -------------------------------------------------------------------------------------------- */

size_t brlite_slave_size(const struct net_device *dev, const struct net_device *slave_dev)
{
	return brlite_rules_size() + 5 * nla_total_size(sizeof(u32)) + nla_total_size(BRLITE_COUNTERS * sizeof(u64)) +
	       nla_total_size(sizeof(u8)) + nla_total_size(BRLITE_PORT_ADDRESSES_MAX * nla_total_size(16)) +
	       BRLITE_STORM_KINDS * nla_total_size(sizeof(struct brlite_storm_limit));
}

int brlite_fill_slave(struct sk_buff *skb, const struct net_device *dev, const struct net_device *slave_dev)
{
	const struct brlite_slave *slave = brlite_slave_of(slave_dev);
	struct nlattr *counters;
	unsigned int i;

	if (!slave)
		return 0; /* leaving just now */
	if (nla_put_u32(skb, IFLA_BRLITE_PORT_FDB_MAX, slave->port.learn_limit) ||
	    nla_put_u32(skb, IFLA_BRLITE_PORT_FDB_ENTRIES, READ_ONCE(slave->port.learned)) ||
	    nla_put_u32(skb, IFLA_BRLITE_PORT_LOOP_BLOCK, slave->loop_block))
		return -EMSGSIZE;
	counters = nla_reserve(skb, IFLA_BRLITE_PORT_COUNTERS, BRLITE_COUNTERS * sizeof(u64));
	if (!counters)
		return -EMSGSIZE;
	for (i = 0; i < BRLITE_COUNTERS; i++) {
		u64 value = brlite_port_counter(&slave->port, i);

		memcpy(nla_data(counters) + i * sizeof(u64), &value, sizeof(value));
	}
	return brlite_fill_address_lock(skb, slave) ?: brlite_fill_storm(skb, slave) ?: brlite_fill_rules(skb, slave) ?:
	       brlite_fill_mirror(skb, slave);
}
