// SPDX-License-Identifier: GPL-2.0-only
#include "guest_test.hpp"
#include "verbs/commands.hpp"
#include "verbs/rows.hpp"

namespace ringway
{

class Rows : public test::VifTest
{
protected:
	Rows() : VifTest("mac=00:16:3e:00:00:01,rate=10Mb/s") {}
	VifRow row() { return make_row(context, *read_record(world.store, 3, 0)); }
};

// CL-20: scripts read this.
TEST_F(Rows, JsonIsStable)
{
	EXPECT_EQ(
		to_json(row(), true).dump(),
		R"({"backend_domid":0,"bridge":"xenbr0","carrier":false,"devid":0,"domain":"web","domid":3,)"
		R"("features":["sg","csum"],"frontend_state":"connected","ifname":"vif3.0","mac":"00:16:3e:00:00:01","mtu":1500,)"
		R"("queues":1,"rate_bytes_per_interval":62500,"rate_interval_usecs":50000,"state":"connected",)"
		R"("stats":{"rx":{"bytes":0,"dropped":0,"errors":0,"packets":0},"tx":{"bytes":0,"dropped":0,"errors":0,"packets":0}},)"
		R"("up":true})");
}

// CL-20
TEST_F(Rows, TextIsStable)
{
	EXPECT_EQ(list_text({row()}, false), "VIF        DOMAIN           MAC               DEVICE          "
					     "BRIDGE            MTU QUEUES STATE\n"
					     "3.0        web              00:16:3e:00:00:01 vif3.0          "
					     "xenbr0           1500      1 connected\n");
	EXPECT_EQ(show_text(row(), false), "vif 3.0: domain web mac 00:16:3e:00:00:01 state connected\n"
					   "    device vif3.0 bridge xenbr0 mtu 1500 up\n"
					   "    backend domain 0 guest's end connected queues 1\n"
					   "    features sg csum\n"
					   "    rate (bytes,us) 62500,50000\n");
}

// CL-03, CL-04
TEST_F(Rows, GuestsNodesAreCheckedAndEscaped)
{
	const std::string front = "/local/domain/3/device/vif/0/";
	for (const std::string &bad :
	     {std::string("\x1b[2J"), std::string("-1"), std::string("4294967296"), std::string(4096, '9'),
	      std::string("1\0", 2), std::string("%s%n"), std::string("0")}) {
		world.store.put(front + "multi-queue-num-queues", bad, {3, 0});
		world.store.put(front + "feature-sg", bad, {3, 0});
		world.store.put("/local/domain/3/error/device/vif/0/error", bad, {3, {}});
		const VifRow now = row();
		EXPECT_EQ(now.queues, 1u) << "as if absent";
		EXPECT_EQ(now.features, (std::vector<std::string>{"csum"}));
		for (char c : list_text({now}, true) + show_text(now, true) + to_json(now, true).dump()) {
			EXPECT_TRUE(c == '\n' || (c >= ' ' && c <= '~'));
		}
	}
}

// CL-03
TEST_F(Rows, NamesHaveTheLettersOfAnyLanguage)
{
	world.store.put("/local/domain/3/name", "grüße");
	const std::string text = vif_list(context, {}, "grüße").text;
	EXPECT_NE(text.find("3.0        grüße            00:16:3e:00:00:01 "), text.npos) << text;
	EXPECT_NE(printed({.json = true}, vif_list(context, {.json = true}, "grüße"))
			  .find("\"domain\":\"grüße\""),
		  text.npos);
	world.store.put("/local/domain/3/name", "gr\xfc\xdf"); // Latin-1
	EXPECT_EQ(to_json(row(), false)["domain"], "gr\\xfc\\xdf");
	expect_in("3.0        gr\\xfc\\xdf       00:16:3e", list_text({row()}, false));
}

// CL-01
TEST_F(Rows, ListTakesItsVifsFromTheRecordOnly)
{
	world.store.put("/local/domain/3/device/vif/7/state", "4", {3, 0});
	world.store.put("/local/domain/0/backend/vif/3/8/state", "4");
	const std::string text = vif_list(context, {}, "").text;
	EXPECT_EQ(std::count(text.begin(), text.end(), '\n'), 2) << text;
	EXPECT_EQ(printed({.json = true}, vif_list(context, {.json = true}, "web")),
		  "[" + to_json(row(), false).dump() + "]\n");
}

TEST_F(Rows, DryRunShowsNodesAndPermissions)
{
	const auto [json, text] =
		vif_attach(context, {.dry_run = true}, "web", VifSpec::parse("mac=00:16:3e:00:00:02"), {});
	EXPECT_NE(text.find("/local/domain/3/device/vif/1/mac = \"00:16:3e:00:00:02\" (n3,r0)\n"),
		  std::string::npos)
		<< text;
	EXPECT_NE(text.find("/local/domain/3/device/vif/1/mtu = \"1500\" (n0,r3)\n"), std::string::npos)
		<< text;
	EXPECT_EQ(json.at("vif").at("mac"), "00:16:3e:00:00:02");
	EXPECT_GT(json.at("writes").size(), 25u);
	EXPECT_FALSE(world.store.has("/libxl/3/device/vif/1"));
}

} // namespace ringway
