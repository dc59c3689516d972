// SPDX-License-Identifier: GPL-2.0-only
#include <gtest/gtest.h>
#include "words/mac.hpp"
#include "words/rate.hpp"
#include "schema_types.hpp"
#include "words/text.hpp"
#include "words/vlan.hpp"
#include "words/error.hpp"

namespace ringway
{

template <typename F>
std::string usage_error(F body)
{
	try {
		body();
	} catch (const Error &error) {
		EXPECT_EQ(error.code(), Exit::usage);
		EXPECT_EQ(std::string(error.what()).find('\n'), std::string::npos) << "one line";
		return error.what();
	}
	return "(accepted)";
}

// CL-03
TEST(Escape, NothingReachesTheTerminalButText)
{
	EXPECT_EQ(escape("plain text_1"), "plain text_1");
	EXPECT_EQ(escape("\x1b[31mred"), "\\x1b[31mred");
	EXPECT_EQ(escape("a\nb\tc\r"), "a\\x0ab\\x09c\\x0d");
	EXPECT_EQ(escape("back\\slash"), "back\\x5cslash");
	EXPECT_EQ(escape("\xc3\xbc"), "\\xc3\\xbc");
	EXPECT_EQ(escape(std::string_view("nul\0x", 5)), "nul\\x00x");
	EXPECT_EQ(escape("%s%n{}"), "%s%n{}");
	EXPECT_EQ(escape("123456", 3), "123...");
	EXPECT_EQ(quote("gr\xc3\xbcn"), "'gr\xc3\xbcn'");
	EXPECT_EQ(quote("\x1b[31m\xc2\x9b"), "'\\x1b[31m\\xc2\\x9b'");   // C1 is a control, too
	EXPECT_EQ(quote("a\xe2\x80\xae\x62"), "'a\\xe2\\x80\\xae\x62'"); // right to left
	EXPECT_EQ(quote("\xff"), "'\\xff'");
	EXPECT_EQ(quote(std::string(100, 'x')), "'" + std::string(77, 'x') + "...'");
}

// CL-04
TEST(ParseUint, TakesPlainDecimalOnly)
{
	EXPECT_EQ(schema::parse_uint("0"), 0u);
	EXPECT_EQ(schema::parse_uint("18446744073709551615"), UINT64_MAX);
	for (const char *bad : {"", " 1", "1 ", "0x10", "-1", "+1", "1e3", "00", "01", "18446744073709551616",
				"99999999999999999999", "1\n", "１"}) {
		EXPECT_EQ(schema::parse_uint(bad), std::nullopt) << bad;
	}
	EXPECT_EQ(schema::parse_uint(std::string_view("1\0", 2)), std::nullopt);
}

TEST(MacAddress, ParsesAndPrints)
{
	EXPECT_EQ(Mac::parse("00:16:3E:aB:cd:0f").text(), "00:16:3e:ab:cd:0f");
	EXPECT_EQ(Mac::generate({0xff, 0x01, 0x02}).text(), "00:16:3e:7f:01:02");
	EXPECT_EQ(Mac::vif().text(), "fe:ff:ff:ff:ff:ff");
}

TEST(MacAddress, RefusesWhatIsNone)
{
	for (const char *bad : {"", "00:16:3e:00:00", "00:16:3e:00:00:00:00", "0:16:3e:00:00:00",
				"00-16-3e-00-00-00", "00:16:3e:00:00:0g", "00163e000000", " 0:16:3e:00:00:00",
				"00:16:3e:00:00:00 ", "-1:16:3e:00:00:00"}) {
		EXPECT_NE(usage_error([&] { Mac::parse(bad); }).find(quote(bad)), std::string::npos) << bad;
	}
}

TEST(MacAddress, RefusesWhatNoGuestMayHave)
{
	for (const char *bad : {"01:00:5e:00:00:01", "ff:ff:ff:ff:ff:ff", "00:00:00:00:00:00",
				"fe:ff:ff:ff:ff:ff", "33:33:00:00:00:01"}) {
		EXPECT_NE(usage_error([&] { Mac::parse_station(bad); }), "(accepted)") << bad;
	}
	EXPECT_EQ(Mac::parse_station("00:16:3e:00:00:01").text(), "00:16:3e:00:00:01");
}

struct RateCase {
	const char *text;
	const char *node;
};

class GoodRate : public testing::TestWithParam<RateCase>
{
};

// The expected figures are what xl computes from the same text.
TEST_P(GoodRate, IsReadAsXlDoes)
{
	EXPECT_EQ(Rate::parse(GetParam().text).node(), GetParam().node);
}

INSTANTIATE_TEST_SUITE_P(
	Rates, GoodRate,
	testing::Values(RateCase{"10Mb/s", "62500,50000"}, RateCase{"250KB/s", "12500,50000"},
			RateCase{"1MB/s@20ms", "20000,20000"}, RateCase{"1GB/s", "50000000,50000"},
			RateCase{"100B/s@1s", "100,1000000"}, RateCase{"100B/s@1", "100,1000000"},
			RateCase{"1MB/s@500us", "500,500"}, RateCase{"1MB/s@500u", "500,500"},
			RateCase{"1MB/s@5m", "5000,5000"}, RateCase{"8b/s@1s", "1,1000000"}));

// NB-51
TEST(BadRate, IsRefusedByName)
{
	for (const char *bad : {"",
				"10",
				"10Mb",
				"Mb/s",
				"10mb/s",
				"10Mb/s@",
				"10Mb/s@0",
				"10Mb/s@-1ms",
				"0Mb/s",
				"-1Mb/s",
				"010Mb/s",
				"0x10Mb/s",
				"10 Mb/s",
				"10Mb/s ",
				"10TB/s",
				"4294967296B/s",
				"1MB/s@20ms@20ms",
				"1MB/s@4295s",
				"1B/s",
				"7b/s@1s",
				"1MB/s@20min",
				"1e3B/s",
				"10Mb/sec",
				"@20ms",
				"1MMB/s",
				"4294967295GB/s"}) {
		EXPECT_NE(usage_error([&] { Rate::parse(bad); }).find(quote(bad)), std::string::npos) << bad;
	}
}

using Vids = std::set<std::uint16_t>;

TEST(VlanSpec, ReadsEveryForm)
{
	EXPECT_EQ(Vlan::parse("10").pvid, 10);
	EXPECT_EQ(Vlan::parse("10").untagged, Vids({10}));
	EXPECT_EQ(Vlan::parse("10u").pvid, 10);
	const Vlan trunk = Vlan::parse("10p/20");
	EXPECT_EQ(trunk.pvid, 10);
	EXPECT_EQ(trunk.untagged, Vids({10}));
	EXPECT_EQ(trunk.tagged, Vids({20}));
	EXPECT_EQ(Vlan::parse("1p/20-23").tagged, Vids({20, 21, 22, 23}));
	EXPECT_EQ(Vlan::parse("1p/20-21u").untagged, Vids({1, 20, 21}));
	EXPECT_EQ(Vlan::parse("10p/100+10x4").tagged, Vids({100, 110, 120, 130, 140}));
	EXPECT_EQ(Vlan::parse("4094").pvid, 4094);
	const Vlan all_tagged = Vlan::parse("10/20-21");
	EXPECT_EQ(all_tagged.pvid, 0);
	EXPECT_EQ(all_tagged.tagged, Vids({10, 20, 21}));
	EXPECT_TRUE(all_tagged.untagged.empty());
}

TEST(VlanSpec, RefusesByName)
{
	for (const char *bad : {"",
				"0",
				"4095",
				"10u/20",
				"10-12u",
				"10p/20p",
				"10p/",
				"/10p",
				"10p//20",
				"20-10/1p",
				"1-3p",
				"10p/10",
				"10p/5-15",
				"10p/100+10",
				"10p/100+0x4",
				"10p/100x4",
				"10p/4000+10x10",
				"10p/100+10x4p",
				"p",
				"-5",
				"10p/ 20",
				"10q",
				"10p/1-99999999999999999999",
				"10p/1+4094x4094"}) {
		EXPECT_NE(usage_error([&] { Vlan::parse(bad); }).find(quote(bad)), std::string::npos) << bad;
	}
}

TEST(Split, KeepsEmptyFields)
{
	EXPECT_EQ(split("a,,b", ','), (std::vector<std::string_view>{"a", "", "b"}));
	EXPECT_EQ(split("", ','), (std::vector<std::string_view>{""}));
	EXPECT_EQ(trim("  a b "), "a b");
	EXPECT_EQ(trim("   "), "");
}

} // namespace ringway
