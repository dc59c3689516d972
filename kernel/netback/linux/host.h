/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * glue.h - the whole contact between netback's C++ and the kernel.
 *
 * Both languages include it. C++ sees kernel objects only as opaque pointers; C sees C++ objects only
 * as void *. Everything hot is __always_inline in glue.c, which link-time optimisation puts into the
 * C++ (see kernel/cxx/kxx.mk), so an accessor costs what the field access costs.
 *
 * Plain C types on purpose: the kernel's u64 and std::uint64_t are different types of the same size.
 */
#ifndef RINGWAY_NETBACK_GLUE_H
#define RINGWAY_NETBACK_GLUE_H

#include "bridge-lite/port_abi.h"

#ifdef __cplusplus
extern "C" {
#else
#include <linux/types.h>
#endif

typedef unsigned long long nb_u64;

struct sk_buff;
struct net_device;
struct nb_kvif;   /* one vif: net_device private part, xenbus device, lock (kvif.h) */
struct nb_kqueue; /* one queue: NAPI instances, interrupts, RX lock, backlog (kvif.h) */

/* One piece of our own memory, within a page. */
struct nb_piece {
	nb_u64 frame; /* guest frame number */
	unsigned short offset, len;
};

/* What netback needs to know of an skb that goes to a guest. */
struct nb_skb_info {
	unsigned int len;
	unsigned char csum_partial, csum_unnecessary;
	unsigned char gso_type; /* XEN_NETIF_GSO_TYPE_* */
	unsigned short gso_size;
	unsigned int memory; /* bytes of dom0 memory it holds */
};

/* Most pieces an skb of at most 64 KiB and MAX_SKB_FRAGS fragments can have: see nb_skb_pieces(). */
#define NB_MAX_PIECES 64

/* Per-queue and per-vif parameters read from XenStore at connect. */
struct nb_frontend {
	unsigned int queues;
	unsigned char can_sg, gso_tcpv4, gso_tcpv6, ip_csum, ipv6_csum, rx_notify, multicast_control;
};

/* --- what C++ calls in C (glue.c) ------------------------------------------------------------------ */

void *nb_alloc(unsigned long size); /* zeroed, may sleep; NULL when out of memory */
void nb_free(void *memory);
void *nb_page_alloc(nb_u64 *frame); /* CONTEXT: any; NULL when out of memory */
void nb_page_free(void *page);
void *nb_this_cpu_lane(void);
void nb_set_cpu_lane(unsigned int cpu, void *lane);
void *nb_cpu_lane(unsigned int cpu);
unsigned int nb_cpu_count(void); /* one more than the highest number */
int nb_cpu_possible(unsigned int cpu);
unsigned long nb_jiffies(void);
nb_u64 nb_micros(void); /* since some moment, never backwards */
nb_u64 nb_cycles(void); /* of the CPU's time-stamp counter */
nb_u64 nb_nanos(nb_u64 cycles);
unsigned long nb_msecs(unsigned int msecs); /* in jiffies */
void nb_grant_copy(void *ops, unsigned int count);

unsigned int nb_param_fatal_slots(void);
unsigned int nb_param_drain_msecs(void);
unsigned int nb_param_stall_msecs(void);

/* Interrupts, NAPI and locks of a queue. */
void nb_rx_lock(struct nb_kqueue *kq);
void nb_rx_unlock(struct nb_kqueue *kq);
int nb_rx_lock_to_send(struct nb_kqueue *kq); /* 0: interrupts are off, somebody has it: offer again */
void nb_softirq_off(void); /* around the RX lock in process context */
void nb_softirq_on(void);
void nb_schedule_tx(struct nb_kqueue *kq);
void nb_schedule_rx(struct nb_kqueue *kq);
void nb_schedule_tx_later(struct nb_kqueue *kq, nb_u64 microseconds);
void nb_schedule_rx_later(struct nb_kqueue *kq, nb_u64 microseconds);
void nb_hold_tx(struct nb_kqueue *kq, unsigned int microseconds); /* then the TX poll */
void nb_hold_rx(struct nb_kqueue *kq, unsigned int microseconds); /* then nb_queue_rx_held() */
int nb_complete_tx(struct nb_kqueue *kq, int done);
int nb_complete_rx(struct nb_kqueue *kq, int done);
void nb_eoi_tx(struct nb_kqueue *kq);
void nb_eoi_rx(struct nb_kqueue *kq);
void nb_notify_tx(struct nb_kqueue *kq);
void nb_notify_rx(struct nb_kqueue *kq);

/* Guards the vif's token buckets. CONTEXT: softirqs off. */
void nb_rate_lock(struct nb_kvif *kvif);
void nb_rate_unlock(struct nb_kvif *kvif);

/* The queue of packets that wait for the guest's buffers. CONTEXT: rx lock held. */
struct sk_buff *nb_backlog_peek(struct nb_kqueue *kq);
struct sk_buff *nb_backlog_pop(struct nb_kqueue *kq);
void nb_backlog_push(struct nb_kqueue *kq, struct sk_buff *skb, unsigned long expires);
unsigned long nb_skb_expires(const struct sk_buff *skb);
void nb_txq_stop(struct nb_kqueue *kq);
void nb_txq_wake(struct nb_kqueue *kq);
int nb_txq_idle(struct nb_kqueue *kq);

/* skbs on their way to a guest. */
unsigned int nb_skb_memory(const struct sk_buff *skb);
void nb_skb_describe(const struct sk_buff *skb, struct nb_skb_info *info);
unsigned int nb_skb_pieces(const struct sk_buff *skb, struct nb_piece *out);
unsigned int nb_pick_queue(struct nb_kvif *kvif, struct sk_buff *skb); /* as the device's transmit queue is picked */
/* Cuts the first packet off a list linked by ->next, returns the rest; puts a list in front of another one. */
struct sk_buff *nb_skb_cut(struct sk_buff *skb);
struct sk_buff *nb_skb_join(struct sk_buff *first, struct sk_buff *rest);
/* One packet made fit for what the device can do: none (dropped and counted), itself, or its segments. */
struct sk_buff *nb_skb_suit(struct nb_kvif *kvif, struct sk_buff *skb);
unsigned int nb_skb_head(const struct sk_buff *skb, void *to, unsigned int len); /* up to len bytes; how many */
void nb_skb_copy(const struct sk_buff *skb, void *to, unsigned int len); /* len: all of it */
void nb_skb_done(struct sk_buff *skb); /* CONTEXT: a poll */
void nb_skb_drop(struct sk_buff *skb);

/* skbs made of a guest's packet. */
struct sk_buff *nb_skb_new(struct nb_kqueue *kq, const void *head, unsigned int len);
void nb_skb_add_page(struct sk_buff *skb, void *page, unsigned int len);
int nb_skb_finish(struct nb_kqueue *kq, struct sk_buff *skb, unsigned int txflags, unsigned int gso_type,
		  unsigned int gso_size, nb_u64 *fixups);
void nb_receive_queue(struct nb_kqueue *kq, struct sk_buff *skb); /* collects; delivered by the flush */
void nb_receive_flush(struct nb_kqueue *kq);

/* The vif's device. */
int nb_device_watched(const struct nb_kvif *kvif); /* a tap, tc, XDP: packets must pass as skbs */
void nb_device_carrier(struct nb_kvif *kvif, int on);
void nb_vif_kick(struct nb_kvif *kvif); /* runs nb_vif_housekeeping() soon, in process context */
void nb_vif_kick_later(struct nb_kvif *kvif, unsigned long delay);
void nb_log_fatal(struct nb_kvif *kvif, unsigned int queue, const char *why);
void nb_log_stall(struct nb_kvif *kvif, unsigned int queue, int stalled);

/* The switch, when the vif is a port of one. CONTEXT: softirq. */
void nb_classify(struct brlite_port *port, const struct brlite_frame *frames, struct brlite_verdict *verdicts,
		 unsigned int n);
void nb_forward(struct brlite_port *port, const struct brlite_outgoing *batch, unsigned int n);
void nb_forward_local(struct brlite_port *port, struct sk_buff *skb);
unsigned int nb_flood_ports(struct brlite_port *in, const struct brlite_frame *frame, struct brlite_port **out,
			    unsigned int max, unsigned int *cursor);
void *nb_port_owner(struct brlite_port *port);
unsigned int nb_port_longest(struct brlite_port *port); /* bytes of the longest frame, a VLAN tag included */

/* Connecting. CONTEXT: process, the vif's life lock. Errors are -errno, reported to XenStore by C. */
int nb_read_frontend(struct nb_kvif *kvif, struct nb_frontend *out);
/* The control ring; the page stays NULL when the guest has none. */
int nb_ctrl_map(struct nb_kvif *kvif, void **page);
int nb_ctrl_bind(struct nb_kvif *kvif);
void nb_ctrl_unbind(struct nb_kvif *kvif); /* nb_ctrl_poll() neither runs nor will run afterwards */
void nb_ctrl_unmap(struct nb_kvif *kvif);
void nb_ctrl_notify(struct nb_kvif *kvif);
void nb_ctrl_lock(struct nb_kvif *kvif); /* the ring and the configuration; nb_ctrl_poll() is called with it */
void nb_ctrl_unlock(struct nb_kvif *kvif);
int nb_read_headroom(struct nb_kvif *kvif, unsigned int *bytes); /* 0 when the guest asks for none */
struct nb_kqueue *nb_kqueue_create(struct nb_kvif *kvif, unsigned int index, unsigned int count, void *queue,
				   void **tx_ring, void **rx_ring, int *error);
int nb_kqueue_bind(struct nb_kqueue *kq, unsigned int count);
void nb_kqueue_unbind(struct nb_kqueue *kq);
void nb_kqueue_destroy(struct nb_kqueue *kq);
void nb_kqueue_enable(struct nb_kqueue *kq);
void nb_kqueue_disable(struct nb_kqueue *kq);
int nb_device_connected(struct nb_kvif *kvif, unsigned int queues);
void nb_device_disconnected(struct nb_kvif *kvif);
void nb_grace_period(void);
int nb_hotplug_connected(struct nb_kvif *kvif);
void nb_report_state(struct nb_kvif *kvif, int state);
void nb_report_error(struct nb_kvif *kvif, int error, const char *what);
int nb_device_online(struct nb_kvif *kvif);
void nb_device_unregister(struct nb_kvif *kvif);

/* --- what C calls in C++ ---------------------------------------------------------------------------- */

int nb_lanes_create(void);
void nb_lanes_destroy(void);

void *nb_vif_create(struct nb_kvif *kvif, unsigned int domain, unsigned int queues); /* queues: at most */
void nb_vif_destroy(void *vif);
void nb_vif_frontend_state(void *vif, int state); /* CONTEXT: process, life lock */
void nb_vif_hotplug(void *vif);			  /* CONTEXT: process, life lock */
void nb_vif_close(void *vif);			  /* CONTEXT: process, life lock */
void nb_vif_housekeeping(void *vif);		  /* CONTEXT: process, life lock */
void nb_vif_up(void *vif);			  /* CONTEXT: RTNL */
void nb_vif_down(void *vif);			  /* CONTEXT: RTNL */
void nb_vif_set_multicast_control(void *vif, int on); /* CONTEXT: process */
/* A limit as its XenStore node has it; NULL: none. -errno when it does not parse, and then there is none. CONTEXT: process */
#define NB_LIMIT_RATE 0	   /* from the guest: "BYTES,MICROSECONDS" */
#define NB_LIMIT_PPS 1	   /* from the guest: "PACKETS" per second */
#define NB_LIMIT_RX_RATE 2 /* to the guest, likewise */
#define NB_LIMIT_RX_PPS 3
#define NB_LIMITS 4
int nb_vif_set_limit(void *vif, unsigned int which, const char *text);
/* Directions as seen from dom0, as in ethtool: rx is what the guest sends. CONTEXT: RTNL */
struct nb_coalesce {
	unsigned int rx_micros, rx_slots, tx_micros, tx_slots;
};
void nb_vif_set_coalesce(void *vif, const struct nb_coalesce *coalesce);
void nb_vif_get_coalesce(void *vif, struct nb_coalesce *coalesce);
void nb_vif_set_port(void *vif, struct brlite_port *port);
int nb_vif_state(void *vif);
unsigned int nb_vif_max_mtu(void *vif);
unsigned int nb_vif_offloads(void *vif); /* bits: 1 sg, 2 tso4, 4 tso6, 8 ip csum, 16 ipv6 csum */
#define NB_OFFLOAD_SG 1u
#define NB_OFFLOAD_TSO4 2u
#define NB_OFFLOAD_TSO6 4u
#define NB_OFFLOAD_CSUM4 8u
#define NB_OFFLOAD_CSUM6 16u

int nb_vif_select_queue(void *vif, const struct sk_buff *skb); /* -1: any */
/* Handles messages of the control ring: there were none; there were some; more wait; hear the guest no more. */
int nb_ctrl_poll(void *vif);
#define NB_CTRL_IDLE 0
#define NB_CTRL_DONE 1
#define NB_CTRL_MORE 2
#define NB_CTRL_STOP 3
enum nb_xmit { NB_TAKEN, NB_REFUSED, NB_BUSY }; /* the packet is the backend's; to be dropped; to be offered again */
enum nb_xmit nb_vif_xmit(void *vif, struct sk_buff *skb, unsigned int queue);
/* Packets linked by ->next that the switch has for the vif; returns those that have to go through its device. */
struct sk_buff *nb_vif_deliver(void *vif, struct sk_buff *first);
int nb_queue_tx_poll(void *queue, int budget);
int nb_queue_rx_poll(void *queue, int budget);
void nb_queue_rx_held(void *queue); /* CONTEXT: softirq */
/* An event came; what there is to do. CONTEXT: hard interrupt. nb_queue_event(): one channel for both directions. */
#define NB_WORK_TX 1
#define NB_WORK_RX 2
int nb_queue_tx_event(void *queue);
int nb_queue_rx_event(void *queue);
int nb_queue_event(void *queue);

/* What debugfs shows (debugfs.c); the guest's side of a ring is shown, never used. */
struct nb_ring_view {
	unsigned int size, req_prod, req_cons, req_event, rsp_prod, rsp_private, rsp_event;
};
struct nb_queue_view {
	struct nb_kqueue *kq;
	struct nb_ring_view tx, rx;
	unsigned int backlog_packets, backlog_bytes, owed;
	unsigned char stopped, throttled, stalled, waits;
};
struct nb_bucket_view {
	nb_u64 amount, interval; /* 0: unlimited */
	long long left;
};
struct nb_limits_view {
	struct nb_bucket_view from_bytes, from_packets, to_bytes, to_packets;
};
#define NB_HASH_KEY 40
#define NB_HASH_MAPPING 128
struct nb_hash_view {
	unsigned char connected, active;
	struct nb_ring_view ring;
	unsigned int algorithm, types, size;
	unsigned char key[NB_HASH_KEY], mapping[NB_HASH_MAPPING];
};
int nb_vif_view_queue(void *vif, unsigned int index, struct nb_queue_view *out); /* -1: not connected. CONTEXT: RCU read side */
int nb_vif_kick_queue(void *vif, unsigned int index);				 /* likewise */
void nb_vif_view_limits(void *vif, struct nb_limits_view *out);			 /* CONTEXT: process */
void nb_vif_view_hash(void *vif, struct nb_hash_view *out);			 /* CONTEXT: nb_ctrl_lock() */

/*
 * Counters: the vif's, then those of each of its `queues`, connected or not: their number does not change while the vif
 * lives, because readers ask for it, for the names and for the values one after the other.
 */
#define NB_STAT_NAME 32
unsigned int nb_stat_count(unsigned int queues);
void nb_stat_name(unsigned int index, char name[NB_STAT_NAME]);
void nb_vif_stats(void *vif, nb_u64 *values); /* CONTEXT: RCU read side, like all that read counters */
struct nb_totals {
	nb_u64 rx_packets, rx_bytes, rx_dropped, rx_errors, rx_no_memory; /* from the guest */
	nb_u64 tx_packets, tx_bytes, tx_dropped;			  /* to the guest */
};
void nb_vif_totals(void *vif, struct nb_totals *totals);
/* Of queues number `from` and up to but without number `to`. */
void nb_queue_totals(void *vif, unsigned int from, unsigned int to, struct nb_totals *totals);

#ifdef __cplusplus
}
#endif
#endif
