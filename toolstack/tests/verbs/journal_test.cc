// SPDX-License-Identifier: GPL-2.0-only
// What the journal has of each verb: once when something was changed, and nothing else.
#include "verbs/check.hpp"
#include "verbs/commands.hpp"
#include "verbs/limit.hpp"
#include "verbs/one_try.hpp"
#include "verbs/place_fixture.hpp"
#include "verbs/use.hpp"
#include "verbs/vif_ensure.hpp"
#include "vif/policy.hpp"

namespace ringway
{

using test::Try;
using Words = std::vector<std::string>;

namespace
{

constexpr Output planned_only{.dry_run = true};

class JournalTest : public testing::Test
{
protected:
	JournalTest() { said.clear(); }
	// The only entry since the last call.
	JournalEntry one()
	{
		EXPECT_EQ(said.size(), 1u);
		const JournalEntry out = said.empty() ? JournalEntry() : said.back();
		said.clear();
		return out;
	}

	Try host;
	Context &context = host.context;
	std::vector<JournalEntry> &said = host.world.journal.entries;
};

} // namespace

TEST_F(JournalTest, AttachAndDetach)
{
	vif_attach(context, planned_only, "web", VifSpec::parse("mac=00:16:3e:00:00:02"), {});
	EXPECT_TRUE(said.empty());
	vif_attach(context, {}, "3", VifSpec::parse("mac=00:16:3e:00:00:02,rate=1Mb/s"), {});
	const JournalEntry attached = one();
	EXPECT_EQ(attached.message, "vif attach web 1 mac=00:16:3e:00:00:02 bridge=xenbr0 rate=1Mb/s");
	EXPECT_EQ(attached.verb, "vif attach");
	EXPECT_EQ(attached.domain, "web");
	EXPECT_EQ(attached.vif, "3.1");
	EXPECT_EQ(attached.bridge, "xenbr0");
	vif_detach(context, planned_only, "web", "1", {});
	EXPECT_TRUE(said.empty());
	vif_detach(context, {}, "web", "1", {});
	EXPECT_EQ(one().message, "vif detach web 1");
}

TEST_F(JournalTest, AttachEnsureOnlyWhatDiffers)
{
	const auto ensure = [&](const char *spec, const Output &output = {}) {
		vif_ensure(context, output, "web", VifSpec::parse(spec), {});
	};
	ensure("mac=00:16:3e:00:00:01");
	ensure("mac=00:16:3e:00:00:01,rate=2Mb/s", planned_only);
	EXPECT_TRUE(said.empty());
	ensure("mac=00:16:3e:00:00:01,rate=2Mb/s");
	EXPECT_EQ(one().message, "vif attach --ensure web 0 rate=2Mb/s");
	ensure("mac=00:16:3e:00:00:02");
	EXPECT_EQ(one().message, "vif attach --ensure web 1 mac=00:16:3e:00:00:02 bridge=xenbr0");
}

TEST_F(JournalTest, SetLimitAndRules)
{
	vif_set(context, planned_only, "web", "0", {"isolated=on"});
	vif_set(context, planned_only, "web", "0", {"carrier=off"});
	vif_limit(context, planned_only, "web", "0", {"pps=5"});
	vif_limit(context, {}, "web", "0", {});
	vif_rules(context, planned_only, "web", "0", "default drop from-guest\n");
	vif_rules(context, {}, "web", "0", std::nullopt);
	EXPECT_TRUE(said.empty());
	vif_set(context, {}, "web", "0", {"isolated=on", "carrier=off"});
	const JournalEntry set = one();
	EXPECT_EQ(set.message, "vif set web 0 isolated=on carrier=off");
	EXPECT_EQ(set.changes, (Words{"isolated=on", "carrier=off"}));
	vif_set(context, {}, "web", "0", {"carrier=on"});
	EXPECT_EQ(one().message, "vif set web 0 carrier=on");
	vif_set(context, {}, "web", "0", {});
	EXPECT_EQ(one().message, "vif set web 0");
	vif_limit(context, {}, "web", "0", {"pps=5"});
	EXPECT_EQ(one().message, "vif limit web 0 pps=5");
	vif_rules(context, {}, "web", "0", "default drop from-guest\ndefault drop to-guest\n");
	const JournalEntry rules = one();
	EXPECT_EQ(rules.message, "vif rules web 0 rules=(2 lines)");
	EXPECT_EQ(rules.changes, (Words{"rules=default drop from-guest\ndefault drop to-guest\n"}));
}

TEST_F(JournalTest, NothingOfWhatFailed)
{
	host.world.links.fail_at = host.world.links.changes + 1;
	EXPECT_THROW(vif_set(context, {}, "web", "0", {"isolated=on"}), Error);
	EXPECT_TRUE(said.empty());
}

TEST_F(JournalTest, Bridges)
{
	auto &bridge = host.bridge;
	bridge_add(bridge, planned_only, "xenbr2", {"ports=eth1"});
	bridge_set(bridge, planned_only, "xenbr0", {"ageing_time=7"});
	bridge_port(bridge, planned_only, "eth0", {"fdb_max=3"});
	bridge_port(bridge, {}, "eth0", {});
	bridge_flush(bridge, planned_only, "xenbr0", "");
	bridge_fdb(bridge, "xenbr0");
	EXPECT_TRUE(said.empty());
	bridge_add(bridge, {}, "xenbr2", {"ports=eth1"});
	EXPECT_EQ(one().message, "bridge add xenbr2 ports=eth1");
	bridge_set(bridge, {}, "xenbr0", {"ageing_time=7"});
	EXPECT_EQ(one().message, "bridge set xenbr0 ageing_time=7");
	bridge_port(bridge, {}, "eth0", {"fdb_max=3"});
	const JournalEntry port = one();
	EXPECT_EQ(port.message, "bridge port eth0 fdb_max=3");
	EXPECT_EQ(port.bridge, "xenbr0");
	bridge_flush(bridge, {}, "xenbr0", "");
	EXPECT_EQ(one().message, "bridge flush xenbr0");
	bridge_flush(bridge, {}, "xenbr0", "eth0");
	EXPECT_EQ(one().message, "bridge flush xenbr0 eth0");
}

TEST_F(JournalTest, ApplyOnceForAllItsObjects)
{
	const std::string text = "[[bridge]]\nname = \"xenbr2\"\n[[vif]]\nguest = \"web\"\n"
				 "mac = \"00:16:3e:00:00:01\"\nbroadcast = 100\n"
				 "[[uplink]]\ndevice = \"eth9\"\nbridge = \"xenbr0\"\n";
	host.apply_text(text, {.diff = true, .attach = {}});
	EXPECT_TRUE(said.empty());
	host.apply_text(text);
	const JournalEntry entry = one();
	EXPECT_EQ(entry.message, "apply: 1 added, 1 changed, 1 failed, and are as they were");
	EXPECT_TRUE(entry.warning);
	ASSERT_EQ(entry.changes.size(), 3u);
	EXPECT_EQ(entry.changes[0], "add: bridge xenbr2");
	EXPECT_TRUE(entry.changes[1].starts_with("failed: uplink eth9: ")) << entry.changes[1];
	EXPECT_EQ(entry.changes[2], "change: vif web 00:16:3e:00:00:01 broadcast=100/32");
	host.apply_text("[[bridge]]\nname = \"xenbr2\"\n");
	EXPECT_TRUE(said.empty()); // it is so already
}

TEST_F(JournalTest, CheckFix)
{
	update_policy(context, *read_record(host.world.store, 3, 0), {"isolated=on"});
	check_vifs(context, true);
	EXPECT_TRUE(said.empty());
	host.world.links.policies["vif3.0"].isolated = false;
	check_vifs(context);
	EXPECT_TRUE(said.empty());
	check_vifs(context, true);
	const JournalEntry entry = one();
	EXPECT_EQ(entry.message, "check --fix: policies of 1 vifs put in force");
	EXPECT_EQ(entry.changes.size(), 1u);
}

TEST_F(JournalTest, Use)
{
	SwapPlan plan;
	plan.steps = {"xenbr0 becomes a bridge of kind brlite"};
	say_used(context, plan, true);
	EXPECT_EQ(one().changes, plan.steps);
	say_unused(context);
	EXPECT_EQ(one().verb, "use --undo");
}

using PlaceJournal = test::Place;

TEST_F(PlaceJournal, ApplyAndUndo)
{
	std::vector<JournalEntry> &said = world.journal.entries;
	said.clear();
	run();
	run(apply, planned_only);
	place_undo(context, threads, planned_only);
	place_undo(context, threads, {});
	EXPECT_TRUE(said.empty());
	run(apply);
	ASSERT_EQ(said.size(), 1u);
	EXPECT_EQ(said[0].message, "place --apply: 3 queues by best-fit-decreasing");
	EXPECT_EQ(said[0].changes[1], "vif 3.0 queue 1: CPU 1");
	place_undo(context, threads, {});
	ASSERT_EQ(said.size(), 2u);
	EXPECT_EQ(said[1].message, "place --undo: 3 queues");
}

TEST(JournalFields, AreThoseOfJournald)
{
	JournalEntry entry{.message = "vif set web 0 isolated=on", .verb = "vif set"};
	entry.domain = "web";
	entry.vif = "3.0";
	entry.changes = {"isolated=on", "rules=a\nb\n"};
	EXPECT_EQ(
		journal_fields(entry, 0, "1000"),
		(Words{"MESSAGE=vif set web 0 isolated=on", "PRIORITY=5", "SYSLOG_IDENTIFIER=ringway",
		       "RINGWAY_VERB=vif set", "RINGWAY_UID=0", "RINGWAY_SUDO_UID=1000", "RINGWAY_DOMAIN=web",
		       "RINGWAY_VIF=3.0", "RINGWAY_CHANGES=isolated=on", "RINGWAY_CHANGES=rules=a\nb\n"}));
}

TEST(JournalFields, AreBoundedAndOfNobodyUnknown)
{
	JournalEntry entry{.message = "apply", .verb = "apply"};
	entry.warning = true;
	entry.changes = Words(2000, "x=y");
	const auto fields = journal_fields(entry, 7, "0\nMESSAGE=forged");
	EXPECT_EQ(fields[1], "PRIORITY=4");
	EXPECT_EQ(fields[4], "RINGWAY_UID=7");
	EXPECT_EQ(fields[5], "RINGWAY_CHANGES=x=y");
	EXPECT_LT(fields.size(), 1000u);
	EXPECT_EQ(fields.back(), "RINGWAY_CHANGES=and 1488 more");
}

} // namespace ringway
