// SPDX-License-Identifier: GPL-2.0-only
/*
 * The IP addresses that ports may use, as rtnetlink gives and shows them. Those of all locked ports are in
 * one table, which is made anew for each change and replaced as a whole; no reader waits for it.
 * CONTEXT: RTNL, all of this file.
 */
#include <linux/in.h>
#include <linux/in6.h>
#include <linux/random.h>
#include <linux/rtnetlink.h>
#include <linux/slab.h>
#include <linux/stringify.h>
#include <net/ipv6.h>
#include <net/netlink.h>

#include "bridge-lite/entry.h"
#include "bridge-lite/settings/address_lock.h"

/* What a port is to have instead of what it has. */
struct wanted {
	const struct brlite_slave *slave;
	const struct brlite_address *addresses;
	u32 count;
	bool locked;
};

/* --- The table ------------------------------------------------------------------------------------------ */

static void collect(struct brlite *bridge, const struct wanted *wanted, struct brlite_address *out, u32 *n)
{
	struct brlite_slave *slave;

	*n = 0;
	list_for_each_entry(slave, &bridge->slaves, list) {
		bool new = slave == wanted->slave;
		bool locked = new ? wanted->locked : !!(slave->port.policy & BRLITE_ADDRESS_LOCKED);
		const struct brlite_address *from = new ? wanted->addresses : slave->addresses;
		u32 count = new ? wanted->count : slave->address_count, i;

		for (i = 0; locked && i < count; i++, (*n)++) {
			if (!out)
				continue;
			out[*n] = from[i];
			out[*n].port = slave->port.index;
		}
	}
}

/* The table with what is wanted; an error that says why there is none. */
static struct brlite_claims *build(struct brlite *bridge, const struct wanted *wanted, struct netlink_ext_ack *extack)
{
	struct brlite_claims *claims = NULL;
	struct brlite_address *all;
	void *memory;
	u64 seed[2];
	u32 n;

	collect(bridge, wanted, NULL, &n);
	all = kvcalloc(max(n, 1u), sizeof(*all), GFP_KERNEL);
	memory = kvzalloc(brlite_claims_bytes(n), GFP_KERNEL);
	if (all && memory) {
		collect(bridge, wanted, all, &n);
		get_random_bytes(seed, sizeof(seed));
		claims = brlite_claims_build(memory, all, n, seed);
	}
	kvfree(all);
	if (claims)
		return claims;
	kvfree(memory);
	if (!all || !memory)
		return ERR_PTR(-ENOMEM);
	NL_SET_ERR_MSG_MOD(extack, "An address is listed twice, or belongs to another locked port of this bridge");
	return ERR_PTR(-EEXIST);
}

/* Returns the table before, which is read for another grace period. */
static const struct brlite_claims *publish(struct brlite *bridge, struct brlite_claims *claims)
{
	bridge->claims = claims;
	return brlite_core_set_claims(bridge->core, claims);
}

/* --- Changing ------------------------------------------------------------------------------------------- */

static bool may_be_had(const struct nlattr *attribute)
{
	if (nla_len(attribute) == sizeof(struct in_addr)) {
		__be32 address = nla_get_in_addr(attribute);

		return !ipv4_is_zeronet(address) && !ipv4_is_multicast(address) && !ipv4_is_lbcast(address);
	}
	if (nla_len(attribute) == sizeof(struct in6_addr)) {
		struct in6_addr address = nla_get_in6_addr(attribute);

		return !(ipv6_addr_type(&address) & (IPV6_ADDR_MULTICAST | IPV6_ADDR_MAPPED)) &&
		       !ipv6_addr_any(&address);
	}
	return false;
}

