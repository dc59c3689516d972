// SPDX-License-Identifier: GPL-2.0-only
// The switch under the names that C calls it by: entry.h.
#include "bridge-lite/entry.h"
#include "bridge-lite/judge/core.hpp"
#include "core/result.hpp"
#include <new>

namespace
{
using namespace ringway;
using brlite::show;

} // namespace

// Places of a table for entries by hand and this host's own addresses, besides those for learned ones.
static constexpr u32 kReserve = 2048;

uint64_t brlite_core_size()
{
	return sizeof(brlite_core);
}

uint64_t brlite_fdb_bytes(uint32_t limit)
{
	return u64{Fdb::buckets_for(limit + kReserve)} * sizeof(FdbBucket);
}

brlite_core *brlite_core_init(void *memory, void *buckets, uint32_t limit, fdb_lock *lock,
			      const uint64_t seed[2])
{
	auto *made = new (memory) brlite_core;
	made->init(static_cast<FdbBucket *>(buckets), limit, kReserve, lock, {seed[0], seed[1]});
	return made;
}

void brlite_core_set_ageing(brlite_core *core, uint32_t seconds)
{
	core->set_ageing(seconds);
}

void brlite_core_set_promisc(brlite_core *core, bool on)
{
	core->set_promisc(on);
}

void brlite_core_forward_groups(brlite_core *core, uint32_t mask, bool takes_part)
{
	core->forward_groups(mask, takes_part);
}

void brlite_core_age(brlite_core *core)
{
	core->age();
}

uint32_t brlite_core_entries(const brlite_core *core)
{
	return core->entries();
}

int brlite_port_attach(brlite_core *core, brlite_port *port, bool local)
{
	port->core = core;
	return error_errno(core->attach(*port, local) ? Error::none : Error::full);
}

void brlite_port_detach(brlite_port *port)
{
	port->core->detach(*port);
}

void brlite_port_set_up(brlite_port *port, bool up)
{
	port->core->set_up(*port, up);
}

void brlite_port_set_gate(brlite_port *port, brlite_gate gate)
{
	port->core->set_gate(*port, gate);
}

void brlite_port_set_guest(brlite_port *port, bool on)
{
	port->core->set_guest(*port, on);
}

void brlite_port_set_policy(brlite_port *port, uint32_t policy)
{
	port->core->set_policy(*port, policy);
}

brlite_port *brlite_port_at(const brlite_core *core, uint32_t index)
{
	return core->port_at(index);
}

int brlite_fdb_set(brlite_port *port, const brlite_fdb_entry *entry, bool replace)
{
	const u32 flags =
		(entry->is_static ? FdbTarget::kStatic : 0) | (entry->is_local ? FdbTarget::kLocal : 0) |
		(entry->is_sticky ? FdbTarget::kSticky : 0) | (entry->is_extern ? FdbTarget::kExtern : 0);
	return error_errno(
		port->core->set(*port, fdb_key(mac_load(entry->mac), entry->vlan), flags, replace));
}

int brlite_fdb_erase(brlite_core *core, const brlite_port *port, const uint8_t *mac, uint16_t vlan)
{
	return error_errno(core->erase(port, fdb_key(mac_load(mac), vlan)));
}

void brlite_fdb_flush(brlite_core *core, const brlite_port *port)
{
	core->flush(port);
}

int brlite_fdb_get(const brlite_core *core, const uint8_t *mac, uint16_t vlan, brlite_fdb_entry *entry)
{
	const u64 key = fdb_key(mac_load(mac), vlan);
	const FdbHit hit = core->fdb().find(key);
	if (!hit)
		return error_errno(Error::missing);
	*entry = show({key, hit.target.word, load_relaxed(hit.slot->seen)});
	return 0;
}

bool brlite_fdb_next(const brlite_core *core, uint32_t *position, brlite_fdb_entry *entry)
{
	const FdbSlot slot = core->fdb().next(*position);
	if (slot.key)
		*entry = show(slot);
	return slot.key;
}

