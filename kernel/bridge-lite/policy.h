/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * brlite_port.policy: what an administrator asked of a port. While it is zero nothing of this costs anything.
 * The upper half is the same on all ports of a bridge: some port asks for what concerns the others' frames.
 */
#ifndef BRLITE_POLICY_H
#define BRLITE_POLICY_H

#define BRLITE_ISOLATED 0x0001u /* exchanges nothing with other isolated ports */
#define BRLITE_LOCKED 0x0002u /* takes only source addresses that were put behind it by hand */
#define BRLITE_NO_LEARNING 0x0004u
#define BRLITE_NO_UNICAST_FLOOD 0x0008u /* gets no frames to addresses that nobody knows */
#define BRLITE_NO_MULTICAST_FLOOD 0x0010u
#define BRLITE_NO_BROADCAST_FLOOD 0x0020u
#define BRLITE_NO_FLOOD (BRLITE_NO_UNICAST_FLOOD | BRLITE_NO_MULTICAST_FLOOD | BRLITE_NO_BROADCAST_FLOOD)
#define BRLITE_ADDRESS_LOCKED 0x0040u /* takes only the IP addresses that it was given as senders */
#define BRLITE_STORM 0x0080u /* has limits on the floods it sends: .storm */
#define BRLITE_FAST_LEAVE 0x0100u /* one host lives there: what it leaves, the port leaves at once */
#define BRLITE_NEVER_ROUTER 0x0200u /* no multicast router can be there, whatever is heard */
#define BRLITE_ALWAYS_ROUTER 0x0400u /* one is there: it gets every group */
#define BRLITE_NEIGH_SUPPRESS 0x0800u /* is not asked for addresses that other, locked ports have */
#define BRLITE_MIRROR_FROM 0x1000u /* what comes in here is copied to .mirror, too */
#define BRLITE_MIRROR_TO 0x2000u /* what leaves here is */
#define BRLITE_RULES_FROM 0x4000u /* has rules for what comes in here: .rules */
#define BRLITE_RULES_TO 0x8000u /* has rules for what leaves here */
#define BRLITE_FLOODS_DIFFER 0x00010000u /* a port has BRLITE_NEIGH_SUPPRESS or one of BRLITE_NO_FLOOD */
#define BRLITE_ADDRESSES_CLAIMED 0x00020000u /* a port has BRLITE_ADDRESS_LOCKED */
#define BRLITE_VLANS_FILTERED 0x00040000u /* the bridge tells VLANs apart: .vlans */
#define BRLITE_GROUPS_SNOOPED 0x00080000u /* the bridge tells members of multicast groups apart */
#define BRLITE_VLANS_COUNTED 0x00100000u /* packets and bytes are counted by VLAN: .vlans->counters */
#define BRLITE_RULES_SOMEWHERE 0x02000000u /* a port has BRLITE_RULES_TO */
#define BRLITE_MIRRORS_SOMEWHERE 0x04000000u /* a port has BRLITE_MIRROR_TO */
#define BRLITE_MIRRORS (BRLITE_MIRROR_FROM | BRLITE_MIRRORS_SOMEWHERE)
#define BRLITE_RULES (BRLITE_RULES_FROM | BRLITE_RULES_SOMEWHERE)
#define BRLITE_SHARED_POLICY 0xffff0000u

/* With one of these on its ingress, a frame is judged by all rules; learning and floods look at the others. */
#define BRLITE_GUARDED \
	(BRLITE_ISOLATED | BRLITE_FLOODS_DIFFER | BRLITE_ADDRESSES_CLAIMED | BRLITE_VLANS_FILTERED | \
	 BRLITE_GROUPS_SNOOPED | BRLITE_RULES | BRLITE_MIRRORS)
/* With one of these what lies behind the Ethernet header decides: so much of a frame has to be in one piece. */
#define BRLITE_READS_HEADERS (BRLITE_ADDRESSES_CLAIMED | BRLITE_RULES)
#define BRLITE_GUARD_READS 256u
/* Frames of one batch may be flooded to different ports, or to more than flood_ports() says. */
#define BRLITE_FLOODS_ALONE (BRLITE_FLOODS_DIFFER | BRLITE_VLANS_FILTERED | BRLITE_RULES_SOMEWHERE | BRLITE_MIRRORS)

#endif
