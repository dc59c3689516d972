// SPDX-License-Identifier: GPL-2.0-only
// A bridge of the kernel in a network namespace is taken away and made again: all that it had is there.
// It takes root; brlite bridges are for the lab.

#include <array>
#include <cstdio>
#include <fmt/format.h>
#include <gtest/gtest.h>
#include <memory>
#include <net/if.h>
#include <sched.h>
#include <string>
#include <sys/mount.h>
#include <unistd.h>
#include "words/error.hpp"
#include "world/nl_bridge_maker.hpp"

namespace ringway::test
{

namespace
{

std::string said(const std::string &command)
{
	const std::unique_ptr<FILE, int (*)(FILE *)> pipe(popen((command + " 2>&1").c_str(), "r"), pclose);
	std::string out;
	std::array<char, 4096> buffer{};
	while (pipe && fgets(buffer.data(), buffer.size(), pipe.get()) != nullptr) {
		out += buffer.data();
	}
	return out;
}

class BridgeTest : public testing::Test
{
protected:
	void SetUp() override
	{
		if (geteuid() != 0 || unshare(CLONE_NEWNET | CLONE_NEWNS) != 0) {
			GTEST_SKIP() << "makes network namespaces, which takes root";
		}
		// /sys and /proc/sys/net of this namespace.
		ASSERT_EQ(mount("none", "/", nullptr, MS_REC | MS_PRIVATE, nullptr), 0);
		ASSERT_EQ(mount("sys", "/sys", "sysfs", 0, nullptr), 0);
		does("ip link set lo up");
		does("ip link add veth0 type veth peer name far0");
		does("ip link add veth1 type veth peer name far1");
		for (const char *name : {"veth0", "veth1", "far0", "far1"}) {
			does(std::string("ip link set ") + name + " up");
		}
	}

	static void does(const std::string &command) { EXPECT_EQ(said(command), "") << command; }

	static void make(const std::string &options)
	{
		does("ip link add br0 address 00:16:3e:00:00:11 type bridge " + options);
		does("ip link set veth0 master br0");
		does("ip link set veth1 master br0");
		does("ip link set br0 up");
	}

	// All that ip(8) and bridge(8) show, but for what passes and what is left of a time.
	static std::string everything()
	{
		const std::string quiet =
			" | sed -E 's/[a-z_]+_timer +[0-9.]+//g; "
			"s/(valid_lft|preferred_lft|expires) [0-9]+/\\1 N/g; s/^[0-9]+: (far|veth)/\\1/; "
			"s/hello_time [0-9]+//; s/ tentative| dadfailed//g; s/link-netns[^ ]* [0-9]+//'";
		return said("ip -d link show br0" + quiet) + said("ip -d link show master br0" + quiet) +
		       said("ip address show br0" + quiet) + said("ip -4 route show table all" + quiet) +
		       said("ip -6 route show table all dev br0 | grep -v anycast | sort" + quiet) +
		       said("bridge vlan show") + said("ip neigh show nud permanent") +
		       said("grep -r . /proc/sys/net/ipv4/conf/br0 /proc/sys/net/ipv6/conf/br0 2>/dev/null | "
			    "sort");
	}

	// An address of IPv6 is looked for on the wire first, a second after the device came up.
	static std::string settled()
	{
		std::string before = everything();
		for (int same = 0, i = 0; same < 4 && i < 60; ++i) {
			usleep(300000);
			const std::string now = everything();
			const bool waits = said("ip address").find("tentative") != std::string::npos;
			same = now == before && !waits ? same + 1 : 0;
			before = now;
		}
		return before;
	}

	static BridgeImage looked_at(NlBridgeMaker &bridges)
	{
		const auto image = bridges.look("br0");
		EXPECT_TRUE(image.has_value());
		return image.value_or(BridgeImage());
	}

	static bool knows_vlans()
	{
		const bool knows = said("ip link add try0 type bridge vlan_filtering 1").empty();
		said("ip link del try0");
		return knows;
	}

