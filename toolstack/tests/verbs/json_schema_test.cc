// SPDX-License-Identifier: GPL-2.0-only
// What the verbs print with -j is what docs/schema says, and no more.
#include <algorithm>
#include <filesystem>
#include <set>
#include "fake/threads.hpp"
#include "verbs/apply_fixture.hpp"
#include "verbs/check.hpp"
#include "verbs/commands.hpp"
#include "verbs/expand.hpp"
#include "verbs/failure.hpp"
#include "verbs/json_schema.hpp"
#include "verbs/limit.hpp"
#include "verbs/metrics.hpp"
#include "verbs/place.hpp"
#include "verbs/top.hpp"
#include "verbs/use.hpp"
#include "verbs/vif_ensure.hpp"
#include "verbs/vif_stats.hpp"
#include "verbs/vif_wait.hpp"
#include "words/vifspec.hpp"

namespace ringway
{

using nlohmann::json;
using test::schema_violations;

class JsonSchema : public test::ApplyTest
{
protected:
	JsonSchema()
	{
		for (const char *queue : {"tx-0", "rx-0"}) {
			world.add_file(std::string("sys/class/net/vif3.0/queues/") + queue + "/x");
		}
		world.add_file("sys/devices/system/cpu/online", "0-1\n");
		world.add_file("proc/interrupts", "           CPU0\n"
						  " 70:          5   xen-dyn    -event     vif3.0-q0-tx\n");
		world.add_file("proc/irq/70/smp_affinity_list", "0-1\n");
		world.links.count = [this](const std::string &) -> std::vector<Counter> {
			const auto ms = static_cast<std::uint64_t>(world.clock.time.count());
			return {{"from_guest_packets", ms},
				{"from_guest_cpu_ns", ms * 400'000},
				{"from_guest_direct", ms},
				{"q0_from_guest_cpu_ns", ms * 400'000}};
		};
	}
	void expect_fits(const std::string &verb, const json &document)
	{
		EXPECT_EQ(schema_violations(verb, document), "") << verb;
	}
	// A field that the schema does not know is refused, wherever in the document it is.
	void expect_refused(const std::string &verb, json document, const std::string &where)
	{
		EXPECT_EQ(schema_violations(verb, document), "");
		document[json::json_pointer(where)]["news"] = 1;
		EXPECT_NE(schema_violations(verb, document), "") << verb << where;
	}

	const Output all_of_it{.json = true, .stats = true, .details = true};
	const Output dry{.json = true, .dry_run = true};
};

TEST_F(JsonSchema, OfVifs)
{
	const auto spec = [](const char *text) { return VifSpec::parse(text); };
	const char *second = "mac=00:16:3e:00:00:02,rate=10Mb/s,mtu=1400,ip=192.0.2.7,vifname=two,vlan=10";
	expect_fits("vif-attach", vif_attach(context, dry, "web", spec(second), {}).json);
	expect_fits("vif-attach", vif_attach(context, all_of_it, "web", spec(second), {}).json);
	expect_fits("vif-attach", vif_ensure(context, all_of_it, "web", spec(second), {}).json);
	const char *other = "mac=00:16:3e:00:00:02,rate=20Mb/s";
	expect_fits("vif-attach", vif_ensure(context, dry, "web", spec(other), {}).json);
	expect_fits("vif-set", vif_set(context, dry, "web", "0", {"isolated=on"}).json);
	expect_fits("vif-set", vif_set(context, dry, "web", "0", {"carrier=off"}).json);
	const std::vector<std::string> words = {"isolated=on", "mac_lock=on", "broadcast=100",
						"rules=accept from-guest arp\ndefault drop from-guest\n",
						"mirror=eth0"};
	expect_fits("vif-set", vif_set(context, all_of_it, "web", "0", words).json);
	world.links.policies["vif3.0"].isolated = false; // what is not in force
	expect_fits("vif-limit", vif_limit(context, dry, "web", "0", {"rate=1Mb/s", "pps=none"}).json);
	expect_fits("vif-limit", vif_limit(context, {}, "web", "0", {"rx-rate=1Mb/s", "rx-pps=5"}).json);
	world.store.put("/local/domain/3/error/device/vif/0/error", "no");
	const auto list = vif_list(context, all_of_it, "").json;
	EXPECT_TRUE(list[0].contains("not_in_force") && list[0].contains("error")) << list;
	expect_fits("vif-list", list);
	expect_fits("vif-show", vif_show(context, all_of_it, "web", "0").json);
	expect_fits("vif-wait", vif_wait(context, all_of_it, "web", "0", Millis(1000)).json);
	expect_fits("vif-rules", vif_rules(context, all_of_it, "web", "0", {}).json);
	vif_stats(context, all_of_it, {"web", "0", 0},
		  [&](const Answer &answer) { expect_fits("vif-stats", answer.json); });
	expect_fits("vif-detach", vif_detach(context, dry, "web", "0", {}).json);
	expect_fits("vif-detach", vif_detach(context, {}, "web", "0", {}).json);
	expect_refused("vif-list", list, "/0");
	expect_refused("vif-list", list, "/0/stats/rx");
	expect_refused("vif-list", list, "/0/rules/from_guest");
}

TEST_F(JsonSchema, OfBridges)
{
	expect_fits("bridge-add", bridge_add(bridge, dry, "xenbr1", {"ports=eth1"}).json);
	expect_fits("bridge-add", bridge_add(bridge, all_of_it, "xenbr1", {"ports=eth1"}).json);
	expect_fits("bridge-set", bridge_set(bridge, dry, "xenbr1", {"ageing_time=1"}).json);
	expect_fits("bridge-set", bridge_set(bridge, all_of_it, "xenbr1", {"ageing_time=1"}).json);
	const auto shown = bridge_show(bridge, all_of_it, "").json;
	expect_fits("bridge-show", shown);
	expect_fits("bridge-show", bridge_show(bridge, all_of_it, "xenbr1").json);
	expect_fits("bridge-port", bridge_port(bridge, dry, "eth1", {"isolated=on"}).json);
	expect_fits("bridge-port", bridge_port(bridge, {}, "eth1", {"isolated=on", "fdb_max=3"}).json);
	bridges.table = {{Mac::parse("00:16:3e:00:00:01"), "vif3.0", 0, "learned", false, 7},
			 {Mac::parse("00:16:3e:00:00:02"), "eth0", 10, "static", true, 0}};
	expect_fits("bridge-fdb", bridge_fdb(bridge, "xenbr0").json);
	expect_fits("bridge-flush", bridge_flush(bridge, dry, "xenbr0", "").json);
	expect_fits("bridge-flush", bridge_flush(bridge, {}, "xenbr0", "eth0").json);
	expect_refused("bridge-show", shown, "/0");
	expect_refused("bridge-show", shown, "/0/ports/0");
}

TEST_F(JsonSchema, OfTheHost)
{
	const std::string text = "[[bridge]]\nname = \"xenbr0\"\nageing_time = 7\n"
				 "[[uplink]]\ndevice = \"eth9\"\nbridge = \"xenbr0\"\n"
				 "[[vif]]\nguest = \"no\"\nmac = \"00:16:3e:00:00:07\"\n";
	expect_fits("apply", diff(text).answer.json);
	const auto applied = apply_text(text).answer.json;
	EXPECT_EQ(applied["failed"], 1);
	EXPECT_EQ(applied["skipped"], 1);
	expect_fits("apply", applied);
	expect_fits("showconf", showconf(all).json);
	expect_fits("check", check_answer(check_host(world.host, true, "1")).json);
	expect_fits("metrics", metrics(context).json);
	expect_fits("metrics", json{{"written", "x.prom"}});
	const PlaceOptions apply_it{.apply = true};
	test::FakeThreads threads{world};
	expect_fits("place", place(context, threads, all_of_it, apply_it).json);
	expect_fits("place", place_undo(context, threads, all_of_it).answer.json);
	expect_fits("place-hosts",
		    place_hosts("[[host]]\nname = \"a\"\ncpus = 1\nguests = { x = 0.5, y = 2 }\n", "-").json);
	top_batch(context, {}, {1}, [&](const Answer &answer) { expect_fits("top", answer.json); });
	expect_fits("error", json::parse(failure_line(true, Exit::absent, "domain 'x': not running")));
	SwapPlan plan;
	expect_fits("use", plan_answer(plan, false).json);
	plan.steps = {"the bridge"}, plan.warnings = {"the time"}, plan.obstacles = {"a bond"};
	expect_fits("use", plan_answer(plan, true).json);
	expect_refused("apply", applied, "/objects/0/changes/0");
	expect_refused("apply", applied, "/objects/1/error");
}

TEST_F(JsonSchema, EachVerbHasOneAndEachIsOfAVerb)
{
	std::set<std::string> verbs = {"error"};
	for (std::string verb : all_verbs()) {
		if (verb.rfind("use ", 0) == 0) {
			continue; // to either stack: what "use" prints
		}
		std::replace(verb.begin(), verb.end(), ' ', '-');
		verbs.insert(verb);
	}
	std::set<std::string> schemas;
	for (const auto &file : std::filesystem::directory_iterator(RINGWAY_TOP "/docs/schema")) {
		if (file.path().extension() == ".json") {
			schemas.insert(file.path().stem().string());
		}
	}
	EXPECT_EQ(schemas, verbs);
}

} // namespace ringway
