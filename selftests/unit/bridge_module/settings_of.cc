// SPDX-License-Identifier: GPL-2.0-only
#include "settings_of.hpp"
#include <cstring>

using namespace ringway;
using namespace ringway::test;

namespace
{
// What ringway(8) sends for a port: fill(message) writes what stands in the nest of kind `kind`.
template <typename Fill>
void change_port(World &w, const char *port, const char *kind, Fill &&fill)
{
	EXPECT_EQ(change_port(w, port, Kinds{kind}, fill), 0);
}

void limit(World &w, u32 rate)
{
	change_port(w, "vif1.0", BRLITE_KIND, [rate](Message &m) {
		m.put(IFLA_BRLITE_PORT_STORM_BROADCAST, brlite_storm_limit{rate, 100});
	});
}
void rules(World &w, u8 protocol)
{
	change_port(w, "vif1.0", BRLITE_KIND, [protocol](Message &m) {
		for (const int way : {IFLA_BRLITE_PORT_RULES_FROM, IFLA_BRLITE_PORT_RULES_TO}) {
			nlattr *nest = m.nest(way);
			m.put(IFLA_BRLITE_RULES_REST, u8{BRLITE_RULE_ACCEPT});
			brlite_rule rule{};
			rule.match = BRLITE_MATCH_KIND | BRLITE_MATCH_PROTOCOL;
			rule.kind = BRLITE_KIND_IPV4;
			rule.protocol = protocol;
			m.put(IFLA_BRLITE_RULE, rule);
			m.end(nest);
		}
	});
}
void lock(World &w, bool on, u32 address, const char *port = "vif1.0")
{
	change_port(w, port, BRLITE_KIND, [=](Message &m) {
		m.put(IFLA_BRLITE_PORT_ADDRESS_LOCK, u8{on});
		nlattr *nest = m.nest(IFLA_BRLITE_PORT_ADDRESSES);
		m.put(IFLA_BRLITE_ADDRESS, address);
		m.end(nest);
	});
}
void mirror(World &w, const char *to)
{
	change_port(w, "vif1.0", BRLITE_KIND, [&](Message &m) {
		const net_device *dev = w.linux_.find(to);
		const u32 ifindex = dev && dev->master ? dev->ifindex : 0;
		m.put(IFLA_BRLITE_PORT_MIRROR_FROM, ifindex);
		m.put(IFLA_BRLITE_PORT_MIRROR_TO, ifindex);
	});
}
void word(World &w, const char *port, int attribute, u8 value)
{
	change_port(w, port, "bridge", [=](Message &m) { m.put(attribute, value); });
}

template <typename Do>
void member(World &w, Do &&what)
{
	on_port(w, "vif2.0", [&](brlite_slave &slave) {
		br_mdb_entry entry{};
		entry.ifindex = slave.port.dev->ifindex;
		entry.state = MDB_PERMANENT;
		entry.addr.proto = htons(ETH_P_IP);
		const u8 group[4] = {239, 9, 9, 9};
		std::memcpy(&entry.addr.u.ip4, group, 4);
		Message message;
		nlattr *tb[MDBA_SET_ENTRY_MAX + 1]{};
		tb[MDBA_SET_ENTRY] = message.put(MDBA_SET_ENTRY, entry);
		what(slave.bridge->dev, tb);
	});
}

const u8 kByHand[ETH_ALEN] = {0, 0x16, 0x3e, 1, 0, 0x44};
} // namespace

void ringway::test::change_address_of_eth0(World &w)
{
	with(w, "eth0", [](net_device *dev) {
		const u8 other[ETH_ALEN] = {0, 0x16, 0x3e, 0, 0, 0x99};
		eth_hw_addr_set(dev, other);
		call_netdevice_notifiers(NETDEV_CHANGEADDR, dev);
	});
}
void ringway::test::bridge_ko_comes_and_goes(World &w)
{
	w.linux_.bridge_ko = true;
	w.linux_.notify_of_module("bridge", MODULE_STATE_COMING);
	w.linux_.bridge_ko = false;
	w.linux_.notify_of_module("bridge", MODULE_STATE_GOING);
}

// --- the FDB -------------------------------------------------------------------------------------------

