// SPDX-License-Identifier: GPL-2.0-only
/*
 * A copy of what comes in at a port, or leaves it, for another port of its bridge. What is to be copied is made an
 * skb (BRLITE_VIA_SKB). A copy goes straight out of its port: no policy is asked, it is not learned from, and it is
 * not copied again, so that mirrors cannot make a loop.
 *
 * CONTEXT: softirq or BH off, RCU read side, unless it says RTNL.
 */
#include <linux/etherdevice.h>
#include <linux/rtnetlink.h>
#include <net/netlink.h>

#include "bridge-lite/linux/state.h"

static const struct {
	u16 attribute;
	u32 bit;
} ways[BRLITE_DIRECTIONS] = {
	[BRLITE_FROM_GUEST] = { IFLA_BRLITE_PORT_MIRROR_FROM, BRLITE_MIRROR_FROM },
	[BRLITE_TO_GUEST] = { IFLA_BRLITE_PORT_MIRROR_TO, BRLITE_MIRROR_TO },
};

/* --- Packets --------------------------------------------------------------------------------------------- */

static bool fits(const struct brlite_port *to, const struct sk_buff *skb, u32 length)
{
	return READ_ONCE(to->up) && (length <= READ_ONCE(to->max_frame) || skb_is_gso(skb));
}

/* length: of the frame. Its copy begins where the packet's data does. */
static struct sk_buff *copy_for(struct brlite_port *port, struct brlite_port *to, struct sk_buff *skb, u32 length)
{
	struct sk_buff *copy;

	if (!to || !fits(to, skb, length))
		return NULL;
	copy = skb_clone(skb, GFP_ATOMIC);
	if (!copy)
		brlite_count(port, BRLITE_DROP_NO_MEMORY);
	return copy;
}

/* The skb as on reception: its data is behind the Ethernet header. */
void brlite_mirror_received(struct brlite_port *in, struct sk_buff *skb)
{
	struct brlite_port *to = smp_load_acquire(&in->mirror[BRLITE_FROM_GUEST]);
	struct sk_buff *copy = copy_for(in, to, skb, skb->len + ETH_HLEN);

	if (copy && brlite_make_outgoing(in, to, copy))
		brlite_transmit(to, copy);
}

/* The skb as brlite_make_outgoing() left it. */
void brlite_mirror_sent(struct brlite_port *port, struct sk_buff *skb)
{
	struct brlite_port *to = smp_load_acquire(&port->mirror[BRLITE_TO_GUEST]);
	struct sk_buff *copy = copy_for(port, to, skb, skb->len);

	if (copy) {
		copy->dev = to->dev;
		brlite_transmit(to, copy);
	}
}

/* --- Settings. CONTEXT: RTNL ------------------------------------------------------------------------------- */

static void set_mirror(struct brlite_slave *slave, unsigned int way, struct brlite_port *to)
{
	const u32 policy = slave->port.policy & ~ways[way].bit;

	if (!to)
		brlite_port_set_policy(&slave->port, policy);
	smp_store_release(&slave->port.mirror[way], to);
	if (to)
		brlite_port_set_policy(&slave->port, policy | ways[way].bit);
}

static struct brlite_port *find_target(struct brlite_slave *slave, const struct nlattr *attribute,
				       struct netlink_ext_ack *extack)
{
	const int index = nla_get_u32(attribute);
	struct brlite_slave *other;

	if (!index)
		return NULL;
	list_for_each_entry(other, &slave->bridge->slaves, list)
		if (other->port.dev->ifindex == index && other != slave)
			return &other->port;
	NL_SET_ERR_MSG_ATTR(extack, attribute, "A mirror is another port of the same bridge");
	return ERR_PTR(-EINVAL);
}

int brlite_change_mirror(struct brlite_slave *slave, struct nlattr *data[], struct netlink_ext_ack *extack)
{
	struct brlite_port *to[BRLITE_DIRECTIONS];
	unsigned int way;

	for (way = 0; way < BRLITE_DIRECTIONS; way++) {
		const struct nlattr *attribute = data[ways[way].attribute];

		to[way] = attribute ? find_target(slave, attribute, extack) : slave->port.mirror[way];
		if (IS_ERR(to[way]))
			return PTR_ERR(to[way]);
	}
	for (way = 0; way < BRLITE_DIRECTIONS; way++)
		if (to[way] != slave->port.mirror[way])
			set_mirror(slave, way, to[way]);
	return 0;
}

/* Nobody's mirror is the port any more; the caller waits a grace period before it frees it. */
void brlite_end_mirrors(struct brlite_slave *leaving)
{
	struct brlite_slave *slave;
	unsigned int way;

	list_for_each_entry(slave, &leaving->bridge->slaves, list)
		for (way = 0; way < BRLITE_DIRECTIONS; way++)
			if (slave->port.mirror[way] == &leaving->port)
				set_mirror(slave, way, NULL);
}

int brlite_fill_mirror(struct sk_buff *skb, const struct brlite_slave *slave)
{
	unsigned int way;

	for (way = 0; way < BRLITE_DIRECTIONS; way++) {
		const struct brlite_port *to = slave->port.mirror[way];

		if (nla_put_u32(skb, ways[way].attribute, to ? to->dev->ifindex : 0))
			return -EMSGSIZE;
	}
	return 0;
}
