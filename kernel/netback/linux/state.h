/* SPDX-License-Identifier: GPL-2.0-only */
/* The kernel's half of a vif and of a queue. C only; C++ has pointers to them. */
#ifndef RINGWAY_NETBACK_STATE_H
#define RINGWAY_NETBACK_STATE_H

#include <linux/hrtimer.h>
#include <linux/interrupt.h>
#include <linux/netdevice.h>
#include <linux/skbuff.h>
#include <linux/workqueue.h>
#include <xen/xenbus.h>

#include "netback/linux/host.h"

/* A vif's control ring. */
struct control_host {
	void *ring;
	int irq; /* 0: not bound */
	unsigned int port;
	struct delayed_work work;
	struct mutex lock; /* the ring and what came over it */
	atomic_t owed; /* an end of interrupt */
	bool handled; /* messages, since it was owed; CONTEXT: the work */
	char name[IFNAMSIZ + 8];
};

/* What interrupts, polls, timers and work run: events.c. */
struct vif_events {
	enum netback_control (*control)(struct netback_vif *vif); /* messages of the control ring */
	int (*poll[2])(struct napi_struct *napi, int budget); /* by enum guest_side, as the next */
	irq_handler_t interrupt[2];
	irq_handler_t interrupt_both; /* of one event channel for both sides */
	uint32_t (*work)(struct queue_host *q); /* 1 << side for each that there is something to do for */
	void (*came[2])(struct queue_host *q); /* an event, for which no interrupt came */
	enum hrtimer_restart (*to_guest_held)(struct hrtimer *timer);
};

struct vif_host {
	struct net_device *dev;
	struct xenbus_device *xdev;
	struct netback_vif *vif;
	const struct vif_events *events;

	struct mutex life; /* one change of state at a time */
	struct xenbus_watch hotplug_watch; /* on our own directory: no guest can write it */
	bool watching;
	struct vif_limit_watch {
		struct xenbus_watch watch; /* likewise */
		struct vif_host *host; /* null: not registered */
	} limits[NETBACK_LIMITS];
	struct xenbus_watch multicast_watch; /* on a node of the guest's: at most one event is pending */
	bool watching_multicast;
	spinlock_t rate_lock; /* the vif's token buckets */
	spinlock_t counters_lock; /* which queues' counters are not those of the past yet */
	struct control_host ctrl;
	struct delayed_work work;
	struct ratelimit_state complaints;
	char *script;

	struct vif_debug *debug; /* debugfs.c; null: nothing is shown */

	unsigned int mtu; /* that was asked for, perhaps more than the connected guest can; CONTEXT: RTNL */
	bool split; /* an event channel for each direction; for display, no frontend has queues differ */
	struct brlite_port *port; /* CONTEXT: RTNL */
};

/* One direction of a queue. */
struct side_host {
	struct napi_struct napi;
	struct hrtimer hold; /* events held back, see coalesce.cpp */
	struct timer_list timer; /* schedules the poll when there are tokens again */
	int irq ____cacheline_aligned_in_smp; /* both sides' are equal when the frontend has one event channel */
	unsigned int local; /* our end of the event channel, to notify without looking it up */
	void *ring;
	unsigned int port;
	char name[IFNAMSIZ + 16];
};

/* Lines of the cache as in netback_queue: what others read, what senders write, what the queue's own CPU writes. */
struct queue_host {
	struct side_host side[2]; /* by enum guest_side */
	struct netback_queue *queue ____cacheline_aligned_in_smp;
	struct sock *account; /* what skbs of the guest's packets are charged to */
	struct vif_host *vif;
	unsigned int index;
	bool napi_added, enabled;
	struct list_head served; /* by the thread of blocking_poll.c; empty: by interrupts */
	spinlock_t to_guest_lock ____cacheline_aligned_in_smp; /* the ring to the guest and the backlog */
	struct sk_buff_head backlog;
	struct list_head receive ____cacheline_aligned_in_smp; /* skbs on their way up; CONTEXT: from-guest poll */
	atomic_t eoi; /* ends of interrupt owed, EOI_*; and LOOKED_AT: a poll that the thread asked for is not done yet */
};

#define EOI_OF(side) (1 << (side))
#define EOI_BOTH 4 /* of the one event channel of both */
#define LOOKED_AT(side) (8 << (side))

/* Where an skb's time to be delivered ends, in its control block. */
struct skb_expiry {
	unsigned long expires;
};
#define SKB_CB(skb) ((struct skb_expiry *)(skb)->cb)

/* xenstore.c: for everything that a guest can bring about */
void host_complaints_init(struct vif_host *host);
void host_complain(struct vif_host *host, int error, const char *format, ...) __printf(3, 4);
bool host_offers_headroom(void);
bool host_multicast_control(struct vif_host *host); /* does the guest ask for the filter? */

/* control_ring.c */
void host_control_init(struct vif_host *host);

/* memory.c: each CPU's lane */
DECLARE_PER_CPU(void *, host_lane);

/* An event channel for each side; CONTEXT: it is bound */
static inline bool queue_is_split(const struct queue_host *q)
{
	return q->side[TO_GUEST].irq != q->side[FROM_GUEST].irq;
}

/* mask.c: its event channels. They nest, as disable_irq() does. */
void host_queue_mask(struct queue_host *q);
void host_queue_unmask(struct queue_host *q);

/* blocking_poll.c; CONTEXT: RTNL */
void host_poll_cpu_take(struct queue_host *q);
void host_poll_cpu_leave(struct queue_host *q);

/* account.c */
extern struct proto *host_account_kind;
struct sock *host_account_open(void);
void host_account_close(struct sock *sk); /* its skbs may be under way */

#endif
