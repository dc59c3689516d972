// SPDX-License-Identifier: GPL-2.0-only
/*
 * watches.c - nodes that may change while a vif lives, and count at once when they do.
 *
 * Limits are what the administrator allows the vif; they lie in its backend directory, where no guest can write.
 * request-multicast-control is the guest's, which can make as many events of it as it likes. Of either, an event that
 * comes while another one is pending is dropped: whoever handles that one reads the newest value anyway (XSA-349).
 */
#include <linux/slab.h>

#include "netback/roof.h"

static const char *const limit_node[NETBACK_LIMITS] = {
	[NETBACK_LIMIT_FROM_BYTES] = "rate",
	[NETBACK_LIMIT_FROM_PACKETS] = "pps",
	[NETBACK_LIMIT_TO_BYTES] = "rx-rate",
	[NETBACK_LIMIT_TO_PACKETS] = "rx-pps",
};

/* A node that is not there means unlimited; so does one that says nothing sensible, but aloud. */
static void read_limit(struct vif_host *host, unsigned int which)
{
	const char *dir = host->xdev->nodename, *node = limit_node[which];
	char *text = xenbus_read(XBT_NIL, dir, node, NULL);

	if (IS_ERR(text))
		text = NULL;
	if (netback_set_limit(host->vif, which, text) && net_ratelimit())
		netdev_warn(host->dev, "%s/%s is \"%s\", not %s: unlimited\n", dir, node, text,
			    which == NETBACK_LIMIT_FROM_BYTES || which == NETBACK_LIMIT_TO_BYTES ? "BYTES,MICROSECONDS" : "PACKETS");
	kfree(text);
}

static void limit_changed(struct xenbus_watch *watch, const char *path, const char *token)
{
	struct vif_limit_watch *limit = container_of(watch, struct vif_limit_watch, watch);

	read_limit(limit->host, limit - limit->host->limits);
}

/* CONTEXT: a spinlock of xenbus is held, which guards nr_pending. It counts down before the callback reads the node. */
static bool none_pending(struct xenbus_watch *watch, const char *path, const char *token)
{
	return watch->nr_pending == 0;
}

/* A watch fires once at registration, which reads the limit the first time. */
static int watch_limits(struct vif_host *host)
{
	unsigned int i;
	int err;

	for (i = 0; i < NETBACK_LIMITS; i++) {
		struct vif_limit_watch *limit = &host->limits[i];

		limit->host = host;
		err = xenbus_watch_pathfmt(host->xdev, &limit->watch, none_pending, limit_changed, "%s/%s",
					   host->xdev->nodename, limit_node[i]);
		if (err) {
			limit->host = NULL;
			return err;
		}
	}
	return 0;
}

static void unwatch_limits(struct vif_host *host)
{
	unsigned int i;

	for (i = 0; i < NETBACK_LIMITS; i++) {
		if (!host->limits[i].host)
			continue;
		unregister_xenbus_watch(&host->limits[i].watch);
		kfree(host->limits[i].watch.node);
		host->limits[i].host = NULL;
	}
}

static void multicast_changed(struct xenbus_watch *watch, const char *path, const char *token)
{
	struct vif_host *host = container_of(watch, struct vif_host, multicast_watch);

	netback_set_multicast_control(host->vif, host_multicast_control(host));
}

static int watch_multicast(struct vif_host *host)
{
	int err = xenbus_watch_pathfmt(host->xdev, &host->multicast_watch, none_pending, multicast_changed,
				       "%s/%s", host->xdev->otherend, "request-multicast-control");

	host->watching_multicast = !err;
	return err;
}

static void unwatch_multicast(struct vif_host *host)
{
	if (!host->watching_multicast)
		return;
	host->watching_multicast = false;
	unregister_xenbus_watch(&host->multicast_watch);
	kfree(host->multicast_watch.node);
}

int vif_watch(struct vif_host *host)
{
	int err = watch_limits(host);

	return err ?: watch_multicast(host);
}

void vif_unwatch(struct vif_host *host)
{
	unwatch_multicast(host);
	unwatch_limits(host);
}
