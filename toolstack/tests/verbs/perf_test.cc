// SPDX-License-Identifier: GPL-2.0-only
#include <fstream>
#include "guest_test.hpp"
#include "verbs/json_schema.hpp"
#include "verbs/perf.hpp"

namespace ringway
{

namespace
{

class FakeTimes : public XenTimes
{
public:
	explicit FakeTimes(test::FakeClock &clock) : clock_(clock) {}
	DomainTimes now() override
	{
		const auto ms = static_cast<std::uint64_t>(clock_.time.count());
		return {{0, 300'000 * ms}, {3, 500'000 * ms}, {4, 100'000 * ms}, {5, 900'000 * ms}};
	}

private:
	test::FakeClock &clock_;
};

class FakeProfiler : public Profiler
{
public:
	void start() override { started = true; }
	void drain() override { ++drained; }
	Profile stop() override { return profile; }

	Profile profile;
	bool started = false;
	int drained = 0;
};

} // namespace

// 1000 packets a ms from web (3.0) to db (4.0), by the clock of the test; domain 5 has no vif.
class Perf : public test::VifTest
{
protected:
	Perf()
	{
		world.add_domain(4, "db");
		world.add_domain(5, "busy");
		attach_vif("mac=00:16:3e:00:00:02", {}, "db");
		world.links.count = [this](const std::string &device) -> std::vector<Counter> {
			const auto ms = static_cast<std::uint64_t>(world.clock.time.count());
			if (device == "vif3.0") {
				return {{"from_guest_packets", 1000 * ms},
					{"from_guest_direct", 990 * ms},
					{"from_guest_skb_up", 10 * ms},
					{"from_guest_mapped", 500 * ms},
					{"from_guest_cpu_ns", 90'000 * ms}};
			}
			return {{"from_guest_packets", ms},
				{"from_guest_skb_up", ms},
				{"to_guest_packets", 995 * ms}};
		};
		world.add_file("proc/kallsyms", "ffffffff81000000 t __netif_receive_skb\n"
						"ffffffff81001000 t memcpy\n"
						"ffffffffc0000000 t poll\t[ringway_netback]\n"
						"ffffffffc0001000 t e1000_clean\t[e1000e]\n");
		profiler.profile.counts = {{"cycles", 5'000'000}, {"instructions", 10'000'000}};
		for (const std::uint64_t address :
		     {0xffffffffc0000010, 0xffffffffc0000020, 0xffffffffc0000030, 0xffffffff81000010}) {
			profiler.profile.samples.push_back({.address = address, .in_kernel = true});
		}
	}
	Answer run(PerfOptions options = {})
	{
		options.seconds = 5;
		const Answer answer = perf(context, {.details = true}, times, profiler, options);
		EXPECT_EQ(test::schema_violations("perf", answer.json), "");
		auto more = answer.json;
		more["vifs"][0]["news"] = 1;
		EXPECT_NE(test::schema_violations("perf", more), "") << "a field that nobody knows";
		return answer;
	}

	FakeTimes times{world.clock};
	FakeProfiler profiler;
};

TEST_F(Perf, CpuTimePerPacketByRole)
{
	const auto json = run().json;
	EXPECT_TRUE(profiler.started);
	EXPECT_EQ(profiler.drained, 50);
	EXPECT_EQ(json["packets"], 5'005'000); // web's and the few of db
	EXPECT_NEAR(json["per_packet"]["dom0_ns"].get<double>(), 300'000 / 1001.0, 0.001);
	EXPECT_NEAR(json["per_packet"]["sender_ns"].get<double>(), 500'000 / 1001.0, 0.001);
	EXPECT_NEAR(json["per_packet"]["receiver_ns"].get<double>(), 100'000 / 1001.0, 0.001);
	EXPECT_NEAR(json["per_packet"]["instructions"].get<double>(), 10e6 / 5'005'000, 0.001);
	EXPECT_FALSE(json["per_packet"].contains("tlb_misses"));
	EXPECT_EQ(json["driver"], "ringway_netback");
}

TEST_F(Perf, CountersThatTakeLongToReadDoNotMakePacketsCheaper)
{
	world.links.count = [this, count = world.links.count](const std::string &device) {
		world.clock.time += Millis(50);
		return count(device);
	};
	EXPECT_NEAR(run().json["per_packet"]["dom0_ns"].get<double>(), 300'000 / 1001.0, 0.001);
}

TEST_F(Perf, PartsAddUpToDom0)
{
	const auto json = run().json;
	const double dom0 = json["per_packet"]["dom0_ns"].get<double>();
	EXPECT_NEAR(json["part_ns"]["netback"].get<double>(), dom0 * 3 / 4, 0.001);
	EXPECT_NEAR(json["part_ns"]["linux"].get<double>(), dom0 / 4, 0.001);
	double sum = 0;
	for (const auto &[name, value] : json["part_ns"].items()) {
		sum += value.get<double>();
	}
	EXPECT_NEAR(sum, dom0, 0.001);
	EXPECT_FALSE(json["part_ns"].contains("idle"));
}

TEST_F(Perf, TheBusiestFunctionsAreNamed)
{
	const auto answer = run();
	ASSERT_EQ(answer.json["functions"].size(), 2u);
	EXPECT_EQ(answer.json["functions"][0], (nlohmann::json{{"function", "poll"},
							       {"module", "ringway_netback"},
							       {"part", "netback"},
							       {"percent", 75.0}}));
	EXPECT_EQ(answer.json["functions"][1]["function"], "__netif_receive_skb");
	expect_in(
		"\npoll                                           ringway_netback    netback       75.0 %\n",
		answer.text);
}

TEST_F(Perf, ASampleWeighsWhatItStandsFor)
{
	for (PerfSample &sample : profiler.profile.samples) {
		sample.period = 100;
	}
	profiler.profile.samples.back().period = 900; // three of netback, and this one of Linux
	const auto json = run().json;
	const double dom0 = json["per_packet"]["dom0_ns"].get<double>();
	EXPECT_NEAR(json["part_ns"]["netback"].get<double>(), dom0 / 4, 0.001);
	EXPECT_NEAR(json["part_ns"]["linux"].get<double>(), dom0 * 3 / 4, 0.001);
	EXPECT_EQ(json["functions"][0]["function"], "__netif_receive_skb");
	EXPECT_EQ(json["functions"][0]["percent"], 75.0);
	EXPECT_EQ(json["samples"], 4);
}

TEST_F(Perf, TheUplinksDriverIsAPart)
{
	world.links.add("eth0", "");
	world.links.at("eth0").master = world.links.at("xenbr0").index;
	std::filesystem::create_directories(world.root / "sys/class/net/eth0/device/driver");
	std::filesystem::create_symlink("/sys/module/e1000e",
					world.root / "sys/class/net/eth0/device/driver/module");
	profiler.profile.samples.push_back({.address = 0xffffffffc0001010, .in_kernel = true});
	EXPECT_GT(run().json["part_ns"]["nic"].get<double>(), 0);
}

TEST_F(Perf, WaysAndVifs)
{
	const auto json = run().json;
	ASSERT_EQ(json["ways"].size(), 3u);
	EXPECT_EQ(json["ways"][0]["way"], "direct");
	EXPECT_EQ(json["ways"][0]["packets"], 990 * 5000);
	EXPECT_NEAR(json["ways"][0]["netback_ns"].get<double>(), 90,
		    0.001); // web's, nearly all of which went so
	EXPECT_EQ(json["ways"][2]["way"], "mapped");
	EXPECT_EQ(json["ways"][2]["packets"], 500 * 5000);
	ASSERT_EQ(json["vifs"].size(), 2u);
	EXPECT_EQ(json["vifs"][0]["from_guest_packets"], 5'000'000);
	EXPECT_EQ(json["vifs"][0]["way"], "direct");
	EXPECT_NEAR(json["vifs"][0]["guest_ns"].get<double>(), 500, 0.001);
	EXPECT_NEAR(json["vifs"][1]["guest_ns"].get<double>(), 100'000 / 996.0, 0.001);
}

TEST_F(Perf, StockNetbackToo)
{
	world.load_driver("xen_netback");
	world.links.count = [](const std::string &) { return std::vector<Counter>{{"rx_gso", 1}}; };
	world.clock.slept = [this] { // rx is what the guest sent
		world.links.at("vif3.0").stats.rx_packets += 100;
		world.links.at("vif4.0").stats.tx_packets += 100;
	};
	const auto answer = run();
	EXPECT_EQ(answer.json["packets"], 5000);
	EXPECT_NEAR(answer.json["per_packet"]["dom0_ns"].get<double>(), 300'000.0 * 5000 / 5000, 0.001);
	EXPECT_TRUE(answer.json["ways"].empty());
	EXPECT_TRUE(answer.json["vifs"][0]["netback_ns"].is_null());
	expect_in("xen_netback", answer.text);
}

TEST_F(Perf, NothingPassedIsAnError)
{
	world.links.count = [](const std::string &) {
		return std::vector<Counter>{{"from_guest_packets", 7}};
	};
	expect_in("no packet passed any vif in 5.0 s", refusal([&] { run(); }));
	EXPECT_EQ(refused_with, Exit::failed);
}

TEST_F(Perf, TextNamesWhatThereIsNot)
{
	profiler.profile.why_no_pmu = "No such file or directory";
	profiler.profile.counts.clear();
	std::string text = run().text;
	expect_in("counters cannot be had (No such file or directory); Xen gives them to dom0 with vpmu=1",
		  text);
	expect_in("parts by 4 samples by the clock (cpu-clock)", text);
	expect_in("dom0, ns of CPU time                300", text);
	expect_in("netback                             225  75.0 %", text);
	expect_in("direct 99%", text);
	EXPECT_EQ(text.find("instructions  "), text.npos);
	world.add_file("proc/kallsyms", "0000000000000000 t poll\t[ringway_netback]\n");
	text = run().text;
	expect_in("no parts: /proc/kallsyms has no addresses; see kernel.kptr_restrict", text);
	EXPECT_EQ(text.find("OF DOM0'S"), text.npos);
}

TEST_F(Perf, ComparedWithAnEarlierRun)
{
	const std::string file = world.root / "stock.json";
	auto earlier = run().json;
	earlier["per_packet"]["dom0_ns"] = earlier["per_packet"]["dom0_ns"].get<double>() * 4;
	earlier["driver"] = "xen_netback";
	std::ofstream(file) << earlier.dump();
	const Answer answer = run({.compare = file});
	EXPECT_NEAR(answer.json["ratio"]["dom0_ns"].get<double>(), 0.25, 0.0001);
	EXPECT_NEAR(answer.json["ratio"]["netback"].get<double>(), 1, 0.0001);
	EXPECT_EQ(answer.json["before"]["driver"], "xen_netback");
	expect_in("dom0, ns of CPU time                300               1199   0.250", answer.text);

	std::ofstream(file) << "[1, 2]";
	expect_in("not what 'ringway -j perf' prints", refusal([&] { run({.compare = file}); }));
	EXPECT_EQ(refused_with, Exit::usage);
	expect_in("cannot be read: No such file", refusal([&] { run({.compare = file + "x"}); }));
}

TEST_F(Perf, RecordsForPerf)
{
	const std::string file = world.root / "perf.data";
	profiler.profile.frequency = 199;
	const std::string text = run({.record = file}).text;
	expect_in("perf script -i " + file + " | stackcollapse-perf.pl | flamegraph.pl > " + file + ".svg",
		  text);
	std::ifstream in(file, std::ios::binary);
	std::string magic(8, ' ');
	in.read(magic.data(), 8);
	EXPECT_EQ(magic, "PERFILE2");
	profiler.profile.samples.clear();
	profiler.profile.why_not = "Permission denied";
	expect_in("nothing was sampled: Permission denied", refusal([&] { run({.record = file}); }));
}

} // namespace ringway
