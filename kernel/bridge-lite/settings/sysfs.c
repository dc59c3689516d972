// SPDX-License-Identifier: GPL-2.0-only
/*
 * Settings of a bridge for scripts, as files: /sys/class/net/xenbr0/brlite/. rtnetlink has them too (uapi.h), but ip(8)
 * has no words for them.
 */
#include <linux/rtnetlink.h>
#include <linux/sysfs.h>

#include "bridge-lite/entry.h"
#include "bridge-lite/linux/state.h"
#include "bridge-lite/settings/sysfs.h"
#include "bridge-lite/settings/vlan.h"

/* Linux's bridge refuses these: spanning tree's, pause frames, link aggregation. */
#define NOT_TO_BE_ASKED_FOR 0x0007u

bool brlite_group_fwd_mask_is_possible(u32 mask)
{
	return mask <= U16_MAX && !(mask & NOT_TO_BE_ASKED_FOR);
}

static ssize_t vlan_filtering_show(struct device *device, struct device_attribute *attribute, char *out)
{
	const struct brlite *bridge = netdev_priv(to_net_dev(device));

	return sysfs_emit(out, "%d\n", READ_ONCE(bridge->vlan_filtering));
}

static ssize_t group_fwd_mask_show(struct device *device, struct device_attribute *attribute, char *out)
{
	const struct brlite *bridge = netdev_priv(to_net_dev(device));

	return sysfs_emit(out, "%#x\n", READ_ONCE(bridge->group_fwd_mask));
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

static ssize_t vlan_filtering_store(struct device *device, struct device_attribute *attribute,
				    const char *text, size_t length)
{
	struct net_device *dev = to_net_dev(device);
	bool on;
	int err = kstrtobool(text, &on) ?: may_change(dev);

	if (err)
		return err;
	brlite_filter_vlans(netdev_priv(dev), on);
	rtnl_unlock();
	return length;
}

static ssize_t group_fwd_mask_store(struct device *device, struct device_attribute *attribute,
				    const char *text, size_t length)
{
	struct net_device *dev = to_net_dev(device);
	struct brlite *bridge = netdev_priv(dev);
	u32 mask;
	int err = kstrtou32(text, 0, &mask);

	if (!err && !brlite_group_fwd_mask_is_possible(mask))
		err = -EINVAL;
	if (!err)
		err = may_change(dev);
	if (err)
		return err;
	WRITE_ONCE(bridge->group_fwd_mask, mask);
	brlite_core_forward_groups(bridge->core, mask);
	rtnl_unlock();
	return length;
}

static DEVICE_ATTR_RW(vlan_filtering);
static DEVICE_ATTR_RW(group_fwd_mask);

static struct attribute *attributes[] = {
	&dev_attr_vlan_filtering.attr,
	&dev_attr_group_fwd_mask.attr,
	NULL,
};

const struct attribute_group brlite_sysfs_group = {
	.name = BRLITE_KIND,
	.attrs = attributes,
};
