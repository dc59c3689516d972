// SPDX-License-Identifier: GPL-2.0-only
/*
 * limits.c - what the administrator allows a vif, read from its backend directory and watched there: a change counts
 * at once. No guest can write these nodes.
 */
#include <linux/slab.h>

#include "netback/linux/state.h"

static const char *const nb_limit_node[NB_LIMITS] = {
	[NB_LIMIT_RATE] = "rate",
	[NB_LIMIT_PPS] = "pps",
	[NB_LIMIT_RX_RATE] = "rx-rate",
	[NB_LIMIT_RX_PPS] = "rx-pps",
};

/* A node that is not there means unlimited; so does one that says nothing sensible, but aloud. */
static void nb_read_limit(struct nb_kvif *kvif, unsigned int which)
{
	const char *dir = kvif->xdev->nodename, *node = nb_limit_node[which];
	char *text = xenbus_read(XBT_NIL, dir, node, NULL);

	if (IS_ERR(text))
		text = NULL;
	if (nb_vif_set_limit(kvif->vif, which, text) && net_ratelimit())
		netdev_warn(kvif->dev, "%s/%s is \"%s\", not %s: unlimited\n", dir, node, text,
			    which == NB_LIMIT_RATE || which == NB_LIMIT_RX_RATE ? "BYTES,MICROSECONDS" : "PACKETS");
	kfree(text);
}

static void nb_limit_changed(struct xenbus_watch *watch, const char *path, const char *token)
{
	struct nb_limit_watch *limit = container_of(watch, struct nb_limit_watch, watch);

	nb_read_limit(limit->kvif, limit - limit->kvif->limits);
}

/* However often a node is written, one event of it waits at most: it is read when its turn comes. */
static bool nb_limit_will_handle(struct xenbus_watch *watch, const char *path, const char *token)
{
	return watch->nr_pending == 0;
}

/* A watch fires once at registration, which reads the limit the first time. */
int nb_limits_watch(struct nb_kvif *kvif)
{
	unsigned int i;
	int err;

	for (i = 0; i < NB_LIMITS; i++) {
		struct nb_limit_watch *limit = &kvif->limits[i];

		limit->kvif = kvif;
		err = xenbus_watch_pathfmt(kvif->xdev, &limit->watch, nb_limit_will_handle, nb_limit_changed, "%s/%s",
					   kvif->xdev->nodename, nb_limit_node[i]);
		if (err) {
			limit->kvif = NULL;
			return err;
		}
	}
	return 0;
}

void nb_limits_unwatch(struct nb_kvif *kvif)
{
	unsigned int i;

	for (i = 0; i < NB_LIMITS; i++) {
		if (!kvif->limits[i].kvif)
			continue;
		unregister_xenbus_watch(&kvif->limits[i].watch);
		kfree(kvif->limits[i].watch.node);
		kvif->limits[i].kvif = NULL;
	}
}
