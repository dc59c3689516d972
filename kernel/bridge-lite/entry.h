/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The border between bridge-lite's logic (C++) and the kernel (C). Both include this file; it holds
 * the few structures both read and the functions each offers the other.
 */
#ifndef BRLITE_GLUE_H
#define BRLITE_GLUE_H

#include "bridge-lite/port_abi.h"

#ifdef __cplusplus
extern "C" {
#endif

/* Events beside the outcomes of enum brlite_reason, counted in the same array. */
enum brlite_event {
	BRLITE_LEARNED = BRLITE_REASONS, /* a new address */
	BRLITE_MOVED, /* a known address showed up behind another port */
	BRLITE_LEARN_STATIC, /* not learned: the administrator says it lives elsewhere */
	BRLITE_LEARN_PORT_FULL, /* not learned: the port has its share */
	BRLITE_LEARN_FULL, /* not learned: the table is full */
	BRLITE_COUNTERS,
};

/* One per CPU and port; bridge totals are sums. */
struct brlite_counters {
	unsigned long n[BRLITE_COUNTERS];
};

/*
 * brlite_port.policy: what an administrator asked of a port. While it is zero nothing of this costs anything.
 * The upper half is the same on all ports of a bridge: some port asks for what concerns the others' frames.
 */
#define BRLITE_ISOLATED 0x0001u /* exchanges nothing with other isolated ports */
#define BRLITE_LOCKED 0x0002u /* takes only source addresses that were put behind it by hand */
#define BRLITE_NO_LEARNING 0x0004u
#define BRLITE_NO_UNICAST_FLOOD 0x0008u /* gets no frames to addresses that nobody knows */
#define BRLITE_NO_MULTICAST_FLOOD 0x0010u
#define BRLITE_NO_BROADCAST_FLOOD 0x0020u
#define BRLITE_NO_FLOOD (BRLITE_NO_UNICAST_FLOOD | BRLITE_NO_MULTICAST_FLOOD | BRLITE_NO_BROADCAST_FLOOD)
#define BRLITE_ADDRESS_LOCKED 0x0040u /* takes only IP addresses that it has by lock.c as senders */
#define BRLITE_STORM 0x0080u /* has limits on the floods it sends: .storm */
#define BRLITE_MIRROR_FROM 0x1000u /* what comes in here is copied to .mirror, too */
#define BRLITE_MIRROR_TO 0x2000u /* what leaves here is */
#define BRLITE_RULES_FROM 0x4000u /* has rules for what comes in here: .rules */
#define BRLITE_RULES_TO 0x8000u /* has rules for what leaves here */
#define BRLITE_FLOODS_DIFFER 0x00010000u /* a port has one of BRLITE_NO_FLOOD */
#define BRLITE_ADDRESSES_CLAIMED 0x00020000u /* a port has BRLITE_ADDRESS_LOCKED */
#define BRLITE_VLANS_FILTERED 0x00040000u /* the bridge tells VLANs apart: .vlans */
#define BRLITE_RULES_SOMEWHERE 0x02000000u /* a port has BRLITE_RULES_TO */
#define BRLITE_MIRRORS_SOMEWHERE 0x04000000u /* a port has BRLITE_MIRROR_TO */
#define BRLITE_MIRRORS (BRLITE_MIRROR_FROM | BRLITE_MIRRORS_SOMEWHERE)
#define BRLITE_RULES (BRLITE_RULES_FROM | BRLITE_RULES_SOMEWHERE)
#define BRLITE_SHARED_POLICY 0xffff0000u

/* With one of these on its ingress, a frame is judged by all rules; learning looks at the others itself. */
#define BRLITE_GUARDED \
	(BRLITE_ISOLATED | BRLITE_STORM | BRLITE_FLOODS_DIFFER | BRLITE_ADDRESSES_CLAIMED | BRLITE_VLANS_FILTERED | \
	 BRLITE_RULES | BRLITE_MIRRORS)
/* With one of these what lies behind the Ethernet header decides: so much of a frame has to be in one piece. */
#define BRLITE_READS_HEADERS (BRLITE_ADDRESSES_CLAIMED | BRLITE_RULES)
#define BRLITE_GUARD_READS 256u
/* Frames of one batch may be flooded to different ports, or to more than flood_ports() says. */
#define BRLITE_FLOODS_ALONE (BRLITE_FLOODS_DIFFER | BRLITE_VLANS_FILTERED | BRLITE_RULES_SOMEWHERE | BRLITE_MIRRORS)

/* Port 0 is the bridge device itself: the stack of this host. */
#define BRLITE_LOCAL_PORT 0u
#define BRLITE_MAX_PORTS 1024u

struct brlite_core;

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
#define BRLITE_VLAN_DEFAULT 1u
struct brlite_vlans {
	uint64_t member[64];
	uint64_t untagged[64]; /* frames leave without their tag */
	uint16_t pvid; /* what comes in without a tag is in this one; 0: is dropped */
};

/*
 * What the data path reads of a port. One line that is read by every CPU and hardly ever written,
 * then one that the port's own ingress writes.
 */
struct brlite_port {
	struct brlite_core *core;
	void *owner; /* who asked for frames without skbs; see port_abi.h */
	const struct brlite_port_ops *ops; /* its functions; set with the first owner and never taken back */
	struct net_device *dev;
	struct brlite_counters *counters; /* per-CPU */
	uint32_t max_frame; /* longest frame that is not GSO, Ethernet header included */
	uint16_t index;
	uint8_t up; /* frames may come in and go out */
	uint8_t learning;
	uint32_t policy; /* BRLITE_ISOLATED and so on */
	void *storm; /* with BRLITE_STORM: made by brlite_storm_init(), read under RCU */

	/*
	 * The source address seen last, and in which second it was found (or put) in the FDB as living
	 * here: while both are unchanged, learning has nothing to do.
	 */
	uint64_t last_source __attribute__((aligned(64)));
	uint32_t last_seen;
	uint32_t learned; /* addresses in the FDB; under the core's lock */
	uint32_t learn_limit;

	/* What only a policy asks for, so that the lines above stay as they are. */
	struct brlite_vlans *vlans __attribute__((aligned(64))); /* INVARIANT: with BRLITE_VLANS_FILTERED not NULL */
	void *rules[BRLITE_DIRECTIONS]; /* with BRLITE_RULES_…: made by brlite_rules_init(), read under RCU */
	struct brlite_port *mirror[BRLITE_DIRECTIONS]; /* with BRLITE_MIRROR_…: of the same bridge; read under RCU */
};

/* An IP address that a port may use: 4 bytes, or 16. */
struct brlite_address {
	uint8_t bytes[16];
	uint8_t length;
	uint16_t port; /* index */
};

/* A line of the FDB as netlink shows it. */
struct brlite_fdb_entry {
	uint8_t mac[6];
	uint16_t vlan;
	uint16_t port; /* index */
	uint8_t is_static;
	uint8_t is_local;
	uint8_t is_sticky;
	uint32_t idle; /* seconds since last used */
};

/* --- C++, called by C ------------------------------------------------------------------------- */

uint64_t brlite_core_size(void);
uint64_t brlite_fdb_bytes(uint32_t limit);

/*
 * memory: brlite_core_size() zeroed bytes; buckets: brlite_fdb_bytes(limit) zeroed bytes; lock: what
 * brlite_lock() takes; seed: two random words.
 */
struct brlite_core *brlite_core_init(void *memory, void *buckets, uint32_t limit, void *lock,
				     const uint64_t seed[2]);
/* CONTEXT: RTNL. Seconds; 0 learns nothing and forgets what was learned. */
void brlite_core_set_ageing(struct brlite_core *core, uint32_t seconds);
/* CONTEXT: RTNL. Whether the bridge device wants a copy of everything. */
void brlite_core_set_promisc(struct brlite_core *core, uint8_t on);
/* CONTEXT: process. Drops what was not used for the ageing time. */
void brlite_core_age(struct brlite_core *core);
uint32_t brlite_core_entries(const struct brlite_core *core);

/*
 * CONTEXT: RTNL. Makes the port, whose own fields are set, part of the switch: down, under the index
 * found here. -ENOSPC when there are too many.
 */
int brlite_port_attach(struct brlite_core *core, struct brlite_port *port, uint8_t local);
/* CONTEXT: RTNL. Its addresses go too. The caller waits a grace period before it frees the port. */
void brlite_port_detach(struct brlite_port *port);
/* CONTEXT: RTNL. A port that goes down forgets what it learned. */
void brlite_port_set_up(struct brlite_port *port, uint8_t up);
/* CONTEXT: RTNL. What the port's own half of its policy becomes. A port that gets locked forgets what it learned. */
void brlite_port_set_policy(struct brlite_port *port, uint32_t policy);
/* CONTEXT: RTNL or RCU read side. NULL where there is none. */
struct brlite_port *brlite_port_at(const struct brlite_core *core, uint32_t index);

/*
 * CONTEXT: RTNL. An entry by hand; its port and its age do not matter. Returns 0, -EEXIST (and replace is 0), -ENOSPC, -EINVAL (not a
 * station's address).
 */
int brlite_fdb_set(struct brlite_port *port, const struct brlite_fdb_entry *entry, uint8_t replace);
/* CONTEXT: RTNL. port NULL: wherever it lives. -ENOENT. */
int brlite_fdb_erase(struct brlite_core *core, const struct brlite_port *port, const uint8_t *mac, uint16_t vlan);
/* CONTEXT: RTNL. Forgets what was learned behind the port, or everywhere. */
void brlite_fdb_flush(struct brlite_core *core, const struct brlite_port *port);
/* CONTEXT: any. 0 or -ENOENT. */
int brlite_fdb_get(const struct brlite_core *core, const uint8_t *mac, uint16_t vlan, struct brlite_fdb_entry *entry);
/* CONTEXT: any. The first entry at *position or behind, which then stands behind it; 0 at the end. */
int brlite_fdb_next(const struct brlite_core *core, uint32_t *position, struct brlite_fdb_entry *entry);
/* The position behind all entries. */
uint32_t brlite_fdb_end(const struct brlite_core *core);

void brlite_classify(struct brlite_port *in, const struct brlite_frame *frames, struct brlite_verdict *verdicts,
		     uint32_t n);
uint32_t brlite_flood_ports(struct brlite_port *in, const struct brlite_frame *frame, struct brlite_port **out,
			    uint32_t max, uint32_t *cursor);

/* CONTEXT: RTNL. Whether tags mean something. Forgets what was learned. */
void brlite_core_filter_vlans(struct brlite_core *core, uint8_t on);
#define BRLITE_VLAN_MEMBER 1u
#define BRLITE_VLAN_UNTAGGED 2u
#define BRLITE_VLAN_PVID 4u
/* CONTEXT: RTNL. 1 <= vlan <= BRLITE_VLAN_LAST. flags: BRLITE_VLAN_UNTAGGED, BRLITE_VLAN_PVID. */
void brlite_vlan_set(struct brlite_port *port, uint32_t vlan, uint32_t flags);
/* CONTEXT: RTNL. brlite_vlans_left() follows. */
void brlite_vlan_clear(struct brlite_port *port, uint32_t vlan);
/* CONTEXT: RTNL. Forgets what was learned in VLANs that the port is in no longer. */
void brlite_vlans_left(struct brlite_port *port);
/* CONTEXT: any. 0 where it is no member. */
uint32_t brlite_vlan_get(const struct brlite_port *port, uint32_t vlan);

/* Limits on flooded frames, by what their destination is. */
enum brlite_storm_kind {
	BRLITE_STORM_BROADCAST,
	BRLITE_STORM_MULTICAST,
	BRLITE_STORM_UNKNOWN,
	BRLITE_STORM_KINDS,
};
struct brlite_storm_limit;
uint64_t brlite_storm_bytes(void);
/* memory: that many bytes. limits: one of each kind. */
void brlite_storm_init(void *memory, const struct brlite_storm_limit *limits);

struct brlite_rule;
uint64_t brlite_rules_bytes(void);
/* Could any packet match it? */
uint8_t brlite_rule_is_possible(const struct brlite_rule *rule);
/* memory: that many bytes. hits: what brlite_count_rule() gets. INVARIANT: all n are possible, n <= BRLITE_RULES_MAX. */
void brlite_rules_init(void *memory, const struct brlite_rule *rules, uint32_t n, uint8_t accept_rest, void *hits);

/* The table of the addresses that locked ports may use, made anew whenever they change. */
struct brlite_claims;
uint64_t brlite_claims_bytes(uint32_t addresses);
/* memory: that many bytes. Returns the table, or NULL when two ports want the same address. */
struct brlite_claims *brlite_claims_build(void *memory, const struct brlite_address *addresses, uint32_t n,
					  const uint64_t seed[2]);
/*
 * CONTEXT: RTNL. Returns the table before, which is read for another grace period. INVARIANT: there is one
 * while any port has BRLITE_ADDRESS_LOCKED.
 */
struct brlite_claims *brlite_core_set_claims(struct brlite_core *core, struct brlite_claims *claims);

/* --- C, called by C++ ------------------------------------------------------------------------- */

uint32_t brlite_now(void); /* seconds, monotonic */
uint64_t brlite_nanoseconds(void); /* monotonic */
void brlite_lock(void *lock);
void brlite_unlock(void *lock);
void brlite_count(struct brlite_port *port, uint32_t counter);
void brlite_count_rule(void *hits, uint32_t outcome);

#ifdef __cplusplus
}
#endif

#endif
