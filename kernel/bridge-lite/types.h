/* SPDX-License-Identifier: GPL-2.0-only */
/* What both languages read of a bridge: its ports, their VLANs and counters, lines of its FDB. */
#ifndef BRLITE_TYPES_H
#define BRLITE_TYPES_H

#include "bridge-lite/policy.h"
#include "bridge-lite/port_abi.h"
#include "bridge-lite/uapi.h"

/* C++ objects, which C only points to. */
struct brlite_core; /* the switch of one bridge */
struct brlite_storm; /* limits on what a port has flooded */
struct brlite_rule_list;
struct brlite_groups; /* who is a member of which multicast group; none: groups are flooded */
struct brlite_vlan_counters; /* packets and bytes at a port, by VLAN */
struct brlite_claims; /* the IP addresses that locked ports may use: a table, made anew whenever they change */

/* Events beside the outcomes of enum brlite_reason, counted in the same array. */
enum brlite_event {
	BRLITE_LEARNED = BRLITE_REASONS, /* a new address */
	BRLITE_MOVED, /* a known address showed up behind another port */
	BRLITE_LEARN_STATIC, /* not learned: the administrator says it lives elsewhere */
	BRLITE_LEARN_PORT_FULL, /* not learned: the port has its share */
	BRLITE_LEARN_FULL, /* not learned: the table is full */
	BRLITE_LOOP_SEEN, /* once a second: stations do not come to rest, or our own frames come back again and again */
	BRLITE_GROUP_JOINED, /* a port became a member of a multicast group */
	BRLITE_GROUP_LEFT, /* it is none any more */
	BRLITE_GROUP_REFUSED, /* it wants more of them, or more often, than it may: it gets all for a while */
	BRLITE_GROUP_MALFORMED, /* IGMP or MLD that nobody can believe */
	BRLITE_COUNTERS,
};

/* What lets a port's frames pass besides its link: a spanning tree, or the watch for loops. */
enum brlite_gate {
	BRLITE_GATE_OPEN,
	BRLITE_GATE_LEARNING, /* nothing passes, but its stations are learned */
	BRLITE_GATE_SHUT,
};

/* What an administrator should hear about a port, at times. */
enum brlite_news {
	BRLITE_NEWS_OWN_ADDRESS, /* a frame came in with an address of this host as its source */
	BRLITE_NEWS_RESTLESS, /* stations move between this port and others, again and again */
	BRLITE_NEWS_LOOP, /* many of those in a second */
	BRLITE_NEWS_FULL, /* an address was not learned: the port, all guests or the table have their share */
	BRLITE_NEWS,
};

/* One per CPU and port; bridge totals are sums. */
struct brlite_counters {
	unsigned long n[BRLITE_COUNTERS];
};

/* One per CPU and list of rules: packets by the rule that decided about them. */
struct brlite_rule_hits {
	unsigned long n[BRLITE_RULE_HITS];
};

/* Limits on flooded frames, by what their destination is. */
enum brlite_storm_kind {
	BRLITE_STORM_BROADCAST,
	BRLITE_STORM_MULTICAST,
	BRLITE_STORM_UNKNOWN,
	BRLITE_STORM_KINDS,
};

/* Port 0 is the bridge device itself: the stack of this host. */
#define BRLITE_LOCAL_PORT 0u
#define BRLITE_MAX_PORTS 1024

/* Seen from who is behind the port. */
enum brlite_direction {
	BRLITE_FROM_GUEST,
	BRLITE_TO_GUEST,
	BRLITE_DIRECTIONS,
};

/*
 * The VLANs of a port, a bit each. Changed under RTNL, a word at a time, while others read it. INVARIANT: 0 and
 * 4095 are never members, and what is no member is neither untagged nor the PVID.
 */
