// SPDX-License-Identifier: GPL-2.0-only
#include "verbs/apply_fixture.hpp"
#include "verbs/limit.hpp"
#include "vif/detach.hpp"
#include "vif/policy.hpp"
#include "words/rules_file.hpp"

namespace ringway
{

class Showconf : public test::ApplyTest
{
};

TEST_F(Showconf, IsWhatApplyFindsEqual)
{
	world.add_domain(4, "db");
	attach_vif("mac=00:16:3e:00:00:02,rate=1MB/s@20ms,mtu=1400,vifname=db0,untrusted", {}, "db");
	attach_vif("mac=00:16:3e:00:00:03,vlan=10p/20,ip=192.0.2.7 2001:db8::7", {}, "db");
	update_policy(context, *read_record(world.store, 3, 0),
		      {"isolated=on", "mac_lock=on", "unknown=100/40", "mirror=eth0/to-guest",
		       "rules=accept from-guest arp\ndefault drop from-guest\n"});
	vif_limit(context, {}, "web", "0", {"rx-rate=7KB/s@3ms", "pps=1000"});
	world.links.policies["eth0"].storm.multicast = {7, 32};
	world.links.add("vif3.0-emu", "");
	world.links.at("vif3.0-emu").master = world.links.at("xenbr0").index;
	world.links.add("xenbr1", "brlite", false);
	bridges.of["xenbr1"] = {{BridgeKey::group_fwd_mask, 0x4000}, {BridgeKey::vlan_protocol, 0x88a8}};

	const Answer shown = showconf(all);
	expect_in("[[bridge]]\nname = \"xenbr1\"\naddress = ", shown.text);
	expect_in("group_fwd_mask = \"0x4000\"\nup = false\nvlan_protocol = \"802.1ad\"\n", shown.text);
	expect_in("device = \"eth0\"\nbridge = \"xenbr0\"\nfdb_max = 0\nmulticast = \"7/32\"\n", shown.text);
	expect_in("rate = \"8Mb/s@20000us\"\ntrusted = false\nvifname = \"db0\"\n", shown.text);
	EXPECT_EQ(shown.text.find("emu"), std::string::npos); // the guest's
	EXPECT_EQ(shown.json["bridge"].size(), 2u);
	EXPECT_EQ(shown.json["uplink"].size(), 1u);
	EXPECT_EQ(shown.json["vif"].size(), 3u);
	EXPECT_EQ(shown.json["vif"][0]["settings"]["mirror"], "eth0/to-guest");

	const Applied again = diff(shown.text);
	EXPECT_EQ(again.code, Exit::ok) << again.answer.text << shown.text;
	EXPECT_EQ(again.answer.json["unchanged"], 6);
	expect_done(shown.text);
}

TEST_F(Showconf, BringsBackWhatWasLost)
{
	update_policy(context, *read_record(world.store, 3, 0), {"isolated=on", "broadcast=500/50"});
	const std::string kept = showconf(all).text;
	detach(context, "web", "0", {});
	bridges.of["xenbr0"][BridgeKey::ageing_time] = 7;
	EXPECT_EQ(actions(apply_text(kept)), (test::Words{"change", "none", "add"}));
	EXPECT_EQ(showconf(all).text, kept);
}

TEST_F(Showconf, SaysWhatItLeavesOut)
{
	world.store.drop("/local/domain/3/name");
	EXPECT_TRUE(showconf(all).json["vif"].empty());
	ASSERT_FALSE(world.notes.empty());
	EXPECT_EQ(world.notes.back(), "vif 3.0: left out, because its domain has no name");
}

TEST_F(Showconf, OfManyVifsIsNotTooLongForApply)
{
	const std::string record = "/libxl/3/device/vif/";
	const test::Tree before = world.store.tree;
	for (unsigned devid = 1; devid <= 1000; ++devid) {
		for (const auto &[path, node] : before) {
			if (!path.starts_with(record + "0")) {
				continue;
			}
			auto &copy = world.store.tree[record + std::to_string(devid) +
						      path.substr(record.size() + 1)] = node;
			if (path.ends_with("/mac")) {
				copy.value =
					fmt::format("00:16:3e:01:{:02x}:{:02x}", devid / 256, devid % 256);
			} else if (path.ends_with("/backend")) {
				copy.value = fmt::format("/local/domain/0/backend/vif/3/{}", devid);
			}
		}
	}
	const std::string file = world.root / "host.toml";
	std::ofstream(file) << showconf(all).text;
	EXPECT_GT(std::filesystem::file_size(file), longest_rules);
	const auto objects = parse_config_file(read_text_file(file, "configuration", longest_configuration),
					       file, [](const std::string &) { return std::string(); });
	EXPECT_EQ(objects.size(), 1003u); // with xenbr0, eth0 and the vif that was there
}

} // namespace ringway
