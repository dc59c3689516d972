// SPDX-License-Identifier: GPL-2.0-only
// Devices.
#include "linux.hpp"
#include <algorithm>

using namespace ringway;
using namespace ringway::test;

extern "C" {
// --- their life --------------------------------------------------------------------------------------

void netdev_hold(net_device *dev, netdevice_tracker *tracker, gfp_t)
{
	EXPECT_FALSE(tracker->on);
	tracker->on = true;
	dev->held++;
}
void netdev_put(net_device *dev, netdevice_tracker *tracker)
{
	EXPECT_TRUE(tracker->on) << "put, and was not held";
	tracker->on = false;
	dev->held--;
}
int register_netdevice(net_device *dev)
{
	ASSERT_RTNL();
	if (dev->netdev_ops && dev->netdev_ops->ndo_init) {
		const InModule in;
		if (const int err = dev->netdev_ops->ndo_init(dev))
			return err;
	}
	dev->registered = true;
	os->devices.push_back(dev);
	return 0;
}
void unregister_netdevice_queue(net_device *dev, list_head *head)
{
	ASSERT_RTNL();
	list_add_tail(&dev->todo, head);
}
int netdev_rx_handler_register(net_device *dev, rx_handler_func_t *handler, void *data)
{
	ASSERT_RTNL();
	// brlite: the switch has had the port since before Linux is asked, whatever this says.
	os->is_published(data);
	if (dev->rx_handler)
		return -EBUSY;
	__atomic_store_n(&dev->rx_handler_data, data, __ATOMIC_RELEASE);
	__atomic_store_n(&dev->rx_handler, handler, __ATOMIC_RELEASE);
	return 0;
}
void netdev_rx_handler_unregister(net_device *dev)
{
	ASSERT_RTNL();
	__atomic_store_n(&dev->rx_handler, nullptr, __ATOMIC_RELEASE);
	synchronize_net();
	__atomic_store_n(&dev->rx_handler_data, nullptr, __ATOMIC_RELEASE);
}
int netdev_master_upper_dev_link(net_device *dev, net_device *upper, void *, void *, netlink_ext_ack *)
{
	ASSERT_RTNL();
	EXPECT_FALSE(dev->master);
	EXPECT_FALSE(upper->going);
	if (dev->lies_on == upper)
		return -EBUSY;
	dev->master = upper;
	upper->held++;
	if (os->upper_changed)
		os->upper_changed(dev);
	return 0;
}
void netdev_upper_dev_unlink(net_device *dev, net_device *upper)
{
	ASSERT_RTNL();
	EXPECT_EQ(dev->master, upper);
	dev->master = nullptr;
	upper->held--;
	if (os->upper_changed)
		os->upper_changed(dev);
}
net_device *netdev_master_upper_dev_get(net_device *dev)
{
	ASSERT_RTNL();
	return dev->master;
}

// --- their settings ----------------------------------------------------------------------------------

int dev_set_promiscuity(net_device *dev, int change)
{
	ASSERT_RTNL();
	dev->promiscuity += change;
	EXPECT_GE(dev->promiscuity, 0);
	return 0;
}
void dev_close(net_device *dev)
{
	ASSERT_RTNL();
	might_sleep("dev_close()");
	if (!(dev->flags & IFF_UP))
		return;
	if (dev->netdev_ops && dev->netdev_ops->ndo_stop) {
		const InModule in;
		dev->netdev_ops->ndo_stop(dev);
	}
	dev->flags &= ~IFF_UP;
	call_netdevice_notifiers(NETDEV_DOWN, dev);
}
int dev_set_mtu(net_device *dev, int mtu)
{
	ASSERT_RTNL();
	if (dev->netdev_ops && dev->netdev_ops->ndo_change_mtu) {
		const InModule in;
		dev->netdev_ops->ndo_change_mtu(dev, mtu);
	} else {
		__atomic_store_n(&dev->mtu, mtu, __ATOMIC_RELAXED);
	}
	return call_netdevice_notifiers(NETDEV_CHANGEMTU, dev);
}
void dev_disable_lro(net_device *dev)
{
	ASSERT_RTNL();
	dev->lro_is_off = true;
}
void netdev_update_features(net_device *dev)
{
	ASSERT_RTNL();
	if (dev->netdev_ops && dev->netdev_ops->ndo_fix_features) {
		const InModule in;
		dev->features = dev->netdev_ops->ndo_fix_features(dev, dev->hw_features);
	}
}
void netdev_state_change(net_device *dev)
{
	ASSERT_RTNL();
	if (dev->flags & IFF_UP)
		call_netdevice_notifiers(NETDEV_CHANGE, dev);
}
void netif_carrier_on(net_device *dev)
{
	dev->carrier = true;
}
void netif_carrier_off(net_device *dev)
{
	dev->carrier = false;
}
void netif_set_tso_max_size(net_device *dev, unsigned int size)
{
	dev->tso_max_size = size;
}
void netif_set_tso_max_segs(net_device *dev, unsigned int segments)
{
	dev->tso_max_segs = static_cast<u16>(segments);
}
void eth_hw_addr_random(net_device *dev)
{
	static const u8 chance[ETH_ALEN] = {2, 0x11, 0x22, 0x33, 0x44, 0x55};
	eth_hw_addr_set(dev, chance);
	dev->addr_assign_type = NET_ADDR_RANDOM;
}
void ether_setup(net_device *dev)
{
	dev->type = ARPHRD_ETHER;
	dev->addr_len = ETH_ALEN;
	dev->hard_header_len = ETH_HLEN;
	dev->mtu = ETH_DATA_LEN;
	dev->priv_flags |= IFF_TX_SKB_SHARING;
}
u32 ethtool_op_get_link(net_device *dev)
{
	return dev->carrier;
}
int __ethtool_get_link_ksettings(net_device *, ethtool_link_ksettings *settings)
{
	ASSERT_RTNL();
	settings->base.speed = 1000;
	return 0;
}
netdev_features_t passthru_features_check(sk_buff *, net_device *, netdev_features_t features)
{
	return features;
}
} // extern "C"

