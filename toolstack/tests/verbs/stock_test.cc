// SPDX-License-Identifier: GPL-2.0-only
// On the stock driver and an ordinary bridge a verb does what it says, or refuses by name before anything is
// changed.
#include <fmt/format.h>
#include "guest_test.hpp"
#include "verbs/check.hpp"
#include "verbs/limit.hpp"
#include "verbs/top.hpp"
#include "verbs/vif_ensure.hpp"
#include "verbs/vif_stats.hpp"
#include "vif/policy.hpp"

namespace ringway
{

class Stock : public test::VifTest
{
protected:
	Stock()
	{
		world.load_driver("xen_netback");
		make_the_bridge("bridge");
	}
	void make_the_bridge(const std::string &kind) { world.links.at("xenbr0").kind = kind; }
	Record record() { return *read_record(world.store, 3, 0); }
	std::string limit(const std::vector<std::string> &words, const Output &output = {})
	{
		return refusal([&] { vif_limit(context, output, "web", "0", words); });
	}
	std::string ensure(const std::string &spec, const Output &output = {})
	{
		return refusal([&] { vif_ensure(context, output, "web", VifSpec::parse(spec), {}); });
	}
	std::string findings(bool fix = false) { return check_answer(check_vifs(context, fix)).text; }
	void expect_nothing_changed(const std::string &part, const std::function<std::string()> &refused)
	{
		const auto tree = world.store.tree;
		expect_in(part, refused());
		EXPECT_EQ(test::difference(tree, world.store.tree), "");
		EXPECT_FALSE(std::filesystem::exists(world.root / world.policy_file(3)));
	}
};

TEST_F(Stock, KnowsNoLimitButRate)
{
	for (const char *word : {"pps=5000", "rx-rate=80Mb/s", "rx-pps=7"}) {
		for (const bool dry : {true, false}) {
			expect_nothing_changed("the backend driver xen_netback knows no limit but rate", [&] {
				return limit({"rate=20Mb/s", word}, {.dry_run = dry});
			});
			EXPECT_EQ(refused_with, Exit::host);
		}
	}
	expect_in("rx-rate '80Mb/s', rx-pps '7': the", limit({"rx-rate=80Mb/s", "rx-pps=7"}));
	expect_nothing_changed("pps '5': the backend driver",
			       [&] { return refusal([&] { update_limits(context, record(), {"pps=5"}); }); });
	EXPECT_EQ(limit({"rate=20Mb/s"}), "(accepted)");
	EXPECT_EQ(node("rate"), "125000,50000");
	EXPECT_EQ(limit({"rate=none", "pps=none"}), "(accepted)");
}

TEST_F(Stock, LimitsOfBeforeAreSaidNotToBeInForce)
{
	world.load_driver("ringway_netback");
	EXPECT_EQ(limit({"pps=5000"}), "(accepted)");
	EXPECT_EQ(findings().find("pps"), std::string::npos);
	world.load_driver("xen_netback");
	for (const bool fix : {false, true}) {
		expect_in("problem  policy of vif 3.0: pps '5000': the backend driver xen_netback",
			  findings(fix));
	}
	put_policy_in_force(context, record());
	expect_in("not in force: pps '5000'", world.notes.back());
	EXPECT_EQ(limit({"pps=default"}), "(accepted)");
	EXPECT_EQ(findings().find("pps"), std::string::npos);
}

TEST_F(Stock, APolicyIsRefusedBeforeAnythingIsChanged)
{
	const std::string spec = test::one_mac;
	for (const bool dry : {true, false}) {
		expect_nothing_changed(
			"ip '192.0.2.7': bridge xenbr0 is an ordinary one, which cannot do that; "
			"'ringway use ringway'",
			[&] { return ensure(spec + ",rate=7Mb/s,ip=192.0.2.7", {.dry_run = dry}); });
		expect_nothing_changed("vlan '3p': bridge xenbr0 is an ordinary one",
				       [&] { return ensure(spec + ",vlan=3", {.dry_run = dry}); });
	}
	expect_nothing_changed("vif3.0 is not a port of a brlite bridge: xenbr0 is an ordinary one", [&] {
		return refusal([&] { update_policy(context, record(), {"isolated=on"}); });
	});
	EXPECT_EQ(ensure(spec + ",rate=7Mb/s"), "(accepted)");
}

TEST_F(Stock, WhatWasKeptForABrliteBridgeCanBeGivenUp)
{
	make_the_bridge("brlite");
	update_policy(context, record(), {"isolated=on", "broadcast=500"});
	make_the_bridge("bridge");
	expect_in("isolated=on", findings());
	expect_in(
		"only a brlite bridge can do what is wanted of vif 3.0's port, isolated=on broadcast=500/50, "
		"and xenbr0 is none",
		refusal([&] { put_policy_in_force(context, record()); }));
	expect_in("not a port of a brlite bridge",
		  refusal([&] { update_policy(context, record(), {"isolated=off"}); }));
	update_policy(context, record(), {"isolated=default", "broadcast=off"});
	EXPECT_EQ(node("isolated"), "(absent)");
	EXPECT_EQ(findings().find("problem"), std::string::npos) << findings();
	EXPECT_EQ(refusal([&] { put_policy_in_force(context, record()); }), "(accepted)");
}

TEST_F(Stock, StatisticsAndTopAreOfTheDevice)
{
	world.links.count = [](const std::string &) { return std::vector<Counter>{{"tx_zerocopy_sent", 0}}; };
	world.links.at("vif3.0").stats = {.rx_packets = 8, .rx_bytes = 800, .tx_packets = 5, .tx_dropped = 2};
	std::string said;
	nlohmann::json json;
	vif_stats(context, {}, {"web", "0"}, [&](const Answer &answer) {
		said += answer.text;
		json = answer.json;
	});
	expect_in("    from_guest_packets                              8\n", said);
	expect_in("    to_guest_dropped                                2\n", said);
	EXPECT_EQ(json["total"]["from_guest_bytes"], 800);
	const auto before = look_at_traffic(context);
	world.links.at("vif3.0").stats.rx_packets += 20;
	const auto rows = top_rows(before, look_at_traffic(context), 2);
	ASSERT_EQ(rows.size(), 1u);
	EXPECT_DOUBLE_EQ(rows[0].from_packets, 10);
	expect_in("      0      - - ", top_lines(rows, {}).back());
	EXPECT_FALSE(to_json(rows)[0].contains("cpu_percent")) << "what nobody counts is not zero";
}

} // namespace ringway
