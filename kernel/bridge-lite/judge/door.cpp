// SPDX-License-Identifier: GPL-2.0-only
// The switch under the names that the kernel side calls it by.
#include "bridge-lite/judge/switch.hpp"
#include "bridge-lite/uapi.h"
#include <new>

namespace
{
using namespace ringway;

struct Kernel {
	static u32 now() { return brlite_now(); }
	static u64 nanoseconds() { return brlite_nanoseconds(); }
	static void lock(void *lock) { brlite_lock(lock); }
	static void unlock(void *lock) { brlite_unlock(lock); }
	static void count(brlite_port &port, u32 counter) { brlite_count(&port, counter); }
	static void count_rule(void *hits, u32 outcome) { brlite_count_rule(hits, outcome); }
};

using Switch = brlite::Switch<Kernel>;

Switch &switch_of(brlite_core *core)
{
	return *reinterpret_cast<Switch *>(core);
}
const Switch &switch_of(const brlite_core *core)
{
	return *reinterpret_cast<const Switch *>(core);
}

int to_errno(brlite::Change change)
{
	switch (change) {
	case brlite::Change::done:
		return 0;
	case brlite::Change::exists:
		return -17; // EEXIST
	case brlite::Change::full:
		return -28; // ENOSPC
	case brlite::Change::missing:
		return -2; // ENOENT
	case brlite::Change::invalid:
		break;
	}
	return -22; // EINVAL
}

brlite_fdb_entry show(const FdbSlot &slot)
{
	const FdbTarget target{slot.target};
	brlite_fdb_entry entry{};
	mac_store(entry.mac, fdb_key_mac(slot.key));
	entry.vlan = fdb_key_vlan(slot.key);
	entry.port = target.port();
	entry.is_static = target.is_static();
	entry.is_local = target.is_local();
	entry.is_sticky = target.is_sticky();
	entry.idle = brlite_now() - slot.seen;
	return entry;
}
} // namespace

uint64_t brlite_core_size()
{
	return sizeof(Switch);
}

uint64_t brlite_fdb_bytes(uint32_t limit)
{
	return u64{Fdb::buckets_for(limit)} * sizeof(FdbBucket);
}

brlite_core *brlite_core_init(void *memory, void *buckets, uint32_t limit, void *lock, const uint64_t seed[2])
{
	auto *made = new (memory) Switch;
	made->init(static_cast<FdbBucket *>(buckets), limit, lock, {seed[0], seed[1]});
	return reinterpret_cast<brlite_core *>(made);
}

void brlite_core_set_ageing(brlite_core *core, uint32_t seconds)
{
	switch_of(core).set_ageing(seconds);
}

void brlite_core_set_promisc(brlite_core *core, uint8_t on)
{
	switch_of(core).set_promisc(on);
}

void brlite_core_age(brlite_core *core)
{
	switch_of(core).age();
}

uint32_t brlite_core_entries(const brlite_core *core)
{
	return switch_of(core).entries();
}

int brlite_port_attach(brlite_core *core, brlite_port *port, uint8_t local)
{
	port->core = core;
	return to_errno(switch_of(core).attach(*port, local) ? brlite::Change::done : brlite::Change::full);
}

void brlite_port_detach(brlite_port *port)
{
	switch_of(port->core).detach(*port);
}

void brlite_port_set_up(brlite_port *port, uint8_t up)
{
	switch_of(port->core).set_up(*port, up);
}

void brlite_port_set_policy(brlite_port *port, uint32_t policy)
{
	switch_of(port->core).set_policy(*port, policy);
}

brlite_port *brlite_port_at(const brlite_core *core, uint32_t index)
{
	return switch_of(core).port_at(index);
}

int brlite_fdb_set(brlite_port *port, const brlite_fdb_entry *entry, uint8_t replace)
{
	const u32 flags = (entry->is_static ? FdbTarget::kStatic : 0) |
			  (entry->is_local ? FdbTarget::kLocal : 0) |
			  (entry->is_sticky ? FdbTarget::kSticky : 0);
	return to_errno(
		switch_of(port->core).set(*port, fdb_key(mac_load(entry->mac), entry->vlan), flags, replace));
}

