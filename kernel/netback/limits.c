// SPDX-License-Identifier: GPL-2.0-only
/*
 * limits.c - what the administrator allows a vif, read from its backend directory and watched there: a change counts
 * at once. No guest can write these nodes.
 */
#include <linux/slab.h>

#include "kvif.h"

/* "BYTES,MICROSECONDS"; anything else means unlimited and is said so once. */
static void nb_read_rate(struct nb_kvif *kvif)
{
	unsigned long long bytes = 0, microseconds = 0;
	char *rate = xenbus_read(XBT_NIL, kvif->xdev->nodename, "rate", NULL);
	char end;

	if (!IS_ERR(rate)) {
		if (sscanf(rate, "%llu,%llu%c", &bytes, &microseconds, &end) != 2) {
			netdev_warn(kvif->dev, "%s/rate is \"%s\", not BYTES,MICROSECONDS: unlimited\n",
				    kvif->xdev->nodename, rate);
			bytes = microseconds = 0;
		}
		kfree(rate);
	}
	nb_vif_set_rate(kvif->vif, bytes, microseconds);
}

static void nb_rate_changed(struct xenbus_watch *watch, const char *path, const char *token)
{
	nb_read_rate(container_of(watch, struct nb_kvif, rate_watch));
}

/* The watch fires once at registration, which reads the rate the first time. */
int nb_limits_watch(struct nb_kvif *kvif)
{
	const int err = xenbus_watch_pathfmt(kvif->xdev, &kvif->rate_watch, NULL, nb_rate_changed, "%s/%s",
					     kvif->xdev->nodename, "rate");

	kvif->watching_rate = !err;
	return err;
}

void nb_limits_unwatch(struct nb_kvif *kvif)
{
	if (!kvif->watching_rate)
		return;
	unregister_xenbus_watch(&kvif->rate_watch);
	kfree(kvif->rate_watch.node);
	kvif->watching_rate = false;
}
