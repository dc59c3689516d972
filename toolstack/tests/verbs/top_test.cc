// SPDX-License-Identifier: GPL-2.0-only
#include <algorithm>
#include "guest_test.hpp"
#include "verbs/top.hpp"

namespace ringway
{

// Vif 3.0 of web: 1000 packets a second to the host, 200 from it, by the clock of the test.
class Top : public test::VifTest
{
protected:
	Top()
	{
		world.add_domain(4, "db");
		attach_vif("mac=00:16:3e:00:00:02", {}, "db");
		world.links.count = [this](const std::string &device) -> std::vector<Counter> {
			const auto ms = static_cast<std::uint64_t>(world.clock.time.count());
			if (device != "vif3.0") {
				return {{"from_guest_packets", 5 * ms}, {"from_guest_bytes", 5 * ms}};
			}
			return {{"from_guest_packets", ms},          {"from_guest_bytes", 1000 * ms},
				{"from_guest_cpu_ns", 250'000 * ms}, {"from_guest_direct", ms * 3 / 4},
				{"from_guest_skb_forward", ms / 4},  {"from_guest_why_policy", ms / 4},
				{"from_guest_malformed", ms / 100},  {"to_guest_packets", ms / 5},
				{"to_guest_dropped_full", ms / 10}};
		};
	}
	std::vector<TopRow> rows(const TopView &how = {})
	{
		std::vector<TopRow> out;
		const auto before = look_at_traffic(context);
		world.clock.time += std::chrono::seconds(2);
		return arrange(top_rows(before, look_at_traffic(context), 2), how);
	}

	TopView view;
};

TEST_F(Top, ARowIsWhatWasAddedASecond)
{
	const auto all = rows({.sort = TopSort::vif});
	ASSERT_EQ(all.size(), 2u);
	const TopRow &web = all[0];
	EXPECT_EQ(web.domain, "web");
	EXPECT_EQ(web.bridge, "xenbr0");
	EXPECT_DOUBLE_EQ(web.from_packets, 1000);
	EXPECT_DOUBLE_EQ(web.to_packets, 200);
	EXPECT_DOUBLE_EQ(web.from_bits, 8e6);
	EXPECT_DOUBLE_EQ(web.drops, 110);
	EXPECT_EQ(web.most_dropped, "to:full");
	EXPECT_EQ(web.path, "direct");
	EXPECT_DOUBLE_EQ(web.path_percent, 75);
	EXPECT_EQ(web.why, "policy");
	EXPECT_NEAR(web.cpu_percent, 25, 0.01);
	EXPECT_NEAR(web.cpu_ns_per_packet, 250'000 * 1000.0 / 1200, 1);
	EXPECT_EQ(all[1].path, ""); // nobody says
}

TEST_F(Top, SortedAndFiltered)
{
	EXPECT_EQ(rows({.sort = TopSort::from_packets})[0].domain, "db");
	EXPECT_EQ(rows({.sort = TopSort::from_packets, .reverse = true})[0].domain, "web");
	EXPECT_EQ(rows({.sort = TopSort::name})[0].domain, "db");
	EXPECT_EQ(rows({.sort = TopSort::drops})[0].domain, "web");
	EXPECT_EQ(rows({.sort = TopSort::cpu})[0].domain, "web");
	EXPECT_EQ(rows({.filter = "vif3"}).size(), 1u);
	EXPECT_EQ(rows({.filter = "xenbr0"}).size(), 2u);
	EXPECT_EQ(rows({.filter = "nobody"}).size(), 0u);
}

TEST_F(Top, LinesLineUp)
{
	const auto lines = top_lines(rows({.sort = TopSort::vif}), {.sort = TopSort::vif, .filter = "w"});
	ASSERT_EQ(lines.size(), 4u);
	EXPECT_EQ(lines[0], "ringway top: 2 vifs, every 3 s, by vif, filter: w");
	const std::string numbers =
		"3.0       web            vif3.0         1.00k     200   8.00M       0    110   25.0 ";
	EXPECT_EQ(lines[2].substr(0, numbers.size()), numbers);
	EXPECT_EQ(lines[1].find("PATH"), lines[2].find("direct"));
	expect_in("policy lost to:full", lines[2]);
	world.store.put("/local/domain/3/name", "\x1b[2Jx");
	expect_in(" \\x1b[2Jx ", top_lines(rows({.sort = TopSort::vif}), {})[2]);
}

TEST_F(Top, KeysAreXentops)
{
	press('S', view);
	EXPECT_EQ(view.sort, TopSort::to_packets);
	for (int i = 0; i < 7; ++i) {
		press('s', view);
	}
	EXPECT_EQ(view.sort, TopSort::from_packets); // once round
	press('R', view);
	EXPECT_TRUE(view.reverse);
	press('D', view);
	press('D', view);
	press('D', view);
	EXPECT_EQ(view.seconds, 1u);
	press('d', view);
	EXPECT_EQ(view.seconds, 2u);
	press(key_up, view);
	EXPECT_EQ(view.scroll, 0u);
	press(key_page_down, view);
	press(key_up, view);
	EXPECT_EQ(view.scroll, 9u);
	for (const int key : {int('/'), int('q'), int('x'), 127, int('\n')}) {
		press(key, view);
	}
	EXPECT_EQ(view.filter, "q"); // while a filter is typed, letters are letters
	EXPECT_FALSE(view.quit);
	press('q', view);
	EXPECT_TRUE(view.quit);
}

namespace
{

class FakeScreen : public Screen
{
public:
	explicit FakeScreen(test::FakeClock &clock) : clock_(clock) {}
	std::size_t height() override { return 3; }
	void show(const std::vector<std::string> &lines) override { shown.push_back(lines); }
	int key(Millis at_most) override
	{
		clock_.time += at_most;
		if (keys.empty()) {
			return key_none;
		}
		const int next = keys.front();
		keys.erase(keys.begin());
		return next;
	}

	std::vector<std::vector<std::string>> shown;
	std::vector<int> keys;

private:
	test::FakeClock &clock_;
};

} // namespace

TEST_F(Top, TheScreenShowsWhatFitsAndScrolls)
{
	FakeScreen screen(world.clock);
	screen.keys = {key_none, key_none, key_none, key_none, key_down, key_down, 'q'};
	top_screen(context, {.sort = TopSort::vif}, screen);
	ASSERT_GE(screen.shown.size(), 6u);
	for (const auto &lines : screen.shown) {
		EXPECT_LE(lines.size(), 3u);
	}
	expect_in("web", screen.shown[3].back());
	expect_in("db", screen.shown.back().back()); // however often it scrolls, the last row stays
	expect_in("WHY NOT DIRECT", screen.shown.back()[1]);
}

TEST_F(Top, BatchPrintsSoManyTables)
{
	std::vector<Answer> said;
	top_batch(context, {.sort = TopSort::vif}, {2},
		  [&](const Answer &answer) { said.push_back(answer); });
	ASSERT_EQ(said.size(), 2u);
	EXPECT_EQ(std::count(said[1].text.begin(), said[1].text.end(), '\n'), 4);
	EXPECT_DOUBLE_EQ(said[1].json[0]["from_guest_packets_per_second"], 1000);
	world.clock.interrupt_at = world.clock.time + std::chrono::seconds(4);
	said.clear();
	top_batch(context, {}, {}, [&](const Answer &answer) { said.push_back(answer); });
	EXPECT_EQ(said.size(), 1u);
}

} // namespace ringway
