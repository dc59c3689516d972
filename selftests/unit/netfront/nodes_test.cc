// SPDX-License-Identifier: GPL-2.0-only
// What a backend or a toolstack may write for a guest to read: addresses, MTUs, features, the carrier.
#include "host.hpp"
#include "core/mac.hpp"
#include <gtest/gtest.h>

using namespace ringway;
using namespace ringway::netfront;
using namespace ringway::test;

namespace
{
class Nodes : public testing::Test
{
protected:
	Kernel k;
	netfront_vif *vif = nullptr;

	void SetUp() override
	{
		k.backend = {{"online", 1}, {"state", 2}, {"feature-rx-copy", 1}, {"feature-sg", 1}};
		vif = netfront_create(&k.host, 1);
		k.open(vif);
	}
	void TearDown() override
	{
		k.stop(vif);
		k.backend["state"] = 0;
		k.on_read = {};
		netfront_remove(vif);
		netfront_destroy(vif);
		EXPECT_EQ(k.granted(), 0u);
		EXPECT_EQ(k.reserved(), 0u);
		EXPECT_EQ(k.pages.size(), 0u);
	}
	void backend(u32 state)
	{
		k.backend["state"] = state;
		netfront_backend_changed(vif, state);
	}
	void link()
	{
		backend(2);
		backend(4);
	}
	// The backend restarts.
	void link_again()
	{
		k.backend["online"] = 1;
		backend(6);
		k.later = -1;
		netfront_later(vif);
		link();
		EXPECT_EQ(k.state, 4u);
	}
	void carrier(u32 value)
	{
		k.backend["carrier"] = value;
		netfront_link_event(vif);
	}
	void a_pause_later()
	{
		ASSERT_EQ(k.link_later, 1000);
		k.link_later = -1;
		netfront_link_later(vif);
	}
};
} // namespace

TEST(ParseMac, WhatIsOne)
{
	EXPECT_EQ(parse_mac("00:16:3e:12:34:56").value(), mac_of(0, 0x16, 0x3e, 0x12, 0x34, 0x56));
	EXPECT_EQ(parse_mac("fE:dC:bA:98:76:54").value(), mac_of(0xfe, 0xdc, 0xba, 0x98, 0x76, 0x54));
	const std::string good = "02:04:06:08:0a:0c";
	for (std::size_t i = 0; i < good.size(); i++) {
		EXPECT_FALSE(parse_mac(good.substr(0, i).c_str()).ok());
		for (const char c : {'g', 'G', '/', '@', '`', ' ', '-', '.', '\x80', '\xff', ';'}) {
			std::string bad = good;
			bad[i] = c;
			EXPECT_FALSE(parse_mac(bad.c_str()).ok()) << bad;
		}
	}
	EXPECT_FALSE(parse_mac((good + ":").c_str()).ok());
	EXPECT_FALSE(parse_mac((good + "0").c_str()).ok());
	EXPECT_FALSE(parse_mac("0:2:4:6:8:a").ok());
}

// NF-21: what no station may have is refused before anything is granted, by name; the next one counts.
TEST_F(Nodes, AddressesThatAreNone)
{
	const std::optional<std::string> bad[] = {std::nullopt,
						  "",
						  "00:00:00:00:00:00",
						  "01:00:5e:00:00:01",
						  "ff:ff:ff:ff:ff:ff",
						  "03:16:3e:00:00:01",
						  "00:16:3e:00:00",
						  "00:16:3e:00:00:01:02",
						  "00-16-3e-00-00-01",
						  "00:16:3e:00:00:0x",
						  "text",
						  std::string(5000, '0')};
	for (const auto &mac : bad) {
		k.mac = mac;
		backend(2);
		EXPECT_EQ(k.state, 5u) << mac.value_or("none");
		EXPECT_EQ(k.refused.find("mac is \"" + (mac && mac->size() < 24 ? *mac : "") + "\""), 0u)
			<< k.refused;
		EXPECT_NE(k.fatal, "");
		EXPECT_EQ(k.queues_announced, 0u);
		EXPECT_EQ(k.granted(), 0u);
		// A vif attached anew.
		k.backend["state"] = 0;
		k.stop(vif);
		netfront_remove(vif);
		netfront_destroy(vif);
		k.state = 1;
		k.refused = k.fatal = "";
		vif = netfront_create(&k.host, 1);
		k.open(vif);
	}
	k.mac = "02:16:3E:00:00:01";
	link();
	EXPECT_TRUE(k.carrier);
	EXPECT_EQ(mac_load(k.wish.mac), mac_of(2, 0x16, 0x3e, 0, 0, 1));
	EXPECT_TRUE(k.wish.new_mac);
	// Changed inside the guest, it stays; changed by the toolstack, it follows.
	link_again();
	EXPECT_FALSE(k.wish.new_mac);
	k.mac = "02:16:3e:00:00:02";
	link_again();
	EXPECT_TRUE(k.wish.new_mac);
}

