// SPDX-License-Identifier: GPL-2.0-only
// Multicast groups under the names that C calls them by: entry.h.
#include "bridge-lite/entry.h"
#include "bridge-lite/judge/core.hpp"
#include "core/group_query.hpp"
#include "core/result.hpp"
#include "core/sender.hpp"
#include <new>

namespace
{
using namespace ringway;
using brlite::Groups;

IpAddress address_of(const brlite_member &member)
{
	return member.is_ipv6 ? load_ipv6(member.group) : load_ipv4(member.group);
}

brlite_member show(const brlite::Member &from, u32 now)
{
	brlite_member member{};
	member.is_ipv6 = !is_ipv4(from.group);
	if (member.is_ipv6)
		__builtin_memcpy(member.group, &from.group, 16);
	else
		__builtin_memcpy(member.group, &from.group.low, 4);
	member.is_permanent = from.permanent;
	member.vlan = from.vlan;
	member.port = from.port;
	member.left = from.permanent || brlite::is_past(now, from.expires) ? 0 : from.expires - now;
	return member;
}

void write(const brlite::GroupQuestion &asked, const uint8_t *mac, brlite_question &out)
{
	GroupQuery query;
	const u64 from = mac_load(mac);
	const IpAddress *group = asked.for_one ? &asked.group : nullptr;
	if (asked.ipv6)
		query.ask_ipv6(from, link_local_of(from), group);
	else
		query.ask_ipv4(from, group);
	static_assert(GroupQuery::kMost <= sizeof out.frame);
	__builtin_memcpy(out.frame, query.bytes(), query.length());
	out.length = static_cast<u16>(query.length());
	out.vlan = asked.vlan;
	out.port = asked.port;
}
} // namespace

uint64_t brlite_groups_bytes()
{
	return sizeof(brlite_groups);
}

brlite_groups *brlite_groups_init(void *memory, const uint64_t seed[2])
{
	auto *made = new (memory) brlite_groups;
	made->init(seed);
	return made;
}

brlite_groups *brlite_core_set_groups(brlite_core *core, brlite_groups *groups)
{
	return core->set_groups(groups);
}

bool brlite_may_name_members(const brlite_frame *frame)
{
	if (frame->staged < kEthernetHeader)
		return false;
	const u64 to = frame_destination(static_cast<const u8 *>(frame->data));
	return mac_is_ipv4_group(to) || mac_is_ipv6_group(to);
}

void brlite_groups_set_querier(brlite_core *core, bool on)
{
	core->change_groups([on](Groups &groups) { groups.set_querier(on, host_now()); });
}

void brlite_groups_set_host(brlite_core *core, const uint8_t *macs, uint32_t n, bool takes_all)
{
	brlite::HostFilter filter;
	for (u32 i = 0; i < n; i++)
		filter.add(mac_load(macs + i * kMacLength));
	if (takes_all)
		filter.take_all();
	core->change_groups([&](Groups &groups) { groups.set_host(filter); });
}

void brlite_groups_age(brlite_core *core)
{
	core->change_groups([](Groups &groups) { groups.age(host_now()); });
}

bool brlite_groups_question(brlite_core *core, const uint8_t *mac, brlite_question *question)
{
	brlite::GroupQuestion asked;
	bool any = false;
	core->change_groups([&](Groups &groups) {
		const brlite_port &local = *core->port_at(BRLITE_LOCAL_PORT);
		const bool filtered = load_relaxed(local.policy) & BRLITE_VLANS_FILTERED;
		any = groups.next_question(host_now(), filtered ? local.vlans : nullptr, asked);
	});
	if (any)
		write(asked, mac, *question);
	return any;
}

int brlite_member_set(brlite_core *core, const brlite_member *member, bool replace)
{
	Error error = Error::invalid;
	const IpAddress group = address_of(*member);
	if (!is_joinable_group(group))
		return error_errno(error);
	if (!core->groups())
		return -95; // EOPNOTSUPP
	core->change_groups([&](Groups &groups) {
		error = groups.set_member(group, member->vlan, member->port, member->is_permanent, replace,
					  host_now());
	});
	return error_errno(error);
}

int brlite_member_erase(brlite_core *core, const brlite_member *member)
{
	Error error = Error::missing;
	core->change_groups([&](Groups &groups) {
		error = groups.remove_member(address_of(*member), member->vlan, member->port, host_now());
	});
	return error_errno(error);
}

bool brlite_member_next(brlite_core *core, uint32_t *position, brlite_member *member)
{
	bool any = false;
	core->change_groups([&](const Groups &groups) {
		const brlite::Member *found = groups.next_member(*position);
		any = found;
		if (found)
			*member = show(*found, host_now());
	});
	return any;
}

uint32_t brlite_router_for(brlite_core *core, const brlite_port *port, bool ipv6)
{
	u32 seconds = 0;
	core->change_groups([&](const Groups &groups) {
		seconds = groups.is_always_router(port->index)
				  ? ~0u
				  : groups.router_for(ipv6, port->index, host_now());
	});
	return seconds;
}
