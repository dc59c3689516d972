// SPDX-License-Identifier: GPL-2.0-only
#include <gtest/gtest.h>
#include <nlohmann/json.hpp>
#include "vif/attach.hpp"
#include "verbs/check.hpp"
#include "verbs/commands.hpp"
#include "fake.hpp"
#include "verbs/rows.hpp"

namespace ringway
{

using test::Guest;
using test::World;

class Rows : public testing::Test
{
protected:
	Rows()
	{
		world.add_domain(3, "web");
		Context context = world.context();
		attach(context, "web", VifSpec::parse("mac=00:16:3e:00:00:01,rate=10Mb/s"), {});
	}
	VifRow row()
	{
		Context context = world.context();
		return make_row(context, *read_record(world.store, 3, 0));
	}

	World world;
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

// CL-01
TEST_F(Rows, ListTakesItsVifsFromTheRecordOnly)
{
	world.store.put("/local/domain/3/device/vif/7/state", "4", {3, 0});
	world.store.put("/local/domain/0/backend/vif/3/8/state", "4");
	Context context = world.context();
	const std::string text = vif_list(context, {}, "");
	EXPECT_EQ(std::count(text.begin(), text.end(), '\n'), 2) << text;
	EXPECT_EQ(vif_list(context, {.json = true}, "web"), "[" + to_json(row(), false).dump() + "]\n");
}

TEST_F(Rows, DryRunShowsNodesAndPermissions)
{
	Context context = world.context();
	const std::string text =
		vif_attach(context, {.dry_run = true}, "web", VifSpec::parse("mac=00:16:3e:00:00:02"), {});
	EXPECT_NE(text.find("/local/domain/3/device/vif/1/mac = \"00:16:3e:00:00:02\" (n3,r0)\n"),
		  std::string::npos)
		<< text;
	EXPECT_NE(text.find("/local/domain/3/device/vif/1/mtu = \"1500\" (n0,r3)\n"), std::string::npos)
		<< text;
	const auto json = nlohmann::json::parse(vif_attach(context, {.json = true, .dry_run = true}, "web",
							   VifSpec::parse("mac=00:16:3e:00:00:02"), {}));
	EXPECT_EQ(json.at("vif").at("mac"), "00:16:3e:00:00:02");
	EXPECT_GT(json.at("writes").size(), 25u);
	EXPECT_FALSE(world.store.has("/libxl/3/device/vif/1"));
}

class Check : public Rows
{
protected:
	std::string all(bool root = true)
	{
		auto findings = check_host(world.host, root);
		if (worth_going_on(findings)) {
			Context context = world.context();
			for (const Finding &finding : check_vifs(context)) {
				findings.push_back(finding);
			}
		}
		is_healthy = healthy(findings);
		return findings_text(findings);
	}
	void expect_problem(const std::string &part)
	{
		const std::string text = all();
		EXPECT_NE(text.find(part), std::string::npos) << text;
		EXPECT_FALSE(is_healthy) << text;
	}
	bool is_healthy = false;
};

TEST_F(Check, AHealthyHostIsOk)
{
	const std::string text = all();
	EXPECT_TRUE(is_healthy) << text;
	EXPECT_EQ(text.find("problem"), std::string::npos) << text;
}

// CL-18
TEST_F(Check, NamesWhatIsWrongWithTheHost)
{
	EXPECT_NE(all(false).find("not root"), std::string::npos);
	EXPECT_FALSE(is_healthy);
	world.remove_file("sys/bus/xen-backend/drivers/vif");
	expect_problem("modprobe");
	world.add_file("proc/xen/capabilities", "\n");
	expect_problem("dom0");
	world.remove_file("proc/xen/capabilities");
	world.remove_file("sys/hypervisor/type");
	expect_problem("does not run on Xen");
}

TEST_F(Check, TwoBackendsAreAWarning)
{
	world.add_file("sys/module/xen_netback/refcnt", "0");
	const std::string text = all();
	EXPECT_NE(text.find("modprobe -r xen_netback"), std::string::npos) << text;
	EXPECT_TRUE(is_healthy);
}

TEST_F(Check, NamesWhatIsWrongWithVifs)
{
	world.links.set_master(*world.links.find("vif3.0"), Link());
	expect_problem("ip link set vif3.0 master xenbr0");
	world.links.set_master(*world.links.find("vif3.0"), *world.links.find("xenbr0"));
	world.links.set_up(*world.links.find("vif3.0"), false);
	expect_problem("ip link set vif3.0 up");
	world.links.set_up(*world.links.find("vif3.0"), true);
	world.links.set_up(*world.links.find("xenbr0"), false);
	expect_problem("ip link set xenbr0 up");
	world.links.set_up(*world.links.find("xenbr0"), true);
	all();
	EXPECT_TRUE(is_healthy);
	world.backend_alive = false;
	world.store.put("/local/domain/0/backend/vif/3/0/state", "6");
	world.store.put("/local/domain/0/error/backend/vif/3/0/error", "22 \x1b[1mbad");
	expect_problem("22 \\x1b[1mbad");
	world.store.drop("/local/domain/3");
	expect_problem("ringway vif detach 3 0");
}

} // namespace ringway
