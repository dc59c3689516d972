/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * entry.h - what Linux calls: the C++ logic as the callbacks of main.c, netdev.c, events.c and their like see it.
 */
#ifndef RINGWAY_NETBACK_ENTRY_H
#define RINGWAY_NETBACK_ENTRY_H

#include "netback/linux/host.h"

#ifdef __cplusplus
extern "C" {
#endif

/* --- life ------------------------------------------------------------------------------------------- */

int netback_lanes_create(void);
void netback_lanes_destroy(void);
/* This domain was saved and restored: its pages have other machine frames now, and the guests of before are gone. */
void netback_lanes_resumed(void);

struct netback_vif *netback_vif_create(struct vif_host *host, uint32_t domain, uint32_t queues); /* queues: at most */
void netback_vif_destroy(struct netback_vif *vif);

/* CONTEXT: process, these four */
bool netback_frontend_changed(struct netback_vif *vif, int state); /* true: gone for good, unregister its device */
void netback_hotplug_changed(struct netback_vif *vif);
void netback_close(struct netback_vif *vif); /* and no housekeeping afterwards */
void netback_housekeeping(struct netback_vif *vif);

/* CONTEXT: RTNL, these four */
void netback_open(struct netback_vif *vif);
void netback_stop(struct netback_vif *vif);
uint32_t netback_queues(struct netback_vif *vif); /* of this connection; 0: there is none */
/* Or NULL, NULL. */
void netback_set_port(struct netback_vif *vif, const struct brlite_abi *table, struct brlite_port *port);

int netback_state(struct netback_vif *vif);

/* --- what is asked for, and what may be offered ------------------------------------------------------- */

void netback_set_multicast_control(struct netback_vif *vif, bool on); /* CONTEXT: process */

/* NULL: none. -errno when it does not parse, and then there is none. CONTEXT: process */
int netback_set_limit(struct netback_vif *vif, uint32_t which, const char *text);

struct netback_coalesce {
	uint32_t from_guest_micros, from_guest_slots, to_guest_micros, to_guest_slots;
};
void netback_set_coalesce(struct netback_vif *vif, const struct netback_coalesce *coalesce); /* CONTEXT: RTNL */
void netback_get_coalesce(struct netback_vif *vif, struct netback_coalesce *coalesce);

uint32_t netback_max_mtu(struct netback_vif *vif);
#define NETBACK_OFFLOAD_SG 1u
#define NETBACK_OFFLOAD_TSO4 2u
#define NETBACK_OFFLOAD_TSO6 4u
#define NETBACK_OFFLOAD_CSUM4 8u
#define NETBACK_OFFLOAD_CSUM6 16u
#define NETBACK_OFFLOADS 31u
uint32_t netback_offloads(struct netback_vif *vif); /* NETBACK_OFFLOAD_* that its frontend can do */
/* Those that its device has now, NETBACK_OFFLOADS when it is made. CONTEXT: RTNL */
void netback_set_offloads(struct netback_vif *vif, uint32_t offloads);

enum netback_control netback_control_poll(struct netback_vif *vif); /* CONTEXT: process */

/* --- packets -------------------------------------------------------------------------------------------- */

uint32_t netback_select_queue(struct netback_vif *vif, struct sk_buff *skb); /* its transmit queue */
/* Ours now; to be dropped; to be offered again; to be dropped and counted by the queue already. */
enum netback_fate { NETBACK_TAKEN, NETBACK_REFUSED, NETBACK_BUSY, NETBACK_FULL };
enum netback_fate netback_xmit(struct netback_vif *vif, struct sk_buff *skb, uint32_t queue);
/*
 * Packets linked by ->next that the switch has for the vif; returns those that have to go through its device. An entry
 * of the port's table, which knows of owners only: `owner` is the netback_vif that was bound.
 */
struct sk_buff *netback_deliver(void *owner, struct sk_buff *first);
int netback_poll_from_guest(struct netback_queue *queue, int budget);
int netback_poll_to_guest(struct netback_queue *queue, int budget);
void netback_to_guest_held(struct netback_queue *queue); /* CONTEXT: softirq */
/*
 * An event came; what there is to do. CONTEXT: hard interrupt. netback_event_both(): one channel for both
 * directions.
 */
#define NETBACK_WORK_FROM_GUEST 1u
#define NETBACK_WORK_TO_GUEST 2u
uint32_t netback_event_from_guest(struct netback_queue *queue);
uint32_t netback_event_to_guest(struct netback_queue *queue);
uint32_t netback_event_both(struct netback_queue *queue);
/* What there is to do, though nobody said that an event came. CONTEXT: softirqs off */
uint32_t netback_work(struct netback_queue *queue);

/* --- what is shown (debugfs.c); the guest's side of a ring is shown, never used ----------------------------- */

struct netback_ring_view {
	uint32_t size, req_prod, req_cons, req_event, rsp_prod, rsp_private, rsp_event;
};
struct netback_queue_view {
	struct queue_host *host;
	struct netback_ring_view from_guest, to_guest;
	uint32_t backlog_packets, backlog_bytes, owed;
	uint32_t mapped_buffers;
	uint64_t misses_from_guest, misses_to_guest; /* requests that were looked for in the table of them */
	bool stopped, throttled, stalled, waits;
};
struct netback_bucket_view {
	uint64_t amount, interval; /* 0: unlimited */
	int64_t left;
};
struct netback_limits_view {
	struct netback_bucket_view from_bytes, from_packets, to_bytes, to_packets;
};
#define NETBACK_HASH_KEY 40
#define NETBACK_HASH_MAPPING 128
struct netback_hash_view {
	bool connected, active;
	struct netback_ring_view ring;
	uint32_t algorithm, types, size;
	uint8_t key[NETBACK_HASH_KEY], mapping[NETBACK_HASH_MAPPING];
};
/* False: not connected. CONTEXT: RCU read side, both */
bool netback_view_queue(struct netback_vif *vif, uint32_t index, struct netback_queue_view *out);
bool netback_kick_queue(struct netback_vif *vif, uint32_t index);
void netback_view_limits(struct netback_vif *vif, struct netback_limits_view *out); /* CONTEXT: process */
void netback_view_hash(struct netback_vif *vif, struct netback_hash_view *out); /* CONTEXT: process */
uint32_t netback_mapped_buffers(void); /* of all vifs together */

/*
 * Counters: the vif's, then those of each of its `queues`, connected or not: their number does not change while the vif
 * lives, because readers ask for it, for the names and for the values one after the other.
 */
#define NETBACK_STAT_NAME 32
uint32_t netback_stat_count(uint32_t queues);
void netback_stat_name(uint32_t index, char name[NETBACK_STAT_NAME]);
/* CONTEXT: any but hard interrupts, like all that read counters. */
void netback_vif_stats(struct netback_vif *vif, uint64_t *values);
struct netback_totals {
	uint64_t from_guest_packets, from_guest_bytes, from_guest_dropped, from_guest_errors, from_guest_no_memory;
	uint64_t to_guest_packets, to_guest_bytes, to_guest_dropped;
};
void netback_vif_totals(struct netback_vif *vif, struct netback_totals *totals);
/* Of queues number `from` and up to but without number `to`. */
void netback_queue_totals(struct netback_vif *vif, uint32_t from, uint32_t to, struct netback_totals *totals);

#ifdef __cplusplus
}
#endif
#endif
