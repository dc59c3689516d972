// SPDX-License-Identifier: GPL-2.0-only
// Several CPUs: every operation of operations.cc meets every other one at every call of it to Linux, and
// three of them meet at random. What is wrong is found by ASan, by the fake kernel's rules (freed with a
// timer, work, NAPI or a poll outstanding; sleeping where nobody may; deadlocks), and by a packet that does
// not get through afterwards. cpus.hpp says what "meet" means.
#include "operations.hpp"
#include <cstdlib>
#include <ctime>
#include <random>

using namespace ringway;
using namespace ringway::test;

namespace
{
struct Place {
	std::string call;
	bool before;
	auto operator<=>(const Place &) const = default;
};

// Where the operation calls Linux: of each call the first time and the last one.
std::vector<u64> crossings_of(const Operation &operation)
{
	World world;
	Cpus machine;
	std::map<Place, std::vector<u64>> seen;
	if (operation.prepare)
		operation.prepare(world);
	machine.add(operation.name, [&] { operation.run(world); });
	machine.choose = [&](Task &now) -> Task * {
		auto &at = seen[{now.at, now.before}];
		if (at.size() == 2)
			at.pop_back();
		at.push_back(now.crossings);
		return nullptr;
	};
	machine.run();
	std::set<u64> out;
	for (const auto &[place, at] : seen)
		out.insert(at.begin(), at.end());
	return {out.begin(), out.end()};
}

// At crossing `where` of `first`, `second` runs to its end, or to where it waits for `first`; then goes on as
// soon as it can, or when `first` is through. Returns whether it had to wait.
bool meet(const Operation &first, const Operation &second, u64 where, bool soon)
{
	World world;
	Cpus machine;
	for (const Operation *each : {&first, &second})
		if (each->prepare && (each == &first || first.prepare != second.prepare))
			each->prepare(world);
	Task &one = machine.add(first.name, [&] { first.run(world); });
	Task &two = machine.add(second.name, [&] { second.run(world); });
	machine.choose = [&](Task &now) -> Task * {
		const bool now_or_never = now.crossings == where;
		return &now == &one && (now_or_never || (two.started && soon)) ? &two : nullptr;
	};
	machine.run();
	world.come_to_rest();
	const bool waited = two.waited;
	if (testing::Test::HasFailure())
		ADD_FAILURE() << "\"" << second.name << "\" at crossing " << where << " of \"" << first.name
			      << "\" (" << one.at << ")" << (soon ? ", and on as soon as it can" : "");
	return waited;
}

// A row that has lost its subject would pass for ever.
TEST(Operations, ArmWhatTheirNamesSay)
{
	const auto armed_by = [](const char *name, auto &&timer) {
		World world;
		for (const Operation &each : operations)
			if (std::string(each.name) == name) {
				each.prepare(world);
				each.run(world);
				EXPECT_NE(timer(world), 0u) << name;
				return;
			}
		ADD_FAILURE() << "no operation \"" << name << "\"";
	};
	armed_by("a waits for b", [](World &w) { return queue_of(w.a)->from_guest.hold; });
	armed_by("a is limited", [](World &w) { return queue_of(w.a)->from_guest.timer; });
	armed_by("b is limited", [](World &w) { return queue_of(w.b)->to_guest.timer; });
	armed_by("a's time has come", [](World &w) { return queue_of(w.a)->from_guest.timer; });
	armed_by("b's time has come", [](World &w) { return queue_of(w.b)->to_guest.timer; });
	armed_by("a's events are held", [](World &w) { return queue_of(w.a)->from_guest.hold; });
	armed_by("a's events are held", [](World &w) { return queue_of(w.b)->to_guest.hold; });
}

// NB-59
TEST(Operations, MapWhatTheirNamesSay)
{
	const auto mapped_after = [](const char *name) {
		World world;
		for (const Operation &each : operations)
			if (std::string(each.name) == name) {
				each.prepare(world);
				each.run(world);
				return host->mappings.size();
			}
		return size_t{999};
	};
	EXPECT_EQ(mapped_after("a maps"), 3u);
	EXPECT_EQ(mapped_after("b maps"), 16u);
	EXPECT_EQ(mapped_after("a unmaps"), 16u);
	EXPECT_EQ(mapped_after("b unmaps"), 3u);
	EXPECT_EQ(mapped_after("a sends from mapped to mapped"), 19u);
	EXPECT_EQ(mapped_after("b's backlog goes to mapped"), 19u);
}

// NB-59
TEST(Operations, ChangeTheReceiverAsTheirNamesSay)
{
	const auto after = [](const char *name, auto &&what) {
		for (const Operation &each : operations)
			if (std::string(each.name) == name) {
				World world;
				if (each.prepare)
					each.prepare(world);
				each.run(world);
				what(world);
				return;
			}
		ADD_FAILURE() << "no operation \"" << name << "\"";
	};
	after("b's carrier goes", [](World &w) { EXPECT_FALSE(w.b.dev.carrier); });
	after("b's carrier comes back", [](World &w) { EXPECT_TRUE(w.b.dev.carrier); });
	after("b connects again with two queues",
	      [](World &w) { EXPECT_EQ(netback_queues(w.b.dev.vif), 2u); });
	after("b connects again with one queue",
	      [](World &w) { EXPECT_EQ(netback_queues(w.b.dev.vif), 1u); });
	after("a sends to two queues",
	      [](World &w) { EXPECT_EQ(w.b.receive(0).size() + w.b.receive(1).size(), 3u); });
}

class Pair : public testing::TestWithParam<size_t>
{
};

// All of it takes a minute of CPU time: RINGWAY_EVERY=1 does it. Otherwise each pair meets at a
// quarter of the calls, at other ones in each row. NB-59
TEST_P(Pair, MeetsEveryOtherAtEveryCall)
{
	const Operation &first = operations[GetParam()];
	const auto at = crossings_of(first);
	const size_t step = std::getenv("RINGWAY_EVERY") ? 1 : 4;
	for (size_t second = 0; second < operations.size(); second++)
		for (size_t i = (GetParam() + second) % step; i < at.size(); i += step) {
			if (meet(first, operations[second], at[i], true))
				meet(first, operations[second], at[i], false);
			if (HasFailure())
				return;
		}
}

INSTANTIATE_TEST_SUITE_P(Interleave, Pair, testing::Range(size_t{0}, operations.size()),
			 [](const auto &info) {
				 std::string name;
				 for (const char *c = operations[info.param].name; *c; c++)
					 name += std::isalnum(*c) ? *c : '_';
				 return name;
			 });

// Three operations, each of which may have to give way at any call. RINGWAY_SEED=N repeats what N brought.
void meet_at_random(u32 seed)
{
	std::mt19937 random(seed);
	World world;
	Cpus machine;
	machine.title = "RINGWAY_SEED=" + std::to_string(seed);
	std::set<void (*)(World &)> prepared{nullptr};
	const u32 often = 2 + random() % 20;
	for (u32 i = 0; i < 3; i++) {
		const Operation &each = operations[random() % operations.size()];
		if (prepared.insert(each.prepare).second)
			each.prepare(world);
		machine.add(each.name, [&world, &each] { each.run(world); });
	}
	machine.choose = [&](Task &) -> Task * {
		return random() % often ? nullptr : machine.tasks()[random() % 3].get();
	};
	machine.choose_other = [&](const std::vector<Task *> &able) { return able[random() % able.size()]; };
	machine.run();
	world.come_to_rest();
	if (testing::Test::HasFailure())
		ADD_FAILURE() << machine.story();
}

// NB-59
TEST(Interleave, ThreeAtRandom)
{
	if (const char *again = std::getenv("RINGWAY_SEED"))
		return meet_at_random(static_cast<u32>(std::strtoul(again, nullptr, 0)));
	const u32 seed = std::random_device{}();
	u32 n = 0;
	for (const std::clock_t begin = std::clock();
	     (std::clock() - begin) / CLOCKS_PER_SEC < 2 && !HasFailure(); n++)
		meet_at_random(seed + n);
	std::printf("%u meetings, seeds from %u on\n", n, seed);
	EXPECT_GT(n, 100u);
}
} // namespace
