// SPDX-License-Identifier: GPL-2.0-only
/*
 * How many flooded packets a second a port may send, by kind, as rtnetlink gives and shows it. The limits of
 * a port are one object that is replaced as a whole. CONTEXT: RTNL, all of this file.
 */
#include <linux/rtnetlink.h>
#include <linux/slab.h>
#include <linux/stringify.h>
#include <net/netlink.h>

#include "bridge-lite/entry.h"
#include "bridge-lite/settings/in_force.h"
#include "bridge-lite/settings/storm.h"

static const u16 attributes[BRLITE_STORM_KINDS] = {
	[BRLITE_STORM_BROADCAST] = IFLA_BRLITE_PORT_STORM_BROADCAST,
	[BRLITE_STORM_MULTICAST] = IFLA_BRLITE_PORT_STORM_MULTICAST,
	[BRLITE_STORM_UNKNOWN] = IFLA_BRLITE_PORT_STORM_UNKNOWN,
};

static bool is_possible(const struct brlite_storm_limit *limit)
{
	return limit->rate <= BRLITE_STORM_RATE_MAX && limit->burst && limit->burst <= BRLITE_STORM_BURST_MAX;
}

static int read_limit(const struct nlattr *attribute, struct brlite_storm_limit *limit, struct netlink_ext_ack *extack)
{
	memcpy(limit, nla_data(attribute), sizeof(*limit)); /* its length is in the policy */
	if (!limit->rate)
		limit->burst = 0;
	else if (!is_possible(limit)) {
		NL_SET_ERR_MSG_ATTR(extack, attribute,
				    "Limit out of range: the rate is at most " __stringify(BRLITE_STORM_RATE_MAX)
				    " packets per second, the burst 1 to " __stringify(BRLITE_STORM_BURST_MAX));
		return -ERANGE;
	}
	return 0;
}

static struct brlite_storm *make(const struct brlite_storm_limit *limits)
{
	void *memory = kzalloc(brlite_storm_bytes(), GFP_KERNEL);

	return memory ? brlite_storm_init(memory, limits) : NULL;
}

static int put(struct brlite_slave *slave, const struct brlite_storm_limit *limits)
{
	struct brlite_storm *before = slave->port.storm, *storm = NULL;
	bool any = false;
	unsigned int i;

	for (i = 0; i < BRLITE_STORM_KINDS; i++)
		any |= limits[i].rate;
	if (any) {
		storm = make(limits);
		if (!storm)
			return -ENOMEM;
	}
	memcpy(slave->storm, limits, sizeof(slave->storm));
	brlite_put_in_force(&slave->port, storm, storm, BRLITE_STORM);
	if (before) {
		synchronize_net();
		kfree(before);
	}
	return 0;
}

/*
 * A loop beyond an uplink brings floods as fast as the wire is. What no network needs does not have to be copied to
 * every guest.
 */
void brlite_default_storm(struct brlite_slave *slave)
{
	static const struct brlite_storm_limit none[BRLITE_STORM_KINDS], uplink[BRLITE_STORM_KINDS] = {
		[BRLITE_STORM_BROADCAST] = { 20000, 20000 },
		[BRLITE_STORM_MULTICAST] = { 200000, 200000 },
		[BRLITE_STORM_UNKNOWN] = { 200000, 200000 },
	};

	if (!slave->storm_by_hand && put(slave, slave->port.is_guest ? none : uplink))
		netdev_warn(slave->bridge->dev, "port %s: no memory for its limits on floods\n", slave->port.dev->name);
}

int brlite_set_storm(struct brlite_slave *slave, enum brlite_storm_kind kind, const struct brlite_storm_limit *limit)
{
	struct brlite_storm_limit limits[BRLITE_STORM_KINDS];

	if (limit->rate && !is_possible(limit))
		return -ERANGE;
	memcpy(limits, slave->storm, sizeof(limits));
	limits[kind] = *limit;
	slave->storm_by_hand = true;
	return put(slave, limits);
}

int brlite_change_storm(struct brlite_slave *slave, struct nlattr *data[], struct netlink_ext_ack *extack)
{
	struct brlite_storm_limit limits[BRLITE_STORM_KINDS];
	bool asked = false;
	unsigned int i;
	int err = 0;

	memcpy(limits, slave->storm, sizeof(limits));
	for (i = 0; i < BRLITE_STORM_KINDS && !err; i++) {
		if (data[attributes[i]]) {
			err = read_limit(data[attributes[i]], &limits[i], extack);
			asked = true;
		}
	}
	if (err || !asked)
		return err;
	slave->storm_by_hand = true;
	return put(slave, limits);
}

int brlite_fill_storm(struct sk_buff *skb, const struct brlite_slave *slave)
{
	unsigned int i;

	for (i = 0; i < BRLITE_STORM_KINDS; i++)
		if (nla_put(skb, attributes[i], sizeof(slave->storm[i]), &slave->storm[i]))
			return -EMSGSIZE;
	return 0;
}
