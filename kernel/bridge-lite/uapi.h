/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * What a brlite link says and takes in IFLA_LINKINFO over rtnetlink. Plain C, for programs too.
 */
#ifndef BRLITE_UAPI_H
#define BRLITE_UAPI_H

#define BRLITE_KIND "brlite"

/* IFLA_INFO_DATA of the bridge. All u32. */
enum {
	IFLA_BRLITE_UNSPEC,
	IFLA_BRLITE_AGEING_TIME, /* seconds until an unused learned address is forgotten; 0: learn nothing */
	IFLA_BRLITE_FDB_MAX, /* learned addresses in all; only when the bridge is made */
	IFLA_BRLITE_FDB_PORT_MAX, /* learned addresses per guest's port; others have no limit of their own */
	IFLA_BRLITE_FDB_ENTRIES, /* addresses now; read only */
	IFLA_BRLITE_VLAN_FILTERING, /* 1: ports exchange what is in a VLAN of both; 0: tags mean nothing */
	IFLA_BRLITE_GROUP_FWD_MASK, /* which of 01:80:c2:00:00:03 to 0f are forwarded, bits 3 to 15; none at first */
	IFLA_BRLITE_STP_STATE, /* 1: somebody of this host takes part in a spanning tree, and sets the ports' states */
	IFLA_BRLITE_VLAN_PROTOCOL, /* the type of the tags that count: 0x8100 (802.1Q) at first, or 0x88a8 (802.1ad) */
	IFLA_BRLITE_DEFAULT_PVID, /* VLAN of untagged frames on ports that nobody gave one; 1 at first, 0: none */
	IFLA_BRLITE_MCAST_SNOOPING, /* 1: members of IP groups are told apart (IGMP, MLD); 0: groups are flooded */
	IFLA_BRLITE_MCAST_QUERIER, /* 1: this bridge asks for members where nobody else does */
	IFLA_BRLITE_VLAN_STATS_ENABLED, /* 1: packets and bytes are counted by VLAN and port; 0: not */
	__IFLA_BRLITE_MAX,
};
#define IFLA_BRLITE_MAX (__IFLA_BRLITE_MAX - 1)

/*
 * IFLA_INFO_SLAVE_DATA of a port, where IFLA_INFO_SLAVE_KIND is BRLITE_KIND. With "bridge", or IFLA_INFO_KIND
 * "bridge_slave", which is what ip(8) sends, the attributes are IFLA_BRPORT_…. No number means one thing here and
 * another there.
 */
enum {
	IFLA_BRLITE_PORT_FDB_MAX = 64, /* u32: most addresses learned here; at first FDB_PORT_MAX for guests, else no limit */
	IFLA_BRLITE_PORT_FDB_ENTRIES, /* u32: addresses learned; read only */
	IFLA_BRLITE_PORT_COUNTERS, /* u64 each, in the order of ethtool -S on the bridge; read only */
	IFLA_BRLITE_PORT_ADDRESS_LOCK, /* u8: 1, only the addresses below may be senders behind this port */
	IFLA_BRLITE_PORT_ADDRESSES, /* nest of IFLA_BRLITE_ADDRESS: all of them; replaces those before */
	IFLA_BRLITE_PORT_STORM_BROADCAST, /* struct brlite_storm_limit: broadcasts that may come in here */
	IFLA_BRLITE_PORT_STORM_MULTICAST, /* the same for other groups */
	IFLA_BRLITE_PORT_STORM_UNKNOWN, /* the same for addresses that nobody knows */
	IFLA_BRLITE_PORT_RULES_FROM, /* nest of IFLA_BRLITE_RULE…: for what comes in here; replaces those before */
	IFLA_BRLITE_PORT_RULES_TO, /* the same for what leaves here */
	IFLA_BRLITE_PORT_MIRROR_FROM, /* u32, ifindex of the port that gets a copy of what comes in here; 0: none */
	IFLA_BRLITE_PORT_MIRROR_TO, /* the same of what leaves here */
	IFLA_BRLITE_PORT_LOOP_BLOCK, /* u32, seconds for which the port is shut when a loop shows; 0: not at all */
	__IFLA_BRLITE_PORT_MAX,
};
#define IFLA_BRLITE_PORT_MAX (__IFLA_BRLITE_PORT_MAX - 1)

/* In IFLA_BRLITE_PORT_ADDRESSES: 4 bytes, an IPv4 address, or 16, an IPv6 address. */
enum {
	IFLA_BRLITE_ADDRESS_UNSPEC,
	IFLA_BRLITE_ADDRESS,
};
#define BRLITE_PORT_ADDRESSES_MAX 64

struct brlite_storm_limit {
	unsigned int rate; /* packets a second; 0: any number */
	unsigned int burst; /* packets at once */
};
#define BRLITE_STORM_RATE_MAX 10000000
#define BRLITE_STORM_BURST_MAX 1000000

/* In IFLA_BRLITE_PORT_RULES_…. Without IFLA_BRLITE_RULES_REST there are no rules and everything passes. */
enum {
	IFLA_BRLITE_RULES_UNSPEC,
	IFLA_BRLITE_RULES_REST, /* u8, BRLITE_RULE_…: for what no rule matches */
	IFLA_BRLITE_RULE, /* struct brlite_rule, in order: the first that matches decides */
	IFLA_BRLITE_RULES_HITS, /* u64 each: packets by rule, by none, hidden; read only */
	__IFLA_BRLITE_RULES_MAX,
};
#define IFLA_BRLITE_RULES_MAX (__IFLA_BRLITE_RULES_MAX - 1)
#define BRLITE_RULES_MAX 32
#define BRLITE_RULE_HITS (BRLITE_RULES_MAX + 2) /* rules, BRLITE_RULES_MAX: the rest, then hidden */

#define BRLITE_RULE_DROP 0
#define BRLITE_RULE_ACCEPT 1

/* What the packet is; addresses can only be matched with one of the first two. */
#define BRLITE_KIND_OTHER 0
#define BRLITE_KIND_IPV4 1
#define BRLITE_KIND_IPV6 2
#define BRLITE_KIND_ARP 3

/* Which of a rule's fields count. */
#define BRLITE_MATCH_KIND 0x01
#define BRLITE_MATCH_PROTOCOL 0x02
#define BRLITE_MATCH_NEW 0x04 /* TCP, SYN without ACK */
#define BRLITE_MATCH_FROM 0x08
#define BRLITE_MATCH_TO 0x10
#define BRLITE_MATCH_FROM_PORTS 0x20
#define BRLITE_MATCH_TO_PORTS 0x40
#define BRLITE_MATCH_ALL 0x7f

struct brlite_rule {
	unsigned char action, match, kind, protocol;
	unsigned char from_bits, to_bits; /* of the prefixes */
	unsigned short from_ports[2], to_ports[2]; /* first and last */
	unsigned char from[16], to[16]; /* 4 bytes of them for IPv4 */
};

#define BRLITE_LOOP_BLOCK_MAX 3600
#define BRLITE_AGEING_DEFAULT 300
#define BRLITE_FDB_MAX_DEFAULT 16384
#define BRLITE_FDB_MAX_LIMIT 1048576
#define BRLITE_FDB_PORT_MAX_DEFAULT 256

#endif
