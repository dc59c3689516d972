/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The words for ports that ip(8) and bridge(8) know from Linux's bridge (IFLA_BRPORT_…), and what each of them does
 * here: what it says, or nothing, with a reason. Both languages read it: a unit test asks about every number.
 */
#ifndef BRLITE_SETTINGS_PORT_WORDS_H
#define BRLITE_SETTINGS_PORT_WORDS_H

#include <linux/if_bridge.h>
#include <linux/if_link.h>

#include "bridge-lite/policy.h"

/* Words that Linux 6.1 does not have yet. Their numbers are for ever. */
enum {
	BRLITE_BRPORT_MAB = 40,
	BRLITE_BRPORT_MCAST_N_GROUPS,
	BRLITE_BRPORT_MCAST_MAX_GROUPS,
	BRLITE_BRPORT_NEIGH_VLAN_SUPPRESS,
	BRLITE_BRPORT_BACKUP_NHID,
	BRLITE_BRPORT_NEIGH_FORWARD_GRAT,
	BRLITE_BRPORT_LAST = BRLITE_BRPORT_NEIGH_FORWARD_GRAT,
};
static_assert((int)IFLA_BRPORT_MAX <= (int)BRLITE_BRPORT_LAST,
	      "This kernel has a new port setting: say in brlite_port_word_of() what it does here");

enum brlite_word_kind {
	BRLITE_WORD_UNKNOWN,
	BRLITE_WORD_POLICY, /* on or off: a bit of the port's policy */
	BRLITE_WORD_LACKING, /* there is no such thing here: it can be off, and that is what it is */
	BRLITE_WORD_STATE, /* of a spanning tree that somebody else knows */
	BRLITE_WORD_ROUTER, /* of multicast: none there (0), whoever is heard (1), always one (2) */
	BRLITE_WORD_FLUSH, /* no setting, but something to do: forget what was learned */
	BRLITE_WORD_REFUSED, /* cannot be set, or means something with any value */
};

struct brlite_port_word {
	enum brlite_word_kind kind;
	uint32_t bit; /* POLICY */
	bool inverted; /* POLICY: the bit says that it is off */
	uint8_t size; /* of its value */
	const char *refusal;
};

static inline struct brlite_port_word brlite_word_policy(uint32_t bit, bool inverted)
{
	struct brlite_port_word word = { BRLITE_WORD_POLICY, bit, inverted, 1,
					 "A port setting must be one byte, 0 (off) or 1 (on)" };

	return word;
}

static inline struct brlite_port_word brlite_word_of(enum brlite_word_kind kind, uint8_t size, const char *refusal)
{
	struct brlite_port_word word = { kind, 0, false, size, refusal };

	return word;
}

#define BRLITE_LACKS(size, name) \
	brlite_word_of(BRLITE_WORD_LACKING, size, name ": a brlite bridge does not have this, it can only be off")
#define BRLITE_REFUSES(name) brlite_word_of(BRLITE_WORD_REFUSED, 0, name ": a brlite bridge does not have this")
#define BRLITE_SHOWN_ONLY() brlite_word_of(BRLITE_WORD_REFUSED, 0, "This port attribute can only be read")

