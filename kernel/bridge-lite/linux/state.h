/* SPDX-License-Identifier: GPL-2.0-only */
/* What the C files of bridge-lite share: a bridge, its ports, and who offers what. */
#ifndef BRLITE_BRIDGE_H
#define BRLITE_BRIDGE_H

#include <linux/etherdevice.h>
#include <linux/netdevice.h>
#include <linux/spinlock.h>
#include <linux/workqueue.h>

#include "bridge-lite/entry.h"
#include "bridge-lite/uapi.h"

/* A device enslaved to a bridge. Lives until a grace period after it left. */
struct brlite_slave {
	struct brlite_port port;
	struct brlite_vlans vlans;
	struct brlite *bridge;
	struct list_head list; /* bridge->slaves */
	netdevice_tracker tracker;
	/* RTNL */
	struct brlite_address *addresses; /* that it may use; in force with BRLITE_ADDRESS_LOCKED */
	u32 address_count;
	struct brlite_storm_limit storm[BRLITE_STORM_KINDS]; /* as asked for; port.storm is what counts */
	struct brlite_rules *rules[BRLITE_DIRECTIONS]; /* rules.c; NULL without any */
};

/* netdev_priv() of a brlite device. */
struct brlite {
	struct net_device *dev;
	struct brlite_core *core;
	void *buckets;
	struct brlite_port local;
	struct brlite_vlans local_vlans;
	spinlock_t lock; /* FDB writers */

	spinlock_t stats_lock;
	u64 gone[BRLITE_COUNTERS]; /* counted on ports that left; stats_lock */

	/* RTNL from here on. */
	struct list_head slaves; /* changed under stats_lock too */
	struct list_head flag_list; /* port_flag.c */
	struct delayed_work ageing_work;
	u32 ageing_time; /* seconds */
	u32 fdb_max;
	u32 fdb_port_max;
	struct brlite_claims *claims; /* the addresses of all locked ports; read under RCU */
	bool vlan_filtering;
	bool mtu_by_hand;
	u8 own_address[ETH_ALEN]; /* what the device has while no port lends it one */
	struct net_device *address_lender;
};

/* device.c: the bridge device */
extern const struct ethtool_ops brlite_ethtool_ops;
void brlite_setup(struct net_device *dev);
void brlite_start_ageing(struct brlite *bridge);
u64 brlite_port_counter(const struct brlite_port *port, unsigned int counter);
/* A slave becomes, or stops to be, one whose counters the bridge's statistics include. */
void brlite_join_counters(struct brlite *bridge, struct brlite_slave *slave);
void brlite_leave_counters(struct brlite *bridge, struct brlite_slave *slave);

/* lookup.c */
bool brlite_is_bridge(const struct net_device *dev);
extern const struct device_type brlite_device_type;
void brlite_get_stats64(struct net_device *dev, struct rtnl_link_stats64 *stats);

/* port.c: enslaving, leaving, and what happens to devices meanwhile. CONTEXT: RTNL */
int brlite_add_slave(struct net_device *dev, struct net_device *slave_dev, struct netlink_ext_ack *extack);
int brlite_del_slave(struct net_device *dev, struct net_device *slave_dev);
void brlite_del_all_slaves(struct brlite *bridge);
/* NULL when dev is no port of a brlite bridge. */
struct brlite_slave *brlite_slave_of(const struct net_device *dev);
extern struct notifier_block brlite_notifier;

/* port_flag.c: whether "bridge fdb … master" reaches us. CONTEXT: RTNL, but for init and exit */
void brlite_flag_bridge(struct brlite *bridge);
void brlite_unflag_bridge(struct brlite *bridge);
void brlite_flag_port(struct net_device *dev);
void brlite_unflag_port(struct net_device *dev);
int brlite_flag_init(void);
void brlite_flag_exit(void);

/* inherit.c: what the bridge takes over from its ports. CONTEXT: RTNL */
void brlite_update_ports(struct brlite *bridge);
netdev_features_t brlite_features(struct brlite *bridge, netdev_features_t features);
void brlite_update_mtu(struct brlite *bridge);
/* The device's address becomes (or stops to be) one of this host's. */
void brlite_local_address_add(struct brlite *bridge, struct brlite_port *port, const u8 *address);
void brlite_local_address_del(struct brlite *bridge, const u8 *address);
void brlite_update_address(struct brlite *bridge);

/* forward.c: skbs */
rx_handler_result_t brlite_handle_frame(struct sk_buff **pskb);
netdev_tx_t brlite_start_xmit(struct sk_buff *skb, struct net_device *dev);
void brlite_forward(struct brlite_port *in, const struct brlite_verdict *verdict, struct sk_buff *skb);
void brlite_forward_local(struct brlite_port *in, struct sk_buff *skb);

