// SPDX-License-Identifier: GPL-2.0-only
// How often xenstored and the kernel are asked for what. Each time is a way there and back, and a host may
// have a thousand vifs.
#include <fmt/format.h>
#include "guest_test.hpp"
#include "verbs/commands.hpp"
#include "verbs/metrics.hpp"
#include "verbs/top.hpp"

namespace ringway
{

class RoundTrips : public test::VifTest
{
protected:
	static constexpr unsigned vifs = 1000, first = 100;

	RoundTrips()
	{
		const test::Tree one = world.store.tree;
		for (unsigned domid = first; domid < first + vifs - 1; ++domid) {
			for (const auto &[path, node] : one) {
				const std::string copy = of_domain(path, domid);
				if (copy != path) {
					world.store.tree[copy] = {of_domain(node.value, domid), node.access};
				}
			}
			const std::string device = fmt::format("vif{}.0", domid);
			std::filesystem::create_directories(
				world.root / fmt::format("sys/bus/xen-backend/devices/vif-{}-0/net", domid) /
				device);
			world.links.add(device, "");
			world.links.at(device).master = world.links.find("xenbr0")->index;
		}
	}
	// Domain 3's number in a path becomes another one's.
	static std::string of_domain(std::string text, unsigned domid)
	{
		for (const char *prefix : {"/local/domain/0/backend/vif/", "/local/domain/", "/libxl/"}) {
			const std::string is = prefix + std::string("3");
			if (text == is || text.starts_with(is + "/")) {
				return prefix + std::to_string(domid) + text.substr(is.size());
			}
		}
		return text;
	}
	struct Trips {
		int xenstore = 0, kernel = 0;
	};
	template <typename Action>
	Trips trips(const Action &action)
	{
		const Trips before{world.store.operations, world.links.questions};
		action();
		return {world.store.operations - before.xenstore, world.links.questions - before.kernel};
	}
};

TEST_F(RoundTrips, OfAListAreTenForEachVif)
{
	std::string text;
	const Trips count = trips([&] { text = vif_list(context, {}, "").text; });
	EXPECT_EQ(std::count(text.begin(), text.end(), '\n'), vifs + 1) << text;
	EXPECT_NE(text.find("1098.0     web              00:16:3e:00:00:01 vif1098.0       xenbr0 "),
		  text.npos)
		<< text;
	EXPECT_LE(count.xenstore, 10 * static_cast<int>(vifs) + 1);
	EXPECT_EQ(count.kernel, 1);
}

TEST_F(RoundTrips, OfAListWithAllThatIsKnownAreTwentyEightForEachVif)
{
	nlohmann::json json;
	const Trips count = trips([&] { json = vif_list(context, {.json = true}, "").json; });
	ASSERT_EQ(json.size(), vifs);
	EXPECT_EQ(json.back()["features"], (nlohmann::json{"sg", "csum"})) << json.back();
	EXPECT_LE(count.xenstore, 28 * static_cast<int>(vifs) + 1);
	EXPECT_EQ(count.kernel, 1 + 1 * static_cast<int>(vifs)); // what is in force at each port
}

TEST_F(RoundTrips, OfMetricsAreSevenForEachVif)
{
	world.links.count = [](const std::string &) { return std::vector<Counter>(); };
	std::string text;
	const Trips count = trips([&] { text = metrics(context).text; });
	EXPECT_NE(text.find("vif1098.0"), text.npos);
	EXPECT_LE(count.xenstore, 7 * static_cast<int>(vifs) + 1);
	EXPECT_EQ(count.kernel, 1);
}

// One look at the start, and one for each table.
TEST_F(RoundTrips, OfTopIsOneQuestionForEachLook)
{
	world.links.count = [](const std::string &) { return std::vector<Counter>(); };
	std::string text;
	const Trips count = trips(
		[&] { top_batch(context, {}, {2}, [&](const Answer &answer) { text = answer.text; }); });
	EXPECT_NE(text.find("vif1098.0"), text.npos);
	EXPECT_EQ(count.kernel, 3);
}

} // namespace ringway