static int read_addresses(const struct nlattr *nest, struct wanted *wanted, struct netlink_ext_ack *extack)
{
	struct brlite_address *to;
	const struct nlattr *attribute;
	int rest;

	to = kcalloc(BRLITE_PORT_ADDRESSES_MAX, sizeof(*to), GFP_KERNEL);
	if (!to)
		return -ENOMEM;
	wanted->addresses = to;
	wanted->count = 0;
	nla_for_each_nested(attribute, nest, rest) {
		if (nla_type(attribute) != IFLA_BRLITE_ADDRESS || !may_be_had(attribute)) {
			NL_SET_ERR_MSG_ATTR(extack, attribute, "Not an IPv4 or IPv6 address that a single host can have");
			return -EINVAL;
		}
		if (wanted->count == BRLITE_PORT_ADDRESSES_MAX) {
			NL_SET_ERR_MSG_ATTR(extack, attribute,
					    "Too many addresses: a port can have at most "
					    __stringify(BRLITE_PORT_ADDRESSES_MAX));
			return -ERANGE;
		}
		memcpy(to->bytes, nla_data(attribute), nla_len(attribute));
		to->length = nla_len(attribute);
		to++;
		wanted->count++;
	}
	return 0;
}

/* INVARIANT: at no time is the port locked without its addresses being in the table. */
static int replace_table(struct brlite_slave *slave, const struct wanted *wanted, struct netlink_ext_ack *extack)
{
	u32 policy = slave->port.policy & ~BRLITE_ADDRESS_LOCKED;
	const struct brlite_claims *before;
	struct brlite_claims *claims;

	claims = build(slave->bridge, wanted, extack);
	if (IS_ERR(claims))
		return PTR_ERR(claims);
	if (!wanted->locked)
		brlite_port_set_policy(&slave->port, policy);
	before = publish(slave->bridge, claims);
	if (before) {
		synchronize_net();
		kvfree(before);
	}
	if (wanted->locked)
		brlite_port_set_policy(&slave->port, policy | BRLITE_ADDRESS_LOCKED);
	return 0;
}

int brlite_change_address_lock(struct brlite_slave *slave, struct nlattr *data[], struct netlink_ext_ack *extack)
{
	const struct nlattr *lock = data[IFLA_BRLITE_PORT_ADDRESS_LOCK], *nest = data[IFLA_BRLITE_PORT_ADDRESSES];
	struct wanted wanted = {
		.slave = slave,
		.addresses = slave->addresses,
		.count = slave->address_count,
		.locked = lock ? nla_get_u8(lock) : !!(slave->port.policy & BRLITE_ADDRESS_LOCKED),
	};
	int err = 0;

	if (!lock && !nest)
		return 0;
	if (nest)
		err = read_addresses(nest, &wanted, extack);
	if (!err)
		err = replace_table(slave, &wanted, extack);
	if (wanted.addresses == slave->addresses)
		return err;
	if (err) {
		kfree(wanted.addresses);
		return err;
	}
	kfree(slave->addresses); /* the table has copies */
	slave->addresses = (struct brlite_address *)wanted.addresses;
	slave->address_count = wanted.count;
	return 0;
}

/*
 * Without memory for a new table the old one stays, and the port's addresses are refused until the next change: another
 * port, that gets its number, must not have them.
 */
const struct brlite_claims *brlite_end_address_lock(struct brlite_slave *slave)
{
	const struct wanted wanted = { .slave = slave };
	struct brlite_claims *claims;

	if (!(slave->port.policy & BRLITE_ADDRESS_LOCKED))
		return NULL;
	claims = build(slave->bridge, &wanted, NULL);
	if (!IS_ERR(claims))
		return publish(slave->bridge, claims);
	brlite_claims_disown(slave->bridge->claims, &slave->port);
	return NULL;
}

/* --- Showing -------------------------------------------------------------------------------------------- */

int brlite_fill_address_lock(struct sk_buff *skb, const struct brlite_slave *slave)
{
	struct nlattr *nest;
	u32 i;

	if (nla_put_u8(skb, IFLA_BRLITE_PORT_ADDRESS_LOCK, !!(slave->port.policy & BRLITE_ADDRESS_LOCKED)))
		return -EMSGSIZE;
	nest = nla_nest_start(skb, IFLA_BRLITE_PORT_ADDRESSES);
	if (!nest)
		return -EMSGSIZE;
	for (i = 0; i < slave->address_count; i++)
		if (nla_put(skb, IFLA_BRLITE_ADDRESS, slave->addresses[i].length, slave->addresses[i].bytes))
			return -EMSGSIZE;
	nla_nest_end(skb, nest);
	return 0;
}