int brlite_fdb_erase(brlite_core *core, const brlite_port *port, const uint8_t *mac, uint16_t vlan)
{
	return to_errno(switch_of(core).erase(port, fdb_key(mac_load(mac), vlan)));
}

void brlite_fdb_flush(brlite_core *core, const brlite_port *port)
{
	switch_of(core).flush(port);
}

int brlite_fdb_get(const brlite_core *core, const uint8_t *mac, uint16_t vlan, brlite_fdb_entry *entry)
{
	const u64 key = fdb_key(mac_load(mac), vlan);
	const FdbHit hit = switch_of(core).fdb().find(key);
	if (!hit)
		return to_errno(brlite::Change::missing);
	*entry = show({key, hit.target.word, load_relaxed(hit.slot->seen)});
	return 0;
}

int brlite_fdb_next(const brlite_core *core, uint32_t *position, brlite_fdb_entry *entry)
{
	const Fdb &fdb = switch_of(core).fdb();
	while (*position < fdb.slots()) {
		const FdbSlot slot = fdb.snapshot((*position)++);
		if (slot.key) {
			*entry = show(slot);
			return 1;
		}
	}
	return 0;
}

uint32_t brlite_fdb_end(const brlite_core *core)
{
	return switch_of(core).fdb().slots();
}

void brlite_core_filter_vlans(brlite_core *core, uint8_t on)
{
	switch_of(core).filter_vlans(on);
}

void brlite_vlan_set(brlite_port *port, uint32_t vlan, uint32_t flags)
{
	brlite::set_vlan(*port->vlans, vlan, flags);
}

void brlite_vlan_clear(brlite_port *port, uint32_t vlan)
{
	brlite::clear_vlan(*port->vlans, vlan);
}

void brlite_vlans_left(brlite_port *port)
{
	switch_of(port->core).vlans_left(*port);
}

uint32_t brlite_vlan_get(const brlite_port *port, uint32_t vlan)
{
	return brlite::vlan_flags(*port->vlans, vlan);
}

uint64_t brlite_storm_bytes()
{
	return sizeof(brlite::StormLimits);
}

void brlite_storm_init(void *memory, const brlite_storm_limit *limits)
{
	auto *made = new (memory) brlite::StormLimits;
	for (u32 kind = 0; kind < BRLITE_STORM_KINDS; kind++)
		made->limit[kind].set(limits[kind].rate, limits[kind].burst);
}

uint64_t brlite_rules_bytes()
{
	return sizeof(RuleList);
}

uint8_t brlite_rule_is_possible(const brlite_rule *rule)
{
	return brlite::is_possible(*rule);
}

void brlite_rules_init(void *memory, const brlite_rule *rules, uint32_t n, uint8_t accept_rest, void *hits)
{
	auto *made = new (memory) RuleList(accept_rest != 0, hits);
	for (u32 i = 0; i < n; i++)
		brlite::add_rule(*made, rules[i]);
}

uint64_t brlite_claims_bytes(uint32_t addresses)
{
	return Claims::bytes_for(addresses);
}

brlite_claims *brlite_claims_build(void *memory, const brlite_address *addresses, uint32_t n,
				   const uint64_t seed[2])
{
	auto *made = new (memory) Claims;
	made->init(n, seed);
	for (u32 i = 0; i < n; i++) {
		const u8 *bytes = addresses[i].bytes;
		if (!made->add(addresses[i].length == 4 ? load_ipv4(bytes) : load_ipv6(bytes),
			       addresses[i].port))
			return nullptr;
	}
	return reinterpret_cast<brlite_claims *>(made);
}

brlite_claims *brlite_core_set_claims(brlite_core *core, brlite_claims *claims)
{
	const Claims *before = switch_of(core).set_claims(reinterpret_cast<const Claims *>(claims));
	return reinterpret_cast<brlite_claims *>(const_cast<Claims *>(before));
}

void brlite_classify(brlite_port *in, const brlite_frame *frames, brlite_verdict *verdicts, uint32_t n)
{
	switch_of(in->core).classify(*in, frames, verdicts, n);
}

uint32_t brlite_flood_ports(brlite_port *in, const brlite_frame *frame, brlite_port **out, uint32_t max,
			    uint32_t *cursor)
{
	return switch_of(in->core).flood_ports(*in, *frame, out, max, *cursor);
}
