// SPDX-License-Identifier: GPL-2.0-only
/* xdp_headroom.c - the room that a guest's XDP program wants in front of each packet: offered, and read. */
#include <linux/kernel.h>
#include <linux/module.h>
#include <linux/slab.h>
#include <xen/xenbus.h>

#include "netback/linux/state.h"

static bool provides_xdp_headroom = true;
module_param(provides_xdp_headroom, bool, 0644);
MODULE_PARM_DESC(provides_xdp_headroom, "Offer guests room for XDP in front of received packets (default: on)");

int nb_offers_headroom(void) { return provides_xdp_headroom; }

/* HOSTILE: the guest writes it. What is no number is an error; the bounds are checked by who asks. */
int nb_read_headroom(struct nb_kvif *kvif, unsigned int *bytes)
{
	struct xenbus_device *xdev = kvif->xdev;
	char *text = xenbus_read(XBT_NIL, xdev->otherend, "xdp-headroom", NULL);
	int err;

	*bytes = 0;
	if (IS_ERR(text))
		return 0; /* not there: the guest does without */
	err = provides_xdp_headroom ? kstrtouint(text, 10, bytes) : 0;
	kfree(text);
	if (err)
		xenbus_dev_fatal(xdev, err, "%s/xdp-headroom is not a number of bytes", xdev->otherend);
	return err;
}
