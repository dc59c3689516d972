// SPDX-License-Identifier: GPL-2.0-only
#include "guest_test.hpp"
#include "verbs/vif_stats.hpp"

namespace ringway
{

class Stats : public test::VifTest
{
protected:
	Stats()
	{
		attach_vif("mac=00:16:3e:00:00:02");
		for (const char *device : {"vif3.0", "vif3.1"}) {
			for (const char *queue : {"tx-0", "tx-1", "rx-0", "rx-1"}) {
				world.add_file(std::string("sys/class/net/") + device + "/queues/" + queue +
					       "/x");
			}
		}
		world.links.count = [this](const std::string &) {
			const std::uint64_t n = factor++;
			return std::vector<Counter>{{"tx_zerocopy_sent", 0},
						    {"from_guest_packets", 30 * n},
						    {"q0_from_guest_packets", 10 * n},
						    {"q1_from_guest_packets", 20 * n},
						    {"q2_from_guest_packets", 0}};
		};
	}
	std::string run(const StatsOptions &options, const Output &output = {})
	{
		std::string out;
		vif_stats(context, output, options,
			  [&](const Answer &answer) { out += printed(output, answer); });
		return out;
	}
	Exit code_of(const StatsOptions &options)
	{
		refusal([&] { run(options); });
		return refused_with;
	}

	std::uint64_t factor = 1;
	Output json{.json = true};
};

TEST_F(Stats, ArrangedByQueueInUse)
{
	const auto rows = arrange({{"a", 3}, {"b_c", 5}, {"q0_a", 1}, {"q1_a", 2}, {"q7_a", 9}}, 2);
	EXPECT_EQ(rows, (std::vector<CounterRow>{{"a", 3, {1, 2}}, {"b_c", 5, {}}}));
}

// Names of other drivers that only look like ours stay what they are.
TEST_F(Stats, OtherNamesAreNoQueues)
{
	const auto rows = arrange({{"queue_0_x", 1}, {"q_x", 2}, {"qx_y", 3}, {"q0x", 4}, {"q0_", 5}}, 4);
	EXPECT_EQ(rows.size(), 4u); // q0_ is queue 0's part of nothing
	for (const CounterRow &row : rows) {
		EXPECT_TRUE(row.queues.empty()) << row.name;
	}
}

TEST_F(Stats, TextIsStable)
{
	EXPECT_EQ(run({"web", "0"}),
		  "vif 3.0: device vif3.0 queues 2\n"
		  "    from_guest_packets                             30             10             20\n");
	EXPECT_NE(run({"web", "0"}, {.details = true}).find("tx_zerocopy_sent"), std::string::npos);
}

// CL-20: scripts read this. Text and JSON are of the same rows.
TEST_F(Stats, JsonIsStable)
{
	EXPECT_EQ(run({"web", "00:16:3e:00:00:02"}, json),
		  R"({"devid":1,"domid":3,"ifname":"vif3.1","queues":[{"from_guest_packets":10},)"
		  R"({"from_guest_packets":20}],"total":{"from_guest_packets":30,"tx_zerocopy_sent":0}})"
		  "\n");
	EXPECT_EQ(nlohmann::json::parse(run({}, json)).size(), 2u);
	EXPECT_EQ(nlohmann::json::parse(run({"web"}, json)).size(), 2u);
}

// One line of JSON per look, with what was added; the first look is only the beginning.
TEST_F(Stats, WatchPrintsWhatWasAdded)
{
	world.clock.interrupt_at = world.clock.time + std::chrono::seconds(11);
	const std::string out = run({"web", "0", 5}, json);
	std::vector<nlohmann::json> lines;
	for (std::size_t at = 0; at < out.size(); at = out.find('\n', at) + 1) {
		lines.push_back(nlohmann::json::parse(out.substr(at, out.find('\n', at) - at)));
	}
	ASSERT_EQ(lines.size(), 2u);
	for (const auto &line : lines) {
		EXPECT_EQ(line["interval_ms"], 5000);
		EXPECT_EQ(line["total"]["from_guest_packets"], 30);
		EXPECT_EQ(line["queues"][1]["from_guest_packets"], 20);
	}
}

TEST_F(Stats, AnInterruptedWatchPrintsNoHalfInterval)
{
	world.clock.interrupt_at = world.clock.time + std::chrono::seconds(3);
	EXPECT_EQ(run({"web", "0", 5}), "");
}

// The vif was taken away and attached again between two looks.
TEST_F(Stats, CountersThatWentBackwardsCountFromZero)
{
	const std::vector<CounterRow> before = {{"a", 100, {60, 40}}},
				      now = {{"a", 7, {5, 2, 1}}, {"b", 1, {}}};
	EXPECT_EQ(difference(before, now), now);
}

TEST_F(Stats, StrictErrors)
{
	EXPECT_EQ(code_of({"web", "7"}), Exit::absent);
	EXPECT_EQ(code_of({"web", "x"}), Exit::usage);
	EXPECT_EQ(code_of({"nosuch", ""}), Exit::absent);
	world.links.all.clear();
	EXPECT_EQ(code_of({"web", "0"}), Exit::absent); // no device
	EXPECT_EQ(run({}, json), "[]\n");               // of all there are, those that have one
}

} // namespace ringway
