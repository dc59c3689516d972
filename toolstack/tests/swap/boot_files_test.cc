// SPDX-License-Identifier: GPL-2.0-only
#include "swap/boot_files.hpp"

#include "guest_test.hpp"

namespace ringway::test
{

namespace
{

const std::string interfaces =
	"auto lo\niface lo inet loopback\n\n"
	"auto xenbr0\niface xenbr0 inet static\n\taddress 192.0.2.2/24\n"
	"\tbridge_ports eth0   # the uplink\n\tbridge_stp off\n\n"
	"auto br1\niface br1 inet manual\n\tbridge_ports none"; // no end of the last line

const BridgeNames xenbr0{{"xenbr0"}};

class BootFiles : public GuestTest
{
};

} // namespace

TEST_F(BootFiles, OneWordInTheBridgesOwnParagraph)
{
	const std::string lite = with_ports_word(interfaces, xenbr0, true);
	expect_in("\tbrlite_ports eth0   # the uplink\n\tbridge_stp off\n", lite);
	expect_in("\tbridge_ports none", lite);
	EXPECT_EQ(with_ports_word(lite, xenbr0, false), interfaces);
	const std::string all = with_ports_word(interfaces, std::nullopt, true);
	expect_in("\tbrlite_ports none", all);
	EXPECT_EQ(with_ports_word(all, std::nullopt, false), interfaces);
	EXPECT_EQ(with_ports_word(interfaces, BridgeNames(std::in_place), true), interfaces) << "of none";
	EXPECT_EQ(with_ports_word("iface xenbr0 inet dhcp\n\tbrlite-ports eth0\n", xenbr0, false),
		  "iface xenbr0 inet dhcp\n\tbridge_ports eth0\n");
	EXPECT_TRUE(ports_by_pattern(interfaces, {"xenbr0"}).empty());
	for (const char *line :
	     {"bridge_ports all", "bridge-ports regex eth.*", "bridge_ports none noregex"}) {
		const std::string text = fmt::format("iface br1 inet manual\n\t{}\n", line);
		EXPECT_EQ(ports_by_pattern(text, {"br1"}), std::vector<std::string>{line});
		EXPECT_TRUE(ports_by_pattern(text, {"br2"}).empty());
	}
}

TEST_F(BootFiles, ThereAndBack)
{
	world.add_file("etc/network/interfaces", interfaces);
	world.add_file("etc/network/if-pre-up.d/ringway");
	world.add_file("usr/lib/modprobe.d/ringway.conf", "the package's\n");
	const Files before = boot_files(world.root);
	const Files ours = boot_files_for(before, true, xenbr0, world.root);
	EXPECT_FALSE(ours.at("etc/modprobe.d/ringway.conf").has_value()) << "the package's own says it";
	write_files(world.root, ours);
	expect_in("brlite_ports eth0", *boot_files(world.root).at("etc/network/interfaces"));
	const Files stock = boot_files_for(boot_files(world.root), false, xenbr0, world.root);
	write_files(world.root, stock);
	EXPECT_EQ(boot_files(world.root).at("etc/network/interfaces"), interfaces);
	expect_in("blacklist ringway-netback", *boot_files(world.root).at("etc/modprobe.d/ringway.conf"));
	write_files(world.root, before);
	EXPECT_EQ(boot_files(world.root), before);
}

TEST_F(BootFiles, WithoutThePackageTheChoiceIsWrittenAndTheWordStays)
{
	world.add_file("etc/network/interfaces", interfaces);
	const Files ours = boot_files_for(boot_files(world.root), true, xenbr0, world.root);
	expect_in("install xen-netback", *ours.at("etc/modprobe.d/ringway.conf"));
	EXPECT_EQ(ours.at("etc/network/interfaces"), interfaces) << "nobody would understand brlite_ports";
}

TEST_F(BootFiles, WhatCannotBeWrittenIsNamed)
{
	world.add_file("etc/modprobe.d", "a file where a folder should be");
	expect_in("etc/modprobe.d/ringway.conf", refusal([&] {
			  write_files(world.root, {{"etc/modprobe.d/ringway.conf", "text\n"}});
		  }));
}

} // namespace ringway::test