void ringway::test::add_entry(World &w)
{
	on_port(w, "vif2.0", [](brlite_slave &slave) {
		ndmsg message{};
		message.ndm_state = NUD_NOARP;
		nlattr *tb[NDA_MAX + 1]{};
		net_device *bridge = slave.bridge->dev;
		bridge->netdev_ops->ndo_fdb_add(&message, tb, slave.port.dev, kByHand, 0, NLM_F_REPLACE,
						nullptr);
	});
}
void ringway::test::delete_entry(World &w)
{
	with(w, "xenbr0", [](net_device *dev) {
		ndmsg message{};
		nlattr *tb[NDA_MAX + 1]{};
		dev->netdev_ops->ndo_fdb_del(&message, tb, dev, kByHand, 0, nullptr);
	});
}
void ringway::test::flush(net_device *bridge, net_device *what)
{
	nlmsghdr header{};
	header.nlmsg_len = NLMSG_LENGTH(sizeof(ndmsg));
	EXPECT_EQ(bridge->netdev_ops->ndo_fdb_del_bulk(&header, what, nullptr), 0);
}

// --- groups --------------------------------------------------------------------------------------------

void ringway::test::host_joins(World &w)
{
	with(w, "xenbr0", [](net_device *dev) {
		static netdev_hw_addr group{nullptr, {1, 0, 0x5e, 1, 2, 3}};
		netif_addr_lock_bh(dev);
		dev->multicast = &group;
		dev->netdev_ops->ndo_set_rx_mode(dev);
		netif_addr_unlock_bh(dev);
	});
}
void ringway::test::host_has_address(World &w, u64 address, bool on)
{
	with(w, "xenbr0", [&](net_device *dev) {
		netdev_hw_addr &known = w.linux_.unicast;
		netif_addr_lock_bh(dev);
		if (!dev->unicast)
			known = {};
		dev->unicast = &known;
		mac_store(known.addr, address);
		known.wanted = on;
		dev->netdev_ops->ndo_set_rx_mode(dev);
		netif_addr_unlock_bh(dev);
	});
}
void ringway::test::add_member(World &w)
{
	member(w, [](net_device *dev, nlattr **tb) { dev->netdev_ops->ndo_mdb_add(dev, tb, 0, nullptr); });
}
void ringway::test::delete_member(World &w)
{
	member(w, [](net_device *dev, nlattr **tb) { dev->netdev_ops->ndo_mdb_del(dev, tb, nullptr); });
}

// --- settings ------------------------------------------------------------------------------------------

namespace
{
void change_vlan_of_b(World &w, u16 vlan, bool add)
{
	on_port(w, "vif2.0", [=](brlite_slave &slave) {
		Message message;
		nlattr *spec = message.nest(IFLA_AF_SPEC);
		message.put(IFLA_BRIDGE_VLAN_INFO, bridge_vlan_info{BRIDGE_VLAN_INFO_PVID, vlan});
		message.end(spec);
		EXPECT_EQ(brlite_change_vlans(slave.port.dev, spec, add, nullptr), 0);
	});
}
} // namespace

void ringway::test::filter_vlans(World &w)
{
	on_bridge(w, [](brlite &bridge) {
		brlite_slave *slave;
		list_for_each_entry(slave, &bridge.slaves, list) brlite_vlan_set(&slave->port, kTagged, 0);
		brlite_filter_vlans(&bridge, true);
	});
}
void ringway::test::give_vlan_to_b(World &w)
{
	filter_vlans(w);
	change_vlan_of_b(w, 10, true);
}
void ringway::test::take_vlan_from_b(World &w)
{
	change_vlan_of_b(w, 10, false);
}
void ringway::test::count_vlans(World &w)
{
	on_bridge(w, [](brlite &bridge) { EXPECT_EQ(brlite_count_vlans(&bridge, true), 0); });
}
void ringway::test::limit_a(World &w)
{
	limit(w, 1000);
}
void ringway::test::limit_a_no_more(World &w)
{
	limit(w, 0);
}
void ringway::test::give_rules_to_a(World &w)
{
	rules(w, 6);
}
void ringway::test::give_other_rules_to_a(World &w)
{
	rules(w, 17);
}
void ringway::test::lock_a(World &w)
{
	lock(w, true, 0x0100000a);
}
void ringway::test::lock_a_again(World &w)
{
	lock(w, true, 0x0200000a);
}
void ringway::test::lock_b(World &w)
{
	lock(w, true, 0x0300000a, "vif2.0");
}
void ringway::test::unlock_a(World &w)
{
	lock(w, false, 0x0100000a);
}
void ringway::test::mirror_a_to_b(World &w)
{
	mirror(w, "vif2.0");
}
void ringway::test::mirror_a_to_eth0(World &w)
{
	mirror(w, "eth0");
}
void ringway::test::isolate(World &w)
{
	word(w, "vif1.0", IFLA_BRPORT_ISOLATED, 1);
	word(w, "vif2.0", IFLA_BRPORT_ISOLATED, 1);
}
void ringway::test::lock_macs_of_b(World &w)
{
	word(w, "vif2.0", IFLA_BRPORT_LOCKED, 1);
}