uint32_t brlite_fdb_end(const brlite_core *core)
{
	return core->fdb().slots();
}

void brlite_core_filter_vlans(brlite_core *core, bool on)
{
	core->filter_vlans(on);
}

void brlite_core_forget(brlite_core *core)
{
	core->forget();
}

void brlite_core_count_vlans(brlite_core *core, bool on)
{
	core->count_vlans(on);
}

void brlite_vlan_set(brlite_port *port, uint32_t vlan, uint32_t flags)
{
	brlite::set_vlan(*port->vlans, vlan, flags);
}

void brlite_vlan_clear(brlite_port *port, uint32_t vlan)
{
	brlite::clear_vlan(*port->vlans, vlan);
}

void brlite_vlan_set_type(brlite_port *port, uint16_t type)
{
	store_relaxed(port->vlans->type, type);
}

uint16_t brlite_vlan_type(const brlite_port *port)
{
	return load_relaxed(port->vlans->type);
}

void brlite_vlans_joined(brlite_port *port)
{
	port->core->vlans_joined(*port);
}

void brlite_vlans_left(brlite_port *port)
{
	port->core->vlans_left(*port);
}

uint32_t brlite_vlan_get(const brlite_port *port, uint32_t vlan)
{
	return brlite::vlan_flags(*port->vlans, vlan);
}

uint64_t brlite_storm_bytes()
{
	return sizeof(brlite_storm);
}

brlite_storm *brlite_storm_init(void *memory, const brlite_storm_limit *limits)
{
	auto *made = new (memory) brlite_storm;
	for (u32 kind = 0; kind < BRLITE_STORM_KINDS; kind++)
		made->limit[kind].set(limits[kind].rate, limits[kind].burst);
	return made;
}

uint64_t brlite_rule_list_bytes()
{
	return sizeof(brlite_rule_list);
}

bool brlite_rule_is_possible(const brlite_rule *rule)
{
	return brlite::is_possible(*rule);
}

brlite_rule_list *brlite_rule_list_init(void *memory, const brlite_rule *rules, uint32_t n, bool accept_rest,
					brlite_rule_hits *hits)
{
	auto *made = new (memory) brlite_rule_list(accept_rest, hits);
	for (u32 i = 0; i < n; i++)
		brlite::add_rule(*made, rules[i]);
	return made;
}

uint64_t brlite_claims_bytes(uint32_t addresses)
{
	return Claims::bytes_for(addresses);
}

brlite_claims *brlite_claims_build(void *memory, const brlite_address *addresses, uint32_t n,
				   const uint64_t seed[2])
{
	auto *made = new (memory) brlite_claims;
	made->init(n, seed);
	for (u32 i = 0; i < n; i++) {
		const u8 *bytes = addresses[i].bytes;
		if (!made->add(addresses[i].length == 4 ? load_ipv4(bytes) : load_ipv6(bytes),
			       addresses[i].port))
			return nullptr;
	}
	return made;
}

void brlite_claims_disown(brlite_claims *claims, const brlite_port *port)
{
	claims->disown(port->index);
}

const brlite_claims *brlite_core_set_claims(brlite_core *core, const brlite_claims *claims)
{
	return core->set_claims(claims);
}

void brlite_classify(brlite_port *in, const brlite_frame *frames, brlite_verdict *verdicts, uint32_t n)
{
	in->core->classify(*in, frames, verdicts, n);
}

void brlite_take_back(brlite_port *in, const brlite_frame *frames, const brlite_verdict *verdicts, uint32_t n)
{
	in->core->take_back(*in, frames, verdicts, n);
}

uint32_t brlite_flood_ports(brlite_port *in, const brlite_frame *frame, uint16_t list, brlite_port **out,
			    uint32_t max, uint32_t *cursor)
{
	return in->core->flood_ports(*in, *frame, list, out, max, *cursor);
}
