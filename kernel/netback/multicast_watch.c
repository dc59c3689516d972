// SPDX-License-Identifier: GPL-2.0-only
/*
 * multicast_watch.c - request-multicast-control, which the guest may change at any time.
 *
 * The guest owns the node, so it can make as many events as it likes. One that comes while another is
 * pending is dropped: whoever handles that one reads the newest value anyway (XSA-349).
 */
#include <linux/slab.h>
#include <xen/xenbus.h>

#include "netback/linux/state.h"

/* HOSTILE: a number, or it reads as no. */
int nb_multicast_control(struct nb_kvif *kvif)
{
	return !!xenbus_read_unsigned(kvif->xdev->otherend, "request-multicast-control", 0);
}

/* CONTEXT: a spinlock of xenbus is held, which guards nr_pending. It counts down before the callback reads the node. */
static bool nb_multicast_will_handle(struct xenbus_watch *watch, const char *path, const char *token)
{
	return watch->nr_pending == 0;
}

static void nb_multicast_changed(struct xenbus_watch *watch, const char *path, const char *token)
{
	struct nb_kvif *kvif = container_of(watch, struct nb_kvif, multicast_watch);

	nb_vif_set_multicast_control(kvif->vif, nb_multicast_control(kvif));
}

int nb_multicast_watch(struct nb_kvif *kvif)
{
	int err = xenbus_watch_pathfmt(kvif->xdev, &kvif->multicast_watch, nb_multicast_will_handle, nb_multicast_changed,
				       "%s/%s", kvif->xdev->otherend, "request-multicast-control");

	kvif->watching_multicast = !err;
	return err;
}

void nb_multicast_unwatch(struct nb_kvif *kvif)
{
	if (!kvif->watching_multicast)
		return;
	kvif->watching_multicast = false;
	unregister_xenbus_watch(&kvif->multicast_watch);
	kfree(kvif->multicast_watch.node);
}
