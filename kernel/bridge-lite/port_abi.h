/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * What bridge-lite is to a driver that can do better than one skb at a time.
 *
 * Any net_device can be a port. A driver that has its frames in batches, as bytes in dom0's memory,
 * binds its port and from then on asks for verdicts itself:
 *
 *	bind      once, under RTNL, when NETDEV_CHANGEUPPER tells of a master of kind "brlite"
 *	classify  a batch of staged frames -> one verdict each; learning and drop counters are done
 *	deliver   PORT with an owner   hand the bytes to that owner without an skb
 *	          anything else        build skbs and forward() them with the verdicts already made
 *	          or not now           take_back(), and ask again later
 *	the other way: the switch hands skbs for the port to the driver's own function (brlite_port_ops)
 *	unbind    once, under RTNL, on NETDEV_CHANGEUPPER with linking == false
 *
 * Finding it: symbol_get(brlite_abi), look at .version, keep the pointer, symbol_put(brlite_abi) at once.
 * No module reference is held, so "rmmod bridge-lite" works with ports bound: it deletes the bridges,
 * which unbinds the ports, and waits a grace period before its text goes away. The table may be used
 * from bind until unbind plus a grace period, inside RCU read sections, and not a moment longer.
 *
 * Plain C, fixed-width types: readable from C and C++, with and without kernel headers.
 */
#ifndef BRLITE_PORT_ABI_H
#define BRLITE_PORT_ABI_H

#ifdef __KERNEL__
#ifndef __cplusplus
#include <linux/types.h>
#else
#include <cstdint>
#endif
#else
#include <stdint.h>
#endif

struct net_device;
struct sk_buff;
struct brlite_port;

#define BRLITE_ABI_VERSION 6u

enum brlite_action {
	BRLITE_DROP = 0, /* reason says why; already counted */
	BRLITE_PORT = 1, /* unicast to .port; its size fits that port's MTU, the port is up */
	BRLITE_LOCAL = 2, /* to the stack behind the bridge device */
	BRLITE_FLOOD = 3, /* to all ports of .list but the ingress one */
	BRLITE_HEARD = 4, /* goes nowhere, but for who listens at the ingress port's device: forward() does that */
};

/* Outcome of one frame, for counters: how it was forwarded or why it was dropped. */
enum brlite_reason {
	BRLITE_FORWARDED = 0,
	BRLITE_FLOODED = 1,
	BRLITE_TO_LOCAL = 2,
	BRLITE_DROP_PORT_DOWN = 3, /* ingress port, or the bridge, is not up */
	BRLITE_DROP_RUNT = 4, /* fewer than 14 bytes staged */
	BRLITE_DROP_SOURCE_INVALID = 5, /* multicast or zero source address */
	BRLITE_DROP_SOURCE_LOCAL = 6, /* a source address that belongs to this bridge */
	BRLITE_DROP_LINK_LOCAL = 7, /* 01:80:c2:00:00:01 to 0f, unless forwarded; before all other reasons */
	BRLITE_DROP_HAIRPIN = 8, /* destination lives behind the ingress port */
	BRLITE_DROP_EGRESS_DOWN = 9, /* destination's port is not up */
	BRLITE_DROP_OVERSIZE = 10, /* longer than the egress port's MTU and not GSO */
	BRLITE_DROP_NO_MEMORY = 11, /* no skb or clone to be had */
	BRLITE_DROP_ISOLATED = 12, /* both ports are isolated */
	BRLITE_DROP_LOCKED_MAC = 13, /* a locked port may not use this source address, or it is another one's */
	BRLITE_DROP_LOCKED_ADDRESS = 14, /* an IP address that is not the port's, or is another one's */
	BRLITE_DROP_LOCKED_HIDDEN = 15, /* a locked port's headers cannot be read to their end, or are not IP's */
	BRLITE_DROP_LOCKED_SERVER = 16, /* a locked port plays DHCP server or router */
	BRLITE_DROP_STORM = 17, /* more flooded packets of its kind than the port may send */
	BRLITE_DROP_RULE = 18, /* a rule of the port it came in by, or was to leave by, says so */
	BRLITE_DROP_VLAN = 19, /* not a VLAN of the port that it came in by, or would have to leave by */
	BRLITE_REASONS = 20,
};

/* brlite_frame.flags */
#define BRLITE_FRAME_GSO 0x0001u /* to be segmented later: exempt from the MTU check */
#define BRLITE_FRAME_CSUM_BLANK 0x0002u /* checksum not filled in yet */
/* Of skbs whose outermost tag does not lie in the data. A driver with its frames as bytes needs neither. */
#define BRLITE_FRAME_TAG_BESIDE 0x0004u /* of 802.1Q, with the VID in the uppermost bits */
#define BRLITE_FRAME_TAG_OTHER 0x0008u /* of another kind: no tag to us, and no other one is outermost */
#define BRLITE_FRAME_VID_SHIFT 4

