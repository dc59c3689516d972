// SPDX-License-Identifier: GPL-2.0-only
#include "verbs/place_fixture.hpp"

namespace ringway
{

using test::Place;

// 50, 40 and 30 % in CPUs of 80 %.
TEST_F(Place, TheLoadIsWhatTheDriverCountedMeanwhile)
{
	const auto json = run().json;
	ASSERT_EQ(json["queues"].size(), 3u);
	EXPECT_NEAR(json["queues"][0]["load_percent"].get<double>(), 50, 0.01);
	EXPECT_NEAR(json["queues"][1]["load_percent"].get<double>(), 40, 0.01);
	EXPECT_NEAR(json["queues"][2]["load_percent"].get<double>(), 30, 0.01);
	EXPECT_EQ(json["queues"][0]["cpu"], 0);
	EXPECT_EQ(json["queues"][1]["cpu"], 1);
	EXPECT_EQ(json["queues"][2]["cpu"], 0);
	EXPECT_EQ(json["applied"], false);
	EXPECT_EQ(irq(70), "0-3"); // only a plan
	EXPECT_FALSE(kept());
	expect_in("best-fit-decreasing: 3 queues on 2 of 4 CPUs, each to 80 % at most\n", run().text);
	expect_in("CPU 2: free", run().text);
}

TEST_F(Place, AppliedKeptAndUndone)
{
	run(apply);
	EXPECT_EQ(irq(70), "0");
	EXPECT_EQ(irq(71), "0");
	EXPECT_EQ(irq(72), "1");
	EXPECT_EQ(irq(73), "0");
	EXPECT_EQ(irq(74), "0-3"); // queue 10 is not queue 1
	EXPECT_TRUE(kept());

	PlaceOptions other = apply;
	other.cpus = std::vector<unsigned>{3};
	run(other);
	EXPECT_EQ(irq(72), "3");
	place_undo(context, threads, {.dry_run = true});
	EXPECT_EQ(irq(72), "3");
	expect_in("vif 3.0 queue 1: CPUs 0-3\n",
		  place_undo(context, threads, {}).answer.text); // not where the first apply put it
	for (int number = 70; number <= 73; ++number) {
		EXPECT_EQ(irq(number), "0-3");
	}
	EXPECT_FALSE(kept());
	EXPECT_EQ(place_undo(context, threads, {}).answer.text, "nothing was placed\n");
}

TEST_F(Place, ADryRunDoesNothing)
{
	run(apply, {.dry_run = true});
	EXPECT_EQ(irq(70), "0-3");
	EXPECT_FALSE(kept());
}

// The guest's new interrupts begin where the kernel puts them.
TEST_F(Place, AGuestThatConnectsAgainGetsItsCpusBack)
{
	run(apply);
	world.add_file("proc/irq/72/smp_affinity_list", "0-3\n");
	world.clock.interrupt_at = world.clock.time + std::chrono::seconds(40);
	std::vector<std::string> said;
	place_keep(context, threads, [&](const std::string &line) { said.push_back(line); });
	EXPECT_EQ(said, std::vector<std::string>{"vif 3.0 queue 1: CPU 1"});
	EXPECT_EQ(irq(72), "1");
	EXPECT_EQ(world.store.watched.count("/local/domain/0/backend/vif"), 0u); // the watch is gone again
}

TEST_F(Place, WhatCannotBeMovedLeavesAllAsItWas)
{
	std::filesystem::remove(world.root / "proc/irq/71/smp_affinity_list");
	expect_in("interrupt 71 (vif3.0-q0-rx): cannot move it to CPU 0: No such file or directory",
		  refusal([&] { run(apply); }));
	for (const int number : {70, 72, 73}) {
		EXPECT_EQ(irq(number), "0-3") << number;
	}
	EXPECT_FALSE(kept());
}

TEST_F(Place, TooMuchForAllGoesWhereMostIsLeft)
{
	PlaceOptions one = {.algorithm = {Fit::first, false}, .fill = 45};
	one.cpus = std::vector<unsigned>{1, 2};
	const auto json = run(one).json; // 50 fits nowhere; 40 on CPU 1, 30 on CPU 2
	EXPECT_EQ(json["queues"][0]["fits"], false);
	EXPECT_EQ(json["queues"][0]["cpu"], 2);
	EXPECT_EQ(json["queues"][1]["cpu"], 1);
	EXPECT_EQ(json["queues"][2]["cpu"], 2);
	expect_in("2 (fits nowhere)\n", run(one).text);
}

TEST_F(Place, RefusedByName)
{
	PlaceOptions far;
	far.cpus = std::vector<unsigned>{1, 9};
	EXPECT_EQ(refusal([&] { run(far); }), "CPU 9: not online here; there are 0,1,2,3");
	expect_in("by 'worst': choose from next-fit, ", refusal([] { (void)parse_algorithm("worst"); }));
	world.clock.interrupt_at = world.clock.time + std::chrono::seconds(1);
	expect_in("interrupted while measuring; nothing was changed", refusal([&] { run(apply); }));
	EXPECT_FALSE(kept());
	world.clock.interrupt_at = Millis::max();
	world.links.count = [](const std::string &) {
		return std::vector<Counter>{{"rx_gso_checksum_fixup", 1}};
	};
	expect_in("does not count its time", refusal([&] { run(); }));
	world.add_file("var/lib/ringway/place.json", "{\"ringway_place\":1,\"queues\":[{\"cpu\":-1}]}");
	expect_in("place.json': it is damaged", refusal([&] { place_undo(context, threads, {}); }));
}

// --- Hosts ----------------------------------------------------------------------------------------

TEST(PlaceHosts, SaysWhatEachAlgorithmLeaves)
{
	const Answer answer =
		place_hosts("[[host]]\nname = \"alpha\"\ncpus = 1.0\nguests = { a = 0.5, b = 0.4 }\n"
			    "[[host]]\nname = \"beta\"\ncpus = 1\nguests = { c = 0.1, big = 3 }\n",
			    "hosts.toml");
	ASSERT_EQ(answer.json.size(), 3u);
	const auto &best = answer.json[2];
	EXPECT_EQ(best["algorithm"], "best-fit-decreasing");
	EXPECT_EQ(best["hosts_used"], 1);
	EXPECT_EQ(best["moves"], (std::vector<std::string>{"c: beta -> alpha"}));
	EXPECT_EQ(best["fits_nowhere"], std::vector<std::string>{"big"});
	EXPECT_NEAR(best["hosts"][0]["free_cpus"].get<double>(), 0, 1e-9);
	EXPECT_NEAR(best["hosts"][1]["free_cpus"].get<double>(), 1, 1e-9);
	EXPECT_NE(answer.text.find("best-fit-decreasing: 1 of 2 hosts, 1 guests move\n"), std::string::npos)
		<< answer.text;
}

TEST(PlaceHosts, RefusedByLine)
{
	const std::pair<const char *, const char *> cases[] = {
		{"", "hosts 'h' line 1: it names no host"},
		{"[[host]]\nname = \"a\"\n", "line 1: a host needs a name, and cpus above 0"},
		{"[[host]]\nname = \"a\"\ncpus = \"2\"\n", "line 3: 'cpus': write a number of CPUs"},
		{"[[host]]\nname = \"a\"\ncpus = 2\nguests = { x = -1 }\n",
		 "line 4: 'x': write a number of CPUs"},
		{"[[host]]\nname = \"a\"\ncpus = 2\nmemory = 3\n", "line 4: 'memory': unknown"},
		{"[[host]]\nname = \"a\"\ncpus = 2\n[[host]]\nname = \"a\"\ncpus = 2\n",
		 "line 4: host 'a' is there twice"},
		{"[[host]]\nname = \"a\"\ncpus = 2\nguests = { x = 1 }\n[[host]]\nname = \"b\"\ncpus = "
		 "2\nguests = { x = 1 }\n",
		 "line 8: guest 'x' is there twice"},
		{"[[guest]]\n", "line 1: 'guest': unknown; write [[host]]"},
		{"[[host]]\ncpus = inf\nname = \"a\"\n", "line 2: 'cpus': write a number"},
		{"[[host", "hosts 'h' line 1: "},
	};
	for (const auto &[text, message] : cases) {
		try {
			place_hosts(text, "h");
			ADD_FAILURE() << text;
		} catch (const Error &error) {
			EXPECT_EQ(error.code(), Exit::usage);
			EXPECT_NE(std::string(error.what()).find(message), std::string::npos) << error.what();
		}
	}
}

} // namespace ringway