	// Made again, it is as it was.
	static void survives()
	{
		const std::string before = settled();
		NlBridgeMaker bridges;
		const BridgeImage image = looked_at(bridges);
		EXPECT_TRUE(image.obstacles.empty()) << image.obstacles.front();
		const auto away = bridges.build(image);
		EXPECT_LT(away, std::chrono::seconds(1));
		EXPECT_EQ(settled(), before);
	}
};

} // namespace

TEST_F(BridgeTest, APlainOneIsAsItWas)
{
	make("");
	survives();
}

// CL-27
TEST_F(BridgeTest, AddressesAndRoutesComeBack)
{
	make("");
	does("ip address add 192.0.2.2/24 dev br0");
	does("ip address add 192.0.2.3/24 dev br0 label br0:1");
	does("ip address add 198.51.100.9/32 dev br0 valid_lft 5000 preferred_lft 4000");
	does("ip address add 2001:db8::2/64 dev br0");
	does("ip link set far0 mtu 1400");
	does("ip address add 203.0.113.1/24 dev far1");
	does("ip route add default via 192.0.2.1 metric 100");
	does("ip route add 10.0.0.0/8 dev br0 src 192.0.2.2 mtu 1300");
	does("ip route add 10.1.0.0/16 via 10.0.0.1 dev br0 onlink");
	does("ip route add 10.2.0.0/16 nexthop via 192.0.2.1 dev br0 nexthop via 203.0.113.2 dev far1");
	does("ip route add 172.16.0.0/12 via 203.0.113.2 src 192.0.2.2");
	does("ip route add 10.9.0.0/16 via 192.0.2.1 table 77");
	does("ip -6 route add default via 2001:db8::1 dev br0 metric 50");
	does("ip neigh add 192.0.2.77 lladdr 00:16:3e:00:00:77 dev br0 nud permanent");
	survives();
}

// As a guest's device is, when the driver changes.
TEST_F(BridgeTest, ADeviceMadeAnewIsThePortThatItWas)
{
	const auto settings = [] {
		return said("bridge -d link show dev veth1 | tail -n +2 | sed 's/state [a-z]*//'");
	};
	make("");
	does("bridge link set dev veth1 learning off flood off isolated on");
	const std::string before = settings();
	NlBridgeMaker bridges;
	const BridgeImage image = looked_at(bridges);
	does("ip link del veth1");
	does("ip link add veth1 type veth peer name far1");
	does("ip link set far1 up");
	ASSERT_EQ(image.ports.size(), 2U);
	BridgePort port = image.ports[1];
	ASSERT_EQ(port.name, "veth1");
	port.index = static_cast<int>(if_nametoindex("veth1"));
	bridges.join(image, port);
	EXPECT_EQ(settings(), before);
	EXPECT_NE(before.find("learning off"), std::string::npos) << before;
}

TEST_F(BridgeTest, SettingsOfBridgeAndPortsComeBack)
{
	make("ageing_time 12000 group_fwd_mask 0x4000 priority 4097 forward_delay 400 mcast_snooping 0");
	does("ip link set br0 mtu 1400 txqueuelen 500 alias uplink");
	does("bridge link set dev veth0 isolated on learning off flood off");
	does("bridge link set dev veth1 hairpin on guard on mcast_flood off");
	survives();
}

TEST_F(BridgeTest, VlansComeBack)
{
	if (!knows_vlans()) {
		GTEST_SKIP() << "this kernel's bridges know no VLANs";
	}
	make("vlan_filtering 1 vlan_default_pvid 1");
	does("bridge vlan add dev veth0 vid 10 pvid untagged");
	does("bridge vlan del dev veth0 vid 1");
	does("bridge vlan add dev veth1 vid 20-40");
	does("bridge vlan add dev br0 vid 20 self");
	does("bridge vlan del dev br0 vid 1 self");
	survives();
}

// The VLAN that ports are in at first is the bridge's default, not always 1.
TEST_F(BridgeTest, NoPortIsInAVlanThatItWasNotIn)
{
	if (!knows_vlans()) {
		GTEST_SKIP() << "this kernel's bridges know no VLANs";
	}
	for (const char *pvid : {"0", "1", "10"}) {
		make(std::string("vlan_filtering 1 vlan_default_pvid ") + pvid);
		does("bridge vlan add dev veth0 vid 1 pvid untagged");
		does("bridge vlan add dev veth1 vid 20 pvid untagged");
		said("bridge vlan del dev veth1 vid " + std::string(pvid));
		said("bridge vlan del dev br0 vid " + std::string(pvid) + " self");
		survives();
		does("ip link del br0");
	}
}

// All of it is one batch, and is answered before anybody reads.
TEST_F(BridgeTest, ManyPortsAndVlansComeBack)
{
	make(knows_vlans() ? "vlan_filtering 1" : "");
	std::string pairs;
	for (int i = 0; i < 150; ++i) {
		pairs += fmt::format("link add many{0} type veth peer name more{0}\n"
				     "link set more{0} master br0\nlink set many{0} master br0\n",
				     i);
	}
	does("printf '" + pairs + "' | ip -batch -");
	std::string vlans;
	for (int i = 0, most = knows_vlans() ? 150 : 0; i < most; ++i) {
		vlans +=
			fmt::format("vlan add dev many{} vid {}\n", i, i < 8 ? "2-4094" : "20 pvid untagged");
	}
	does("printf '" + vlans + "' | bridge -batch -");
	survives();
}

TEST_F(BridgeTest, SysctlsComeBack)
{
	make("");
	does("echo 1 > /proc/sys/net/ipv4/conf/br0/proxy_arp");
	does("echo 2 > /proc/sys/net/ipv4/conf/br0/rp_filter");
	does("echo 1 > /proc/sys/net/ipv6/conf/br0/disable_ipv6");
	survives();
}

TEST_F(BridgeTest, WhatStandsOnItIsAnObstacle)
{
	make("");
	does("ip link add mv0 link br0 type macvlan");
	does("tc qdisc add dev br0 clsact");
	does("bridge fdb add 00:16:3e:00:00:55 dev veth0 master static");
	NlBridgeMaker bridges;
	const BridgeImage image = looked_at(bridges);
	ASSERT_EQ(image.obstacles.size(), 3u);
	EXPECT_NE(image.obstacles[0].find("mv0 (macvlan)"), std::string::npos);
	EXPECT_NE(image.obstacles[1].find("1 of its addresses"), std::string::npos);
	EXPECT_NE(image.obstacles[2].find("clsact"), std::string::npos);
}

TEST_F(BridgeTest, AKindThatTheKernelDoesNotHaveIsFoundBeforeAnythingHappens)
{
	make("ageing_time 12000");
	const std::string before = settled();
	NlBridgeMaker bridges;
	BridgeImage image = looked_at(bridges);
	bridges.try_out(image);
	image.kind = "nosuchkind";
	EXPECT_THROW(bridges.try_out(image), Error);
	EXPECT_EQ(everything(), before);
	EXPECT_EQ(bridges.names(), std::vector<std::string>{"br0"});
}

TEST_F(BridgeTest, WhatIsRefusedIsNamedAndTheRestIsDone)
{
	make("");
	does("ip address add 192.0.2.2/24 dev br0");
	NlBridgeMaker bridges;
	BridgeImage image = looked_at(bridges);
	image.ports[0].index = 4711;
	try {
		bridges.build(image);
		FAIL() << "a port that is not there";
	} catch (const Error &error) {
		EXPECT_NE(std::string(error.what()).find(image.ports[0].name + " as port of br0"),
			  std::string::npos)
			<< error.what();
	}
	EXPECT_NE(said("ip address show br0").find("192.0.2.2/24"), std::string::npos);
	EXPECT_NE(said("ip link show master br0").find("veth"), std::string::npos);
}

} // namespace ringway::test
