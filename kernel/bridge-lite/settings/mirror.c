// SPDX-License-Identifier: GPL-2.0-only
/*
 * Which port gets copies of a port's packets, as rtnetlink gives and shows it. CONTEXT: RTNL, all of this file.
 */
#include <linux/rtnetlink.h>
#include <net/netlink.h>

#include "bridge-lite/settings/in_force.h"
#include "bridge-lite/settings/mirror.h"

static const struct brlite_way ways[BRLITE_DIRECTIONS] = {
	[BRLITE_FROM_GUEST] = { IFLA_BRLITE_PORT_MIRROR_FROM, BRLITE_MIRROR_FROM },
	[BRLITE_TO_GUEST] = { IFLA_BRLITE_PORT_MIRROR_TO, BRLITE_MIRROR_TO },
};

static void set_mirror(struct brlite_slave *slave, unsigned int way, struct brlite_port *to)
{
	brlite_put_in_force(&slave->port, mirror[way], to, ways[way].bit);
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
	NL_SET_ERR_MSG_ATTR(extack, attribute, "The mirror must be another port of the same bridge");
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
