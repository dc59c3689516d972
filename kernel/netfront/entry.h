/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * netfront_*: what Linux calls. Both languages read this header; the functions are in the C++ files, their
 * callers in main.c, netdev.c, events.c and ethtool.c. The other direction is linux/host.h.
 */
#ifndef RINGWAY_NETFRONT_ENTRY_H
#define RINGWAY_NETFRONT_ENTRY_H

#include "netfront/linux/host.h"

#ifdef __cplusplus
extern "C" {
#endif

/* --- xenbus, work: process context, may sleep -------------------------------------------------- */

struct netfront_vif *netfront_create(struct vif_host *host, uint32_t queues);
void netfront_destroy(struct netfront_vif *vif);
void netfront_backend_changed(struct netfront_vif *vif, uint32_t backend_state);
void netfront_resume(struct netfront_vif *vif);
void netfront_remove(struct netfront_vif *vif);
void netfront_later(struct netfront_vif *vif);
void netfront_link_event(struct netfront_vif *vif); /* the backend's `carrier` was written */
void netfront_link_later(struct netfront_vif *vif);

void netfront_reconfigure_later(struct netfront_vif *vif);
void netfront_watch(struct netfront_vif *vif);
void netfront_control_later(struct netfront_vif *vif);
void netfront_control_event(struct netfront_vif *vif); /* CONTEXT: hard interrupt */

/* --- net_device: RTNL ------------------------------------------------------------------------- */

void netfront_open(struct netfront_vif *vif);
void netfront_stop(struct netfront_vif *vif);
void netfront_set_xdp(struct netfront_vif *vif, bool on); /* an XDP program came or went */
uint32_t netfront_xdp_longest(void); /* packet that a program can see */

/* What the backend can do, sampled when we connected. */
struct backend_features {
	bool sg, tso4, tso6, csum6;
};
struct backend_features netfront_backend_features(const struct netfront_vif *vif);

struct copy_limits {
	uint32_t tx, rx; /* packets up to that many bytes are copied rather than granted page by page */
};
struct copy_limits netfront_copy_limits(const struct netfront_vif *vif);
bool netfront_set_copy_limits(struct netfront_vif *vif, struct copy_limits limits);

uint32_t netfront_mapped_queues(const struct netfront_vif *vif); /* whose buffers the backend has mapped */

/* --- packets ---------------------------------------------------------------------------------- */

/* CONTEXT: ndo_start_xmit. False: no room, the caller keeps the skb. */
bool netfront_transmit(struct netfront_queue *queue, struct sk_buff *skb);
int netfront_poll(struct netfront_queue *queue, int budget);
/* CONTEXT: ndo_xdp_xmit. How many of the frames were sent; the others remain the caller's. */
uint32_t netfront_xdp_xmit(struct netfront_queue *queue, struct xdp_frame **frames, uint32_t count, bool flush);
/* CONTEXT: hard interrupt. */
void netfront_tx_event(struct netfront_queue *queue);
void netfront_rx_event(struct netfront_queue *queue);
void netfront_both_event(struct netfront_queue *queue);

#ifdef __cplusplus
}
#endif
#endif
