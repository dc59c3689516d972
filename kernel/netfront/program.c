// SPDX-License-Identifier: GPL-2.0-only
/* XDP as Linux calls it: a program comes or goes, frames of other devices' programs are sent. */
#include <linux/bpf.h>
#include <linux/filter.h>
#include <net/xdp.h>

#include "netfront/callbacks.h"
#include "netfront/entry.h"

/* With a VLAN tag, a packet has to fit into one page with room on both sides. */
unsigned int vif_xdp_most_mtu(void)
{
	return netfront_xdp_longest() - ETH_HLEN - VLAN_HLEN;
}

bool vif_has_xdp(const struct vif_host *host)
{
	return rcu_access_pointer(host->xdp_program);
}

static int set_program(struct vif_host *host, struct netdev_bpf *bpf)
{
	struct bpf_prog *old = rtnl_dereference(host->xdp_program);

	if (bpf->prog && host->dev->mtu > vif_xdp_most_mtu()) {
		netdev_info(host->dev, "MTU %u is too large for XDP; first: ip link set %s mtu %u\n", host->dev->mtu,
			    host->dev->name, vif_xdp_most_mtu());
		NL_SET_ERR_MSG_MOD(bpf->extack, "the MTU is too large for XDP (the log says how large it may be)");
		return -EINVAL;
	}
	rcu_assign_pointer(host->xdp_program, bpf->prog);
	netfront_set_xdp(host->vif, bpf->prog);
	if (old)
		bpf_prog_put(old);
	return 0;
}

int vif_bpf(struct net_device *dev, struct netdev_bpf *bpf)
{
	return bpf->command == XDP_SETUP_PROG ? set_program(vif_of(dev), bpf) : -EINVAL;
}

/* CONTEXT: softirq. How many were sent; the caller frees the others. */
int vif_xdp_xmit(struct net_device *dev, int count, struct xdp_frame **frames, u32 flags)
{
	const struct vif_host *host = vif_of(dev);
	const struct queue_host *q = &host->queue[smp_processor_id() % dev->real_num_tx_queues];

	if (unlikely(flags & ~XDP_XMIT_FLAGS_MASK))
		return -EINVAL;
	return netfront_xdp_xmit(q->queue, frames, count, flags & XDP_XMIT_FLUSH);
}
