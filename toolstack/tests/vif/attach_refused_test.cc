// SPDX-License-Identifier: GPL-2.0-only
//
// What could not work is refused before anything is written.
#include "attach_fixture.hpp"

namespace ringway
{

TEST_F(Attach, NamesWhatDoesNotExist)
{
	expect_in("'nosuch'", fails(Exit::absent, "", "nosuch"));
	expect_in("'7'", fails(Exit::absent, "", "7"));
	expect_in("''", fails(Exit::absent, "", ""));
	expect_in("'br9'", fails(Exit::absent, "bridge=br9"));
	expect_in("'lo'", fails(Exit::usage, "bridge=lo"));
	expect_in("'netvm'", fails(Exit::absent, "backend=netvm"));
	expect_in("'Domain-0'", fails(Exit::usage, "", "Domain-0"));
	expect_in("\\x1b", fails(Exit::absent, "", "\x1b[2J"));
}

// CL-16
TEST_F(Attach, RefusesNamesInUse)
{
	world.links.add("eth0", "");
	expect_in("'eth0'", fails(Exit::conflict, "vifname=eth0"));
	expect_in("'vif9.0'", fails(Exit::usage, "vifname=vif9.0"));
}

TEST_F(Attach, RefusesAnAddressInUseOnTheSameBridge)
{
	world.add_domain(4, "db");
	world.links.add("br1", "bridge");
	go("mac=00:16:3e:00:00:01");
	expect_in("vif 3.0 already has it", fails(Exit::conflict, "mac=00:16:3e:00:00:01", "db"));
	EXPECT_EQ(go("mac=00:16:3e:00:00:01,bridge=br1", "db").text(), "vif 4.0");
}

// The bridge drops what comes from its own host's addresses: such a guest would be attached, and dead.
TEST_F(Attach, RefusesAnAddressOfTheBridgeOrOfItsPorts)
{
	world.links.add("eth0", "");
	world.links.at("eth0").master = world.links.at("xenbr0").index;
	world.links.at("eth0").mac = Mac::parse("00:16:3e:00:00:10");
	world.links.at("xenbr0").mac = Mac::parse("00:16:3e:00:00:11");
	world.links.add("eth1", "");
	world.links.at("eth1").mac = Mac::parse("00:16:3e:00:00:12");
	expect_in("port eth0", fails(Exit::conflict, "mac=00:16:3e:00:00:10"));
	expect_in("the bridge itself", fails(Exit::conflict, "mac=00:16:3e:00:00:11"));
	EXPECT_EQ(go("mac=00:16:3e:00:00:12").text(), "vif 3.0") << "of no port of this bridge";
	// the only one that this world's random numbers give
	world.links.at("eth0").mac = Mac::parse("00:16:3e:7f:02:03");
	expect_in("give one with mac=", fails(Exit::failed, ""));
}

TEST_F(Attach, VlansNeedABridgeThatFilters)
{
	world.links.add("br1", "bridge", true);
	expect_in("'10p/20'", fails(Exit::usage, "bridge=br1,vlan=10p/20"));
	world.links.vlan_bridges.insert("br1");
	go("bridge=br1,vlan=10p/20");
	EXPECT_EQ(world.links.vlans.at("vif3.0").pvid, 10);
	EXPECT_EQ(world.store.get(std::string(back) + "/vlan"), "10p/20");
}

TEST_F(Attach, NeverPretendsToLockAddresses)
{
	world.links.add("br1", "bridge", true);
	expect_in("'10.0.0.1'", fails(Exit::usage, "bridge=br1,ip=10.0.0.1"));
	expect_in("'10.0.0.0/24'", fails(Exit::usage, "ip=10.0.0.0/24"));
	expect_in("'10.0.0.1/128'", fails(Exit::usage, "ip=10.0.0.1/128"));
	expect_in("given twice", fails(Exit::usage, "ip=10.0.0.1 10.0.0.1/32"));
}

// CL-18
TEST_F(Attach, WithoutADriverSaysWhatToType)
{
	world.remove_file("sys/bus/xen-backend/drivers/vif");
	expect_in("modprobe ringway-netback", fails(Exit::host));
}

} // namespace ringway
