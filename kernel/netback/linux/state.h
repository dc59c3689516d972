/* SPDX-License-Identifier: GPL-2.0-only */
/* The kernel's half of a vif and of a queue. C only; C++ has pointers to them. */
#ifndef RINGWAY_NETBACK_KVIF_H
#define RINGWAY_NETBACK_KVIF_H

#include <linux/hrtimer.h>
#include <linux/interrupt.h>
#include <linux/netdevice.h>
#include <linux/skbuff.h>
#include <linux/workqueue.h>
#include <xen/xenbus.h>

#include "netback/linux/host.h"

/* A vif's control ring. */
struct nb_kctrl {
	void *ring;
	int irq; /* 0: not bound */
	unsigned int port;
	struct work_struct work;
	struct mutex lock; /* the ring and what came over it; never waits for the life lock */
	atomic_t owed; /* an end of interrupt */
	bool handled; /* messages, since it was owed; CONTEXT: the work */
	char name[IFNAMSIZ + 8];
};

struct nb_kvif {
	struct net_device *dev;
	struct xenbus_device *xdev;
	void *vif; /* the C++ Vif */

	struct mutex life; /* life cycle: one change of state at a time */
	struct xenbus_watch hotplug_watch; /* on our own directory: no guest can write it */
	bool watching;
	bool gone; /* the xenbus device is to be unregistered once the lock is free */
	bool dying; /* no more work is queued; CONTEXT: life */
	struct nb_limit_watch {
		struct xenbus_watch watch; /* likewise */
		struct nb_kvif *kvif; /* null: not registered */
	} limits[NB_LIMITS];
	struct xenbus_watch multicast_watch; /* on a node of the guest's: at most one event is pending */
	bool watching_multicast;
	spinlock_t rate_lock; /* the vif's token buckets */
	struct nb_kctrl ctrl;
	struct delayed_work work;
	struct ratelimit_state complaints;
	char *script;

	struct nb_debug *debug; /* debugfs.c; null: nothing is shown */

	bool connected; /* CONTEXT: RTNL */
	unsigned int mtu; /* that was asked for, perhaps more than the connected guest can; CONTEXT: RTNL */
	bool split; /* an event channel for each direction; for display, no frontend has queues differ */
	struct brlite_port *port; /* CONTEXT: RTNL */
};

struct nb_kqueue {
	/* Hot: each touched once per poll or per packet. */
	struct napi_struct tx_napi, rx_napi;
	spinlock_t rx_lock; /* the RX ring and the backlog */
	struct sk_buff_head backlog;
	struct list_head receive; /* skbs on their way up; CONTEXT: TX poll */
	void *queue; /* the C++ Queue */
	struct nb_kvif *kvif;
	int tx_irq, rx_irq; /* equal when the frontend has one event channel for both */
	unsigned int tx_local, rx_local; /* our ends of the event channels, to notify without looking them up */
	atomic_t eoi; /* ends of interrupt owed, NB_EOI_* */
	unsigned int index;

	struct hrtimer hold_tx, hold_rx; /* events held back, see coalesce.cpp */
	struct timer_list rate_timer, rx_rate_timer; /* schedule the TX and RX poll when there are tokens again */
	void *tx_ring, *rx_ring;
	unsigned int tx_port, rx_port;
	bool napi_added, enabled;
	char tx_name[IFNAMSIZ + 16], rx_name[IFNAMSIZ + 16];
};

#define NB_EOI_TX 1
#define NB_EOI_RX 2
#define NB_EOI_BOTH 4

/* Where an skb's time to be delivered ends, in its control block. */
struct nb_skb_cb {
	unsigned long expires;
};
#define NB_SKB_CB(skb) ((struct nb_skb_cb *)(skb)->cb)

/* complain.c: for everything that a guest can bring about */
void nb_complaints_init(struct nb_kvif *kvif);
void nb_complain(struct nb_kvif *kvif, int error, const char *format, ...) __printf(3, 4);

/* ethtool.c */
extern const struct ethtool_ops nb_ethtool_ops;

/* counters.c */
void nb_set_queue_stats(struct net_device *dev);

/* limits.c */
int nb_limits_watch(struct nb_kvif *kvif); /* an error is in XenStore */
void nb_limits_unwatch(struct nb_kvif *kvif);

/* multicast_watch.c */
int nb_multicast_control(struct nb_kvif *kvif); /* does the guest ask for the filter? */
int nb_multicast_watch(struct nb_kvif *kvif); /* an error is in XenStore */
void nb_multicast_unwatch(struct nb_kvif *kvif);

/* xdp_headroom.c */
int nb_offers_headroom(void);

/* control_ring.c */
void nb_ctrl_init(struct nb_kvif *kvif);

/* debugfs.c */
void nb_debugfs_init(void);
void nb_debugfs_exit(void);
void nb_debugfs_add(struct nb_kvif *kvif);
void nb_debugfs_remove(struct nb_kvif *kvif); /* waits for readers; not with the life lock held */

/* netdev.c */
extern const struct net_device_ops nb_netdev_ops;
struct nb_kvif *nb_netdev_create(struct xenbus_device *xdev, unsigned int handle, unsigned int queues);
void nb_netdev_destroy(struct nb_kvif *kvif);

/* port.c */
/* The switch's entry points: not null while a vif is bound to a port, and for a grace period after. */
extern const struct brlite_abi *nb_brlite;
int nb_port_init(void);
void nb_port_exit(void);

#endif
