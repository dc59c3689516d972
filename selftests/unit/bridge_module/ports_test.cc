// SPDX-License-Identifier: GPL-2.0-only
// What a bridge owes its ports, and they it, with no other CPU about: what joining turns off and limits, what
// leaving leaves behind and waits for, what Linux says of a port and is for the bridge.
//
// Cases of docs/security.md: BR-30
#include "settings_of.hpp"
#include <algorithm>
extern "C" {
#include "bridge-lite/counters.h"
}

using namespace ringway;
using namespace ringway::test;

namespace
{
u64 counted(World &w, const char *port, u32 counter)
{
	u64 is = 0;
	on_port(w, port, [&](brlite_slave &slave) { is = brlite_port_counter(&slave.port, counter); });
	return is;
}

// --- made ----------------------------------------------------------------------------------------------

// Whoever may make a network namespace can make bridges there, and their memory is the host's.
TEST(Made, ALargeTableNeedsTheAdministratorOfTheHost)
{
	World w;
	const auto refused = [&w](u32 fdb_max) {
		Message message;
		nlattr *tb[IFLA_MAX + 1]{}, *data[IFLA_BRLITE_MAX + 1]{};
		data[IFLA_BRLITE_FDB_MAX] = message.put(IFLA_BRLITE_FDB_MAX, fdb_max);
		return w.linux_.kind->validate(tb, data, nullptr);
	};
	EXPECT_EQ(refused(BRLITE_FDB_MAX_LIMIT), 0);
	EXPECT_EQ(refused(BRLITE_FDB_MAX_LIMIT + 1), -ERANGE);
	w.linux_.is_administrator = false;
	EXPECT_EQ(refused(BRLITE_FDB_MAX_DEFAULT), 0);
	EXPECT_EQ(refused(BRLITE_FDB_MAX_DEFAULT + 1), -EPERM);
}

// --- leaving -------------------------------------------------------------------------------------------

// An ARP reply from 10.0.0.1, which lock_a() gives to a.
FrameBytes announces(u64 from)
{
	FrameBytes f = ethernet(kEverybody, from, ETH_P_ARP, 0);
	f.insert(f.end(), {0, 1, 8, 0, 6, 4, 0, 2});
	for (u32 i = 0; i < 2; i++) {
		for (u32 octet = 0; octet < 6; octet++)
			f.push_back(static_cast<u8>(from >> (8 * octet)));
		f.insert(f.end(), {10, 0, 0, 1});
	}
	f.resize(60, 0);
	return f;
}

// BR-30
TEST(Leaving, WithoutMemoryItsAddressesAreNobodys)
{
	World w;
	lock_a(w);
	lock_b(w); // so that addresses are looked at without a, too
	poll(w.a(), {announces(kStationA)});
	EXPECT_EQ(counted(w, "vif1.0", BRLITE_DROP_LOCKED_ADDRESS), 0u);
	w.linux_.no_memory = true;
	leave(w, "vif1.0");
	w.linux_.no_memory = false;
	join(w, "vif3.0"); // and has the number that vif1.0 had
	poll(w.c(), {announces(kNobody)});
	EXPECT_EQ(counted(w, "vif3.0", BRLITE_DROP_LOCKED_ADDRESS), 1u);
	join(w, "vif1.0");
	set_up(w, "vif1.0", true); // which its policy, gone with it, had kept shut
	lock_a(w);
	poll(w.a(), {announces(kStationA)});
	EXPECT_EQ(counted(w, "vif1.0", BRLITE_DROP_LOCKED_ADDRESS), 0u);
}

// xenwatch and whoever else wants RTNL wait with it: one grace period, and another one for packets that
// netconsole may have under way.
TEST(Leaving, WaitsOnce)
{
	World w;
	lock_a(w);
	const auto waits = [&w](const char *port) {
		const u32 before = w.linux_.grace_periods;
		leave(w, port);
		return w.linux_.grace_periods - before;
	};
	EXPECT_EQ(waits("vif1.0"), 1u);
	EXPECT_EQ(waits("eth0"), 1u);
}

// --- joining -------------------------------------------------------------------------------------------

TEST(Joining, PacketsAreNotMergedAnyMoreAndThoseThatAreGoNowhere)
{
	World w;
	EXPECT_TRUE(w.linux_.find("eth0")->lro_is_off);
	const auto came_to_a = [&w] { return w.linux_.sent[w.linux_.find("vif1.0")] + w.a().delivered; };
	const u32 before = came_to_a();
	const ReadSide softirq;
	net_device *eth0 = w.linux_.find("eth0");
	for (const bool merged : {true, false}) {
		sk_buff *skb = linux_skb_new(0);
		const FrameBytes f = frame(kStationA, kFar);
		skb_put_data(skb, f.data(), static_cast<u32>(f.size()));
		skb->lro = merged;
		w.linux_.receive(eth0, skb);
	}
	const auto *port = static_cast<const brlite_port *>(eth0->rx_handler_data);
	EXPECT_EQ(brlite_port_counter(port, BRLITE_DROP_OVERSIZE), 1u);
	EXPECT_EQ(brlite_port_counter(port, BRLITE_DROP_RUNT), 0u);
	EXPECT_EQ(came_to_a(), before + 1);
}

// A loop beyond an uplink is as fast as the wire; a guest has the limits that it was given, and none at
// first.
TEST(Joining, AnUplinkIsLimitedInItsFloodsAndAGuestIsNot)
{
	World w;
	constexpr u32 most = 20000;
	const u64 eth0 = counted(w, "eth0", BRLITE_FLOODED), a = counted(w, "vif1.0", BRLITE_FLOODED);
	for (u32 i = 0; i < most + 100; i++)
		receive(w, "eth0", frame(kEverybody, kFar));
	for (u32 i = 0; i < (most + 100) / 50; i++)
		poll(w.a(), std::vector<FrameBytes>(50, frame(kEverybody, kStationA)));
	EXPECT_GE(counted(w, "eth0", BRLITE_DROP_STORM), 100u);
	EXPECT_EQ(counted(w, "eth0", BRLITE_FLOODED) - eth0 + counted(w, "eth0", BRLITE_DROP_STORM),
		  most + 100);
	EXPECT_GE(counted(w, "eth0", BRLITE_FLOODED) - eth0, most - 100);
	EXPECT_EQ(counted(w, "vif1.0", BRLITE_DROP_STORM), 0u);
	EXPECT_EQ(counted(w, "vif1.0", BRLITE_FLOODED) - a, most + 100);
	on_port(w, "eth0", [](brlite_slave &slave) {
		EXPECT_EQ(slave.storm[BRLITE_STORM_MULTICAST].rate, 200000u);
		EXPECT_EQ(slave.storm[BRLITE_STORM_UNKNOWN].rate, 200000u);
	});
}

// The host is known in its network by the NIC's address; one that somebody gave the bridge stays.
TEST(Joining, ABridgeWithoutAnAddressOfItsOwnTakesItsFirstUplinks)
{
	World w;
	const auto address = [&w] { return mac_load(w.bridge()->dev_addr); };
	EXPECT_EQ(address(), kEth0);
	leave(w, "eth0");
	EXPECT_NE(address(), kEth0);
	const Rtnl lock;
	w.bridge()->addr_assign_type = NET_ADDR_SET;
	const u64 own = address();
	net_device *bridge = w.bridge();
	EXPECT_EQ(bridge->netdev_ops->ndo_add_slave(bridge, w.linux_.find("eth0"), nullptr), 0);
	EXPECT_EQ(address(), own);
}

// --- addresses of this host ----------------------------------------------------------------------------

// A macvlan on the bridge, as keepalived makes one for VRRP: frames to it are for this host, and for nobody
// else.
TEST(HostAddress, OfAMacvlanIsThisHostsWhileThatIsThere)
{
	World w;
	struct Where {
		u32 came_up, to_b, to_eth0;
		bool operator==(const Where &) const = default;
	};
	const auto goes = [&w] {
		const Where before{w.linux_.came_up, w.b().delivered, w.linux_.sent[w.linux_.find("eth0")]};
		poll(w.a(), {frame(kVirtual, kStationA)});
		return Where{w.linux_.came_up - before.came_up, w.b().delivered - before.to_b,
			     w.linux_.sent[w.linux_.find("eth0")] - before.to_eth0};
	};
	const Where to_all = goes();
	EXPECT_EQ(to_all.to_eth0, 1u);
	host_has_address(w, kVirtual, true);
	EXPECT_EQ(goes(), (Where{1, 0, 0}));
	poll(w.b(), {frame(kStationA, kVirtual)}); // a guest is not this host
	EXPECT_EQ(counted(w, "vif2.0", BRLITE_DROP_SOURCE_LOCAL), 1u);
	EXPECT_EQ(goes(), (Where{1, 0, 0}));
	const u32 direct = w.b().delivered;
	poll(w.a(), {frame(kStationB, kStationA)}); // and between guests nothing is different
	EXPECT_EQ(w.b().delivered, direct + 1);
	EXPECT_EQ(w.bridge()->promiscuity, 0);
	host_has_address(w, kVirtual, false);
	EXPECT_EQ(goes(), to_all);
}

// Of two hosts with keepalived, the one in reserve hears the other one speak from the address that both have,
// or both would be masters. Any other address of this host is nobody else's.
TEST(HostAddress, OfAVirtualRouterIsHeardFromBeyondAnUplink)
{
	World w;
	host_has_address(w, kVirtual, true);
	const auto come_up = [&w](u64 from) {
		const u32 before = w.linux_.came_up;
		receive(w, "eth0", frame(kEverybody, from));
		return w.linux_.came_up - before;
	};
	EXPECT_EQ(come_up(kVirtual), 1u);
	EXPECT_EQ(counted(w, "eth0", BRLITE_DROP_SOURCE_LOCAL), 0u);
	EXPECT_EQ(come_up(kEth0), 0u);
	const u32 before = w.linux_.came_up;
	poll(w.a(), {frame(kVirtual, kStationA)}); // nothing was learned of it
	EXPECT_EQ(w.linux_.came_up, before + 1);
	host_has_address(w, kVirtual, false);
	host_has_address(w, kNobody, true); // which is no virtual router's
	EXPECT_EQ(come_up(kNobody), 0u);
}

// --- what Linux says of a port -------------------------------------------------------------------------

std::vector<std::string> asked_again;
int hear(notifier_block *, unsigned long event, void *info)
{
	if (event == NETDEV_RESEND_IGMP)
		asked_again.push_back(netdev_notifier_info_to_dev(info)->name);
	return NOTIFY_DONE;
}

// A bond failed over: the switch beyond must hear again which groups this host and its bridge want.
TEST(PortEvents, GroupsAreSaidAgainBehindTheBridgeToo)
{
	World w;
	notifier_block ear{hear};
	asked_again.clear();
	w.linux_.notifiers.push_back(&ear);
	with(w, "eth0", [](net_device *dev) { call_netdevice_notifiers(NETDEV_RESEND_IGMP, dev); });
	with(w, "vif3.0", [](net_device *dev) { call_netdevice_notifiers(NETDEV_RESEND_IGMP, dev); });
	std::erase(w.linux_.notifiers, &ear);
	std::sort(asked_again.begin(), asked_again.end());
	EXPECT_EQ(asked_again, (std::vector<std::string>{"eth0", "vif3.0", "xenbr0"}));
}

// --- addresses -----------------------------------------------------------------------------------------

// A port that has the host's address, too, leaves: while Linux waits for others to let it go, frames for the
// host still come to the host.
TEST(Addresses, TheHostsOwnIsThereAllTheTime)
{
	World w;
	const auto *bridge = static_cast<brlite *>(netdev_priv(w.bridge()));
	sockaddr wanted{};
	brlite_fdb_entry entry;
	with(w, "eth0", [&](net_device *dev) { memcpy(wanted.sa_data, dev->dev_addr, ETH_ALEN); });
	u8 address[ETH_ALEN];
	memcpy(address, wanted.sa_data, ETH_ALEN);
	const auto set = [&] {
		with(w, "xenbr0", [&](net_device *dev) {
			EXPECT_EQ(dev->netdev_ops->ndo_set_mac_address(dev, &wanted), 0);
			dev->addr_assign_type = NET_ADDR_SET; // as who calls it says
		});
	};
	wanted.sa_data[5] ^= 1;
	set();
	wanted.sa_data[5] ^= 1;
	set();
	u32 looks = 0;
	w.linux_.at_grace_period = [&] {
		EXPECT_EQ(brlite_fdb_get(bridge->core, address, 0, &entry), 0);
		EXPECT_TRUE(entry.is_local);
		looks++;
	};
	leave(w, "eth0");
	w.linux_.at_grace_period = {};
	EXPECT_GT(looks, 0u);
	EXPECT_EQ(brlite_fdb_get(bridge->core, address, 0, &entry), 0);
}

// --- statistics ----------------------------------------------------------------------------------------

// Anybody may read them all the time, and there may be a thousand ports.
TEST(Statistics, NobodyWaitsForWhoReadsThem)
{
	World w;
	const u32 before = w.linux_.spinlocks;
	read_statistics(w);
	read_counters(w);
	EXPECT_EQ(w.linux_.spinlocks, before);
}

TEST(Statistics, WhatAPortCountedStaysWhenItLeaves)
{
	World w;
	const auto dropped = [&w] {
		const ReadSide reads;
		rtnl_link_stats64 stats{};
		w.bridge()->netdev_ops->ndo_get_stats64(w.bridge(), &stats);
		return stats.rx_dropped;
	};
	const u64 before = dropped();
	EXPECT_EQ(before, 1u);
	leave(w, "vif2.0");
	EXPECT_EQ(dropped(), before);
	join(w, "vif2.0");
	EXPECT_EQ(dropped(), before);
}
} // namespace
