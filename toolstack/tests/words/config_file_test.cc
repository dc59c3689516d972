// SPDX-License-Identifier: GPL-2.0-only
#include "words/config_file.hpp"
#include <filesystem>
#include <fstream>
#include <fmt/format.h>
#include <gtest/gtest.h>
#include <unistd.h>
#include "words/error.hpp"
#include "words/rules_file.hpp"

namespace ringway
{

namespace
{

std::vector<ConfigObject> parsed_config(const std::string &text)
{
	return parse_config_file(text, "host.toml", [](const std::string &path) -> std::string {
		if (path == "web.rules") {
			return "default drop from-guest\n";
		}
		throw Error(Exit::usage, "rules '" + path + "': No such file or directory");
	});
}

std::string refused_config(const std::string &text)
{
	try {
		parsed_config(text);
	} catch (const Error &error) {
		EXPECT_EQ(error.code(), Exit::usage);
		EXPECT_EQ(std::string(error.what()).find('\n'), std::string::npos);
		return error.what();
	}
	return "(accepted)";
}

std::string of_vif(const std::string &lines)
{
	return "[[vif]]\nguest = \"web\"\nmac = \"00:16:3e:00:00:01\"\n" + lines;
}

void expect_refused(const std::string &text, const std::string &said)
{
	const std::string is = refused_config(text);
	EXPECT_EQ(is.substr(0, said.size()), said) << is;
}

} // namespace

TEST(ConfigFile, ObjectsInTheOrderInWhichTheyCanBeMade)
{
	const auto objects = parsed_config(R"(
[[vif]]
guest = "web"
mac = "00:16:3E:00:00:01"
ip = ["192.0.2.7", "2001:db8::7"]
vlan = ["10p", 20]
rules = "web.rules"
rate = "10Mb/s"
trusted = false

[[uplink]]
device = "eth0"
bridge = "xenbr0"
broadcast = "500/50"

[[bridge]]
name = "xenbr0"
group_fwd_mask = 0x4000
vlan_filtering = true

[defaults.vif]
bridge = "xenbr0"
rate = "1Mb/s"
)");
	ASSERT_EQ(objects.size(), 3u);
	EXPECT_EQ(objects[0].text(), "bridge xenbr0");
	EXPECT_EQ(objects[0].words, (KeyValues{{"group_fwd_mask", "16384"}, {"vlan_filtering", "on"}}));
	EXPECT_EQ(objects[1].text(), "uplink eth0");
	EXPECT_EQ(objects[1].words, (KeyValues{{"bridge", "xenbr0"}, {"broadcast", "500/50"}}));
	EXPECT_EQ(objects[2].text(), "vif web 00:16:3e:00:00:01");
	EXPECT_EQ(objects[2].words, (KeyValues{{"bridge", "xenbr0"},
					       {"ip", "192.0.2.7,2001:db8::7"},
					       {"rate", "10Mb/s"},
					       {"rules", "default drop from-guest\n"},
					       {"trusted", "off"},
					       {"vlan", "10p/20"}}));
	EXPECT_EQ(objects[2].from, "configuration 'host.toml' line 2");
}

TEST(ConfigFile, AnErrorNamesTheLineAndTheValue)
{
	const std::string at = "configuration 'host.toml' line ";
	expect_refused("[[bridge]]\nname = \"xenbr0\"\nageing_time = \"soon\"\n",
		       at + "3: ageing_time 'soon': write a number from 0");
	expect_refused("[[bridge]]\nname = \"xenbr0\"\nfdb_entries = 7\n",
		       at + "3: fdb_entries '7': it can only be read");
	expect_refused("[[bridge]]\nname = \"xen br0\"\n", at + "2: name 'xen br0': a device name has");
	expect_refused("[[bridge]]\nname = \"b\"\nspeed = 1\n",
		       at + "3: 'speed': unknown; a bridge has name, address, up, ageing_time");
	expect_refused("[[bridge]]\nname = \"b\"\naddress = \"x\"\n", at + "3: mac 'x': write six pairs");
	expect_refused("[[bridge]]\nup = true\n", at + "1: a bridge needs name = \"…\"");
	expect_refused("[[bridge]]\nname = 7\n", at + "2: 'name' is not a text in quotes");
	expect_refused("[[bridge]]\nname = \"b\"\nup = 7\n", at + "3: up '7': write true or false");
	expect_refused("[[uplink]]\ndevice = \"eth0\"\n", at + "1: an uplink needs bridge");
	expect_refused("[[uplink]]\ndevice = \"eth0\"\nbridge = \"b\"\nloop_block = 4000\n",
		       at + "4: loop_block '4000': write a number from 0 to 3600");
	expect_refused("[[uplink]]\ndevice = \"eth0\"\nbridge = \"b\"\nmac_lock = true\n",
		       at + "4: 'mac_lock': unknown; a uplink has device, bridge, up, isolated");
	expect_refused(of_vif("rate = \"fast\"\n"), at + "4: rate 'fast': write a whole number first");
	expect_refused(of_vif("pps = -1\n"), at + "4: pps '-1': write a whole number from");
	expect_refused(of_vif("isolated = \"yes\"\n"), at + "4: isolated 'yes': write on or off");
	expect_refused(of_vif("ip = [\"192.0.2.7\", \"net\"]\n"), at + "4: ip 'net': neither an IPv4");
	expect_refused(of_vif("ip = [[1]]\n\n"), at + "4: ip '1': neither an IPv4");
	expect_refused(of_vif("ip = 1979-05-27\n"), at + "4: 'ip' is not a text in quotes");
	expect_refused(of_vif("mtu = 40\n"), at + "4: mtu '40': write a whole number from 68");
	expect_refused(of_vif("bridge = \"a,devid=4\"\n"), at + "4: bridge 'a,devid=4': no comma");
	expect_refused(of_vif("rules = \"no.rules\"\n"), at + "4: rules 'no.rules': No such file");
	expect_refused(of_vif("rules = \"\"\"\nallow all\n\"\"\"\n"), at + "4: rules line 1: 'allow'");
	expect_refused(of_vif("mac_lock = \"default\"\n"), at + "4: mac_lock 'default': leave the key out");
	expect_refused(of_vif("colour = \"red\"\n"),
		       at + "4: 'colour': unknown; a vif has guest, mac, bridge");
	expect_refused("[[vif]]\nguest = \"web\"\n", at + "1: a vif needs mac");
	expect_refused("[[vif]]\nguest = \"web\"\nmac = \"01:00:5e:00:00:01\"\n", at + "3: mac '01:00:5e");
	expect_refused(of_vif("") + of_vif(""),
		       at + "4: vif web 00:16:3e:00:00:01 is there twice; see " + at + "1");
	expect_refused("[bridge]\nname = \"b\"\n", at + "1: 'bridge': unknown; write [[bridge]]");
	expect_refused("[[router]]\nname = \"b\"\n", at + "1: 'router': unknown; write [[bridge]]");
	expect_refused("[defaults.tap]\nup = true\n", at + "1: 'tap': unknown; write [defaults.bridge]");
	expect_refused("[defaults.vif]\nmac = \"00:16:3e:00:00:01\"\n", at + "2: 'mac': unknown");
	expect_refused("[[bridge]]\nname = \"b\n", at + "2: ");
}

TEST(ConfigFile, WhatIsWrittenIsReadAgain)
{
	const std::vector<ConfigObject> all = {
		{ConfigKind::bridge, "xenbr0", {}, {{"ageing_time", "0"}, {"stp_state", "on"}}, ""},
		{ConfigKind::uplink, "eth0", {}, {{"bridge", "100"}, {"mirror", "vif3.0/to-guest"}}, ""},
		{ConfigKind::vif,
		 "a \"b\" \\ \x01 é",
		 Mac::parse("00:16:3e:00:00:01"),
		 {{"rules", "accept from-guest arp\ndefault drop from-guest\n"}, {"rx-pps", "500"}},
		 ""},
	};
	const std::string text = config_text(all);
	const auto again = parsed_config(text);
	ASSERT_EQ(again.size(), all.size()) << text;
	for (std::size_t i = 0; i < all.size(); ++i) {
		EXPECT_EQ(again[i].name, all[i].name);
		EXPECT_EQ(again[i].mac, all[i].mac);
		EXPECT_EQ(again[i].words, all[i].words) << text;
	}
	EXPECT_NE(text.find("stp_state = true\n"), std::string::npos) << text;
	EXPECT_NE(text.find("rx-pps = 500\n"), std::string::npos) << text;
}

TEST(ConfigFile, AnEmptyOneNamesNothing)
{
	EXPECT_TRUE(parsed_config("# nothing\n").empty());
}

// Also the line that is wrong is found without reading the file again for each line of it.
TEST(ConfigFile, AHostMayHaveManyGuests)
{
	std::string text;
	for (unsigned i = 0; i < 600; ++i) {
		text += fmt::format(
			"[[vif]]\nguest = \"guest-number-{}\"\nmac = \"00:16:3e:00:{:02x}:{:02x}\"\n"
			"bridge = \"xenbr0\"\nrate = \"100Mb/s\"\nmac_lock = true\n",
			i, i / 256, i % 256);
	}
	ASSERT_GT(text.size(), longest_rules);
	const auto file =
		std::filesystem::temp_directory_path() / fmt::format("ringway-many-{}.toml", getpid());
	std::ofstream(file) << text;
	EXPECT_EQ(parsed_config(read_text_file(file, "configuration", longest_configuration)).size(), 600u);
	EXPECT_THROW((void)read_text_file(file, "rules", longest_rules), Error);
	EXPECT_THROW((void)read_text_file(file, "configuration", text.size() - 1), Error);
	EXPECT_EQ(read_text_file(file, "configuration", text.size()), text);
	std::filesystem::remove(file);
	expect_refused(text + "[[= x]]\n" + text, "configuration 'host.toml' line 3601: this is no TOML");
}

} // namespace ringway
