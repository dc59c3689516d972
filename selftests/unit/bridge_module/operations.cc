// SPDX-License-Identifier: GPL-2.0-only
#include "world.hpp"
#include "settings_of.hpp"

using namespace ringway;
using namespace ringway::test;

namespace
{
const IpAddress kGroup = ip4(239, 1, 2, 3), kNone = ip4(0, 0, 0, 0);

FrameBytes to_group(u64 from)
{
	FrameBytes f = ethernet(group_mac(kGroup), from, 0x0800, 0);
	f.resize(60, 17);
	return f;
}
void b_joins_group(World &w)
{
	poll(w.b(), {igmp2(0x16, kGroup, kStationB)});
}
void a_router_asks(World &w)
{
	receive(w, "eth0", igmp_query(kFar, ip4(10, 0, 0, 9), kNone));
}
void groups_are_known(World &w)
{
	a_router_asks(w);
	b_joins_group(w);
	jiffies += 12 * HZ;
}
void a_loop_shows(World &w)
{
	for (u32 i = 0; i < 20; i++)
		receive(w, "eth0", frame(kNobody, kEth0));
}
void eth0_is_watched(World &w)
{
	on_port(w, "eth0", [](brlite_slave &slave) { brlite_set_loop_block(&slave, 60); });
}
void eth0_has_a_loop(World &w)
{
	eth0_is_watched(w);
	a_loop_shows(w);
}
void two_out_of_eth0(World &w)
{
	poll(w.a(), {frame(kFar, kStationA), frame(kFar, kStationA), frame(kStationB, kStationA)});
}
void count_vlans_of_b(World &w)
{
	give_vlan_to_b(w);
	count_vlans(w);
}
void frames_in_vlans(World &w)
{
	poll(w.b(), {frame(kEverybody, kStationB)});
	poll(w.a(), {frame(kFar, kStationA), frame(kEth0, kStationA), frame(kEverybody, kStationA)});
	host_sends(w, frame(kFar, kEth0));
}
// Linux asks the bridge when its first user comes, and when its last one goes.
void use_netpoll(World &w, bool on)
{
	on_bridge(w, [on](brlite &bridge) {
		const net_device_ops *ops = bridge.dev->netdev_ops;
		if (on && !bridge.uses_netpoll)
			ops->ndo_netpoll_setup(bridge.dev, nullptr);
		if (!on && bridge.uses_netpoll)
			ops->ndo_netpoll_cleanup(bridge.dev);
	});
}
// Two devices that no bridge can have: another driver takes what eth1 receives, and the other one lies on the
// bridge.
void add_refused(World &w)
{
	if (w.linux_.find("eth1"))
		return;
	add(w, "eth1", 10)->rx_handler = [](sk_buff **) { return RX_HANDLER_PASS; };
	add(w, "xenbr0.10", 100)->lies_on = w.bridge();
}
void join_refused(World &w, const char *port)
{
	with(w, "xenbr0", [&](net_device *bridge) {
		net_device *dev = w.linux_.find(port);
		if (dev->lies_on && dev->lies_on != bridge)
			return; // it went with its bridge
		EXPECT_EQ(bridge->netdev_ops->ndo_add_slave(bridge, dev, nullptr), -EBUSY);
		EXPECT_FALSE(dev->master);
		EXPECT_EQ(dev->promiscuity, 0);
	});
}
} // namespace

