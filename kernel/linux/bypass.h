/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * bypass.h - when a packet may go past what Linux does with it on its way out of a device.
 */
#ifndef RINGWAY_LINUX_BYPASS_H
#define RINGWAY_LINUX_BYPASS_H

#include <linux/if_vlan.h>
#include <linux/netdevice.h>
#include <net/xfrm.h>

#include "linux/compat.h"

/* Does a tap, tc or netfilter want to see each packet that leaves the device? */
static inline bool bypass_egress_watched(const struct net_device *dev)
{
	return dev_nit_active((struct net_device *)dev) || compat_tc_egress(dev) ||
	       rcu_access_pointer(dev->nf_hooks_egress);
}

/* Nothing to segment, to fill in or to linearise, whatever the device can do. */
static inline bool bypass_skb_plain(const struct sk_buff *skb)
{
	return skb->ip_summed != CHECKSUM_PARTIAL && !skb_is_gso(skb) && !skb_is_nonlinear(skb) &&
	       !skb_vlan_tag_present(skb) && !compat_socket_wants(skb->sk) && !secpath_exists(skb);
}

#endif
