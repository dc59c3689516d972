/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * host_*: what Linux does for the C++ logic. Both languages read this header; the functions are in the C
 * files of this folder. The other direction is ../entry.h.
 *
 * Kernel types stay opaque to C++; only fixed-width numbers and pointers cross. Nothing here calls the
 * logic: handlers of interrupts, timers and work are given to these functions as pointers.
 */
#ifndef RINGWAY_NETFRONT_LINUX_HOST_H
#define RINGWAY_NETFRONT_LINUX_HOST_H

#include "core/thread_safety.h"

#ifdef __cplusplus
#include <cstdint>
extern "C" {
using std::uint16_t;
using std::uint32_t;
using std::uint8_t;
#else
#include <linux/types.h>
#endif

/* Linux's, opaque to C++. */
struct sk_buff;
struct page;
struct page_pool;
struct xdp_frame;

/*
 * C's half of a vif and of a queue, opaque to C++ (state.h).
 *
 * Holding a vif_host means holding the vif's life mutex, which serialises what XenStore tells us. The lock
 * of a TX queue is said at TxQueue, whose members it guards.
 */
struct RINGWAY_CAPABILITY("life mutex") vif_host;
struct queue_host;

/* RTNL, the kernel's mutex for configuring network devices. Never defined: a name for the attributes. */
struct RINGWAY_CAPABILITY("RTNL") rtnl_mutex;
extern struct rtnl_mutex rtnl;

/* C++'s half, opaque to C. */
struct netfront_vif;
struct netfront_queue;

/* Counters, one set per queue and direction, written by one context each. The order is the order of
 * `ethtool -S` (names: ethtool.c). */
struct netfront_tx_stats {
	unsigned long long packets, bytes;
	unsigned long long dropped;       /* by us: no link, no memory, too long */
	unsigned long long copied;        /* packets that went out wholly through granted buffers */
	unsigned long long linearised;    /* packets of more slots than a backend must take */
	unsigned long long stopped;       /* times the ring was full */
	unsigned long long notified;      /* events sent to the backend */
	unsigned long long backend_error; /* slots the backend answered with an error */
	unsigned long long stuck;         /* times the backend was reminded of requests */
	unsigned long long xdp;           /* frames that XDP programs sent, here or at other devices */
	unsigned long long xdp_full;      /* such frames that found no room */
};

struct netfront_rx_stats {
	unsigned long long packets, bytes;
	unsigned long long gso_checksum_fixup;
	unsigned long long copied;        /* packets whose buffers went straight back to the ring */
	unsigned long long no_memory;     /* packets dropped for want of an skb */
	unsigned long long refill_failed; /* refills that ran out of pages */
	unsigned long long bad_slot;      /* packets with an offset, length or chain that cannot be */
	unsigned long long bad_extra;     /* packets with missing, unknown or impossible extra info */
	unsigned long long bad_frame;     /* packets too short, or whose headers do not parse */
	unsigned long long notified;
	unsigned long long spurious; /* events that brought no work */
	/* What an XDP program said: */
	unsigned long long xdp_drop, xdp_tx, xdp_redirect;
	unsigned long long xdp_failed;   /* aborted, no verdict that there is, or it could not be done */
	unsigned long long xdp_copied;   /* packets copied for it: short, in pieces, or without headroom */
	unsigned long long xdp_too_long; /* packets dropped, because no program can see them whole */
};

/* What transmit wants to know of an skb, in one go. */
struct tx_view {
	uint32_t length;      /* bytes in all */
	uint32_t head_length; /* bytes of the linear part */
	uint32_t frags;
	uint16_t gso_size;
	bool gso_v6;
	bool checksum_blank; /* CHECKSUM_PARTIAL: the receiver may have to finish it */
	bool checksum_good;  /* CHECKSUM_UNNECESSARY */
};

struct frag_view {
	struct page *page; /* the page of the first byte, also inside a compound page */
	uint32_t offset;   /* below the page size */
	uint32_t length;   /* may reach over several pages */
};

/* A packet as an XDP program gets it, and as it leaves it. */
struct xdp_area {
	struct page *page;
	uint32_t offset, length;
};

enum xdp_verdict {
	XDP_SAYS_PASS,
	XDP_SAYS_DROP,
	XDP_SAYS_TX,
	XDP_SAYS_REDIRECT,
	XDP_SAYS_ABORTED,
};

/* --- glue.c: hot, inlined by LTO ------------------------------------------------------------- */

void host_skb_view(const struct sk_buff *skb, struct tx_view *view);
void host_skb_frag(const struct sk_buff *skb, uint32_t i, struct frag_view *frag);
const void *host_skb_data(const struct sk_buff *skb);
uint32_t *host_skb_pending(struct sk_buff *skb); /* our word in skb->cb */
void host_skb_timestamp(struct sk_buff *skb);
void host_skb_sent(struct sk_buff *skb, int napi_budget);
void host_skb_drop(struct sk_buff *skb);
struct page *host_page_next(struct page *page, uint32_t pages);

bool host_xmit_more(void);
/* The net_device queue's lock. Logic calls these through TxQueue, for the compiler to check. */
void host_tx_lock(struct queue_host *host); /* CONTEXT: softirq */
bool host_tx_trylock(struct queue_host *host);
void host_tx_unlock(struct queue_host *host);
void host_tx_assert_locked(const struct queue_host *host);
void host_tx_stop(struct queue_host *host);
bool host_tx_stopped(const struct queue_host *host);
void host_tx_wake(struct queue_host *host);

void host_grant(uint32_t ref, uint16_t domain, struct page *page, bool read_only);
bool host_grant_revoke(uint32_t ref);

struct page *host_pool_take(struct queue_host *host);
void *host_page_address(struct page *page);
void host_page_zero(void *address);

struct sk_buff *host_rx_skb(struct queue_host *host, uint32_t head_length);
void *host_skb_put(struct sk_buff *skb, uint32_t length);
void host_skb_add_page(struct sk_buff *skb, struct page *page, uint32_t offset, uint32_t length);
void host_skb_set_gso(struct sk_buff *skb, uint16_t size, bool v6);
bool host_skb_receive(struct queue_host *host, struct sk_buff *skb, bool blank, bool good);

struct netfront_tx_stats *host_tx_stats_begin(struct queue_host *host);
void host_tx_stats_end(struct queue_host *host);
struct netfront_rx_stats *host_rx_stats_begin(struct queue_host *host);
void host_rx_stats_end(struct queue_host *host);

void host_napi_schedule(struct queue_host *host);
bool host_napi_done(struct queue_host *host, int work);
void host_tx_notify(struct queue_host *host);
void host_rx_notify(struct queue_host *host);
void host_tx_eoi(struct queue_host *host, bool spurious);
void host_rx_eoi(struct queue_host *host, bool spurious);
void host_retry_refill(struct queue_host *host);

/* --- xdp.c: hot where there is a program ------------------------------------------------------- */

enum xdp_verdict host_xdp_run(struct queue_host *host, struct xdp_area *area);
bool host_xdp_redirect(struct queue_host *host); /* the last run's packet; true: its page is gone */
void host_xdp_flush(void);                       /* after a poll's redirects */
const void *host_xdp_frame_bytes(const struct xdp_frame *frame, uint32_t *length);
void host_xdp_frame_sent(struct xdp_frame *frame);
void host_pool_recycle(struct queue_host *host, struct page *page); /* CONTEXT: NAPI */

/* --- setup.c: process context ---------------------------------------------------------------- */

void *host_alloc(uint32_t bytes); /* zeroed, or NULL */
void host_free(void *memory);

/* Grant references: a private list of `count`, taken one by one. */
bool host_refs_alloc(uint32_t count, uint32_t *list);
uint32_t host_refs_take(uint32_t *list);
void host_refs_free(uint32_t list);
void host_ref_free(uint32_t ref); /* one that grants nothing */
/* Ends a grant whatever the backend does: where it still uses the page, the kernel keeps page and
 * reference away from everybody until it stops. */
void host_grant_end(uint32_t ref);

struct page *host_page_alloc(bool may_sleep); /* zeroed, or NULL */
void host_page_free(struct page *page);

bool host_pool_create(struct queue_host *host);
void host_pool_give(struct queue_host *host, struct page *page);
void host_pool_destroy(struct queue_host *host);

void *host_ring_create(struct vif_host *host, uint32_t *ref);
void host_ring_destroy(void *page, uint32_t ref);

/* Event channels of a queue: two when `split`, else one for both directions. */
int host_events_bind(struct queue_host *host, bool split);
void host_events_unbind(struct queue_host *host);

/* The control ring's event channel. Interrupts call netfront_control_event(). */
int host_control_bind(struct vif_host *host);
void host_control_unbind(struct vif_host *host);
void host_control_notify(struct vif_host *host);
void host_control_eoi(struct vif_host *host, bool spurious);
/* netfront_control_later() after that, or sooner. CONTEXT: any. */
void host_control_later(struct vif_host *host, uint32_t milliseconds);
bool host_map_buffers(void); /* the module's parameter */

/* --- xenstore.c: XenStore, xenbus, the life mutex --------------------------------------------- */

enum xenstore_side { XENSTORE_OURS, XENSTORE_BACKEND };
uint32_t host_xenstore_read(struct vif_host *host, enum xenstore_side side, const char *node,
			    uint32_t absent);
/* Up to `size` - 1 bytes of text; false when there is none, or more of it. */
bool host_xenstore_text(struct vif_host *host, enum xenstore_side side, const char *node, char *text,
			uint32_t size);
bool host_xenstore_has(struct vif_host *host, enum xenstore_side side, const char *node);
/* One transaction at a time; a failed write is remembered and reported by commit (a positive value:
 * conflict, do it all again). */
int host_xenstore_begin(struct vif_host *host);
void host_xenstore_write(struct vif_host *host, int queue, const char *node, uint32_t value);
int host_xenstore_commit(struct vif_host *host);
void host_xenstore_write_queue(struct vif_host *host, struct queue_host *queue, int number, uint32_t tx_ref,
			       uint32_t rx_ref);

/* The control ring's two nodes; ~0: it has none, and the nodes of an earlier connection go. */
void host_xenstore_write_control(struct vif_host *host, uint32_t ref);

uint32_t host_backend_state(struct vif_host *host);
bool host_backend_online(struct vif_host *host);
uint16_t host_backend_domain(struct vif_host *host);
void host_switch_state(struct vif_host *host, uint32_t state);
void host_closed(struct vif_host *host);
void host_fatal(struct vif_host *host, int error, const char *what);
void host_log(struct vif_host *host, const char *what);
void host_alert(struct vif_host *host, const char *what);
void host_refused(struct vif_host *host, const char *node, const char *value, const char *why);
void host_later(struct vif_host *host, uint32_t milliseconds); /* netfront_later() after that */
void host_link_later(struct vif_host *host, uint32_t milliseconds); /* netfront_link_later() after that */
/* netfront_reconfigure_later() after that, or sooner if it was asked for sooner. */
void host_reconfigure_later(struct vif_host *host, uint32_t milliseconds);

void host_watch_later(struct vif_host *host, uint32_t milliseconds); /* netfront_watch() after that */
uint32_t host_tx_timeout(void); /* seconds; 0: never */
void host_report_stuck(struct vif_host *host, uint32_t queue, uint32_t requests, uint32_t seconds, bool reconnects);

void host_sleep(uint32_t milliseconds);
void host_lock(struct vif_host *host) RINGWAY_ACQUIRE(host);
void host_unlock(struct vif_host *host) RINGWAY_RELEASE(host);

bool host_trusted(struct vif_host *host);

/* --- device.c: the net_device ----------------------------------------------------------------- */

struct netdev_wish {
	uint32_t queues;
	uint32_t mtu;	 /* 0: as it is */
	bool new_mac;	 /* else as it is: perhaps changed inside the guest */
	uint8_t mac[6];
};
/* Registers it once; ends what host_netdev_detach() began. */
int host_netdev_announce(struct vif_host *host, const struct netdev_wish *wish);
void host_netdev_detach(struct vif_host *host); /* Linux asks nothing of the device any more */
void host_netdev_carrier(struct vif_host *host, bool on);
void host_netdev_notify_peers(struct vif_host *host);
void host_rtnl_lock(void) RINGWAY_ACQUIRE(rtnl);
void host_rtnl_unlock(void) RINGWAY_RELEASE(rtnl);
void host_rtnl_assert_locked(void) RINGWAY_ASSERT_HELD(rtnl);
void host_tx_lock_bh(struct queue_host *host); /* CONTEXT: process */
void host_tx_unlock_bh(struct queue_host *host);
void host_softirq_off(void);
void host_softirq_on(void);
void host_queue_enable(struct queue_host *host) RINGWAY_REQUIRES(rtnl); /* starts its NAPI polls */
void host_queue_disable(struct queue_host *host) RINGWAY_REQUIRES(rtnl); /* and waits for the last one */
struct queue_host *host_queue(struct vif_host *host, uint32_t i);
void host_queue_bind(struct queue_host *host, struct netfront_queue *queue);

#ifdef __cplusplus
}
#endif
#endif
