// SPDX-License-Identifier: GPL-2.0-only
/*
 * Settings of a bridge for scripts, as files: /sys/class/net/xenbr0/brlite/. rtnetlink has them too (uapi.h),
 * but ip(8) has no words for them.
 */
#include <linux/rtnetlink.h>
#include <linux/sysfs.h>

#include "bridge-lite/ageing.h"
#include "bridge-lite/entry.h"
#include "bridge-lite/linux/state.h"
#include "bridge-lite/settings/gate.h"
#include "bridge-lite/settings/slave.h"
#include "bridge-lite/settings/groups.h"
#include "bridge-lite/settings/mdb.h"
#include "bridge-lite/settings/sysfs.h"
#include "bridge-lite/settings/vlan.h"
#include "bridge-lite/settings/vlan_counters.h"

/* Linux's bridge refuses these: spanning tree's, pause frames, link aggregation. */
#define NOT_TO_BE_ASKED_FOR 0x0007u

bool brlite_group_fwd_mask_is_possible(u32 mask)
{
	return mask <= U16_MAX && !(mask & NOT_TO_BE_ASKED_FOR);
}

/* --- Changing. Each: 0, or why not; CONTEXT: RTNL
 * ------------------------------------------------------------- */

static int set_vlan_filtering(struct brlite *bridge, u32 on)
{
	if (on > 1)
		return -EINVAL;
	brlite_filter_vlans(bridge, on);
	return 0;
}

static int set_group_fwd_mask(struct brlite *bridge, u32 mask)
{
	if (!brlite_group_fwd_mask_is_possible(mask))
		return -EINVAL;
	WRITE_ONCE(bridge->group_fwd_mask, mask);
	brlite_core_forward_groups(bridge->core, mask, bridge->stp_state);
	return 0;
}

static int set_stp_state(struct brlite *bridge, u32 on)
{
	if (on > 1)
		return -EINVAL;
	brlite_set_stp(bridge, on);
	return 0;
}

static int set_vlan_protocol(struct brlite *bridge, u32 type)
{
	if (!brlite_vlan_protocol_is_possible(type))
		return -EPROTONOSUPPORT;
	brlite_set_vlan_protocol(bridge, type);
	return 0;
}

static int set_default_pvid(struct brlite *bridge, u32 vlan)
{
	if (vlan > BRLITE_VLAN_LAST)
		return -EINVAL;
	brlite_set_default_pvid(bridge, vlan);
	return 0;
}

static int set_ageing_time(struct brlite *bridge, u32 seconds)
{
	brlite_set_ageing(bridge, seconds);
	return 0;
}

static int set_fdb_port_max(struct brlite *bridge, u32 addresses)
{
	WRITE_ONCE(bridge->fdb_port_max, addresses);
	brlite_share_learn_limit(bridge);
	return 0;
}

static int set_multicast_snooping(struct brlite *bridge, u32 on)
{
	return on > 1 ? -EINVAL : brlite_snoop_groups(bridge, on);
}

static int set_multicast_querier(struct brlite *bridge, u32 on)
{
	if (on > 1)
		return -EINVAL;
	brlite_set_querier(bridge, on);
	return 0;
}

static int set_vlan_stats_enabled(struct brlite *bridge, u32 on)
{
	return on > 1 ? -EINVAL : brlite_count_vlans(bridge, on);
}

/* 0: go on, with RTNL. */
static int may_change(struct net_device *dev)
{
	if (!ns_capable(dev_net(dev)->user_ns, CAP_NET_ADMIN))
		return -EPERM;
	if (!rtnl_trylock()) /* who deletes the device holds it, and waits for us */
		return restart_syscall();
	return 0;
}

static ssize_t store(struct device *device, const char *text, size_t length, int (*set)(struct brlite *, u32))
{
	struct net_device *dev = to_net_dev(device);
	u32 value;
	int err = kstrtou32(text, 0, &value);

	if (err)
		return err;
	err = may_change(dev);
	if (err)
		return err;
	err = set(netdev_priv(dev), value);
	if (!err)
		netdev_state_change(dev); /* who watches hears of it */
	rtnl_unlock();
	return err ?: length;
}

/* --- The files ------------------------------------------------------------------------------------------------ */

#define SHOWN(name, format, value)                                                                       \
	static ssize_t name##_show(struct device *device, struct device_attribute *attribute, char *out) \
	{                                                                                                \
		const struct brlite *bridge = netdev_priv(to_net_dev(device));                           \
                                                                                                         \
		return sysfs_emit(out, format "\n", value);                                              \
	}

#define SETTING(name, format)                                                                  \
	SHOWN(name, format, READ_ONCE(bridge->name))                                           \
	static ssize_t name##_store(struct device *device, struct device_attribute *attribute, \
				    const char *text, size_t length)                           \
	{                                                                                      \
		return store(device, text, length, set_##name);                                \
	}                                                                                      \
	static DEVICE_ATTR_RW(name)

SETTING(vlan_filtering, "%d");
SETTING(group_fwd_mask, "%#x");
SETTING(vlan_stats_enabled, "%d");
SETTING(vlan_protocol, "%#x");
SETTING(default_pvid, "%u");
SETTING(stp_state, "%d");
SETTING(ageing_time, "%u");
SETTING(fdb_port_max, "%u");
SETTING(multicast_snooping, "%d");
SETTING(multicast_querier, "%d");
SHOWN(fdb_max, "%u", bridge->fdb_max)
static DEVICE_ATTR_RO(fdb_max);
SHOWN(fdb_entries, "%u", brlite_core_entries(bridge->core))
static DEVICE_ATTR_RO(fdb_entries);

static ssize_t mdb_read(struct file *file, struct kobject *kobject, struct bin_attribute *attribute, char *out,
			loff_t from, size_t length)
{
	return brlite_mdb_read(netdev_priv(to_net_dev(kobj_to_dev(kobject))), out, from, length);
}

static ssize_t mdb_write(struct file *file, struct kobject *kobject, struct bin_attribute *attribute, char *text,
			 loff_t to, size_t length)
{
	struct net_device *dev = to_net_dev(kobj_to_dev(kobject));
	char *command = kstrndup(text, length, GFP_KERNEL);
	int err = !command ? -ENOMEM : to ? -EINVAL : may_change(dev);

	if (!err) {
		err = brlite_mdb_command(netdev_priv(dev), command);
		rtnl_unlock();
	}
	kfree(command);
	return err ?: length;
}

static BIN_ATTR_RW(mdb, 0);

static struct attribute *attributes[] = {
	&dev_attr_vlan_filtering.attr,
	&dev_attr_vlan_stats_enabled.attr,
	&dev_attr_group_fwd_mask.attr,
	&dev_attr_vlan_protocol.attr,
	&dev_attr_default_pvid.attr,
	&dev_attr_stp_state.attr,
	&dev_attr_ageing_time.attr,
	&dev_attr_fdb_port_max.attr,
	&dev_attr_fdb_max.attr,
	&dev_attr_fdb_entries.attr,
	&dev_attr_multicast_querier.attr,
	&dev_attr_multicast_snooping.attr,
	NULL,
};

static struct bin_attribute *files[] = {
	&bin_attr_mdb,
	NULL,
};

const struct attribute_group brlite_sysfs_group = {
	.name = BRLITE_KIND,
	.attrs = attributes,
	.bin_attrs = files,
};
