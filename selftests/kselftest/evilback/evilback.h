/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * evilback - a network backend that lies, for a driver domain.
 *
 *	back.c   binds vifs, maps their rings, is honest for some packets, says when the lie is told
 *	ring.c   the lies on the rings and in XenStore
 *
 * Binds vifs like an ordinary backend with one queue and no features but scatter-gather, answers what the guest
 * sends (and forwards nothing), then does what the parameter `lie` names, and goes on honestly where it still can:
 *
 *	evilback: LIE: told
 *
 * A frontend is expected to switch the vif off for what no honest backend does, and to drop the packet where
 * only that is wrong. The test's shell part looks at the guest. The parameter is read when a vif comes, and can
 * be written at any time.
 */
#ifndef EVILBACK_H
#define EVILBACK_H
#include <linux/delay.h>
#include <linux/workqueue.h>
#include <xen/interface/io/netif.h>
#include <xen/page.h>
#include <xen/xenbus.h>

struct evil {
	struct xenbus_device *xdev;
	struct xen_netif_tx_back_ring tx;
	struct xen_netif_rx_back_ring rx;
	struct work_struct work;
	char lie[32];
	int irq;
	/* What a lie has mapped of the guest's and keeps. */
	struct page *kept;
	u32 kept_handle;
	bool connected, over;
};

/* ring.c: answers what came, as an honest backend does; sleeps a little. */
void evil_serve(struct evil *e);

/* False when it knows no such lie. */
bool evil_lie(struct evil *e);
void evil_let_go(struct evil *e);

/* True until the vif goes or the time is up. */
#define evil_still(e, end) (time_before(jiffies, end) && !READ_ONCE((e)->over))

#endif
