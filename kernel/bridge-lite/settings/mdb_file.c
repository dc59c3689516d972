// SPDX-License-Identifier: GPL-2.0-only
/*
 * Members of multicast groups as a file, /sys/class/net/xenbr0/brlite/mdb, for kernels before 6.4, whose "bridge mdb"
 * asks bridge.ko alone. A line each:
 *
 *	vif1.0 239.1.2.3 vid 5 permanent
 *	vif2.0 239.1.2.3 259			seconds until it is forgotten
 *	eth0 router 254
 *
 * and what is written is a command: "add vif1.0 239.1.2.3", "del vif1.0 239.1.2.3 vid 5".
 */
#include <linux/inet.h>
#include <linux/rtnetlink.h>
#include <linux/slab.h>
#include <linux/vmalloc.h>

#include "bridge-lite/entry.h"
#include "bridge-lite/settings/mdb.h"

#define MOST_LINES 8192 /* more than there can be members and ports */
#define LONGEST_LINE 96

struct text {
	char *bytes;
	size_t length, room;
};

static __printf(2, 3) void say(struct text *text, const char *format, ...)
{
	va_list args;

	va_start(args, format);
	text->length += vscnprintf(text->bytes + text->length, text->room - text->length, format, args);
	va_end(args);
}

static void say_member(struct text *text, const struct brlite_member *member, const struct net_device *dev)
{
	if (member->is_ipv6)
		say(text, "%s %pI6c", dev->name, member->group);
	else
		say(text, "%s %pI4", dev->name, member->group);
	if (member->vlan)
		say(text, " vid %u", member->vlan);
	if (member->is_permanent)
		say(text, " permanent\n");
	else
		say(text, " %u\n", member->left);
}

static void say_router(struct text *text, struct brlite *bridge, const struct brlite_port *port)
{
	const u32 left = max(brlite_router_for(bridge->core, port, false), brlite_router_for(bridge->core, port, true));

	if (left == U32_MAX)
		say(text, "%s router permanent\n", port->dev->name);
	else if (left)
		say(text, "%s router %u\n", port->dev->name, left);
}

/* CONTEXT: RCU read side. */
static void say_all(struct text *text, struct brlite *bridge)
{
	struct brlite_member member;
	u32 position = 0, index;

	while (brlite_member_next(bridge->core, &position, &member)) {
		const struct brlite_port *port = brlite_port_at(bridge->core, member.port);

		if (port)
			say_member(text, &member, port->dev);
	}
	for (index = 1; index <= BRLITE_MAX_PORTS; index++) {
		const struct brlite_port *port = brlite_port_at(bridge->core, index);

		if (port)
			say_router(text, bridge, port);
	}
}

ssize_t brlite_mdb_read(struct brlite *bridge, char *out, loff_t from, size_t length)
{
	struct text text = { .room = (size_t)MOST_LINES * LONGEST_LINE };
	ssize_t read;

	text.bytes = kvmalloc(text.room, GFP_KERNEL);
	if (!text.bytes)
		return -ENOMEM;
	rcu_read_lock();
	say_all(&text, bridge);
	rcu_read_unlock();
	read = memory_read_from_buffer(out, length, &from, text.bytes, text.length);
	kvfree(text.bytes);
	return read;
}

/* --- Commands. CONTEXT: RTNL ------------------------------------------------------------------------------ */

static int read_command(struct brlite *bridge, char *text, struct brlite_member *member, bool *add)
{
	char *word[5] = {}, *given;
	struct brlite_slave *slave;
	unsigned int n = 0;

	while (n < ARRAY_SIZE(word) && (given = strsep(&text, " \n")))
		if (*given)
			word[n++] = given;
	if ((n != 3 && n != 5) || (text && *text) || (n == 5 && strcmp(word[3], "vid")))
		return -EINVAL;
	*add = !strcmp(word[0], "add");
	if (!*add && strcmp(word[0], "del"))
		return -EINVAL;
	*member = (struct brlite_member){ .is_permanent = true, .is_ipv6 = strchr(word[2], ':') };
	if (!(member->is_ipv6 ? in6_pton(word[2], -1, member->group, -1, NULL) :
				in4_pton(word[2], -1, member->group, -1, NULL)))
		return -EINVAL;
	if (n == 5 && (kstrtou16(word[4], 10, &member->vlan) || !member->vlan || member->vlan > BRLITE_VLAN_LAST))
		return -ERANGE;
	list_for_each_entry(slave, &bridge->slaves, list) {
		if (!strcmp(slave->port.dev->name, word[1])) {
			member->port = slave->port.index;
			return 0;
		}
	}
	return -ENODEV;
}

int brlite_mdb_command(struct brlite *bridge, const char *text)
{
	char *copy = kstrdup(text, GFP_KERNEL);
	struct brlite_member member;
	bool add;
	int err;

	if (!copy)
		return -ENOMEM;
	err = read_command(bridge, copy, &member, &add);
	kfree(copy);
	if (err)
		return err;
	return add ? brlite_member_set(bridge->core, &member, false) : brlite_member_erase(bridge->core, &member);
}
