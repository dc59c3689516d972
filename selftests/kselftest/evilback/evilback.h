/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * evilback - a network backend that lies, for a driver domain.
 *
 *	back.c     binds vifs, maps their rings, is honest for some packets, says when the lie is told
 *	ring.c     the lies on the rings and in XenStore
 *	control.c  the lies about buffers that are to be mapped
 *
 * Binds vifs like an ordinary backend with one queue and no features but scatter-gather, answers what the guest
 * sends (and forwards nothing), then does what the parameter `lie` names, and goes on honestly where it still can:
 *
 *	evilback: LIE: told, N buffers listed, N mapped, N packets sent
 *	evilback: LIE: N buffers kept
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
	struct xen_netif_ctrl_back_ring ctrl;
	struct work_struct work;
	char lie[32];
	int irq, ctrl_irq;
	/* What a lie has mapped of the guest's and keeps. */
	struct page *kept;
	u32 kept_handle;
	/* The guest's buffers. */
	struct page *pages[512];
	u32 handles[512], access[512], mapped;
	u32 listed; /* by the guest's last message */
	u32 sent;   /* by evil_send() */
	bool connected, over, control;
};

/* ring.c: answers what came, as an honest backend does; sleeps a little. */
void evil_serve(struct evil *e);

/* False when it knows no such lie. */
bool evil_lie(struct evil *e);

/* kept.c */
bool evil_keep(struct evil *e, grant_ref_t ref, u32 access);
void evil_let_go(struct evil *e);

/* control.c */
bool evil_maps(const struct evil *e); /* this lie is about mapped buffers */
int evil_control_connect(struct evil *e);
void evil_control_disconnect(struct evil *e);
void evil_control(struct evil *e); /* answers messages */
void evil_unmap(struct evil *e);
bool evil_wants_list(const struct evil *e);
void evil_write_kept(struct evil *e);
void evil_answer_twice(struct evil *e);
void evil_wrong_id(struct evil *e);
void evil_write_late(struct evil *e);

/* ring.c: a packet into the next buffer. */
void evil_send(struct evil *e);

/* True until the vif goes or the time is up. */
#define evil_still(e, end) (time_before(jiffies, end) && !READ_ONCE((e)->over))

#endif