/* One frame as its ingress sees it. data: linear bytes that nobody else writes any more. */
struct brlite_frame {
	const void *data; /* starts at the Ethernet header */
	uint32_t len; /* of the whole frame, Ethernet header included */
	uint16_t staged; /* bytes of it that lie at data */
	uint16_t flags;
};

/* brlite_verdict.flags */
#define BRLITE_AND_LOCAL 0x0001u /* a copy for the bridge device's stack as well */
#define BRLITE_VIA_SKB 0x0002u /* only forward() knows how: what leaves differs by port, or from what came in */

struct brlite_verdict {
	uint8_t action; /* enum brlite_action */
	uint8_t reason; /* enum brlite_reason */
	uint16_t flags;
	uint32_t vlan; /* that the frame is in, where what leaves may have another tag than what came in; else 0 */
	union {
		void *owner; /* BRLITE_PORT: what .port was bound with, or NULL */
		uint16_t list; /* BRLITE_FLOOD: of the ports it goes to, for flood_ports(); 0: all */
	};
	struct brlite_port *port; /* BRLITE_PORT: the egress port, else NULL */
};

/* An skb on its way out, and what classify() said about its frame. */
struct brlite_outgoing {
	struct sk_buff *skb;
	const struct brlite_verdict *verdict;
};

/* What the switch calls in the driver, from bind to a grace period after unbind. */
struct brlite_port_ops {
	/*
	 * Packets for the port, linked by ->next, beginning at their Ethernet header. The driver takes as many
	 * from the front as it could send without anybody telling that they did not pass the device's queueing
	 * discipline, and returns the rest, or NULL: those go through dev_queue_xmit(). CONTEXT: as classify.
	 */
	struct sk_buff *(*deliver)(void *owner, struct sk_buff *first);
};

struct brlite_abi {
	uint32_t version; /* BRLITE_ABI_VERSION */

	/*
	 * CONTEXT: RTNL. NULL when dev is no port of a brlite bridge. owner and ops are not NULL. owner is any pointer
	 * of the driver's: the switch hands it back and looks at nothing behind it.
	 */
	struct brlite_port *(*bind)(struct net_device *dev, void *owner, const struct brlite_port_ops *ops);
	/*
	 * CONTEXT: RTNL. No verdict made after it names the owner; the caller waits a grace period
	 * for those made before.
	 */
	void (*unbind)(struct brlite_port *port);

	/*
	 * CONTEXT: softirq or BH off, inside an RCU read section that lasts until the verdicts were
	 * acted upon. Any number of CPUs at once, the same port included.
	 */
	void (*classify)(struct brlite_port *in, const struct brlite_frame *frames, struct brlite_verdict *verdicts,
			 uint32_t n);

	/*
	 * Frames with verdicts of BRLITE_PORT that the driver did not act upon: it will ask about them again, and
	 * they are not to be counted twice. CONTEXT: as classify, before its RCU read section ends.
	 */
	void (*take_back)(struct brlite_port *in, const struct brlite_frame *frames,
			  const struct brlite_verdict *verdicts, uint32_t n);

	/*
	 * The ports a BRLITE_FLOOD frame without BRLITE_VIA_SKB goes to, which is the same for all of a batch with
	 * the same verdict.list but for their sizes, at most max per call; *cursor starts at 0 and the
	 * last call returns 0. Ports that are down, too small for the frame, or the ingress itself are
	 * left out. CONTEXT: as classify.
	 */
	uint32_t (*flood_ports)(struct brlite_port *in, const struct brlite_frame *frame, uint16_t list,
				struct brlite_port **out, uint32_t max, uint32_t *cursor);

	/* CONTEXT: RTNL or as classify. */
	void *(*port_owner)(const struct brlite_port *port);
	struct net_device *(*port_dev)(const struct brlite_port *port);

	/*
	 * Acts on the verdicts that classify() gave for these very frames: together, in order for each
	 * destination. The skbs look as netif_receive_skb() would want them: dev is the ingress device,
	 * eth_type_trans() done. Always consumes them. Returns how many packets this CPU made of them: one for each
	 * receiver, and for each segment where the receiver's device cannot segment; a mirror's copies of what is
	 * sent do not count. Who shares out a CPU's time has them paid for. CONTEXT: as classify.
	 */
	uint32_t (*forward)(struct brlite_port *in, const struct brlite_outgoing *batch, uint32_t n);

	/* One skb, and only the copy for the bridge device's own stack (after a BRLITE_AND_LOCAL). */
	void (*forward_local)(struct brlite_port *in, struct sk_buff *skb);
};

/* Exported by bridge-lite.ko, GPL. */
extern const struct brlite_abi brlite_abi;

#endif
