// SPDX-License-Identifier: GPL-2.0-only
// Packets, and what becomes of them.
#include "linux.hpp"

using namespace ringway;
using namespace ringway::test;

extern "C" {
sk_buff *linux_skb_new(u32 length)
{
	EXPECT_LE(length, SKB_ROOM - 64u);
	auto *skb = new sk_buff{};
	os->skbs++;
	skb->data = skb->bytes + 64;
	skb->len = length;
	return skb;
}
sk_buff *skb_clone(sk_buff *skb, gfp_t)
{
	auto *clone = new sk_buff(*skb);
	os->skbs++;
	clone->data = clone->bytes + (skb->data - skb->bytes);
	clone->next = nullptr;
	clone->sk = nullptr;
	clone->destructor = nullptr;
	return clone;
}
// A socket is a number of packets that it is answerable for.
void sock_wfree(sk_buff *skb)
{
	--*reinterpret_cast<int *>(skb->sk);
}
void skb_set_owner_w(sk_buff *skb, sock *sk)
{
	skb->sk = sk;
	skb->destructor = sock_wfree;
	++*reinterpret_cast<int *>(sk);
}
void kfree_skb(sk_buff *skb)
{
	if (skb->destructor)
		skb->destructor(skb);
	os->skbs--;
	delete skb;
}

// --- received ----------------------------------------------------------------------------------------

// CONTEXT: RCU read side
static void receive_one(sk_buff *skb)
{
	EXPECT_GT(this_task().reading, 0u) << "a packet is received outside of an RCU read side";
	while (rx_handler_func_t *handler = __atomic_load_n(&skb->dev->rx_handler, __ATOMIC_ACQUIRE)) {
		rx_handler_result_t what;
		{
			const InModule in;
			what = handler(&skb);
		}
		if (what == RX_HANDLER_CONSUMED)
			return;
		if (what == RX_HANDLER_PASS)
			break;
	}
	os->came_up++;
	kfree_skb(skb);
}
int netif_receive_skb(sk_buff *skb)
{
	receive_one(skb);
	return 0;
}
void netif_receive_skb_list(list_head *list)
{
	while (!list_empty(list)) {
		sk_buff *skb = container_of(list->next, sk_buff, list);
		list_del(&skb->list);
		receive_one(skb);
	}
}

// --- sent --------------------------------------------------------------------------------------------

int netdev_start_xmit(sk_buff *skb, net_device *dev, netdev_queue *, bool)
{
	EXPECT_GT(this_task().reading, 0u);
	EXPECT_GE(skb->len, u32{ETH_HLEN});
	os->sent[dev]++;
	if (os->on_the_wire)
		os->on_the_wire(*skb);
	if (dev == os->slow) {
		os->waiting.push_back(skb);
		return 0;
	}
	if (dev->netdev_ops && dev->netdev_ops->ndo_start_xmit) {
		const InModule in;
		return dev->netdev_ops->ndo_start_xmit(skb, dev);
	}
	kfree_skb(skb);
	return 0;
}
int dev_queue_xmit(sk_buff *skb)
{
	const ReadSide softirq;
	if (!(skb->dev->flags & IFF_UP))
		kfree_skb(skb);
	else
		netdev_start_xmit(skb, skb->dev, skb->dev->_tx, false);
	return 0;
}
sk_buff *validate_xmit_skb_list(sk_buff *skb, net_device *, bool *)
{
	os->validated++;
	return skb;
}
void netpoll_send_skb(netpoll *, sk_buff *skb)
{
	kfree_skb(skb);
}
int __netpoll_setup(netpoll *, net_device *)
{
	ASSERT_RTNL();
	return 0;
}
void __netpoll_free(netpoll *netpoll)
{
	ASSERT_RTNL();
	synchronize_net();
	kfree(netpoll);
}

// --- counted, told -----------------------------------------------------------------------------------

void dev_get_tstats64(net_device *dev, rtnl_link_stats64 *stats)
{
	stats->rx_packets = dev->tstats->rx;
	stats->tx_packets = dev->tstats->tx;
}
void dev_sw_netstats_rx_add(net_device *dev, unsigned int)
{
	dev->tstats->rx++;
}
void dev_sw_netstats_tx_add(net_device *dev, unsigned int packets, unsigned int)
{
	dev->tstats->tx += packets;
}
void rtnl_notify(sk_buff *skb, net *, u32, u32, const nlmsghdr *, gfp_t gfp)
{
	if (gfp != GFP_ATOMIC)
		might_sleep("rtnl_notify()");
	os->told++;
	kfree_skb(skb);
}
bool rtnl_has_listeners(const net *, u32)
{
	// The FDB is being changed: an interrupt's printk() may send by the bridge, and would wait for ever.
	EXPECT_GT(os->interrupts_off[&this_task()], 0u) << "the FDB is changed with interrupts on";
	return true;
}
} // extern "C"

void Linux::receive(net_device *dev, sk_buff *skb, bool puts_tag_back)
{
	const ReadSide softirq;
	skb->dev = dev;
	skb_reset_mac_header(skb);
	skb->protocol = eth_hdr(skb)->h_proto;
	__skb_pull(skb, ETH_HLEN);
	skb_reset_network_header(skb);
	if (puts_tag_back) {
		u8 *mac = skb_mac_header(skb);
		memmove(mac - VLAN_HLEN, mac, 2 * ETH_ALEN);
		const u8 tag[VLAN_HLEN] = {0x81, 0, 0, 5};
		memcpy(mac - VLAN_HLEN + 2 * ETH_ALEN, tag, sizeof tag);
		skb->mac_header -= VLAN_HLEN;
	}
	receive_one(skb);
}
