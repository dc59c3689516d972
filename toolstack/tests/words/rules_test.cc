// SPDX-License-Identifier: GPL-2.0-only
#include "words/rules.hpp"
#include <gtest/gtest.h>
#include <nlohmann/json.hpp>
#include "words/error.hpp"

namespace ringway
{

std::string refused(const std::string &text)
{
	try {
		(void)parse_rules(text, "f");
	} catch (const Error &error) {
		EXPECT_EQ(error.code(), Exit::usage);
		return error.what();
	}
	return "(accepted)";
}

const char *const many_kinds = "accept from-guest ipv4\n"
			       "drop from-guest ipv6 protocol 51\n"
			       "accept from-guest arp\n"
			       "drop from-guest other\n"
			       "accept from-guest icmp\n"
			       "accept from-guest icmpv6 from 2001:db8::/32\n"
			       "accept from-guest tcp to 192.0.2.0/24 port 22\n"
			       "accept from-guest udp from port 68 to port 67\n"
			       "drop from-guest from 0.0.0.0/0 to 10.0.0.1 port 1024-65535\n"
			       "drop from-guest tcp from 2001:db8::1 port 7 to ::/0 port 0-9 new\n"
			       "accept from-guest protocol 1\n"
			       "drop from-guest\n"
			       "default accept from-guest\n"
			       "drop to-guest tcp new\n"
			       "default drop to-guest\n";

TEST(Rules, TextIsReadAndWrittenAlike)
{
	const PortRules rules = parse_rules(many_kinds, "f");
	EXPECT_EQ(rules.from_guest.rules.size(), 12u);
	EXPECT_EQ(rules.from_guest.accept_rest, true);
	EXPECT_EQ(rules.to_guest.rules.size(), 1u);
	EXPECT_EQ(rules.to_guest.accept_rest, false);
	EXPECT_EQ(rules_text(rules), many_kinds);
	for (const Way way : ways) {
		const auto stored = stored_rules(rules.of(way));
		EXPECT_EQ(read_stored_rules(*stored), rules.of(way)) << *stored;
	}
	EXPECT_EQ(*stored_rules(rules.to_guest), "-;- tcp !");
}

TEST(Rules, FieldsAreThoseOfTheWords)
{
	const PortRules rules =
		parse_rules("# ssh\n\n\taccept  from-guest tcp to 192.0.2.0/24 port 22-23 # both\r\n"
			    "default drop from-guest",
			    "f");
	const brlite_rule rule = rules.from_guest.rules.at(0);
	EXPECT_EQ(rule.action, BRLITE_RULE_ACCEPT);
	EXPECT_EQ(rule.match,
		  BRLITE_MATCH_KIND | BRLITE_MATCH_PROTOCOL | BRLITE_MATCH_TO | BRLITE_MATCH_TO_PORTS);
	EXPECT_EQ(rule.kind, BRLITE_KIND_IPV4);
	EXPECT_EQ(rule.protocol, 6);
	EXPECT_EQ(rule.to_bits, 24);
	EXPECT_EQ(rule.to[0], 192);
	EXPECT_EQ(rule.to_ports[0], 22);
	EXPECT_EQ(rule.to_ports[1], 23);
	EXPECT_EQ(rule_text(parse_rules("accept to-guest udp port 53\ndefault drop to-guest", "f")
				    .to_guest.rules[0]),
		  "accept udp to port 53");
	EXPECT_EQ(rule_text(parse_rules("drop to-guest from any to any port 1\ndefault drop to-guest", "f")
				    .to_guest.rules[0]),
		  "drop to port 1");
}

TEST(Rules, ErrorsNameLineAndWord)
{
	for (const auto &[line, named] : std::vector<std::pair<std::string, std::string>>{
		     {"allow from-guest", "'allow'"},
		     {"accept", "'accept'"},
		     {"accept tcp", "'tcp'"},
		     {"accept from-guest tpc", "'tpc'"},
		     {"accept from-guest tcp udp", "'udp'"},
		     {"accept from-guest to 10.0.0.1/33", "'33'"},
		     {"accept from-guest to 10.0.0.1/24", "'10.0.0.1/24'"},
		     {"accept from-guest to 10.0.0/24", "'10.0.0/24'"},
		     {"accept from-guest to 2001:db8::1/64", "'2001:db8::1/64'"},
		     {"accept from-guest from 10.0.0.1 to 2001:db8::1", "'2001:db8::1'"},
		     {"accept from-guest ipv6 to 10.0.0.1", "'10.0.0.1'"},
		     {"accept from-guest icmp ipv6", "'ipv6'"},
		     {"accept from-guest ipv6 icmp", "'icmp'"},
		     {"accept from-guest to", "'to'"},
		     {"accept from-guest tcp port", "'port'"},
		     {"accept from-guest tcp port 70000", "'70000'"},
		     {"accept from-guest tcp port 2-1", "'2-1'"},
		     {"accept from-guest tcp port 1-", "''"},
		     {"accept from-guest tcp port 1 port 2", "'2'"},
		     {"accept from-guest icmp port 1", "'port'"},
		     {"accept from-guest protocol 256", "'256'"},
		     {"accept from-guest protocol 6 new port 0x1", "'0x1'"},
		     {"accept from-guest udp new", "'new'"},
		     {"accept from-guest arp to 10.0.0.1", "'10.0.0.1'"},
		     {"accept from-guest arp tcp", "'arp'"},
		     {"default from-guest drop", "'from-guest'"},
		     {"default drop from-guest tcp", "'tcp'"},
		     {"accept from-guest \x1b[2J", "'\\x1b[2J'"}}) {
		const std::string error = refused("default accept from-guest\n" + line + "\n");
		EXPECT_NE(error.find("f line 2: " + named), std::string::npos) << line << ": " << error;
	}
	EXPECT_NE(refused("default drop to-guest\ndefault drop to-guest").find("line 2"), std::string::npos);
	EXPECT_NE(refused("accept to-guest tcp").find("default drop to-guest"), std::string::npos)
		<< "what none matches has to be said";
	std::string many;
	for (int i = 0; i < 33; i++) {
		many += "accept to-guest tcp port " + std::to_string(i) + "\n";
	}
	EXPECT_NE(refused(many).find("line 33: to-guest has more than 32"), std::string::npos)
		<< refused(many);
}

// The longest rules there can be have room in a node: 4096 bytes with its path.
TEST(Rules, AllOfThemFitANode)
{
	std::string text = "default drop to-guest\n";
	for (int i = 0; i < 32; i++) {
		text += "accept to-guest tcp from 2001:1db8:1111:2222:3333:4444:5555:666e/127 port "
			"10000-20000 "
			"to 2001:1db8:1111:2222:3333:4444:5555:777e/127 port 30000-40000 new\n";
	}
	const RuleList list = parse_rules(text, "f").to_guest;
	const auto stored = stored_rules(list);
	EXPECT_LE(stored->size(), 4000u);
	EXPECT_EQ(read_stored_rules(*stored), list);
}

// Rules that cannot be read must not become none.
TEST(Rules, UnreadableStoredRulesLetNothingPass)
{
	for (const char *text : {"", "x", "+;", "+;tcp", "+;+ tcp @99999", "+;+ tpc", "accept", "+;+;"}) {
		const RuleList list = read_stored_rules(text);
		EXPECT_EQ(list.accept_rest, false) << text;
		EXPECT_TRUE(list.rules.empty()) << text;
	}
	std::string many = "+";
	for (int i = 0; i < 33; i++) {
		many += ";+ tcp";
	}
	EXPECT_EQ(read_stored_rules(many).accept_rest, false);
}

} // namespace ringway
