// SPDX-License-Identifier: GPL-2.0-only
#include <gtest/gtest.h>
#include <random>
#include <nlohmann/json.hpp>
#include "words/error.hpp"
#include "words/text.hpp"
#include "words/vifspec.hpp"

namespace ringway
{

TEST(VifSpec, EmptyMeansXlsDefaults)
{
	for (const char *text : {"", ",", " , "}) {
		const VifSpec spec = VifSpec::parse(text);
		EXPECT_EQ(spec.bridge, "xenbr0");
		EXPECT_EQ(spec.backend, "0");
		EXPECT_FALSE(spec.mac);
		EXPECT_TRUE(spec.trusted);
	}
}

TEST(VifSpec, ReadsEveryKeyOfXl)
{
	const VifSpec spec = VifSpec::parse(
		"mac=00:16:3e:74:3d:76, "
		"bridge=br1,gatewaydev=eth0,type=vif,model=rtl8139,vifname=web0,script=vif-bridge-lite,"
		"ip=10.0.0.1 "
		"fe80::1/64,backend=netvm,rate=10Mb/s,devid=3,mtu=9000,vlan=10p/20,untrusted,accel=x");
	EXPECT_EQ(spec.mac->text(), "00:16:3e:74:3d:76");
	EXPECT_EQ(spec.bridge, "br1");
	EXPECT_EQ(spec.gatewaydev, "eth0");
	EXPECT_EQ(spec.vifname, "web0");
	EXPECT_EQ(spec.script, "/etc/xen/scripts/vif-bridge-lite");
	EXPECT_EQ(spec.ip_text(), "10.0.0.1 fe80::1/64");
	EXPECT_EQ(spec.backend, "netvm");
	EXPECT_EQ(spec.rate->node(), "62500,50000");
	EXPECT_EQ(spec.devid, 3u);
	EXPECT_EQ(spec.mtu, 9000u);
	EXPECT_EQ(spec.vlan->text, "10p/20");
	EXPECT_FALSE(spec.trusted);
	EXPECT_EQ(spec.notes.size(), 2u);
}

TEST(VifSpec, JsonHasLibxlsNames)
{
	const auto json =
		to_json(VifSpec::parse("mac=00:16:3e:74:3d:76,vifname=web0,rate=10Mb/s,netdev=eth0,trusted"));
	EXPECT_EQ(json.dump(),
		  R"({"backend_domname":"0","bridge":"xenbr0","gatewaydev":"eth0","ifname":"web0",)"
		  R"("mac":"00:16:3e:74:3d:76","nictype":"vif","rate_bytes_per_interval":62500,)"
		  R"("rate_interval_usecs":50000,"trusted":true})");
}

struct BadSpec {
	const char *text;
	const char *named; // the offending value, as the message must name it
};

class RefusedSpec : public testing::TestWithParam<BadSpec>
{
};

// CL-05
TEST_P(RefusedSpec, NamesTheOffendingValueInOneLine)
{
	try {
		VifSpec::parse(GetParam().text);
		FAIL() << GetParam().text << " was accepted";
	} catch (const Error &error) {
		const std::string what = error.what();
		EXPECT_EQ(error.code(), Exit::usage);
		EXPECT_NE(what.find(GetParam().named), std::string::npos) << what;
		EXPECT_EQ(what.find('\n'), std::string::npos) << what;
		EXPECT_EQ(what.find('\x1b'), std::string::npos) << "escaped";
	}
}

INSTANTIATE_TEST_SUITE_P(
	Specs, RefusedSpec,
	testing::Values(BadSpec{"mac=00:16:3e:74:3d", "'00:16:3e:74:3d'"},
			BadSpec{"mac=01:16:3e:00:00:00", "multicast"},
			BadSpec{"bridge=a;rm -rf /", "'a;rm -rf /'"}, BadSpec{"bridge=../x", "'../x'"},
			BadSpec{"bridge=", "bridge="},
			BadSpec{"bridge=sixteen-letters-", "'sixteen-letters-'"},
			BadSpec{"vifname=sixteen-letters-", "16 characters"}, BadSpec{"vifname=a b", "'a b'"},
			BadSpec{"rate=fast", "'fast'"}, BadSpec{"rate=1MB/s@0", "'1MB/s@0'"},
			BadSpec{"vlan=0", "'0'"}, BadSpec{"vlan=4095", "4095"}, BadSpec{"devid=-1", "'-1'"},
			BadSpec{"devid=65536", "'65536'"}, BadSpec{"devid=0x1", "'0x1'"},
			BadSpec{"mtu=67", "'67'"}, BadSpec{"mtu=65518", "'65518'"},
			BadSpec{"mtu= 1500", "' 1500'"}, BadSpec{"type=ioemu", "'ioemu'"},
			BadSpec{"type=x", "'x'"}, BadSpec{"script=/tmp/evil", "'/tmp/evil'"},
			BadSpec{"script=../vif-bridge", "'../vif-bridge'"},
			BadSpec{"script=vif-route", "'vif-route'"},
			BadSpec{"script=/etc/xen/scripts/../x/vif-bridge", "vif-bridge'"},
			BadSpec{"script=/etc/xen/scripts/./vif-bridge", "./vif-bridge"},
			BadSpec{"ip=10.0.0.256", "'10.0.0.256'"}, BadSpec{"ip=10.0.0.1/33", "'10.0.0.1/33'"},
			BadSpec{"ip=10.0.0.1 $(reboot)", "'$(reboot)'"}, BadSpec{"backend=a\nb", "'a\\x0ab'"},
			BadSpec{"mac=00:16:3e:00:00:01,mac=00:16:3e:00:00:01", "twice"},
			BadSpec{"trusted,untrusted", "twice"},
			BadSpec{"netdev=eth0,gatewaydev=eth0", "twice"}, BadSpec{"colour=red", "'colour'"},
			BadSpec{"trust", "'trust'"}, BadSpec{"=x", "''"}, BadSpec{"\x1b[2J=1", "\\x1b"},
			BadSpec{"bridge=\x1b[2J", "\\x1b"}, BadSpec{"trusted=1", "'trusted'"},
			BadSpec{"forwarddev=x", "'forwarddev'"}));

TEST(VifSpec, ScriptsThatDoTheSameMayBeNamed)
{
	EXPECT_EQ(VifSpec::parse("script=vif-bridge").script, "/etc/xen/scripts/vif-bridge");
	EXPECT_EQ(VifSpec::parse("script=/etc/xen/scripts/vif-bridge-lite").script,
		  "/etc/xen/scripts/vif-bridge-lite");
}

// CL-03: whatever the text, it is either read or refused in one printable line; read, it holds nothing
// unchecked.
TEST(VifSpec, BrokenTextIsReadOrRefusedNeverMore)
{
	const std::string whole =
		"mac=00:16:3e:74:3d:76,bridge=br1,vifname=web0,ip=10.0.0.1 "
		"fe80::1/64,rate=10Mb/s@20ms,devid=3,"
		"mtu=9000,vlan=10p/20-29/100+10x4,untrusted,script=vif-bridge,backend=netvm,gatewaydev=eth0";
	std::mt19937 random(20);
	unsigned read = 0;
	unsigned refused = 0;
	for (int i = 0; i < 5000; ++i) {
		std::string text = whole;
		for (auto edits = 1 + random() % 3; edits > 0; --edits) {
			const std::size_t at = random() % text.size();
			switch (random() % 3) {
			case 0:
				text[at] = static_cast<char>(random());
				break;
			case 1:
				text.erase(at, 1 + random() % 8);
				break;
			default:
				text.insert(at, text.substr(random() % text.size(), random() % 24));
			}
		}
		try {
			const VifSpec spec = VifSpec::parse(text);
			++read;
			for (char c : spec.bridge + spec.vifname.value_or("") + spec.ip_text() +
					      spec.backend + spec.script.value_or("")) {
				ASSERT_TRUE(c >= ' ' && c <= '~') << text;
			}
		} catch (const Error &error) {
			++refused;
			for (char c : std::string(error.what())) {
				ASSERT_TRUE(c >= ' ' && c <= '~') << text;
			}
		}
	}
	EXPECT_GT(read, 50u);
	EXPECT_GT(refused, 2500u);
}

} // namespace ringway
