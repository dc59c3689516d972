// SPDX-License-Identifier: GPL-2.0-only
/*
 * rxbuf_min, rxbuf_max and rxbuf_cur in /sys/class/net/X, for programs that know them from the stock driver:
 * the buffers posted for reception. There is one size, the ring's. Numbers written are checked and change
 * nothing, as with stock.
 */
#include <linux/capability.h>
#include <linux/device.h>
#include <linux/kstrtox.h>
#include <linux/sysfs.h>

#include "netfront/callbacks.h"

#define BUFFERS_POSTED 256 /* RxQueue::kSize */

static ssize_t show_buffers(struct device *dev, struct device_attribute *attribute, char *text)
{
	return sysfs_emit(text, "%u\n", BUFFERS_POSTED);
}

static ssize_t store_buffers(struct device *dev, struct device_attribute *attribute, const char *text, size_t length)
{
	unsigned long ignored;
	int err;

	if (!capable(CAP_NET_ADMIN))
		return -EPERM;
	err = kstrtoul(text, 0, &ignored);
	return err ? err : length;
}

static DEVICE_ATTR(rxbuf_min, 0644, show_buffers, store_buffers);
static DEVICE_ATTR(rxbuf_max, 0644, show_buffers, store_buffers);
static DEVICE_ATTR(rxbuf_cur, 0444, show_buffers, NULL);

static struct attribute *attributes[] = {
	&dev_attr_rxbuf_min.attr,
	&dev_attr_rxbuf_max.attr,
	&dev_attr_rxbuf_cur.attr,
	NULL,
};

const struct attribute_group vif_attributes = {
	.attrs = attributes,
};
