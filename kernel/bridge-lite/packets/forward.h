/* SPDX-License-Identifier: GPL-2.0-only */
/* Skbs that come in, from a port or from this host. CONTEXT: softirq or BH off, RCU read side */
#ifndef BRLITE_PACKETS_FORWARD_H
#define BRLITE_PACKETS_FORWARD_H

#include <linux/netdevice.h>

#include "bridge-lite/types.h"

rx_handler_result_t brlite_handle_frame(struct sk_buff **pskb);
netdev_tx_t brlite_start_xmit(struct sk_buff *skb, struct net_device *dev);
/* Returns how many packets this CPU made of it: brlite_abi.forward. */
u32 brlite_forward(struct brlite_port *in, const struct brlite_verdict *verdict, struct sk_buff *skb);
void brlite_forward_local(struct brlite_port *in, struct sk_buff *skb);

/*
 * The skb is ready to leave through `to`, its tag is what the verdict's vlan asks for, and the mirror of `to` has a
 * copy; false: it could not, and is gone.
 */
bool brlite_prepare(struct brlite_port *in, struct brlite_port *to, struct sk_buff *skb, u32 vlan);
/* For this host alone (BRLITE_LOCAL): as the bridge device received it; NULL: it could not, and is gone. */
struct sk_buff *brlite_take_up(struct brlite_port *in, const struct brlite_verdict *verdict, struct sk_buff *skb);

#endif