/* The skb becomes one that may leave through `to`; false: it could not, and is gone. */
bool brlite_make_outgoing(struct brlite_port *in, struct brlite_port *to, struct sk_buff *skb);
/* The same with its tag, by the verdict's vlan, and the copy for the mirror of `to` is made. */
bool brlite_prepare(struct brlite_port *in, struct brlite_port *to, struct sk_buff *skb, u32 vlan);
void brlite_turn_up(struct brlite_port *in, struct sk_buff *skb, u32 vlan);

/* tag.c: VLAN tags of skbs. vlan: the verdict's; with 0 nothing is done. */
/* The skb, perhaps another one, bears the tag of its VLAN beside its data; NULL: it could not, and is gone. */
struct sk_buff *brlite_tag(struct brlite_port *in, struct sk_buff *skb, u32 vlan);
/* Takes the tag away again where it leaves without one. */
void brlite_untag(const struct brlite_port *to, struct sk_buff *skb, u32 vlan);
/* What of brlite_frame.flags says which tag is not in the data. */
u16 brlite_frame_tag(const struct sk_buff *skb);

/* batch.c: skbs with their verdicts */
void brlite_forward_batch(struct brlite_port *in, const struct brlite_outgoing *batch, u32 n);

/* transmit.c: prepared skbs, linked by ->next, out of a port */
void brlite_transmit(struct brlite_port *to, struct sk_buff *skb);

/* neigh.c: the FDB over rtnetlink */
int brlite_neigh_add(struct ndmsg *ndm, struct nlattr *tb[], struct net_device *dev, const unsigned char *addr,
		     u16 vid, u16 flags, struct netlink_ext_ack *extack);
int brlite_neigh_del(struct ndmsg *ndm, struct nlattr *tb[], struct net_device *dev, const unsigned char *addr,
		     u16 vid, struct netlink_ext_ack *extack);
int brlite_neigh_dump(struct sk_buff *skb, struct netlink_callback *cb, struct net_device *dev,
		      struct net_device *filter_dev, int *idx);
int brlite_neigh_get(struct sk_buff *skb, struct nlattr *tb[], struct net_device *dev, const unsigned char *addr,
		     u16 vid, u32 portid, u32 seq, struct netlink_ext_ack *extack);

/* link.c: the ports over rtnetlink */
int brlite_getlink(struct sk_buff *skb, u32 pid, u32 seq, struct net_device *dev, u32 filter_mask, int nlflags);
int brlite_setlink(struct net_device *dev, struct nlmsghdr *message, u16 flags, struct netlink_ext_ack *extack);

/* lock.c: the IP addresses that ports may use. CONTEXT: RTNL */
struct nlattr;
int brlite_change_lock(struct brlite_slave *slave, struct nlattr *data[], struct netlink_ext_ack *extack);
int brlite_fill_lock(struct sk_buff *skb, const struct brlite_slave *slave);
/* The slave is leaving. */
void brlite_end_lock(struct brlite_slave *slave);

/* storm.c: limits on flooded packets. CONTEXT: RTNL */
int brlite_change_storm(struct brlite_slave *slave, struct nlattr *data[], struct netlink_ext_ack *extack);
int brlite_fill_storm(struct sk_buff *skb, const struct brlite_slave *slave);

/* mirror.c: copies of a port's packets for another port */
void brlite_mirror_received(struct brlite_port *in, struct sk_buff *skb);
void brlite_mirror_sent(struct brlite_port *port, struct sk_buff *skb);
/* CONTEXT: RTNL, all of these. */
int brlite_change_mirror(struct brlite_slave *slave, struct nlattr *data[], struct netlink_ext_ack *extack);
int brlite_fill_mirror(struct sk_buff *skb, const struct brlite_slave *slave);
void brlite_end_mirrors(struct brlite_slave *leaving);

/* rules.c: what may pass a port. CONTEXT: RTNL */
int brlite_change_rules(struct brlite_slave *slave, struct nlattr *data[], struct netlink_ext_ack *extack);
int brlite_fill_rules(struct sk_buff *skb, const struct brlite_slave *slave);
size_t brlite_rules_size(void);
/* CONTEXT: a grace period after the last frame that may know the port. */
void brlite_free_rules(struct brlite_slave *slave);

/* vlan.c: which VLANs a port is in. CONTEXT: RTNL; the RCU read side for showing. dev: a port or a bridge */
void brlite_vlans_init(struct brlite_port *port, struct brlite_vlans *vlans);
int brlite_change_vlans(struct net_device *dev, const struct nlattr *spec, bool add, struct netlink_ext_ack *extack);
int brlite_dellink(struct net_device *dev, struct nlmsghdr *message, u16 flags);
int brlite_fill_vlans(struct sk_buff *skb, struct net_device *dev, u32 filter_mask);
void brlite_filter_vlans(struct brlite *bridge, bool on);
extern const struct attribute_group brlite_sysfs_group;

#endif