Linux::Linux()
{
	os = this;
}

Linux::~Linux()
{
	os = nullptr;
}

net_device *Linux::make_device(const char *name, u8 last_octet)
{
	auto *dev = static_cast<net_device *>(kzalloc(sizeof(net_device), GFP_KERNEL));
	std::snprintf(dev->name, sizeof dev->name, "%s", name);
	const u8 address[ETH_ALEN] = {0, 0x16, 0x3e, 0, 0, last_octet};
	dev->dev_addr = dev->address;
	eth_hw_addr_set(dev, address);
	dev->ifindex = last_octet;
	dev->real_num_tx_queues = 1;
	dev->_tx = new netdev_queue{};
	dev->_tx->qdisc = new Qdisc{};
	dev->carrier = true;
	dev->tso_max_size = TSO_MAX_SIZE;
	dev->tso_max_segs = TSO_MAX_SEGS;
	return dev;
}

net_device *Linux::find(const std::string &name) const
{
	for (net_device *dev : devices)
		if (name == dev->name)
			return dev;
	return nullptr;
}

void Linux::open(net_device *dev)
{
	ASSERT_RTNL();
	if (dev->flags & IFF_UP)
		return;
	dev->flags |= IFF_UP;
	if (dev->netdev_ops && dev->netdev_ops->ndo_open) {
		const InModule in;
		dev->netdev_ops->ndo_open(dev);
	}
	call_netdevice_notifiers(NETDEV_UP, dev);
}

// As unregister_netdevice_many() does it.
void Linux::unregister(list_head *head)
{
	ASSERT_RTNL();
	std::vector<net_device *> all;
	for (list_head *at = head->next; at != head; at = at->next)
		all.push_back(container_of(at, net_device, todo));
	for (net_device *dev : all)
		dev_close(dev);
	for (net_device *dev : all) {
		dev->going = true;
		std::erase(devices, dev);
	}
	synchronize_net();
	for (net_device *dev : all) {
		call_netdevice_notifiers(NETDEV_UNREGISTER, dev);
		if (dev->netdev_ops && dev->netdev_ops->ndo_uninit) {
			const InModule in;
			dev->netdev_ops->ndo_uninit(dev);
		}
		EXPECT_FALSE(dev->master) << dev->name << " goes and has a master";
		EXPECT_FALSE(dev->rx_handler) << dev->name << " goes and has a receive handler";
	}
	synchronize_net();
	unregistering += static_cast<u32>(all.size());
	todo.insert(todo.end(), all.begin(), all.end());
}

void Linux::delete_device(net_device *dev)
{
	list_head one;
	INIT_LIST_HEAD(&one);
	if (dev->rtnl_link_ops) {
		const InModule in;
		dev->rtnl_link_ops->dellink(dev, &one);
	} else {
		unregister_netdevice_queue(dev, &one);
	}
	unregister(&one);
}
