// SPDX-License-Identifier: GPL-2.0-only
// See switch.hpp; and what Linux does for the switch.
#include "switch.hpp"
#include <cstring>

using namespace ringway;
using namespace ringway::native;

u32 host_now(void)
{
	return static_cast<u32>(machine.jiffies / 1000);
}
u64 host_nanoseconds(void)
{
	return now_ns();
}
void host_lock(fdb_lock *) {}
void host_unlock(fdb_lock *) {}
void host_count(brlite_port *port, u32 counter)
{
	port->counters->n[counter]++;
}
void host_uncount(brlite_port *port, u32 counter)
{
	port->counters->n[counter]--;
}
void host_count_vlan(brlite_port *, u32, brlite_direction, s32, s32) {}
void host_count_rule(brlite_rule_hits *hits, u32 outcome)
{
	hits->n[outcome]++;
}
void host_tell(brlite_port *, brlite_news, const u8 *) {}
void host_fdb_changed(brlite_port *, const brlite_fdb_entry *, bool) {}

namespace
{
void *owner_of(const brlite_port *port)
{
	return port->owner;
}
net_device *device_of(const brlite_port *)
{
	return nullptr;
}
u32 forward(brlite_port *, const brlite_outgoing *, u32)
{
	not_on_this_way("forward");
	return 0;
}
void forward_local(brlite_port *, sk_buff *)
{
	not_on_this_way("forward_local");
}
constexpr struct brlite_abi kTable = {
	BRLITE_ABI_VERSION, nullptr,  nullptr,   brlite_classify, brlite_take_back,
	brlite_flood_ports, owner_of, device_of, forward,         forward_local};
} // namespace

Bridge::Bridge()
{
	constexpr u32 limit = 1024;
	const u64 seed[2] = {0x9e3779b97f4a7c15, 0xbf58476d1ce4e5b9};
	core_ = brlite_core_init(host_alloc(brlite_core_size()), host_alloc(brlite_fdb_bytes(limit)), limit,
				 nullptr, seed);
	brlite_core_set_ageing(core_, 300);
	for (u32 i = 0; i < kPorts; i++) {
		port_[i].counters = &counters_[i];
		port_[i].vlans = &vlans_[i];
		port_[i].vlans->type = 0x8100;
		port_[i].max_frame = ~0u;
		port_[i].learn_limit = limit;
		(void)brlite_port_attach(core_, &port_[i], i == 0);
		brlite_port_set_up(&port_[i], true);
	}
}

void Bridge::join(netback_vif *vif, u32 guest, const u8 station[6])
{
	brlite_port &port = port_[1 + guest];
	port.owner = vif;
	brlite_fdb_entry entry{};
	std::memcpy(entry.mac, station, sizeof entry.mac);
	entry.is_static = true;
	if (brlite_fdb_set(&port, &entry, true))
		not_on_this_way("the station of a port");
	netback_set_port(vif, &kTable, &port);
}
