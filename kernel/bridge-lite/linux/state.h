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
	unsigned long flags; /* of who holds it */
};

/* Changes of the FDB that nobody was told yet. More at once than there is room for are lost, and that is said. */
#define BRLITE_EVENTS 1024u
struct brlite_change {
	struct brlite_fdb_entry entry;
	int ifindex; /* of its port */
	bool gone;
};
struct brlite_changes {
	u32 written, read, lost; /* the FDB's lock */
	struct brlite_change ring[BRLITE_EVENTS];
};

/*
 * What came in by a port, and what went out, by VLAN. A block of them is there where the port was ever in one of its
 * VLANs; where there was no memory, nothing is counted.
 */
#define BRLITE_VLANS_A_BLOCK 64u
struct brlite_vlan_count {
	unsigned long packets[BRLITE_DIRECTIONS], bytes[BRLITE_DIRECTIONS];
};
struct brlite_vlan_block {
	struct brlite_vlan_count vlan[BRLITE_VLANS_A_BLOCK];
};
struct brlite_vlan_counters {
	struct brlite_vlan_block __percpu *block[BRLITE_VLANS / BRLITE_VLANS_A_BLOCK];
};

/* NULL: not counted. CONTEXT: RCU, or RTNL. */
static inline struct brlite_vlan_count __percpu *brlite_vlan_count(const struct brlite_vlans *vlans, u32 vlan)
{
	const struct brlite_vlan_counters *counters = READ_ONCE(vlans->counters);
	struct brlite_vlan_block __percpu *block =
		counters ? READ_ONCE(counters->block[vlan / BRLITE_VLANS_A_BLOCK]) : NULL;

	return block ? &block->vlan[vlan % BRLITE_VLANS_A_BLOCK] : NULL;
}

/* A device enslaved to a bridge. Lives until a grace period after it left. */
struct brlite_slave {
	struct brlite_port port;
	struct brlite_vlans vlans;
	struct brlite *bridge;
	struct list_head list; /* bridge->slaves */
	bool listed;
	netdevice_tracker tracker;
	struct ratelimit_state told[BRLITE_NEWS];
	/* RTNL */
	struct brlite_address *addresses; /* that it may use; in force with BRLITE_ADDRESS_LOCKED */
	u32 address_count;
	u8 state; /* BR_STATE_*, as a spanning tree says */
	struct netpoll *netpoll; /* while netconsole uses the bridge; read under RCU */
	bool shut_by_loop;
	bool has_files; /* in sysfs */
	u32 loop_block; /* seconds for which a loop shuts the port; 0: not at all */
	struct delayed_work loop_work;
	bool has_own_limit; /* port.learn_limit was set for this port, not for the bridge */
	struct brlite_storm_limit storm[BRLITE_STORM_KINDS]; /* as asked for; port.storm is what counts */
	bool storm_by_hand; /* somebody asked */
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
	struct brlite_changes *events;
	struct delayed_work events_work;

	spinlock_t stats_lock;
	u64 gone[BRLITE_COUNTERS]; /* counted on ports that left; stats_lock */
	unsigned int leaves; /* how often a port began to leave, or has left; odd: one is about to */

	/* RTNL from here on. */
	struct list_head slaves; /* changed under stats_lock too */
	struct list_head flag_list; /* port_flag.c */
	struct delayed_work ageing_work;
	u32 ageing_time; /* seconds */
	u32 fdb_max;
	u32 fdb_port_max;
	struct brlite_claims *claims; /* the addresses of all locked ports; read under RCU */
	u32 group_fwd_mask; /* as on Linux's bridge */
	u16 default_pvid; /* of ports that join; 0: none */
	u16 vlan_protocol; /* the type of the tags that count: 802.1Q or 802.1ad */
	struct brlite_groups *groups; /* settings/groups.c; NULL: they are flooded */
	struct delayed_work groups_work;
	bool multicast_snooping, multicast_querier;
	bool vlan_filtering, vlan_stats_enabled;
	bool uses_netpoll;
	bool stp_state; /* somebody of this host takes part in a spanning tree */
	bool mtu_by_hand;
	u8 own_address[ETH_ALEN]; /* what the device has while no port lends it one */
	struct net_device *address_lender;
};

#endif