// NF-22: nonsense is not used, too much is cut to what the backend takes.
TEST_F(Nodes, MtusThatAreNone)
{
	const struct {
		u32 node, sg, mtu;
	} cases[] = {{0, 1, 0},         {1, 1, 0},         {67, 1, 0},        {68, 1, 68},
		     {1500, 1, 1500},   {9000, 1, 9000},   {65517, 1, 65517}, {65518, 1, 65517},
		     {65535, 1, 65517}, {65536, 1, 65517}, {~0u, 1, 65517},   {9000, 0, 1500},
		     {~0u, 0, 1500},    {1400, 0, 1400},   {67, 0, 0}};
	for (const auto &c : cases) {
		netfront_vif *other = netfront_create(&k.host, 1);
		k.ours["mtu"] = c.node;
		k.backend["feature-sg"] = c.sg;
		k.backend["state"] = 2;
		netfront_backend_changed(other, 2);
		EXPECT_EQ(k.state, 4u);
		EXPECT_EQ(k.wish.mtu, c.mtu) << c.node << " sg " << c.sg;
		k.backend["state"] = 0;
		netfront_remove(other);
		netfront_destroy(other);
	}
}

TEST_F(Nodes, MtuFollowsTheNodeAndTheBackend)
{
	link();
	EXPECT_EQ(k.wish.mtu, 1500u); // no node: what everybody assumes
	link_again();
	EXPECT_EQ(k.wish.mtu, 0u); // what was set inside the guest stays
	k.ours["mtu"] = 9000;
	link_again();
	EXPECT_EQ(k.wish.mtu, 9000u);
	k.backend["feature-sg"] = 0;
	link_again();
	EXPECT_EQ(k.wish.mtu, 1500u);
	k.backend["feature-sg"] = 1;
	link_again();
	EXPECT_EQ(k.wish.mtu, 9000u);
}

// NF-20: each node is read once a connection, so whatever else it says meanwhile makes no difference.
TEST_F(Nodes, FeaturesThatFlipWhileConnecting)
{
	for (const u32 first : {0u, 1u}) {
		std::map<std::string, u32> read;
		for (const char *node : {"feature-sg", "feature-gso-tcpv4", "feature-gso-tcpv6",
					 "feature-ipv6-csum-offload", "feature-split-event-channels"})
			k.backend[node] = !first;
		k.backend["multi-queue-max-queues"] = 1;
		k.ours["mtu"] = 9000;
		k.on_read = [&](xenstore_side side, const std::string &node) {
			if (side != XENSTORE_BACKEND || node == "state" || node == "online")
				return;
			// Another value with each further look at it.
			const bool again = read[node]++;
			if (node.starts_with("feature-") && node != "feature-rx-copy")
				k.backend[node] = again ? !first : first;
		};
		link_again();
		k.on_read = {};
		for (const auto &[node, times] : read)
			if (node.starts_with("feature-"))
				EXPECT_EQ(times, 1u) << node;
		const auto can = netfront_backend_features(vif);
		EXPECT_EQ(can.sg, first);
		EXPECT_EQ(k.wish.mtu, first ? 9000u : 1500u); // of one mind with what was read
		k.backend["feature-sg"] = !first;
		EXPECT_EQ(netfront_backend_features(vif).sg, first);
	}
}

TEST_F(Nodes, CarrierOfTheBackend)
{
	k.backend["carrier"] = 0;
	link();
	EXPECT_FALSE(k.carrier);
	EXPECT_EQ(k.peers_notified, 0);
	carrier(1);
	EXPECT_TRUE(k.carrier);
	EXPECT_EQ(k.peers_notified, 1);
	a_pause_later();
	EXPECT_EQ(k.link_later, -1); // nothing happened: nothing is looked at any more
	k.backend.erase("carrier");  // absent means up
	netfront_link_event(vif);
	EXPECT_TRUE(k.carrier);
	EXPECT_EQ(k.link_later, -1);
	carrier(77);
	EXPECT_TRUE(k.carrier);
	carrier(0);
	EXPECT_FALSE(k.carrier);
	link_again(); // and it holds for the next connection
	EXPECT_FALSE(k.carrier);
	EXPECT_EQ(k.state, 4u);
}

// NF-23: a thousand changes cost two at once and one a second, and the last one counts.
TEST_F(Nodes, CarrierThatFlaps)
{
	link();
	EXPECT_TRUE(k.carrier);
	k.carrier_changes = k.peers_notified = 0;
	for (u32 second = 0; second < 5; second++) {
		for (u32 i = 0; i <= 1000; i++)
			carrier((second + i) % 2);
		EXPECT_EQ(k.carrier_changes, static_cast<int>(second) + 1);
		a_pause_later();
	}
	EXPECT_LE(k.peers_notified, 3);
	// It comes to rest: what it said last is what holds.
	carrier(0);
	for (u32 n = 0; n < 3 && k.link_later >= 0; n++)
		a_pause_later();
	EXPECT_FALSE(k.carrier);
	EXPECT_EQ(k.link_later, -1);
	// Before and after a connection it is nobody's.
	backend(6);
	k.carrier_changes = 0;
	carrier(1);
	EXPECT_EQ(k.carrier_changes, 0);
	EXPECT_FALSE(k.carrier);
}