const std::vector<Operation<World>> ringway::test::operations = {
	// Packets.
	{"a sends to b", nullptr, [](World &w) { poll(w.a(), {frame(kStationB, kStationA)}); }},
	{"a floods", nullptr, [](World &w) { poll(w.a(), {frame(kEverybody, kStationA), frame(kNobody, kStationA)}); }},
	{"a sends to the host", nullptr, [](World &w) { poll(w.a(), {frame(kEth0, kStationA)}); }},
	{"a sends out of eth0", nullptr, two_out_of_eth0},
	{"eth0 hears a stranger", nullptr, [](World &w) { receive(w, "eth0", frame(kStationB, kNobody)); }},
	{"a station moves from eth0 to b", nullptr, [](World &w) { poll(w.b(), {frame(kStationA, kFar)}); }},
	{"the host sends to all", nullptr, [](World &w) { host_sends(w, frame(kEverybody, kEth0)); }},
	{"the host sends to b", nullptr, [](World &w) { host_sends(w, frame(kStationB, kEth0)); }},
	{"c sends", [](World &w) { join(w, "vif3.0"); }, [](World &w) { poll(w.c(), {frame(kEverybody, kNobody)}); }},
	{"b joins a group", a_router_asks, b_joins_group},
	{"b leaves a group", groups_are_known, [](World &w) { poll(w.b(), {igmp2(0x17, kGroup, kStationB)}); }},
	{"a sends to a group", groups_are_known, [](World &w) { poll(w.a(), {to_group(kStationA)}); }},
	{"a router asks", nullptr, a_router_asks},
	{"b is a router", nullptr,
	 [](World &w) { poll(w.b(), {igmp_query(kStationB, ip4(10, 0, 0, 8), kNone)}); }},
	{"a loop shows", eth0_is_watched, a_loop_shows},

	// Ports come and go.
	{"b leaves", nullptr, [](World &w) { leave(w, "vif2.0"); }},
	{"eth0 leaves", nullptr, [](World &w) { leave(w, "eth0"); }},
	{"c joins", nullptr, [](World &w) { join(w, "vif3.0"); }},
	{"one that another driver has is refused", add_refused, [](World &w) { join_refused(w, "eth1"); }},
	{"one on the bridge itself is refused", add_refused, [](World &w) { join_refused(w, "xenbr0.10"); }},
	{"b leaves and c joins", nullptr, [](World &w) { leave(w, "vif2.0"); join(w, "vif3.0"); }},
	{"b leaves and comes back", nullptr, [](World &w) { leave(w, "vif2.0"); join(w, "vif2.0"); }},
	{"b's device goes", nullptr, [](World &w) { destroy(w, "vif2.0"); }},
	{"eth0's device goes", eth0_has_a_loop, [](World &w) { destroy(w, "eth0"); }},
	{"b goes down and up", nullptr, [](World &w) { set_up(w, "vif2.0", false); set_up(w, "vif2.0", true); }},
	{"eth0 goes down", eth0_is_watched, [](World &w) { set_up(w, "eth0", false); }},
	{"eth0 gets another MTU", nullptr, [](World &w) { with(w, "eth0", [](net_device *dev) { dev_set_mtu(dev, 1400); }); }},
	{"eth0 gets another address", nullptr, change_address_of_eth0},

	// The bridge.
	{"the bridge goes", groups_are_known, [](World &w) { destroy(w, "xenbr0"); }},
	{"the bridge goes and another comes", eth0_has_a_loop,
	 [](World &w) { destroy(w, "xenbr0"); make_bridge(w); set_up(w, "xenbr0", true); join(w, "vif1.0"); join(w, "vif2.0"); }},
	{"the module goes", groups_are_known, unload},
	{"the bridge goes down and up", nullptr, [](World &w) { set_up(w, "xenbr0", false); set_up(w, "xenbr0", true); }},
	{"bridge.ko comes and goes", nullptr, bridge_ko_comes_and_goes},
	{"netconsole begins", nullptr, [](World &w) { use_netpoll(w, true); }},
	{"netconsole ends", [](World &w) { use_netpoll(w, true); }, [](World &w) { use_netpoll(w, false); }},

	// The FDB.
	{"an entry is added", nullptr, add_entry},
	{"an entry is deleted", add_entry, delete_entry},
	{"the FDB is flushed", nullptr, [](World &w) { with(w, "xenbr0", [](net_device *dev) { flush(dev, dev); }); }},
	{"b's part of the FDB is flushed", nullptr,
	 [](World &w) { on_port(w, "vif2.0", [](brlite_slave &slave) { flush(slave.bridge->dev, slave.port.dev); }); }},
	{"addresses age", [](World &) { jiffies += 400 * HZ; }, [](World &w) { run_work(w, &brlite::ageing_work); }},
	{"the ageing time is zero and back", nullptr,
	 [](World &w) { on_bridge(w, [](brlite &bridge) { brlite_set_ageing(&bridge, 0); brlite_set_ageing(&bridge, 20); }); }},
	{"changes are told", nullptr, [](World &w) { run_work(w, &brlite::events_work); }},

	// Groups.
	{"the clock of groups ticks", groups_are_known, [](World &w) { run_work(w, &brlite::groups_work); }},
	{"we ask for members", groups_are_known, [](World &w) {
		 on_bridge(w, [](brlite &bridge) { brlite_set_querier(&bridge, true); });
		 jiffies += 40 * HZ;
		 run_work(w, &brlite::groups_work);
	 }},
	{"snooping goes off", groups_are_known, [](World &w) { on_bridge(w, [](brlite &bridge) { brlite_snoop_groups(&bridge, false); }); }},
	{"snooping goes off and on", groups_are_known,
	 [](World &w) { on_bridge(w, [](brlite &bridge) { brlite_snoop_groups(&bridge, false); brlite_snoop_groups(&bridge, true); }); }},
	{"the host joins a group", nullptr, host_joins},
	{"a macvlan comes", nullptr, [](World &w) { host_has_address(w, kVirtual, true); }},
	{"a macvlan goes", [](World &w) { host_has_address(w, kVirtual, true); },
	 [](World &w) { host_has_address(w, kVirtual, false); }},
	{"a member is added", nullptr, add_member},
	{"a member is deleted", add_member, delete_member},

	// Settings.
	{"VLANs are told apart", nullptr, filter_vlans},
	{"VLANs are no longer told apart", give_vlan_to_b,
	 [](World &w) { on_bridge(w, [](brlite &bridge) { brlite_filter_vlans(&bridge, false); }); }},
	{"b gets a VLAN", nullptr, give_vlan_to_b},
	{"b loses its VLAN", give_vlan_to_b, take_vlan_from_b},
	{"a sends with a tag", filter_vlans, [](World &w) {
		 poll(w.a(), {tagged(frame(kEverybody, kNobody)), tagged(igmp2(0x16, kGroup, kStationA))});
	 }},
	{"b sends in its VLAN", give_vlan_to_b, [](World &w) { poll(w.b(), {frame(kEverybody, kNobody)}); }},
	{"VLANs have another type", filter_vlans, [](World &w) { on_bridge(w, [](brlite &bridge) { brlite_set_vlan_protocol(&bridge, ETH_P_8021AD); }); }},
	{"VLANs are counted", give_vlan_to_b, count_vlans},
	{"VLANs are counted no longer", count_vlans_of_b, [](World &w) { on_bridge(w, [](brlite &bridge) { brlite_count_vlans(&bridge, false); }); }},
	{"b gets a VLAN that is counted", count_vlans, give_vlan_to_b},
	{"b loses a VLAN that is counted", count_vlans_of_b, take_vlan_from_b},
	{"frames are counted by VLAN", count_vlans_of_b, frames_in_vlans},
	{"the default VLAN is another one", nullptr, [](World &w) { on_bridge(w, [](brlite &bridge) { brlite_set_default_pvid(&bridge, 5); }); }},
	{"a is limited", nullptr, limit_a},
	{"a is limited no longer", limit_a, limit_a_no_more},
	{"a gets rules", nullptr, give_rules_to_a},
	{"a gets other rules", give_rules_to_a, give_other_rules_to_a},
	{"a is locked to an address", nullptr, lock_a},
	{"a is locked to another address", lock_a, lock_a_again},
	{"a is locked no longer", lock_a, unlock_a},
	{"a is locked and leaves", lock_a, [](World &w) { leave(w, "vif1.0"); }},
	{"a is mirrored to b", nullptr, mirror_a_to_b},
	{"a's mirror leaves", mirror_a_to_b, [](World &w) { leave(w, "vif2.0"); }},
	{"a's mirror is another port", mirror_a_to_b, mirror_a_to_eth0},
	{"a and b are isolated", nullptr, isolate},
	{"b is locked to its addresses by hand", nullptr, lock_macs_of_b},
	{"a spanning tree begins and ends", nullptr,
	 [](World &w) { on_bridge(w, [](brlite &bridge) { brlite_set_stp(&bridge, true); }); on_bridge(w, [](brlite &bridge) { brlite_set_stp(&bridge, false); }); }},
	{"eth0 is shut by a loop", eth0_has_a_loop, [](World &w) { run_all_work(w); }},
	{"eth0 opens again", [](World &w) { eth0_has_a_loop(w); run_all_work(w); },
	 [](World &w) { run_all_work(w); }},
	{"eth0 is watched no longer", eth0_has_a_loop,
	 [](World &w) { on_port(w, "eth0", [](brlite_slave &slave) { brlite_set_loop_block(&slave, 0); }); }},

	// Who looks.
	{"the FDB is dumped", nullptr, dump_fdb},
	{"members are dumped", groups_are_known, dump_mdb},
	{"links are dumped", [](World &w) { limit_a(w); give_rules_to_a(w); lock_a(w); mirror_a_to_b(w); }, dump_links},
	{"packets by VLAN are read", [](World &w) { count_vlans_of_b(w); frames_in_vlans(w); }, read_vlan_counters},
	{"statistics are read", nullptr, read_statistics},
	{"ethtool reads counters", nullptr, read_counters},
	{"a CPU looks behind policies", nullptr, look_behind_policies},
};
