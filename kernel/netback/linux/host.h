/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * host.h - what Linux does for netback's C++: the services, host_*(). What Linux calls is in entry.h.
 *
 * Both languages include it. C++ sees kernel objects only as opaque pointers. Everything hot is
 * __always_inline in glue.c, which link-time optimisation puts into the C++ (see kernel/cxx/kxx.mk), so an
 * accessor costs what the field access costs.
 */
#ifndef RINGWAY_NETBACK_HOST_H
#define RINGWAY_NETBACK_HOST_H

#include "bridge-lite/port_abi.h"
#include "core/thread_safety.h"

#ifdef __cplusplus
#include <cstdint>
extern "C" {
using std::uint16_t;
using std::uint32_t;
using std::uint64_t;
using std::uint8_t;
#else
#include <linux/types.h>
#endif

/* Linux's, opaque to C++. */
struct sk_buff;
struct net_device;

/* C's half of a vif and of a queue, opaque to C++ (state.h). Holding a vif_host means holding its life mutex. */
struct RINGWAY_CAPABILITY("life mutex") vif_host;
struct RINGWAY_CAPABILITY("to-guest lock") queue_host;

/* RTNL, the kernel's mutex for configuring network devices. Never defined: a name for the attributes. */
struct RINGWAY_CAPABILITY("RTNL") rtnl_mutex;
extern struct rtnl_mutex rtnl;

/* C++'s half, opaque to C. */
struct netback_vif;
struct netback_queue;

/* The two directions of a queue, each with a ring, an event channel, a poll and timers of its own. */
enum guest_side { FROM_GUEST, TO_GUEST };

/* One piece of an skb, within a page: of our own memory, or of what dom0 has mapped from a guest. */
struct skb_piece {
	uint64_t frame; /* guest frame number, or the grant reference by which it was mapped */
	uint16_t offset, len;
	uint16_t domain; /* that granted it; DOMID_SELF: ours */
	bool granted;
};

/* What netback needs to know of an skb that goes to a guest. */
struct skb_view {
	uint32_t len;
	bool csum_partial, csum_unnecessary;
	uint8_t gso_type; /* XEN_NETIF_GSO_TYPE_* */
	uint16_t gso_size;
	uint32_t memory; /* bytes of dom0 memory it holds */
};

/*
 * Most pieces of an skb that are copied from where they lie: more than 64 KiB in as many fragments as any kernel allows
 * (CONFIG_MAX_SKB_FRAGS, at most 45) have, and as many as a list has that a NIC has merged of full segments.
 */
#define HOST_MAX_PIECES 128

/* What a frontend says of itself in XenStore, read at connect. */
struct frontend_features {
	uint32_t queues;
	bool can_sg, gso_tcpv4, gso_tcpv6, ip_csum, ipv6_csum, rx_notify, multicast_control;
};

/*
 * What became of the control ring's messages: there were none; there were some; more wait; the next one has to wait a
 * while; hear the guest no more.
 */
enum netback_control {
	NETBACK_CONTROL_IDLE,
	NETBACK_CONTROL_DONE,
	NETBACK_CONTROL_MORE,
	NETBACK_CONTROL_LATER,
	NETBACK_CONTROL_STOP
};

/* A page of a guest that stays mapped, or is to be. */
struct host_mapping {
	uint32_t ref, handle;
	uint8_t *bytes;
	bool writable, mapped;
	bool leaves; /* the logic's: it is about to be unmapped */
};
#define HOST_MAPPING_BATCH 32u /* the hypervisor unmaps so many with one flush of TLBs */

/* Limits, as XenStore has them: "BYTES,MICROSECONDS", "PACKETS" per second. */
enum netback_limit {
	NETBACK_LIMIT_FROM_BYTES,
	NETBACK_LIMIT_FROM_PACKETS,
	NETBACK_LIMIT_TO_BYTES,
	NETBACK_LIMIT_TO_PACKETS,
	NETBACK_LIMITS
};

/* --- memory, time, the hypervisor ----------------------------------------------------------------- */

void *host_alloc(uint64_t size); /* zeroed, may sleep; NULL when out of memory */
void host_free(void *memory);
void *host_page_alloc(uint64_t *frame); /* CONTEXT: any; NULL when out of memory */
void host_page_free(void *page);
uint64_t host_page_frame(void *page);
void *host_this_cpu_lane(void);
/* A zeroed piece of memory for each CPU, all made or none: -ENOMEM. Given back after `empty` saw it. */
int host_lanes_create(uint64_t size);
void host_lanes_destroy(void (*empty)(void *lane));
void host_lanes_visit(void (*visit)(void *lane));
unsigned long host_jiffies(void);
uint64_t host_micros(void); /* since some moment, never backwards */
uint64_t host_cycles(void); /* of the CPU's time-stamp counter */
uint64_t host_nanos(uint64_t cycles);
unsigned long host_msecs(uint32_t msecs); /* in jiffies */
void host_grant_copy(void *ops, uint32_t count);
/* What skbs of guests are charged to. CONTEXT: process, while there are no queues yet, or no more */
int host_accounts_init(void);
void host_accounts_exit(void);
/* The thread of poll_cpu=, if there is to be one. CONTEXT: the same */
int host_poll_cpu_init(void);
void host_poll_cpu_exit(void);

/* The module's parameters. */
extern struct host_params {
	uint32_t fatal_slots; /* beyond the first, that a packet may have */
	uint32_t drain_msecs; /* how long a packet waits for buffers */
	uint32_t stall_msecs; /* how long a guest may post none; 0: for ever */
	uint32_t mapped_buffers; /* of a queue that stay mapped at most; 0: none */
	uint32_t mapped_total;   /* of all vifs together */
	uint32_t queue_bytes; /* no parameter: of dom0 memory that a queue may have waiting, in each direction */
} host_params;

/* --- a queue: interrupts, NAPI, locks --------------------------------------------------------------- */

/* Guards the ring to the guest and the backlog. */
void host_to_guest_lock(struct queue_host *q) RINGWAY_ACQUIRE(q);
void host_to_guest_unlock(struct queue_host *q) RINGWAY_RELEASE(q);
/* False: interrupts are off, and somebody has it: to be offered again. */
bool host_to_guest_lock_to_send(struct queue_host *q) RINGWAY_TRY_ACQUIRE(true, q);
void host_softirq_off(void); /* around the to-guest lock in process context */
void host_softirq_on(void);
void host_schedule(struct queue_host *q, enum guest_side side); /* its poll */
void host_schedule_later(struct queue_host *q, enum guest_side side, uint64_t microseconds);
/* Then the poll, or what is done for events to the guest that were held. */
void host_hold(struct queue_host *q, enum guest_side side, uint32_t microseconds);
bool host_complete(struct queue_host *q, enum guest_side side, int done);
void host_eoi(struct queue_host *q, enum guest_side side);
void host_notify(struct queue_host *q, enum guest_side side);

/* Guards the vif's token buckets. CONTEXT: softirqs off. */
void host_rate_lock(struct vif_host *host);
void host_rate_unlock(struct vif_host *host);
/* Guards the list of those whose counters are read. CONTEXT: any but hard interrupts. */
void host_counters_lock(struct vif_host *host);
void host_counters_unlock(struct vif_host *host);

/* The packets that wait for the guest's buffers. */
struct sk_buff *host_backlog_peek(struct queue_host *q) RINGWAY_REQUIRES(q);
struct sk_buff *host_backlog_pop(struct queue_host *q) RINGWAY_REQUIRES(q);
void host_backlog_push(struct queue_host *q, struct sk_buff *skb, unsigned long expires) RINGWAY_REQUIRES(q);
unsigned long host_skb_expires(const struct sk_buff *skb);
void host_txq_stop(struct queue_host *q);
void host_txq_wake(struct queue_host *q);
bool host_txq_idle(struct queue_host *q);
bool host_txq_stopped(const struct queue_host *q); /* by host_txq_stop() */

/* --- skbs on their way to a guest --------------------------------------------------------------------- */

uint32_t host_skb_memory(const struct sk_buff *skb);
void host_skb_describe(const struct sk_buff *skb, struct skb_view *info);
uint32_t host_skb_pieces(const struct sk_buff *skb, struct skb_piece *out);
/* Who answers for an skb that waits: nobody; a sending guest, who has so many bytes under way; a socket of dom0. */
enum skb_owner { SKB_OF_NOBODY, SKB_OF_GUEST, SKB_OF_SOCKET };
enum skb_owner host_skb_owner(const struct sk_buff *skb, uint32_t *under_way);
uint32_t host_skb_hash(struct sk_buff *skb); /* of its flow: as it came with it, or made by Linux */
/* Cuts the first packet off a list linked by ->next, returns the rest; puts a list in front of another one. */
struct sk_buff *host_skb_cut(struct sk_buff *skb);
struct sk_buff *host_skb_join(struct sk_buff *first, struct sk_buff *rest);
/* One packet made fit for what the device can do: none (dropped and counted), itself, or its segments. */
struct sk_buff *host_skb_suit(struct vif_host *host, struct sk_buff *skb);
uint32_t host_skb_head(const struct sk_buff *skb, void *to, uint32_t len); /* up to len bytes; how many */
void host_skb_copy(const struct sk_buff *skb, void *to, uint32_t len); /* len: all of it */
void host_skb_copy_part(const struct sk_buff *skb, uint32_t from, void *to, uint32_t len); /* that is there */
void host_skb_done(struct sk_buff *skb); /* CONTEXT: a poll */
void host_skb_drop(struct sk_buff *skb);

/* --- skbs made of a guest's packet -------------------------------------------------------------------- */

/* Of len bytes, which the caller writes. */
struct sk_buff *host_skb_new(struct queue_host *q, uint32_t len, void **bytes);
void host_skb_add_page(struct sk_buff *skb, void *page, uint32_t len);
bool host_skb_finish(struct queue_host *q, struct sk_buff *skb, uint32_t txflags, uint32_t gso_type,
		     uint32_t gso_size, uint64_t *fixups);
/* What its flow's hash is for, and what it was made of. */
enum host_hash { HOST_HASH_QUEUE, HOST_HASH_PORTS, HOST_HASH_ADDRESSES };
void host_skb_set_hash(struct sk_buff *skb, uint32_t hash, enum host_hash of);
void host_receive(struct queue_host *q, struct sk_buff *skb); /* collects; delivered by the flush */
void host_receive_flush(struct queue_host *q);
uint32_t host_under_way(const struct queue_host *q); /* bytes of dom0 memory in such skbs that live yet */

/* --- the vif's device ----------------------------------------------------------------------------------- */

bool host_device_watched(const struct vif_host *host); /* a tap, tc, XDP: packets must pass as skbs */
void host_device_carrier(struct vif_host *host, bool on);
void host_kick(struct vif_host *host); /* the vif's housekeeping soon, in process context */
void host_kick_later(struct vif_host *host, unsigned long delay);
void host_log_fatal(struct vif_host *host, uint32_t queue, const char *why);
void host_log_stall(struct vif_host *host, uint32_t queue, bool stalled);

/* Is a packet to be segmented no larger than the administrator allows? */
bool host_gso_fits(const struct vif_host *host, uint32_t len, uint32_t gso_size, bool ipv4);
uint32_t host_longest_frame(const struct net_device *dev); /* in bytes, a VLAN tag included */

/* --- connecting. CONTEXT: process, the life mutex. Errors are -errno, reported to XenStore by C. ------------- */

void host_life_lock(struct vif_host *host) RINGWAY_ACQUIRE(host);
void host_life_unlock(struct vif_host *host) RINGWAY_RELEASE(host);
void host_rtnl_lock(void) RINGWAY_ACQUIRE(rtnl);
void host_rtnl_unlock(void) RINGWAY_RELEASE(rtnl);
void host_rtnl_assert_locked(void) RINGWAY_ASSERT_HELD(rtnl);

int host_read_frontend(struct vif_host *host, struct frontend_features *out);
/* The control ring; the page stays NULL when the guest has none. */
int host_control_map(struct vif_host *host, void **page);
int host_control_bind(struct vif_host *host);
void host_control_unbind(struct vif_host *host); /* no message is handled any more, now or later */
void host_control_unmap(struct vif_host *host);
void host_control_notify(struct vif_host *host);
void host_control_lock(struct vif_host *host); /* the ring and what came over it */
void host_control_unlock(struct vif_host *host);
/* Pages that stay mapped, at most HOST_MAPPING_BATCH at a time. */
/* Has the guest devices of its own, passed through to it? A domain that is not dom0 may not be allowed to know. */
enum guest_devices { GUEST_HAS_NO_DEVICES, GUEST_HAS_DEVICES, GUEST_DEVICES_UNKNOWN };
enum guest_devices host_guest_devices(struct vif_host *host);
int host_mapping_take(struct host_mapping *mapping, uint32_t count); /* addresses: for all, or none and -errno */
void host_mapping_give_back(struct host_mapping *mapping, uint32_t count);
void host_map(struct vif_host *host, struct host_mapping *mapping, uint32_t count); /* sets `mapped` of each */
void host_unmap(struct vif_host *host, struct host_mapping *mapping, uint32_t count); /* those that are mapped */
int host_read_headroom(struct vif_host *host, uint32_t *bytes); /* 0 when the guest asks for none */
struct queue_host *host_queue_create(struct vif_host *host, uint32_t index, uint32_t count, struct netback_queue *queue,
				     void **from_guest_ring, void **to_guest_ring, int *error);
/* Puts the polls on the device's list, before events come; takes them off, after they were disabled. */
void host_queue_add_polls(struct queue_host *q) RINGWAY_REQUIRES(rtnl);
void host_queue_remove_polls(struct queue_host *q) RINGWAY_REQUIRES(rtnl);
int host_queue_bind(struct queue_host *q);
/*
 * The timers of both sides, for good. CONTEXT: process; the polls have stopped, and a grace period has passed since:
 * until then a poll that had given its NAPI back before they stopped may still arm one.
 */
void host_queue_cancel_timers(struct queue_host *q);
void host_queue_unbind(struct queue_host *q);
void host_queue_destroy(struct queue_host *q);
void host_queue_enable(struct queue_host *q) RINGWAY_REQUIRES(rtnl);
void host_queue_disable(struct queue_host *q) RINGWAY_REQUIRES(rtnl);
/* Numbers of queues, MTU and features, before polls run; then carrier, and transmit queues where the device is up. */
int host_device_connected(struct vif_host *host, uint32_t queues, uint32_t max_mtu) RINGWAY_REQUIRES(rtnl);
void host_device_start(struct vif_host *host) RINGWAY_REQUIRES(rtnl);
void host_device_disconnected(struct vif_host *host) RINGWAY_REQUIRES(rtnl); /* no carrier */
void host_grace_period(void);
bool host_hotplug_connected(struct vif_host *host);
void host_report_state(struct vif_host *host, int state);
void host_report_error(struct vif_host *host, int error, const char *what);
bool host_device_online(struct vif_host *host);

#ifdef __cplusplus
}
#endif
#endif