#define BRLITE_VLAN_LAST 4094u
#define BRLITE_VLANS 4096u
#define BRLITE_VLAN_DEFAULT 1u
/* What a port has to do with a VLAN. */
#define BRLITE_VLAN_MEMBER 1u
#define BRLITE_VLAN_UNTAGGED 2u
#define BRLITE_VLAN_PVID 4u
struct brlite_vlans {
	uint64_t member[64];
	uint64_t untagged[64]; /* frames leave without their tag */
	uint16_t pvid; /* what comes in without a tag is in this one; 0: is dropped */
	uint16_t type; /* EtherType of the tags that count; the same on all ports of a bridge */
	struct brlite_vlan_counters *counters; /* NULL: not counted; under RCU, with BRLITE_VLANS_COUNTED only */
};

/*
 * What the data path reads of a port. One line that is read by every CPU and hardly ever written,
 * then one that the port's own ingress writes.
 */
struct brlite_port {
	struct brlite_core *core;
	void *owner; /* who asked for frames without skbs: the driver's own pointer, of a type that only it knows */
	const struct brlite_port_ops *ops; /* its functions; set with the first owner and never taken back */
	struct net_device *dev;
	struct brlite_counters *counters; /* per-CPU */
	uint32_t max_frame; /* longest frame that is not GSO, Ethernet header included */
	uint16_t index;
	bool up; /* frames may come in and go out: with its gate open only */
	bool learning;
	uint32_t policy; /* BRLITE_ISOLATED and so on */
	struct brlite_storm *storm; /* with BRLITE_STORM not NULL; read under RCU */

	/*
	 * The source address seen last, and in which second it was found (or put) in the FDB as living
	 * here: while both are unchanged, learning has nothing to do.
	 */
	uint64_t last_source __attribute__((aligned(64)));
	uint32_t last_seen;
	uint32_t learned; /* addresses in the FDB; written under the FDB's lock */
	uint32_t learn_limit;
	uint8_t gate; /* enum brlite_gate; written under the FDB's lock */
	bool is_guest; /* bound by what all guests together may learn; written under the FDB's lock */
	/* Stations that moved here from where they were heard just now; written under the FDB's lock. */
	uint32_t moves_second; /* the second of the last one */
	uint32_t moves; /* in that second */
	uint32_t restless; /* seconds before that one, in a row, with many */
	/* Frames of our own that came back. */
	uint32_t own_second, own;

	/* What only a policy asks for, so that the lines above stay as they are. */
	struct brlite_vlans *vlans __attribute__((aligned(64))); /* INVARIANT: with BRLITE_VLANS_FILTERED not NULL */
	struct brlite_rule_list *rules[BRLITE_DIRECTIONS]; /* with BRLITE_RULES_… not NULL; read under RCU */
	struct brlite_port *mirror[BRLITE_DIRECTIONS]; /* with BRLITE_MIRROR_… not NULL; read under RCU */
};

/* An IP address that a port may use: 4 bytes, or 16. */
struct brlite_address {
	uint8_t bytes[16];
	uint8_t length;
	uint16_t port; /* index */
};

/* A member of a multicast group as netlink shows it. */
struct brlite_member {
	uint8_t group[16]; /* 4 bytes of them for IPv4 */
	bool is_ipv6;
	bool is_permanent;
	uint16_t vlan;
	uint16_t port; /* index */
	uint32_t left; /* seconds until it is forgotten */
};

/* What this bridge asks about groups, as a frame for its ports. */
struct brlite_question {
	uint8_t frame[96];
	uint16_t length;
	uint16_t vlan; /* 0: none */
	uint16_t port; /* index; BRLITE_LOCAL_PORT: all */
};

/* A line of the FDB as netlink shows it. */
struct brlite_fdb_entry {
	uint8_t mac[6];
	uint16_t vlan;
	uint16_t port; /* index */
	bool is_static;
	bool is_local;
	bool is_sticky;
	bool is_extern; /* put there by a program that learns for us: does not age, but moves */
	uint32_t idle; /* seconds since last used */
};

#endif
