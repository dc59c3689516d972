/* SPDX-License-Identifier: GPL-2.0-only */
/* Network devices. */
#ifndef FAKE_DEVICE_H
#define FAKE_DEVICE_H

#include <linux/if.h>
#include <linux/ethtool.h>
#include <linux/if_arp.h>
#include <linux/if_ether.h>
#include <linux/if_link.h>

#include "locks.h"

#ifdef __cplusplus
extern "C" {
#endif

struct sk_buff;
struct nlattr;
struct nlmsghdr;
struct ndmsg;
struct netlink_ext_ack;
struct netlink_callback;
struct net_device;
struct netpoll_info;
struct netdev_queue;
struct net {
	int unused;
};

typedef u64 netdev_features_t;
#define NETIF_F_SG 1ull
#define NETIF_F_FRAGLIST 2ull
#define NETIF_F_HIGHDMA 4ull
#define NETIF_F_GSO_MASK 8ull
#define NETIF_F_HW_CSUM 16ull
#define NETIF_F_HW_VLAN_CTAG_TX 32ull
#define NETIF_F_HW_VLAN_STAG_TX 64ull
#define NETIF_F_LLTX 128ull
#define NETIF_F_NETNS_LOCAL 256ull
#define NETIF_F_ONE_FOR_ALL 512ull
#define IFF_TX_SKB_SHARING (1u << 0)
#define IFF_NO_QUEUE (1u << 1)
#define IFF_DONT_BRIDGE (1u << 2)
#define IFF_LIVE_ADDR_CHANGE (1u << 3)
#define IFF_UNICAST_FLT (1u << 4)
#define IFF_BRIDGE_PORT (1u << 5)
#define NET_ADDR_PERM 0
#define NET_ADDR_RANDOM 1
#define NET_ADDR_STOLEN 2
#define NET_ADDR_SET 3
#define TSO_MAX_SIZE 524288u
#define TSO_MAX_SEGS 65535

typedef enum { RX_HANDLER_CONSUMED, RX_HANDLER_ANOTHER, RX_HANDLER_EXACT, RX_HANDLER_PASS } rx_handler_result_t;
typedef rx_handler_result_t rx_handler_func_t(struct sk_buff **pskb);
typedef int netdev_tx_t;
#define NETDEV_TX_OK 0

struct device_type {
	const char *name;
};
struct attribute_group {
	const char *name;
};
struct device {
	const struct device_type *type;
};
struct netdev_hw_addr {
	struct netdev_hw_addr *next;
	u8 addr[ETH_ALEN];
	bool wanted, synced;
};
struct pcpu_sw_netstats {
	u64 rx, tx;
};
struct nla_policy {
	int type, most;
};
struct rtnl_link_ops {
	const char *kind;
	size_t priv_size;
	void (*setup)(struct net_device *dev);
	unsigned int maxtype;
	const struct nla_policy *policy;
	int (*validate)(struct nlattr *tb[], struct nlattr *data[], struct netlink_ext_ack *extack);
	int (*newlink)(struct net *net, struct net_device *dev, struct nlattr *tb[], struct nlattr *data[],
		       struct netlink_ext_ack *extack);
	int (*changelink)(struct net_device *dev, struct nlattr *tb[], struct nlattr *data[],
			  struct netlink_ext_ack *extack);
	void (*dellink)(struct net_device *dev, struct list_head *head);
	size_t (*get_size)(const struct net_device *dev);
	int (*fill_info)(struct sk_buff *skb, const struct net_device *dev);
	int (*slave_changelink)(struct net_device *dev, struct net_device *slave_dev, struct nlattr *tb[],
				struct nlattr *data[], struct netlink_ext_ack *extack);
	size_t (*get_slave_size)(const struct net_device *dev, const struct net_device *slave_dev);
	int (*fill_slave_info)(struct sk_buff *skb, const struct net_device *dev, const struct net_device *slave_dev);
	size_t (*get_linkxstats_size)(const struct net_device *dev, int attribute);
	int (*fill_linkxstats)(struct sk_buff *skb, const struct net_device *dev, int *position, int attribute);
};
struct linux_link_ksettings { /* of which ours asks for these */
	struct {
		u32 speed;
		u8 duplex, port;
	} base;
};
#define ethtool_link_ksettings linux_link_ksettings
struct ethtool_ops {
	void (*get_drvinfo)(struct net_device *dev, struct ethtool_drvinfo *info);
	u32 (*get_link)(struct net_device *dev);
	int (*get_link_ksettings)(struct net_device *dev, struct ethtool_link_ksettings *settings);
	int (*get_sset_count)(struct net_device *dev, int set);
	void (*get_strings)(struct net_device *dev, u32 set, u8 *data);
	void (*get_ethtool_stats)(struct net_device *dev, struct ethtool_stats *stats, u64 *data);
};
struct net_device_ops {
	int (*ndo_init)(struct net_device *dev);
	void (*ndo_uninit)(struct net_device *dev);
	int (*ndo_open)(struct net_device *dev);
	int (*ndo_stop)(struct net_device *dev);
	netdev_tx_t (*ndo_start_xmit)(struct sk_buff *skb, struct net_device *dev);
	u16 (*ndo_select_queue)(struct net_device *dev, struct sk_buff *skb, struct net_device *sb_dev);
	void (*ndo_get_stats64)(struct net_device *dev, struct rtnl_link_stats64 *stats);
	int (*ndo_set_mac_address)(struct net_device *dev, void *address);
	int (*ndo_change_mtu)(struct net_device *dev, int mtu);
	void (*ndo_change_rx_flags)(struct net_device *dev, int change);
	void (*ndo_set_rx_mode)(struct net_device *dev);
	netdev_features_t (*ndo_fix_features)(struct net_device *dev, netdev_features_t features);
	netdev_features_t (*ndo_features_check)(struct sk_buff *skb, struct net_device *dev,
						netdev_features_t features);
	int (*ndo_add_slave)(struct net_device *dev, struct net_device *slave, struct netlink_ext_ack *extack);
	int (*ndo_del_slave)(struct net_device *dev, struct net_device *slave);
	int (*ndo_fdb_add)(struct ndmsg *ndm, struct nlattr *tb[], struct net_device *dev, const unsigned char *addr,
			   u16 vid, u16 flags, struct netlink_ext_ack *extack);
	int (*ndo_fdb_del)(struct ndmsg *ndm, struct nlattr *tb[], struct net_device *dev, const unsigned char *addr,
			   u16 vid, struct netlink_ext_ack *extack);
	int (*ndo_fdb_del_bulk)(struct nlmsghdr *message, struct net_device *dev, struct netlink_ext_ack *extack);
	int (*ndo_fdb_dump)(struct sk_buff *skb, struct netlink_callback *cb, struct net_device *dev,
			    struct net_device *filter_dev, int *idx);
	int (*ndo_fdb_get)(struct sk_buff *skb, struct nlattr *tb[], struct net_device *dev, const unsigned char *addr,
			   u16 vid, u32 portid, u32 seq, struct netlink_ext_ack *extack);
	int (*ndo_siocdevprivate)(struct net_device *dev, struct ifreq *request, void *data, int command);
	void (*ndo_poll_controller)(struct net_device *dev);
	int (*ndo_netpoll_setup)(struct net_device *dev, struct netpoll_info *info);
	void (*ndo_netpoll_cleanup)(struct net_device *dev);
	int (*ndo_bridge_getlink)(struct sk_buff *skb, u32 pid, u32 seq, struct net_device *dev, u32 filter_mask,
				  int nlflags);
	int (*ndo_bridge_setlink)(struct net_device *dev, struct nlmsghdr *message, u16 flags,
				  struct netlink_ext_ack *extack);
	int (*ndo_bridge_dellink)(struct net_device *dev, struct nlmsghdr *message, u16 flags);
	int (*ndo_mdb_add)(struct net_device *dev, struct nlattr *tb[], u16 flags, struct netlink_ext_ack *extack);
	int (*ndo_mdb_del)(struct net_device *dev, struct nlattr *tb[], struct netlink_ext_ack *extack);
	int (*ndo_mdb_dump)(struct net_device *dev, struct sk_buff *skb, struct netlink_callback *cb);
};

struct net_device {
	char name[16];
	const u8 *dev_addr;
	u8 address[ETH_ALEN];
	unsigned int flags, priv_flags, mtu, max_mtu, type, addr_len, hard_header_len, real_num_tx_queues;
	unsigned int tso_max_size, gso_max_size, gso_max_segs, gso_ipv4_max_size, xdp_features, operstate;
	u16 tso_max_segs;
	u8 addr_assign_type;
	int ifindex;
	netdev_features_t features, hw_features, vlan_features;
	rx_handler_func_t *rx_handler;
	struct net_device *lies_on; /* as a VLAN of it does */
	void *rx_handler_data;
	const struct rtnl_link_ops *rtnl_link_ops;
	const struct net_device_ops *netdev_ops;
	const struct ethtool_ops *ethtool_ops;
	struct device dev;
	struct pcpu_sw_netstats *tstats;
	const struct attribute_group *sysfs_groups[4];
	bool needs_free_netdev;
	void (*priv_destructor)(struct net_device *dev);
	struct netdev_queue *_tx;
	void *tcx_ingress, *tcx_egress, *nf_hooks_egress;
	const void *stat_ops;
	/* Of the fake alone. */
	void *priv;
	int held, promiscuity;
	bool carrier, registered, going, addresses_locked, lro_is_off;
	struct net_device *master;
	struct netdev_hw_addr *multicast, *unicast;
	struct list_head todo;
};
typedef struct {
	bool on;
} netdevice_tracker;

static inline void *netdev_priv(const struct net_device *dev) { return dev->priv; }
static inline bool netif_running(const struct net_device *dev) { return dev->flags & IFF_UP; }
static inline bool netif_oper_up(const struct net_device *dev) { return dev->carrier; }
static inline struct net *dev_net(const struct net_device *dev) { (void)dev; return NULL; }
void netif_carrier_on(struct net_device *dev);
void netif_carrier_off(struct net_device *dev);
static inline void netif_start_queue(struct net_device *dev) { (void)dev; }
static inline void netif_stop_queue(struct net_device *dev) { (void)dev; }
void netdev_hold(struct net_device *dev, netdevice_tracker *tracker, gfp_t gfp);
void netdev_put(struct net_device *dev, netdevice_tracker *tracker);
int register_netdevice(struct net_device *dev);
void unregister_netdevice_queue(struct net_device *dev, struct list_head *head);
int netdev_rx_handler_register(struct net_device *dev, rx_handler_func_t *handler, void *data);
void netdev_rx_handler_unregister(struct net_device *dev);
int netdev_master_upper_dev_link(struct net_device *dev, struct net_device *upper, void *priv, void *info,
				 struct netlink_ext_ack *extack);
void netdev_upper_dev_unlink(struct net_device *dev, struct net_device *upper);
struct net_device *netdev_master_upper_dev_get(struct net_device *dev);
int dev_set_promiscuity(struct net_device *dev, int change);
void dev_close(struct net_device *dev);
int dev_set_mtu(struct net_device *dev, int mtu);
void dev_disable_lro(struct net_device *dev);
void netdev_update_features(struct net_device *dev);
void netdev_state_change(struct net_device *dev);
void netif_set_tso_max_size(struct net_device *dev, unsigned int size);
void netif_set_tso_max_segs(struct net_device *dev, unsigned int segments);
void netif_addr_lock_bh(struct net_device *dev);
void netif_addr_unlock_bh(struct net_device *dev);
#define netdev_alloc_pcpu_stats(type) alloc_percpu(type)
void dev_get_tstats64(struct net_device *dev, struct rtnl_link_stats64 *stats);
void dev_sw_netstats_rx_add(struct net_device *dev, unsigned int length);
void dev_sw_netstats_tx_add(struct net_device *dev, unsigned int packets, unsigned int length);
u32 ethtool_op_get_link(struct net_device *dev);
int __ethtool_get_link_ksettings(struct net_device *dev, struct ethtool_link_ksettings *settings);
netdev_features_t passthru_features_check(struct sk_buff *skb, struct net_device *dev, netdev_features_t features);
static inline netdev_features_t netdev_increment_features(netdev_features_t all, netdev_features_t one,
							  netdev_features_t mask)
{
	return (all & one) | (all & mask);
}
static inline netdev_features_t netdev_add_tso_features(netdev_features_t features, netdev_features_t mask)
{
	return features | (mask & NETIF_F_GSO_MASK);
}
#define netdev_lockdep_set_classes(dev) ((void)(dev))
static inline unsigned int netdev_mc_count(const struct net_device *dev)
{
	unsigned int n = 0;
	const struct netdev_hw_addr *address;

	for (address = dev->multicast; address; address = address->next)
		n++;
	return n;
}
#define netdev_for_each_mc_addr(address, dev) for (address = (dev)->multicast; address; address = address->next)
#define netdev_for_each_uc_addr(address, dev) \
	for (address = (dev)->unicast; address; address = address->next) \
		if (address->wanted)
typedef int linux_sync_address(struct net_device *dev, const u8 *address);
static inline void __dev_uc_sync(struct net_device *dev, linux_sync_address *add, linux_sync_address *del)
{
	struct netdev_hw_addr *at;

	for (at = dev->unicast; at; at = at->next) {
		if (at->wanted != at->synced)
			(at->wanted ? add : del)(dev, at->addr);
		at->synced = at->wanted;
	}
}
#define SET_NETDEV_DEVTYPE(net, devtype) ((net)->dev.type = (devtype))
#define netdev_warn(dev, ...) linux_log(dev)
#define netdev_info(dev, ...) linux_log(dev)
void linux_log(const struct net_device *dev);

static inline void ether_addr_copy(u8 *to, const u8 *from) { memcpy(to, from, ETH_ALEN); }
static inline bool ether_addr_equal(const u8 *a, const u8 *b) { return !memcmp(a, b, ETH_ALEN); }
static inline bool is_multicast_ether_addr(const u8 *address) { return address[0] & 1; }
static inline bool is_valid_ether_addr(const u8 *address)
{
	static const u8 none[ETH_ALEN] = {0};

	return !(address[0] & 1) && memcmp(address, none, ETH_ALEN);
}
static inline void eth_hw_addr_set(struct net_device *dev, const void *address)
{
	memcpy(dev->address, address, ETH_ALEN);
}
void eth_hw_addr_random(struct net_device *dev);
void ether_setup(struct net_device *dev);

#ifdef __cplusplus
}
#endif
#endif
