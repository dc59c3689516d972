/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * splitfront - a network frontend for a test guest that says exactly in which slots a frame goes.
 *
 *	main.c     connects the vif, module parameter `run` starts a job, `result` tells how it went
 *	ring.c     slots, responses (each checked), the receiver's acknowledgements
 *	sweep.c    frames of every size in every arrangement of slots, some of them with a bad reference
 *	rewrite.c  frames that are rewritten while the backend has them
 *	mapped.c   has the pages mapped that frames are sent from
 *
 * One vif, one queue. A job runs in the context of who writes the parameter.
 */
#ifndef SPLITFRONT_H
#define SPLITFRONT_H
#include <linux/etherdevice.h>
#include <linux/wait.h>
#include <xen/events.h>
#include <xen/grant_table.h>
#include <xen/interface/io/netif.h>
#include <xen/page.h>
#include <xen/xenbus.h>

#include "testframe.h"

#define SF_RING 256u
#define SF_SLOTS 18u /* of a frame, at most: what every backend must take */
#define SF_RX_BUFFERS 64u
#define SF_BAD_REF 0x00fffff0u
#define SF_WAIT (10 * HZ) /* without any progress: the job has failed */

/* What has to come back for a slot. */
enum sf_expect { SF_OKAY, SF_NULL, SF_ERROR };

struct splitfront {
	struct xenbus_device *xdev;
	struct xen_netif_tx_front_ring tx;
	struct xen_netif_rx_front_ring rx;
	grant_ref_t tx_ref, rx_ref;
	struct xen_netif_ctrl_front_ring ctrl;
	evtchn_port_t port, ctrl_port; /* 0: no control ring */
	int irq;
	wait_queue_head_t wait;
	bool ready, connected, broken, forges;

	unsigned char *pool, *head[SF_RING], *buffer[SF_RING];
	grant_ref_t pool_ref[TF_POOL / TF_PAGE], head_ref[SF_RING], buffer_ref[SF_RING];
	u8 expect[SF_RING];

	u8 self[ETH_ALEN], peer[ETH_ALEN];
	u32 acked;	 /* frames that the receiver has seen, by its own word */
	u32 bad_buffers; /* post every n-th receive buffer with a reference that is none; 0: none */
	u32 errors;	 /* slots answered with an error, as they should */
	u32 refused;	 /* receive buffers answered with an error */
	char what[96];	 /* what went wrong first */
};

/* mapped.c */
int sf_control_open(struct splitfront *s);

/* ring.c */
void *sf_granted_page(struct splitfront *s, grant_ref_t *ref, int readonly);
int sf_rings_make(struct splitfront *s);
void sf_rx_post(struct splitfront *s);
unsigned int sf_tx_free(struct splitfront *s);
void sf_slot(struct splitfront *s, grant_ref_t ref, unsigned int offset, unsigned int size, u16 flags, u8 expect);
void sf_gso(struct splitfront *s, unsigned int type, unsigned int size);
void sf_push(struct splitfront *s);
void sf_reap(struct splitfront *s);
int sf_complain(struct splitfront *s, const char *format, ...) __printf(2, 3);

/* Waits until `cond`, looking at both rings; gives up when nothing has come for SF_WAIT. */
#define sf_wait(s, cond)                                                                                          \
	({                                                                                                        \
		sf_reap(s);                                                                                       \
		if (!(cond) && !(s)->broken) {                                                                    \
			sf_push(s);                                                                               \
			if (!wait_event_timeout((s)->wait, (sf_reap(s), (cond) || (s)->broken), SF_WAIT))         \
				sf_complain(s, "nothing came for 10 s: %u slots unanswered, %u frames seen",      \
					    SF_RING - sf_tx_free(s), (s)->acked);                                 \
		}                                                                                                 \
		(s)->broken ? -EIO : 0;                                                                           \
	})

/* the jobs */
int sf_sweep(struct splitfront *s, const char *args);
int sf_rewrite(struct splitfront *s, const char *args);
int sf_map(struct splitfront *s);

#endif
