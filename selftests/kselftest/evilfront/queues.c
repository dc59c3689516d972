// SPDX-License-Identifier: GPL-2.0-only
/* evilfront: an honest vif of several queues. All have rings and event channels of their own, which nobody uses. */
#include "evilfront.h"

static int open_queue(struct evil *e, struct evil_queue *q)
{
	void *tx = (void *)get_zeroed_page(GFP_KERNEL), *rx = (void *)get_zeroed_page(GFP_KERNEL);

	if (!tx || !rx)
		return -ENOMEM;
	SHARED_RING_INIT((struct xen_netif_tx_sring *)tx);
	SHARED_RING_INIT((struct xen_netif_rx_sring *)rx);
	q->tx_ref = gnttab_grant_foreign_access(e->xdev->otherend_id, virt_to_gfn(tx), 0);
	q->rx_ref = gnttab_grant_foreign_access(e->xdev->otherend_id, virt_to_gfn(rx), 0);
	return xenbus_alloc_evtchn(e->xdev, &q->port);
}

int evil_queues_open(struct evil *e, unsigned int queues)
{
	int err = 0;

	if (queues < 2)
		return 0;
	while (!err && e->queues < min_t(unsigned int, queues, EVIL_MOST_QUEUES))
		err = open_queue(e, &e->queue[e->queues++]);
	return err;
}

static int write_queue(struct xenbus_transaction xbt, struct evil *e, unsigned int index)
{
	const struct evil_queue *q = &e->queue[index];
	char path[80];

	snprintf(path, sizeof(path), "%s/queue-%u", e->xdev->nodename, index);
	return xenbus_printf(xbt, path, "tx-ring-ref", "%u", q->tx_ref) ?:
	       xenbus_printf(xbt, path, "rx-ring-ref", "%u", q->rx_ref) ?:
	       xenbus_printf(xbt, path, "event-channel", "%u", q->port);
}

static int write_queues(struct xenbus_transaction xbt, struct evil *e)
{
	int err = xenbus_printf(xbt, e->xdev->nodename, "multi-queue-num-queues", "%u", e->queues);
	unsigned int i;

	for (i = 0; !err && i < e->queues; i++)
		err = write_queue(xbt, e, i);
	return err;
}

int evil_queues_write(struct evil *e)
{
	struct xenbus_transaction xbt;
	int err;

	if (!e->queues)
		return 0;
	do {
		err = xenbus_transaction_start(&xbt);
		if (err)
			return err;
		err = write_queues(xbt, e);
		if (err) {
			xenbus_transaction_end(xbt, 1);
			return err;
		}
		err = xenbus_transaction_end(xbt, 0);
	} while (err == -EAGAIN);
	return err;
}

void evil_queues_close(struct evil *e)
{
	unsigned int i;

	for (i = 0; i < e->queues; i++)
		if (e->queue[i].port)
			xenbus_free_evtchn(e->xdev, e->queue[i].port);
}
