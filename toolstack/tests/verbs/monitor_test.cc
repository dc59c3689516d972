// SPDX-License-Identifier: GPL-2.0-only
#include <algorithm>
#include <map>
#include "guest_test.hpp"
#include "verbs/json_schema.hpp"
#include "verbs/monitor.hpp"

namespace ringway
{

namespace
{

// What happens at a look, by its number.
class FakeEvents : public LinkEvents
{
public:
	explicit FakeEvents(test::FakeClock &clock) : clock_(clock) {}
	std::vector<LinkEvent> wait(int, Millis at_most) override
	{
		clock_.time += at_most;
		++looks;
		if (const auto act = acts.find(looks); act != acts.end()) {
			act->second();
		}
		const auto found = events.find(looks);
		return found == events.end() ? std::vector<LinkEvent>() : found->second;
	}

	int looks = 0;
	std::map<int, std::function<void()>> acts;
	std::map<int, std::vector<LinkEvent>> events;

private:
	test::FakeClock &clock_;
};

} // namespace

namespace
{

// Compares XenStore with what it was at the last look.
class FakeWatches : public Watches
{
public:
	explicit FakeWatches(test::FakeStore &store) : store_(store), seen_(store.tree) {}
	std::vector<std::string> fired() override
	{
		std::vector<std::string> out;
		for (const std::string &path : store_.watched) {
			if (!known_.contains(path)) {
				out.push_back(path);
			}
		}
		known_ = store_.watched;
		for (const auto &[path, node] : seen_) {
			if (!store_.tree.contains(path) && is_watched(path)) {
				out.push_back(path);
			}
		}
		for (const auto &[path, node] : store_.tree) {
			const auto before = seen_.find(path);
			const bool same = before != seen_.end() && before->second.value == node.value;
			if (!same && is_watched(path)) {
				out.push_back(path);
			}
		}
		seen_ = store_.tree;
		return out;
	}
	int descriptor() const override { return -1; }

private:
	bool is_watched(const std::string &path) const
	{
		return std::any_of(store_.watched.begin(), store_.watched.end(), [&](const auto &watch) {
			return path == watch || path.starts_with(watch + "/");
		});
	}
	test::FakeStore &store_;
	test::Tree seen_;
	std::multiset<std::string> known_;
};

} // namespace

class Monitor : public test::VifTest
{
protected:
	std::vector<Answer> &run(MonitorOptions options = {0, 5, {}})
	{
		options.wall = [this] { return world.clock.time; };
		FakeWatches watches(world.store);
		monitor(context, watches, links, options,
			[this](const Answer &answer) { said.push_back(answer); });
		for (const Answer &answer : said) {
			EXPECT_EQ(test::schema_violations("monitor", answer.json), "");
		}
		return said;
	}
	// Without the time in front.
	std::vector<std::string> texts(MonitorOptions options = {0, 5, {}})
	{
		std::vector<std::string> out;
		for (const Answer &answer : run(options)) {
			out.push_back(answer.text.substr(answer.text.find(' ') + 1));
		}
		return out;
	}

	static MonitorOptions seconds(unsigned number) { return {0, number, {}}; }
	static MonitorOptions events(unsigned number) { return {number, 0, {}}; }

