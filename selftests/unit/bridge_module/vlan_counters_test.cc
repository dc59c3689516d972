// SPDX-License-Identifier: GPL-2.0-only
// Packets and bytes by VLAN, as "bridge -s vlan show" asks for them: what it is told, how a long answer goes
// on, and what memory does that is not there.
#include "settings_of.hpp"

using namespace ringway;
using namespace ringway::test;

namespace
{
struct VlanCountersTest : testing::Test {
	World w;

	// One answer, from *position on; it says how it ended.
	std::vector<bridge_vlan_xstats> answer(const char *name, int &position, int &error)
	{
		Message message;
		std::vector<bridge_vlan_xstats> out;
		with(w, name, [&](net_device *dev) {
			const InModule in;
			const bool is_bridge = dev == w.bridge();
			const int attribute =
				is_bridge ? IFLA_STATS_LINK_XSTATS : IFLA_STATS_LINK_XSTATS_SLAVE;
			error = w.linux_.kind->fill_linkxstats(message.skb(), dev, &position, attribute);
		});
		auto *nest = reinterpret_cast<nlattr *>(message.skb()->data);
		EXPECT_EQ(nla_type(nest), LINK_XSTATS_TYPE_BRIDGE);
		nlattr *at;
		int rest;
		nla_for_each_nested(at, nest, rest)
			out.push_back(*static_cast<bridge_vlan_xstats *>(nla_data(at)));
		return out;
	}
	bridge_vlan_xstats of(const char *name, u16 vlan)
	{
		int position = 0, error = -1;
		for (const auto &each : answer(name, position, error))
			if (each.vid == vlan)
				return each;
		ADD_FAILURE() << name << " says nothing of VLAN " << vlan;
		return {};
	}
	void expect(const char *name, u16 vlan, u64 rx, u64 tx)
	{
		const bridge_vlan_xstats is = of(name, vlan);
		EXPECT_EQ(is.rx_packets, rx) << name;
		EXPECT_EQ(is.tx_packets, tx) << name;
		EXPECT_EQ(is.rx_bytes, rx * (60 - ETH_HLEN)) << name;
		EXPECT_EQ(is.tx_bytes, tx * (60 - ETH_HLEN)) << name;
	}
	// World's ports have learned while no VLANs were told apart.
	void learn()
	{
		poll(w.a(), {frame(kEverybody, kStationA)});
		poll(w.b(), {frame(kEverybody, kStationB)});
	}
};

TEST_F(VlanCountersTest, EachPortAndTheBridgeSayWhatPassed)
{
	filter_vlans(w);
	learn();
	count_vlans(w);
	poll(w.a(), {frame(kStationB, kStationA), frame(kEth0, kStationA), frame(kEverybody, kStationA)});
	host_sends(w, frame(kStationA, kEth0));
	expect("vif1.0", 1, 3, 1);
	expect("vif2.0", 1, 0, 2);
	expect("eth0", 1, 0, 1);
	expect("xenbr0", 1, 1, 2);
	EXPECT_EQ(of("vif1.0", 1).flags, BRIDGE_VLAN_INFO_PVID | BRIDGE_VLAN_INFO_UNTAGGED);
}

TEST_F(VlanCountersTest, WhoComesLaterCountsTooAndWhoComesBackBeginsWithZero)
{
	filter_vlans(w);
	count_vlans(w);
	join(w, "vif3.0");
	poll(w.c(), {frame(kEverybody, kNobody)});
	expect("vif3.0", 1, 1, 0);
	give_vlan_to_b(w);
	poll(w.b(), {frame(kEverybody, kStationB)});
	expect("vif2.0", 10, 1, 0);
	take_vlan_from_b(w);
	give_vlan_to_b(w);
	expect("vif2.0", 10, 0, 0);
}

TEST_F(VlanCountersTest, OffNothingIsCountedAndOnAgainAllBeginWithZero)
{
	filter_vlans(w);
	count_vlans(w);
	learn();
	on_bridge(w, [](brlite &bridge) { brlite_count_vlans(&bridge, false); });
	learn();
	expect("vif1.0", 1, 0, 0);
	count_vlans(w);
	expect("vif1.0", 1, 0, 0);
}

TEST_F(VlanCountersTest, WithoutMemoryNothingIsCountedAndAllPasses)
{
	filter_vlans(w);
	w.linux_.no_memory = true;
	on_bridge(w, [](brlite &bridge) { EXPECT_EQ(brlite_count_vlans(&bridge, true), -ENOMEM); });
	w.linux_.no_memory = false;
	learn();
	expect("vif1.0", 1, 0, 0);
	count_vlans(w);
	on_port(w, "vif2.0", [this](brlite_slave &slave) {
		w.linux_.no_memory = true;
		brlite_vlan_set(&slave.port, 100, BRLITE_VLAN_PVID | BRLITE_VLAN_UNTAGGED);
		brlite_vlan_counters_grow(slave.bridge, &slave.vlans);
		w.linux_.no_memory = false;
		brlite_vlan_set(&slave.bridge->local, 100, BRLITE_VLAN_UNTAGGED);
		brlite_vlan_counters_grow(slave.bridge, &slave.bridge->local_vlans);
	});
	poll(w.b(), {frame(kEth0, kStationB)});
	expect("vif2.0", 100, 0, 0);
	expect("xenbr0", 100, 0, 1);
}

// All VLANs do not fit one answer: it goes on where it ended, and each is said once.
TEST_F(VlanCountersTest, ALongAnswerGoesOn)
{
	filter_vlans(w);
	count_vlans(w);
	on_port(w, "vif2.0", [](brlite_slave &slave) {
		for (u32 vlan = 2; vlan <= BRLITE_VLAN_LAST; vlan++)
			brlite_vlan_set(&slave.port, vlan, 0);
	});
	int position = 0, error = -EMSGSIZE;
	u32 next = 1, answers = 0;
	for (; error && answers < BRLITE_VLAN_LAST; answers++)
		for (const auto &each : answer("vif2.0", position, error))
			EXPECT_EQ(each.vid, next++);
	EXPECT_EQ(error, 0);
	EXPECT_EQ(next, BRLITE_VLAN_LAST + 1);
	EXPECT_GT(answers, 1u);
}
} // namespace