static inline struct brlite_port_word brlite_port_word_of(uint16_t attribute)
{
	switch ((int)attribute) {
	case IFLA_BRPORT_ISOLATED:
		return brlite_word_policy(BRLITE_ISOLATED, false);
	case IFLA_BRPORT_LOCKED:
		return brlite_word_policy(BRLITE_LOCKED, false);
	case IFLA_BRPORT_LEARNING:
		return brlite_word_policy(BRLITE_NO_LEARNING, true);
	case IFLA_BRPORT_UNICAST_FLOOD:
		return brlite_word_policy(BRLITE_NO_UNICAST_FLOOD, true);
	case IFLA_BRPORT_MCAST_FLOOD:
		return brlite_word_policy(BRLITE_NO_MULTICAST_FLOOD, true);
	case IFLA_BRPORT_BCAST_FLOOD:
		return brlite_word_policy(BRLITE_NO_BROADCAST_FLOOD, true);

	case IFLA_BRPORT_FLUSH:
		return brlite_word_of(BRLITE_WORD_FLUSH, 0, "");
	case IFLA_BRPORT_STATE:
		return brlite_word_of(BRLITE_WORD_STATE, 1,
				      "state: must be 0 (disabled), 1 (listening), 2 (learning), 3 (forwarding) or 4 (blocking)");
	case IFLA_BRPORT_PRIORITY:
		return BRLITE_REFUSES("priority");
	case IFLA_BRPORT_COST:
		return BRLITE_REFUSES("cost");
	case IFLA_BRPORT_GUARD:
		return BRLITE_LACKS(1, "guard (bpdu_guard)");
	case IFLA_BRPORT_PROTECT:
		return BRLITE_LACKS(1, "root_block");
	case IFLA_BRPORT_MODE:
		return BRLITE_LACKS(1, "hairpin");
	case IFLA_BRPORT_FAST_LEAVE:
		return brlite_word_policy(BRLITE_FAST_LEAVE, false);
	case IFLA_BRPORT_PROXYARP:
		return BRLITE_LACKS(1, "proxy_arp");
	case IFLA_BRPORT_PROXYARP_WIFI:
		return BRLITE_LACKS(1, "proxy_arp_wifi");
	case IFLA_BRPORT_LEARNING_SYNC:
		return BRLITE_LACKS(1, "learning_sync");
	case IFLA_BRPORT_MULTICAST_ROUTER:
		return brlite_word_of(BRLITE_WORD_ROUTER, 1,
				      "mcast_router: must be 0 (never), 1 (where one is heard) or 2 (always)");
	case IFLA_BRPORT_MCAST_TO_UCAST:
		return BRLITE_LACKS(1, "mcast_to_unicast");
	case IFLA_BRPORT_VLAN_TUNNEL:
		return BRLITE_LACKS(1, "vlan_tunnel");
	case IFLA_BRPORT_GROUP_FWD_MASK:
		return BRLITE_LACKS(2, "group_fwd_mask of a port (the bridge has one)");
	case IFLA_BRPORT_NEIGH_SUPPRESS:
		return brlite_word_policy(BRLITE_NEIGH_SUPPRESS, false);
	case IFLA_BRPORT_BACKUP_PORT:
		return BRLITE_LACKS(4, "backup_port");
	case IFLA_BRPORT_MCAST_EHT_HOSTS_LIMIT:
		return BRLITE_REFUSES("mcast_eht_hosts_limit");
	case BRLITE_BRPORT_MAB:
		return BRLITE_LACKS(1, "mab");
	case BRLITE_BRPORT_MCAST_MAX_GROUPS:
		return BRLITE_LACKS(4, "mcast_max_groups");
	case BRLITE_BRPORT_NEIGH_FORWARD_GRAT:
		return brlite_word_of(BRLITE_WORD_REFUSED, 0,
				      "neigh_forward_grat: what announces an address always passes, this cannot be set");
	case BRLITE_BRPORT_NEIGH_VLAN_SUPPRESS:
		return BRLITE_LACKS(1, "neigh_vlan_suppress");
	case BRLITE_BRPORT_BACKUP_NHID:
		return BRLITE_LACKS(4, "backup_nhid");

	case IFLA_BRPORT_ROOT_ID:
	case IFLA_BRPORT_BRIDGE_ID:
	case IFLA_BRPORT_DESIGNATED_PORT:
	case IFLA_BRPORT_DESIGNATED_COST:
	case IFLA_BRPORT_ID:
	case IFLA_BRPORT_NO:
	case IFLA_BRPORT_TOPOLOGY_CHANGE_ACK:
	case IFLA_BRPORT_CONFIG_PENDING:
	case IFLA_BRPORT_MESSAGE_AGE_TIMER:
	case IFLA_BRPORT_FORWARD_DELAY_TIMER:
	case IFLA_BRPORT_HOLD_TIMER:
	case IFLA_BRPORT_PAD:
	case IFLA_BRPORT_MRP_RING_OPEN:
	case IFLA_BRPORT_MRP_IN_OPEN:
	case IFLA_BRPORT_MCAST_EHT_HOSTS_CNT:
	case BRLITE_BRPORT_MCAST_N_GROUPS:
		return BRLITE_SHOWN_ONLY();
	default:
		return brlite_word_of(BRLITE_WORD_UNKNOWN, 0, "brlite does not know this port setting");
	}
}

#undef BRLITE_LACKS
#undef BRLITE_REFUSES
#undef BRLITE_SHOWN_ONLY

/* Whether the word may have this value: for what is no bit of the policy and no state, one that changes nothing. */
static inline bool brlite_port_word_may_be(const struct brlite_port_word *word, const uint8_t *value, uint32_t length)
{
	uint32_t i;

	if (word->kind == BRLITE_WORD_FLUSH)
		return true;
	if (word->kind == BRLITE_WORD_UNKNOWN || word->kind == BRLITE_WORD_REFUSED || length != word->size)
		return false;
	if (word->kind == BRLITE_WORD_POLICY)
		return value[0] <= 1;
	if (word->kind == BRLITE_WORD_ROUTER)
		return value[0] <= 2;
	if (word->kind == BRLITE_WORD_STATE)
		return value[0] <= BR_STATE_BLOCKING;
	for (i = 0; i < length; i++)
		if (value[i])
			return false;
	return true;
}

/* The policy with the word in it. value: as above. */
static inline uint32_t brlite_port_word_in(uint32_t policy, const struct brlite_port_word *word, const uint8_t *value)
{
	if (word->kind == BRLITE_WORD_ROUTER) {
		policy &= ~(BRLITE_NEVER_ROUTER | BRLITE_ALWAYS_ROUTER);
		return policy | (value[0] == 0 ? BRLITE_NEVER_ROUTER : 0) | (value[0] == 2 ? BRLITE_ALWAYS_ROUTER : 0);
	}
	if (word->kind != BRLITE_WORD_POLICY)
		return policy;
	return (value[0] != 0) != word->inverted ? policy | word->bit : policy & ~word->bit;
}

#endif
