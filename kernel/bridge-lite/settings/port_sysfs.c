// SPDX-License-Identifier: GPL-2.0-only
/*
 * Settings of a port for scripts, as files: /sys/class/net/eth0/brlite_port/. For what ip(8) and bridge(8) have no
 * words for; rtnetlink has them too (uapi.h), and ringway(8) for vifs.
 */
#include <linux/kernel.h>
#include <linux/rtnetlink.h>
#include <linux/sysfs.h>

#include "bridge-lite/lookup.h"
#include "bridge-lite/settings/gate.h"
#include "bridge-lite/settings/port_sysfs.h"
#include "bridge-lite/settings/slave.h"
#include "bridge-lite/settings/storm.h"

/* --- Changing. Each: 0, or why not; CONTEXT: RTNL ------------------------------------------------------------- */

static int set_loop_block(struct brlite_slave *slave, const char *text)
{
	u32 seconds;
	int err = kstrtou32(text, 0, &seconds);

	if (err)
		return err;
	if (seconds > BRLITE_LOOP_BLOCK_MAX)
		return -ERANGE;
	brlite_set_loop_block(slave, seconds);
	return 0;
}

static int set_fdb_max(struct brlite_slave *slave, const char *text)
{
	u32 addresses;
	int err = kstrtou32(text, 0, &addresses);

	if (err)
		return err;
	slave->has_own_limit = true;
	WRITE_ONCE(slave->port.learn_limit, addresses);
	return 0;
}

/* "RATE BURST", or "0" for no limit. */
static int set_storm(struct brlite_slave *slave, enum brlite_storm_kind kind, const char *text)
{
	struct brlite_storm_limit limit = {};
	int n = sscanf(text, "%u %u", &limit.rate, &limit.burst);

	if (n != 2 && !(n == 1 && !limit.rate))
		return -EINVAL;
	return brlite_set_storm(slave, kind, &limit);
}

static int set_broadcast(struct brlite_slave *slave, const char *text)
{
	return set_storm(slave, BRLITE_STORM_BROADCAST, text);
}

static int set_multicast(struct brlite_slave *slave, const char *text)
{
	return set_storm(slave, BRLITE_STORM_MULTICAST, text);
}

static int set_unknown(struct brlite_slave *slave, const char *text)
{
	return set_storm(slave, BRLITE_STORM_UNKNOWN, text);
}

static ssize_t store(struct device *device, const char *text, size_t length,
		     int (*set)(struct brlite_slave *, const char *))
{
	struct net_device *dev = to_net_dev(device);
	struct brlite_slave *slave;
	int err = -ENODEV;

	if (!ns_capable(dev_net(dev)->user_ns, CAP_NET_ADMIN))
		return -EPERM;
	if (!rtnl_trylock()) /* who takes the port away holds it, and waits for us */
		return restart_syscall();
	slave = brlite_slave_of(dev);
	if (slave)
		err = set(slave, text);
	rtnl_unlock();
	return err ?: length;
}

static ssize_t show(struct device *device, char *out, int (*write)(const struct brlite_slave *, char *))
{
	const struct brlite_slave *slave;
	int length = -ENODEV;

	if (!rtnl_trylock())
		return restart_syscall();
	slave = brlite_slave_of(to_net_dev(device));
	if (slave)
		length = write(slave, out);
	rtnl_unlock();
	return length;
}

/* --- The files ------------------------------------------------------------------------------------------------ */

#define SETTING(name, format, ...)                                                                             \
	static int write_##name(const struct brlite_slave *slave, char *out)                                   \
	{                                                                                                      \
		return sysfs_emit(out, format "\n", __VA_ARGS__);                                              \
	}                                                                                                      \
	static ssize_t name##_show(struct device *device, struct device_attribute *attribute, char *out)       \
	{                                                                                                      \
		return show(device, out, write_##name);                                                        \
	}                                                                                                      \
	static ssize_t name##_store(struct device *device, struct device_attribute *attribute,                 \
				    const char *text, size_t length)                                           \
	{                                                                                                      \
		return store(device, text, length, set_##name);                                                \
	}                                                                                                      \
	static DEVICE_ATTR_RW(name)

#define STORM(name, kind) SETTING(name, "%u %u", slave->storm[kind].rate, slave->storm[kind].burst)

SETTING(loop_block, "%u", slave->loop_block);
SETTING(fdb_max, "%u", slave->port.learn_limit);
STORM(broadcast, BRLITE_STORM_BROADCAST);
STORM(multicast, BRLITE_STORM_MULTICAST);
STORM(unknown, BRLITE_STORM_UNKNOWN);

static struct attribute *attributes[] = {
	&dev_attr_loop_block.attr, &dev_attr_fdb_max.attr, &dev_attr_broadcast.attr,
	&dev_attr_multicast.attr,  &dev_attr_unknown.attr, NULL,
};

static const struct attribute_group group = {
	.name = "brlite_port",
	.attrs = attributes,
};

void brlite_add_port_files(struct brlite_slave *slave)
{
	if (sysfs_create_group(&slave->port.dev->dev.kobj, &group))
		netdev_warn(slave->bridge->dev, "port %s has no files in sysfs\n", slave->port.dev->name);
	else
		slave->has_files = true;
}

void brlite_remove_port_files(struct brlite_slave *slave)
{
	if (slave->has_files)
		sysfs_remove_group(&slave->port.dev->dev.kobj, &group);
}
