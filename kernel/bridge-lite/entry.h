/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * What Linux calls: the switch, which is C++, as C sees it (judge/door.cpp). Who changes a setting holds RTNL
 * (rtnl). Memory comes from the caller: zeroed, as many bytes as the function before says.
 */
#ifndef BRLITE_ENTRY_H
#define BRLITE_ENTRY_H

#include "bridge-lite/linux/host.h"
#include "bridge-lite/types.h"

#ifdef __cplusplus
extern "C" {
#endif

/* --- The switch of a bridge ----------------------------------------------------------------------------- */

uint64_t brlite_core_size(void);
uint64_t brlite_fdb_bytes(uint32_t limit);
/*
 * limit: of learned addresses. memory: of brlite_core_size(); buckets: of brlite_fdb_bytes(limit); lock: for the
 * FDB; seed: two random words.
 */
struct brlite_core *brlite_core_init(void *memory, void *buckets, uint32_t limit, struct fdb_lock *lock,
				     const uint64_t seed[2]);
/* Seconds; 0 learns nothing and forgets what was learned. */
void brlite_core_set_ageing(struct brlite_core *core, uint32_t seconds) RINGWAY_REQUIRES(rtnl);
/* Whether the bridge device wants a copy of everything. */
void brlite_core_set_promisc(struct brlite_core *core, bool on) RINGWAY_REQUIRES(rtnl);
/* Whether tags mean something. Forgets what was learned. */
void brlite_core_filter_vlans(struct brlite_core *core, bool on) RINGWAY_REQUIRES(rtnl);
/* Forgets what was learned, of addresses and of groups. */
void brlite_core_forget(struct brlite_core *core) RINGWAY_REQUIRES(rtnl);
/* Whether frames are counted by VLAN, while tags mean something. */
void brlite_core_count_vlans(struct brlite_core *core, bool on) RINGWAY_REQUIRES(rtnl);
/*
 * Which of 01:80:c2:00:00:00 to 0f are forwarded like other groups, a bit each; :00 is unless this host takes part in a
 * spanning tree.
 */
void brlite_core_forward_groups(struct brlite_core *core, uint32_t mask, bool takes_part) RINGWAY_REQUIRES(rtnl);
/* CONTEXT: process. Drops what was not used for the ageing time. */
void brlite_core_age(struct brlite_core *core);
uint32_t brlite_core_entries(const struct brlite_core *core);

/* --- Its ports ------------------------------------------------------------------------------------------ */

/*
 * Makes the port, whose own fields are set, part of the switch: down, under the index found here. -ENOSPC when
 * there are too many.
 */
int brlite_port_attach(struct brlite_core *core, struct brlite_port *port, bool local) RINGWAY_REQUIRES(rtnl);
/* Its addresses go too. The caller waits a grace period before it frees the port. */
void brlite_port_detach(struct brlite_port *port) RINGWAY_REQUIRES(rtnl);
/* A port that goes down forgets what it learned. */
void brlite_port_set_up(struct brlite_port *port, bool up) RINGWAY_REQUIRES(rtnl);
/* INVARIANT: a port that is up has an open one. A port whose gate is shut forgets what it learned. */
void brlite_port_set_gate(struct brlite_port *port, enum brlite_gate gate) RINGWAY_REQUIRES(rtnl);
/* Whether the port is a guest's: what all of these learn together is limited, so that others have their part. */
void brlite_port_set_guest(struct brlite_port *port, bool on) RINGWAY_REQUIRES(rtnl);
/* What the port's own half of its policy becomes. A port that gets locked forgets what it learned. */
void brlite_port_set_policy(struct brlite_port *port, uint32_t policy) RINGWAY_REQUIRES(rtnl);
/* CONTEXT: RTNL or RCU read side. NULL where there is none. */
struct brlite_port *brlite_port_at(const struct brlite_core *core, uint32_t index);

/* --- Its FDB -------------------------------------------------------------------------------------------- */

/*
 * An entry by hand; its port and its age do not matter. Returns 0, -EEXIST (and replace is false), -ENOSPC,
 * -EINVAL (not a station's address).
 */
int brlite_fdb_set(struct brlite_port *port, const struct brlite_fdb_entry *entry, bool replace)
	RINGWAY_REQUIRES(rtnl);
/* port NULL: wherever it lives. -ENOENT. */
int brlite_fdb_erase(struct brlite_core *core, const struct brlite_port *port, const uint8_t *mac, uint16_t vlan)
	RINGWAY_REQUIRES(rtnl);
/* Forgets what was learned behind the port, or everywhere. */
void brlite_fdb_flush(struct brlite_core *core, const struct brlite_port *port) RINGWAY_REQUIRES(rtnl);
/* CONTEXT: any. 0 or -ENOENT. */
int brlite_fdb_get(const struct brlite_core *core, const uint8_t *mac, uint16_t vlan, struct brlite_fdb_entry *entry);
/* CONTEXT: any. The first entry at *position or behind, which then stands behind it; false at the end. */
bool brlite_fdb_next(const struct brlite_core *core, uint32_t *position, struct brlite_fdb_entry *entry);
/* The position behind all entries. */
uint32_t brlite_fdb_end(const struct brlite_core *core);

/* --- Frames. CONTEXT: softirq or BH off, RCU read side; see port_abi.h ---------------------------------------- */

void brlite_classify(struct brlite_port *in, const struct brlite_frame *frames, struct brlite_verdict *verdicts,
		     uint32_t n);
void brlite_take_back(struct brlite_port *in, const struct brlite_frame *frames, const struct brlite_verdict *verdicts,
		      uint32_t n);
uint32_t brlite_flood_ports(struct brlite_port *in, const struct brlite_frame *frame, uint16_t list,
			    struct brlite_port **out, uint32_t max, uint32_t *cursor);

/* --- Multicast groups: judge/groups_door.cpp --------------------------------------------------------------- */

uint64_t brlite_groups_bytes(void);
struct brlite_groups *brlite_groups_init(void *memory, const uint64_t seed[2]);
/* NULL: groups are flooded. Returns those before, which are read for another grace period. */
struct brlite_groups *brlite_core_set_groups(struct brlite_core *core, struct brlite_groups *groups)
	RINGWAY_REQUIRES(rtnl);
/* Is the frame to a group whose members its sender may name in it? Then more of it has to be in one piece. */
bool brlite_may_name_members(const struct brlite_frame *frame);
/* All that follow do nothing, or find nothing, while groups are flooded. */
void brlite_groups_set_querier(struct brlite_core *core, bool on) RINGWAY_REQUIRES(rtnl);
/* CONTEXT: any. The groups that this host wants, as MAC addresses of 6 bytes one behind the other. */
void brlite_groups_set_host(struct brlite_core *core, const uint8_t *macs, uint32_t n, bool takes_all);
/* CONTEXT: process. Drops who was not heard of for too long. */
void brlite_groups_age(struct brlite_core *core);
/* CONTEXT: process. The next question that is due from the bridge device's address mac; false: none. */
bool brlite_groups_question(struct brlite_core *core, const uint8_t *mac, struct brlite_question *question);
/* A member by hand. -EEXIST (and replace is false), -ENOSPC, -EINVAL (nobody can be a member), -EOPNOTSUPP. */
int brlite_member_set(struct brlite_core *core, const struct brlite_member *member, bool replace)
	RINGWAY_REQUIRES(rtnl);
/* -ENOENT. */
int brlite_member_erase(struct brlite_core *core, const struct brlite_member *member) RINGWAY_REQUIRES(rtnl);
/* CONTEXT: any. The first member at *position or behind, which then stands behind it; false at the end. */
bool brlite_member_next(struct brlite_core *core, uint32_t *position, struct brlite_member *member);
/* Is a multicast router there? Seconds that it is believed for, ~0: by hand; 0: no. */
uint32_t brlite_router_for(struct brlite_core *core, const struct brlite_port *port, bool ipv6);

/* --- VLANs of a port ------------------------------------------------------------------------------------ */

/* 1 <= vlan <= BRLITE_VLAN_LAST. flags: BRLITE_VLAN_UNTAGGED, BRLITE_VLAN_PVID. */
void brlite_vlan_set(struct brlite_port *port, uint32_t vlan, uint32_t flags) RINGWAY_REQUIRES(rtnl);
void brlite_vlan_clear(struct brlite_port *port, uint32_t vlan) RINGWAY_REQUIRES(rtnl);
/* Asks for members of groups in VLANs that are new: follows brlite_vlan_set(). */
void brlite_vlans_joined(struct brlite_port *port) RINGWAY_REQUIRES(rtnl);
/* Forgets what was learned in VLANs that the port is in no longer: follows brlite_vlan_clear(). */
void brlite_vlans_left(struct brlite_port *port) RINGWAY_REQUIRES(rtnl);
/* The type of the tags that count, 802.1Q's or 802.1ad's: of each port of the bridge. */
void brlite_vlan_set_type(struct brlite_port *port, uint16_t type) RINGWAY_REQUIRES(rtnl);
uint16_t brlite_vlan_type(const struct brlite_port *port);
/* CONTEXT: any. 0 where it is no member. */
uint32_t brlite_vlan_get(const struct brlite_port *port, uint32_t vlan);

/* --- What a port's policy points to ---------------------------------------------------------------------- */

uint64_t brlite_storm_bytes(void);
/* limits: one of each kind. */
struct brlite_storm *brlite_storm_init(void *memory, const struct brlite_storm_limit *limits);

/* Could any packet match it? */
bool brlite_rule_is_possible(const struct brlite_rule *rule);
uint64_t brlite_rule_list_bytes(void);
/* hits: per CPU. INVARIANT: all n rules are possible, n <= BRLITE_RULES_MAX. */
struct brlite_rule_list *brlite_rule_list_init(void *memory, const struct brlite_rule *rules, uint32_t n,
					       bool accept_rest, struct brlite_rule_hits *hits);

uint64_t brlite_claims_bytes(uint32_t addresses);
/* NULL when two ports want the same address. */
struct brlite_claims *brlite_claims_build(void *memory, const struct brlite_address *addresses, uint32_t n,
					  const uint64_t seed[2]);
/* What the port may use is nobody's, until there is another table. Others read meanwhile. */
void brlite_claims_disown(struct brlite_claims *claims, const struct brlite_port *port) RINGWAY_REQUIRES(rtnl);
/*
 * Returns the table before, which is read for another grace period. INVARIANT: there is one while any port has
 * BRLITE_ADDRESS_LOCKED.
 */
const struct brlite_claims *brlite_core_set_claims(struct brlite_core *core, const struct brlite_claims *claims)
	RINGWAY_REQUIRES(rtnl);

#ifdef __cplusplus
}
#endif

#endif
