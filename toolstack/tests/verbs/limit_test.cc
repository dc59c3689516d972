// SPDX-License-Identifier: GPL-2.0-only
#include "guest_test.hpp"
#include "verbs/limit.hpp"

namespace ringway
{

class Limits : public test::VifTest
{
protected:
	Limits() : VifTest("mac=00:16:3e:00:00:01,rate=10Mb/s") {}
	std::string run(const std::vector<std::string> &words, const Output &output = {})
	{
		return printed(output, vif_limit(context, output, "web", "0", words));
	}
	static Exit code_of(const std::vector<std::string> &words)
	{
		try {
			parse_limits(words);
		} catch (const Error &error) {
			EXPECT_EQ(std::string(error.what()).find('\n'), std::string::npos);
			return error.code();
		}
		return Exit::ok;
	}

	const std::string backend = "/local/domain/0/backend/vif/3/0/", record = "/libxl/3/device/vif/0/";
};

TEST_F(Limits, AreShown)
{
	EXPECT_EQ(run({}), "vif 3.0: rate=62500,50000 pps=none rx-rate=none rx-pps=none\n");
}

TEST_F(Limits, AreWrittenAtBothPlaces)
{
	run({"rate=1MB/s@20ms", "pps=5000", "rx-rate=80Mb/s", "rx-pps=4294967295"});
	for (const std::string &place : {backend, record}) {
		EXPECT_EQ(world.store.get(place + "rate"), "20000,20000");
		EXPECT_EQ(world.store.get(place + "pps"), "5000");
		EXPECT_EQ(world.store.get(place + "rx-rate"), "500000,50000");
		EXPECT_EQ(world.store.get(place + "rx-pps"), "4294967295");
	}
	EXPECT_EQ(world.store.tree.at(backend + "pps").access, (NodeAccess{0, 3}));
	EXPECT_EQ(world.store.tree.at(record + "pps").access, (NodeAccess{0, std::nullopt}));
	EXPECT_EQ(
		run({}, {.json = true}),
		R"({"devid":0,"domid":3,"pps":5000,"rate_bytes_per_interval":20000,"rate_interval_usecs":20000,)"
		R"("rx_pps":4294967295,"rx_rate_bytes_per_interval":500000,"rx_rate_interval_usecs":50000})"
		"\n");
}

TEST_F(Limits, NoneTakesThemAway)
{
	run({"pps=5"});
	const test::Tree with = world.store.tree;
	run({"pps=none", "rate=none", "rx-pps=none"});
	for (const std::string &place : {backend, record}) {
		EXPECT_FALSE(world.store.has(place + "pps"));
		EXPECT_FALSE(world.store.has(place + "rate"));
	}
	EXPECT_NE(test::difference(with, world.store.tree), "");
}

// What is written for many counts again, else none; what nobody set stays what the vifspec says.
TEST_F(Limits, DefaultGivesThemUp)
{
	EXPECT_EQ(run({"rate=default", "pps=default"}),
		  "vif 3.0: rate=62500,50000 pps=none rx-rate=none rx-pps=none\n");
	run({"pps=5", "rx-pps=6", "rate=20Mb/s"});
	world.add_file("etc/ringway/policy.d/a.toml", "[[vif]]\nbridge = \"xenbr0\"\nrx-pps = 9\n");
	const std::string planned = run({"pps=default", "rx-pps=default"}, {.dry_run = true});
	expect_in("rx-pps = \"9\"\n", planned);
	expect_in("remove " + record + "pps\n", planned);
	run({"pps=default", "rx-pps=default"});
	EXPECT_EQ(world.store.get(backend + "rx-pps"), "9");
	EXPECT_FALSE(world.store.has(record + "pps"));
	EXPECT_EQ(world.store.get(record + "rate"), "125000,50000");
	run({"rate=default"});
	EXPECT_FALSE(std::filesystem::exists(world.root / world.policy_file(3))) << "nothing is kept";
}

TEST_F(Limits, DryRunWritesNothing)
{
	const auto before = world.store.tree;
	const std::string out = run({"pps=7", "rate=none"}, {.dry_run = true});
	EXPECT_EQ(test::difference(before, world.store.tree), "");
	EXPECT_NE(out.find(backend + "pps = \"7\""), std::string::npos);
	EXPECT_NE(out.find("remove " + record + "rate"), std::string::npos);
}

// NB-51, CL: a bad value is refused before anything is written.
TEST_F(Limits, BadWordsAreRefused)
{
	for (const char *word : {"",
				 "=",
				 "pps",
				 "pps=",
				 "pps=0",
				 "pps=-1",
				 "pps=+1",
				 "pps=1k",
				 "pps= 1",
				 "pps=4294967296",
				 "pps=18446744073709551617",
				 "rx-pps=1,1",
				 "rx_pps=1",
				 "PPS=1",
				 "rate=",
				 "rate=fast",
				 "rate=0B/s",
				 "rate=1,1",
				 "rx-rate=10",
				 "rx-rate=None",
				 "mtu=1500",
				 "none"}) {
		EXPECT_EQ(code_of({word}), Exit::usage) << word;
	}
	EXPECT_EQ(code_of({"pps=1", "pps=none"}), Exit::usage);
	EXPECT_EQ(code_of({"pps=1", "rx-pps=1"}), Exit::ok);
}

// A vif that goes away between the look and the write leaves nothing behind.
TEST_F(Limits, NothingIsWrittenWhereNoVifIs)
{
	world.store.drop(backend + "state");
	const auto before = world.store.tree;
	EXPECT_THROW(run({"pps=5"}), Error);
	EXPECT_EQ(test::difference(before, world.store.tree), "");
	EXPECT_EQ(world.store.open_transactions(), 0u);
}

TEST_F(Limits, LostRacesAreRunAgain)
{
	world.store.conflicts = 3;
	run({"pps=5"});
	EXPECT_EQ(world.store.get(backend + "pps"), "5");
}

} // namespace ringway
