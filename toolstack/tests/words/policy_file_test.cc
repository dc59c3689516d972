// SPDX-License-Identifier: GPL-2.0-only
#include "words/policy_file.hpp"
#include <gtest/gtest.h>
#include "words/error.hpp"
#include "words/kept_words.hpp"

namespace ringway
{

namespace
{

std::string rules_of(const std::string &path)
{
	return "text of " + path;
}

std::vector<PolicyEntry> parsed_policy(const std::string &text)
{
	return parse_policy_file(text, "web.toml", [](const std::string &path) {
		return path == "web.rules" ? std::string("default drop from-guest\n") : rules_of(path);
	});
}

std::string refused_policy(const std::string &text)
{
	try {
		parsed_policy(text);
	} catch (const Error &error) {
		EXPECT_EQ(std::string(error.what()).find('\n'), std::string::npos);
		return error.what();
	}
	return "(accepted)";
}

const VifNames web{Mac::parse("00:16:3e:00:00:01"), "11e6133f-3c32-4519-831e-b3455e4a72e4", "web", "xenbr0"};

} // namespace

TEST(PolicyFile, AUuidMayBeWrittenInCapitals)
{
	const auto entries =
		parsed_policy("[[vif]]\nuuid = \"11E6133F-3C32-4519-831E-B3455E4A72E4\"\nmac_lock = true\n");
	EXPECT_EQ(written_for(web, entries), (KeyValues{{"mac_lock", "on"}}));
}

// CL-34: the parser gives up at these by an assertion, which would end the command.
TEST(PolicyFile, WhatTheParserGivesUpAtIsAnErrorWithItsLine)
{
	const std::string why = "this is no TOML; a line is [[TABLE]], [TABLE], or KEY = VALUE";
	EXPECT_EQ(refused_policy("[[= \"x]]\n"), "policy 'web.toml' line 1: " + why);
	EXPECT_EQ(refused_policy("[[vif]]\nip = [\n\"192.0.2.7\",\n]\n\n[[= \"x]]\nmac_lock = true\n"),
		  "policy 'web.toml' line 6: " + why);
	EXPECT_EQ(refused_policy("[[vif]]\nmac_lock = true\n[[= x"), "policy 'web.toml' line 3: " + why);
}

TEST(PolicyFile, EveryKindOfValue)
{
	const auto entries = parsed_policy(R"(
[[vif]]
mac = "00:16:3E:00:00:01"
mac_lock = true
isolated = false
ip = ["192.0.2.7", "2001:db8::7"]
broadcast = 200
multicast = "50/7"
vlan = ["10p", 20]
rules = "web.rules"
rate = "10Mb/s"
rx-pps = 500
)");
	ASSERT_EQ(entries.size(), 1u);
	EXPECT_EQ(entries[0].words, (KeyValues{{"mac_lock", "on"},
					       {"isolated", "off"},
					       {"ip", "192.0.2.7,2001:db8::7"},
					       {"broadcast", "200"},
					       {"multicast", "50/7"},
					       {"vlan", "10p/20"},
					       {"rules", "default drop from-guest\n"},
					       {"rate", "10Mb/s"},
					       {"rx-pps", "500"}}));
	EXPECT_EQ(entries[0].from, "policy 'web.toml' line 2");
	EXPECT_EQ(written_for(web, entries), entries[0].words);
}

TEST(PolicyFile, TheCloserNameCountsMoreWhereverItStands)
{
	const auto entries = parsed_policy(R"(
[[vif]]
mac = "00:16:3e:00:00:01"
broadcast = 1
[[vif]]
uuid = "11e6133f-3c32-4519-831e-b3455e4a72e4"
broadcast = 2
multicast = 2
[[vif]]
name = "web"
broadcast = 3
multicast = 3
unknown = 3
[[vif]]
bridge = "xenbr0"
broadcast = 4
multicast = 4
unknown = 4
isolated = true
[[vif]]
bridge = "xenbr0"
isolated = false
[[vif]]
bridge = "xenbr1"
mac_lock = true
[[vif]]
name = "web"
mac = "00:16:3e:00:00:02"
mac_lock = true
)");
	EXPECT_EQ(written_for(web, entries),
		  (KeyValues{{"broadcast", "1"}, {"multicast", "2"}, {"unknown", "3"}, {"isolated", "off"}}));
	EXPECT_TRUE(written_for({}, entries).empty());
}

// CL-24
TEST(PolicyFile, WhatIsWrongIsNamedWithItsLine)
{
	for (const auto &[text, named] : std::vector<std::pair<std::string, std::string>>{
		     {"[[vif]]\nmac = \"00:16:3e:00:00:01\"\nmac_lock = \"yes\"\n", "line 1: mac_lock 'yes'"},
		     {"[[vif]]\nbridge = \"b\"\ncolour = \"blue\"\n", "'colour=blue'"},
		     {"[[vif]]\nmac = \"01:00:5e:00:00:01\"\n", "line 2: mac"},
		     {"\n[[vif]]\nmac_lock = true\n", "line 2: it does not say for which vifs it is"},
		     {"[[vif]]\nuuid = \"web\"\nmac_lock = true\n", "line 2: uuid 'web'"},
		     {"[[vif]]\nuuid = \"11e6133f-3c32-4519-831e-b3455e4a72e\"\n", "line 2: uuid"},
		     {"[[vif]]\nuuid = \"11e6133f3c32-4519-831e-b3455e4a72e4-\"\n", "line 2: uuid"},
		     {"[[vif]]\nuuid = \"11e6133g-3c32-4519-831e-b3455e4a72e4\"\n", "line 2: uuid"},
		     {"[[vif]]\nbridge = \"xenbr0 \"\n", "line 2: bridge 'xenbr0 '"},
		     {"[[vif]]\nbridge = \"xenbr0-of-16-letter\"\n", "line 2: bridge"},
		     {"[[vif]]\nname = 3\n", "line 2: 'name' is not a text"},
		     {"[[vif]]\nname = \"a\"\nip = [\"10.0.0.300\"]\n", "'10.0.0.300'"},
		     {"[[vif]]\nname = \"a\"\nip = [[1]]\n", "line"},
		     {"[[vif]]\nname = \"a\"\nvlan = 10.5\n", "line 3"},
		     {"[[vif]]\nname = \"a\"\npps = 0\n", "pps"},
		     {"[vif]\nname = \"a\"\n", "[[vif]]"},
		     {"vif = [1]\n", "[[vif]]"},
		     {"[[port]]\nname = \"a\"\n", "'port'"},
		     {"[[vif\n", "line 1"},
		     {"[[vif]]\nname = \"a\"\nname = \"b\"\n", "line 3"}}) {
		const std::string said = refused_policy(text);
		EXPECT_NE(said.find(named), std::string::npos) << said;
		EXPECT_NE(said.find("'web.toml'"), std::string::npos) << said;
	}
	EXPECT_TRUE(parsed_policy("").empty());
	EXPECT_TRUE(parsed_policy("# nothing\n").empty());
}

TEST(KeptWords, AreReadAsWritten)
{
	const KeptWords kept{{{"vlan", "10p/20"}},
			     {{"isolated", "on"}, {"rules", "default drop from-guest\n"}, {"rate", "none"}}};
	EXPECT_EQ(parse_kept_words(kept_words_text(kept, "w\xff\"eb"), "f"), kept);
}

TEST(KeptWords, WhatCannotBeReadIsAnErrorAndNotNothing)
{
	for (const auto &[text, named] : std::vector<std::pair<std::string, std::string>>{
		     {"", "damaged"},
		     {"{\"ringway_policy\":1", "damaged"},
		     {"[]", "damaged"},
		     {"{}", "damaged"},
		     {R"({"ringway_policy":"1"})", "damaged"},
		     {R"({"ringway_policy":2,"set":{}})", "version 2"},
		     {R"({"ringway_policy":1,"set":[]})", "'set'"},
		     {R"({"ringway_policy":1,"set":{"isolated":true}})", "'isolated'"},
		     {R"({"ringway_policy":1,"set":{"isolated":"yes"}})", "'yes'"},
		     {R"({"ringway_policy":1,"attached":{"vlan":"0"}})", "'0'"},
		     {R"({"ringway_policy":1,"set":{"pps":"many"}})", "'many'"}}) {
		try {
			parse_kept_words(text, "/var/f");
			ADD_FAILURE() << text;
		} catch (const Error &error) {
			const std::string said = error.what();
			EXPECT_NE(said.find(named), std::string::npos) << said;
			EXPECT_NE(said.find("'/var/f'"), std::string::npos) << said;
		}
	}
}

} // namespace ringway
