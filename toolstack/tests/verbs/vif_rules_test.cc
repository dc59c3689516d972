// SPDX-License-Identifier: GPL-2.0-only
#include "guest_test.hpp"
#include "verbs/commands.hpp"
#include "words/rules_file.hpp"

namespace ringway
{

class VifRulesTest : public test::VifTest
{
protected:
	std::string rules(const std::optional<std::string> &text, Output output = {})
	{
		return printed(output, vif_rules(context, output, "web", "0", text));
	}
	std::string set(const std::vector<std::string> &words)
	{
		return vif_set(context, {}, "web", "0", words).text;
	}
};

TEST_F(VifRulesTest, GoToTheDeviceAndAreKept)
{
	EXPECT_EQ(rules(std::nullopt), "# vif 3.0 has no rules\n");
	set({"isolated=on"});
	world.links.hits = 5;
	const std::string shown = rules("accept from-guest arp\ndefault drop from-guest");
	EXPECT_EQ(shown, "accept from-guest arp                                    # 5 packets\n"
			 "default drop from-guest                                  # 6 packets\n"
			 "# from-guest: dropped because their headers are hidden: 7 packets\n");
	EXPECT_EQ(parse_rules(shown, "f"), world.links.policies.at("vif3.0").rules)
		<< "what is shown can be given";
	EXPECT_TRUE(world.links.policies.at("vif3.0").isolated) << "the rest stays";
	EXPECT_EQ(node("rules-from-guest"), "-;+ arp");
	EXPECT_EQ(node("rules-to-guest"), "(absent)");
	EXPECT_NE(set({"isolated=off"}).find("policy rules=(1 from-guest)"), std::string::npos);
	EXPECT_EQ(node("rules-from-guest"), "-;+ arp");
	rules("default accept to-guest");
	EXPECT_EQ(node("rules-from-guest"), "(absent)") << "all are replaced";
	EXPECT_EQ(node("rules-to-guest"), "+");
}

TEST_F(VifRulesTest, SetTakesThemToo)
{
	set({"rules=drop to-guest tcp new\ndefault accept to-guest"});
	EXPECT_EQ(node("rules-to-guest"), "+;- tcp !");
	const PortRules before = world.links.policies.at("vif3.0").rules;
	world.links.policies.clear();
	set({});
	EXPECT_EQ(world.links.policies.at("vif3.0").rules, before) << "put in force again";
	set({"rules=none"});
	EXPECT_TRUE(world.links.policies.at("vif3.0").rules.empty());
	EXPECT_EQ(node("rules-to-guest"), "(absent)");
}

TEST_F(VifRulesTest, Json)
{
	Output output;
	output.json = true;
	world.links.hits = 1;
	const auto json =
		nlohmann::json::parse(rules("drop to-guest tcp new\ndefault accept to-guest", output));
	EXPECT_FALSE(json.contains("from_guest"));
	EXPECT_EQ(json["to_guest"]["default"], "accept");
	EXPECT_EQ(json["to_guest"]["default_packets"], 2);
	EXPECT_EQ(json["to_guest"]["hidden_packets"], 3);
	EXPECT_EQ(json["to_guest"]["rules"][0]["rule"], "drop tcp new");
	EXPECT_EQ(json["to_guest"]["rules"][0]["packets"], 1);
}

TEST_F(VifRulesTest, WhatIsWrongChangesNothing)
{
	EXPECT_THROW(rules("accept"), Error);
	EXPECT_TRUE(world.links.policies.empty());
	world.links.fail_at = world.links.changes + 1;
	EXPECT_THROW(rules("default drop to-guest"), Error);
	EXPECT_EQ(node("rules-to-guest"), "(absent)");
	Output output;
	output.dry_run = true;
	EXPECT_EQ(rules("default drop to-guest", output), "default drop to-guest\n");
	EXPECT_EQ(node("rules-to-guest"), "(absent)");
}

TEST_F(VifRulesTest, FilesAreReadOnce)
{
	world.add_file("rules", "default drop to-guest\n");
	world.add_file("wrong", "\ndrop everything\n");
	std::vector<std::string> words{"isolated=on", "rules=" + (world.root / "rules").string(),
				       "rules=none"};
	read_rules_files(words);
	EXPECT_EQ(words,
		  (std::vector<std::string>{"isolated=on", "rules=default drop to-guest\n", "rules=none"}));
	for (const auto &[file, named] :
	     {std::pair{"wrong", "line 2: 'everything'"}, {"missing", "No such file"}}) {
		try {
			(void)read_rules_file((world.root / file).string());
			ADD_FAILURE() << file;
		} catch (const Error &error) {
			EXPECT_NE(std::string(error.what()).find(named), std::string::npos) << error.what();
			EXPECT_NE(std::string(error.what()).find(file), std::string::npos) << error.what();
		}
	}
}

} // namespace ringway
