/* SPDX-License-Identifier: GPL-2.0-only */
/* A bridge and its ports as C keeps them; C++ sees no more of them than types.h. */
#ifndef BRLITE_LINUX_STATE_H
#define BRLITE_LINUX_STATE_H

#include <linux/etherdevice.h>
#include <linux/netdevice.h>
#include <linux/ratelimit.h>
#include <linux/spinlock.h>
#include <linux/workqueue.h>

#include "bridge-lite/types.h"

struct fdb_lock {
	spinlock_t spinlock;
};

/* A device enslaved to a bridge. Lives until a grace period after it left. */
struct brlite_slave {
	struct brlite_port port;
	struct brlite_vlans vlans;
	struct brlite *bridge;
	struct list_head list; /* bridge->slaves */
	netdevice_tracker tracker;
	struct ratelimit_state told[BRLITE_NEWS];
	/* RTNL */
	struct brlite_address *addresses; /* that it may use; in force with BRLITE_ADDRESS_LOCKED */
	u32 address_count;
	bool has_own_limit; /* port.learn_limit was set for this port, not for the bridge */
	struct brlite_storm_limit storm[BRLITE_STORM_KINDS]; /* as asked for; port.storm is what counts */
	struct brlite_rules *rules[BRLITE_DIRECTIONS]; /* settings/rules.c; NULL without any */
};

/* netdev_priv() of a brlite device. */
struct brlite {
	struct net_device *dev;
	struct brlite_core *core;
	void *buckets; /* memory of its FDB */
	struct brlite_port local;
	struct brlite_vlans local_vlans;
	struct fdb_lock lock;

	spinlock_t stats_lock;
	u64 gone[BRLITE_COUNTERS]; /* counted on ports that left; stats_lock */

	/* RTNL from here on. */
	struct list_head slaves; /* changed under stats_lock too */
	struct list_head flag_list; /* port_flag.c */
	struct delayed_work ageing_work;
	u32 ageing_time; /* seconds */
	u32 fdb_max;
	u32 fdb_port_max;
	const struct brlite_claims *claims; /* the addresses of all locked ports; read under RCU */
	u32 group_fwd_mask; /* as on Linux's bridge */
	bool vlan_filtering;
	bool mtu_by_hand;
	u8 own_address[ETH_ALEN]; /* what the device has while no port lends it one */
	struct net_device *address_lender;
};

#endif