	const std::string back = "/local/domain/0/backend/vif/3/0", front = "/local/domain/3/device/vif/0";
	FakeEvents links{world.clock};
	std::vector<Answer> said;
};

using Texts = std::vector<std::string>;

TEST_F(Monitor, NothingHappensAndItEnds)
{
	const Millis from = world.clock.time;
	EXPECT_TRUE(run(seconds(2)).empty());
	EXPECT_GE(world.clock.time, from + std::chrono::seconds(2));
	EXPECT_LT(world.clock.time, from + std::chrono::seconds(3));
	EXPECT_TRUE(world.store.watched.empty());
}

TEST_F(Monitor, BothEndsStatesAndTheBackendsNodes)
{
	links.acts[2] = [&] { world.store.put(back + "/rate", "100,50000"); };
	links.acts[3] = [&] { world.store.put(front + "/state", "5"); };
	links.acts[4] = [&] { world.store.put(front + "/feature-sg", "0"); }; // the guest's own affair
	links.acts[5] = [&] { world.store.put(back + "/state", "seven\n"); };
	EXPECT_EQ(texts(), (Texts{"xenstore vif 3.0 web backend rate = \"100,50000\"\n",
				  "xenstore vif 3.0 web guest state = \"5\" (closing)\n",
				  "xenstore vif 3.0 web backend state = \"seven\\x0a\"\n"}));
	EXPECT_EQ(said[1].json["state"], "closing");
	EXPECT_EQ(said[1].json["end"], "guest");
	EXPECT_EQ(said[1].json["path"], front + "/state");
	EXPECT_FALSE(said[2].json.contains("state"));
}

// CL-26: what a guest may repeat at will.
TEST_F(Monitor, AStateWrittenAgainIsNoEvent)
{
	for (int look = 2; look < 12; ++look) {
		links.acts[look] = [&] {
			world.store.put(front + "/state", "6");
			world.store.put(front + "/state", "4");
		};
	}
	EXPECT_TRUE(run().empty());
}

TEST_F(Monitor, VifsComeAndGo)
{
	world.add_domain(4, "db", test::Guest::silent);
	links.acts[2] = [&] { attach_vif("mac=00:16:3e:00:00:02", {.wait_for_guest = false}, "db"); };
	links.acts[4] = [&] { world.store.put("/local/domain/4/device/vif/0/state", "6"); };
	links.acts[6] = [&] {
		for (const char *path : {"/local/domain/4/device/vif/0", "/local/domain/0/backend/vif/4/0",
					 "/libxl/4/device/vif/0"}) {
			world.store.drop(path);
		}
	};
	const Texts lines = texts();
	const auto has = [&](const std::string &line) {
		return std::find(lines.begin(), lines.end(), "xenstore vif 4.0 db " + line + "\n") !=
		       lines.end();
	};
	EXPECT_TRUE(has("backend mac = \"00:16:3e:00:00:02\""));
	EXPECT_TRUE(has("guest state = \"1\" (initialising)"));
	EXPECT_TRUE(has("guest state = \"6\" (closed)"));
	EXPECT_TRUE(has("guest state gone"));
	EXPECT_TRUE(has("backend directory gone"));
	EXPECT_TRUE(world.store.watched.empty());
}

TEST_F(Monitor, ADriverDomainsStateCountsToo)
{
	world.add_domain(7, "net");
	world.store.put("/libxl/3/device/vif/1/frontend", "/local/domain/3/device/vif/1");
	world.store.put("/libxl/3/device/vif/1/backend", "/local/domain/7/backend/vif/3/1");
	links.acts[2] = [&] { world.store.put("/local/domain/7/backend/vif/3/1/state", "4"); };
	EXPECT_EQ(texts(), (Texts{"xenstore vif 3.1 web backend state = \"4\" (connected)\n"}));
}

TEST_F(Monitor, LinksAndAddresses)
{
	LinkEvent port;
	port.index = 9;
	port.device = "vif3.0";
	port.kind = "brlite";
	port.bridge = "xenbr0";
	port.up = true;
	port.mtu = 1500;
	LinkEvent address = port, lost;
	address.what = LinkEvent::What::address_gone;
	address.mac = Mac({0, 0x16, 0x3e, 0, 0, 1});
	address.vlan = 7;
	address.learned = true;
	lost.what = LinkEvent::What::lost;
	links.events[1] = {port, address};
	links.events[2] = {lost};
	EXPECT_EQ(texts(), (Texts{"rtnetlink link vif3.0 bridge xenbr0 up no-carrier mtu 1500\n",
				  "rtnetlink address_gone vif3.0 bridge xenbr0 mac 00:16:3e:00:00:01 vlan 7 "
				  "learned\n",
				  "rtnetlink lost: events came faster than they were read\n"}));
	EXPECT_EQ(said[1].json["event"], "address_gone");
	EXPECT_EQ(said[1].json["vlan"], 7);
	EXPECT_EQ(said[2].json["event"], "lost");
}

TEST_F(Monitor, EndsByCountOrSignal)
{
	links.events[1] = std::vector<LinkEvent>(5);
	EXPECT_EQ(run(events(3)).size(), 3u);
	world.clock.interrupt_at = world.clock.time + std::chrono::seconds(1);
	links.looks = 10;
	run({});
	EXPECT_LT(world.clock.time, world.clock.interrupt_at + std::chrono::seconds(1));
}

TEST_F(Monitor, TimeIsUtcWithMilliseconds)
{
	EXPECT_EQ(time_text(Millis(1'700'000'000'042)), "2023-11-14T22:13:20.042Z");
	world.clock.time = Millis(0);
	links.events[1] = std::vector<LinkEvent>(1);
	EXPECT_EQ(run(events(1))[0].json["time"], "1970-01-01T00:00:00.250Z");
}

} // namespace ringway
