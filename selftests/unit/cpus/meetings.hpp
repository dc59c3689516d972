// SPDX-License-Identifier: GPL-2.0-only
//
// Operations of several CPUs meet: each one every other at each call of it to Linux, and three of them at
// random. What is wrong is found by ASan, by the fake kernel's rules (freed with a timer, work, NAPI or a
// poll outstanding; sleeping where nobody may; deadlocks), and by what World::come_to_rest() asks for
// afterwards. cpus.hpp says what "meet" means.
//
// A World is a machine in the state in which most happens at once; an Operation is what one CPU does to it.
#pragma once
#include "cpus/cpus.hpp"
#include <algorithm>
#include <cstdlib>
#include <ctime>
#include <gtest/gtest.h>
#include <map>
#include <random>
#include <set>
#include <string>
#include <utility>
#include <vector>

namespace ringway::test
{
template <typename World>
struct Operation {
	const char *name;
	void (*prepare)(World &); // while there is one CPU only; or null
	void (*run)(World &);
};

// Two operations, by their names, that meet at every call, however few of the others do.
struct Close {
	const char *first, *second;
};

template <typename World>
class Meetings
{
	const std::vector<Operation<World>> &operations_;
	const size_t step_;
	const std::vector<Close> close_;

	struct Place {
		std::string call;
		bool before;
		auto operator<=>(const Place &) const = default;
	};

public:
	// step: of so many calls at which a pair may meet, it meets at one.
	Meetings(const std::vector<Operation<World>> &operations, size_t step, std::vector<Close> close = {})
	    : operations_(operations), step_(step), close_(std::move(close))
	{
	}

	// All of it may take hours: RINGWAY_EVERY=1 does it. Otherwise each pair meets at some of the calls,
	// at other ones in each row and with each RINGWAY_OFFSET=N, and at all of them if they are close.
	void every_other_with(size_t number) const
	{
		const Operation<World> &first = operations_[number];
		const auto at = crossings_of(first);
		const size_t most = std::max<size_t>(at.size(), 1); // each pair meets at least once
		const size_t sampled = std::getenv("RINGWAY_EVERY") ? 1 : std::min(step_, most);
		const char *const offset = std::getenv("RINGWAY_OFFSET");
		const size_t begin = number + (offset ? std::strtoul(offset, nullptr, 0) : 0);
		for (size_t second = 0; second < operations_.size(); second++) {
			const size_t step = are_close(first, operations_[second]) ? 1 : sampled;
			for (size_t i = (begin + second) % step; i < at.size(); i += step) {
				if (meet(first, operations_[second], at[i], true))
					meet(first, operations_[second], at[i], false);
				if (testing::Test::HasFailure())
					return;
			}
		}
	}

	// A pair whose name has changed would be sampled like the others, and nobody would know.
	void know_their_close_pairs() const
	{
		for (const Close &pair : close_)
			for (const char *name : {pair.first, pair.second})
				EXPECT_TRUE(is_there(name)) << "no operation \"" << name << "\"";
	}

	// For two seconds, and a hundred however slow the machine is. RINGWAY_SEED=N repeats what N brought.
	void three_at_random() const
	{
		if (const char *again = std::getenv("RINGWAY_SEED"))
			return at_random(static_cast<u32>(std::strtoul(again, nullptr, 0)));
		const u32 seed = std::random_device{}();
		u32 n = 0;
		const std::clock_t begin = std::clock();
		while (n < 100 || (std::clock() - begin) / CLOCKS_PER_SEC < 2) {
			at_random(seed + n++);
			if (testing::Test::HasFailure())
				return;
		}
		std::printf("%u meetings, seeds from %u on\n", n, seed);
	}

	// One operation alone, and then what is to be seen of it.
	template <typename See>
	void alone(const char *name, See &&see) const
	{
		for (const Operation<World> &each : operations_)
			if (std::string(each.name) == name) {
				World world;
				if (each.prepare)
					each.prepare(world);
				each.run(world);
				see(world);
				return;
			}
		ADD_FAILURE() << "no operation \"" << name << "\"";
	}

private:
	bool is_there(const std::string &name) const
	{
		return std::ranges::any_of(operations_, [&](const auto &each) { return name == each.name; });
	}

	bool are_close(const Operation<World> &first, const Operation<World> &second) const
	{
		return std::ranges::any_of(close_, [&](const Close &pair) {
			return std::string(pair.first) == first.name &&
			       std::string(pair.second) == second.name;
		});
	}

	// Where the operation calls Linux: of each call the first time and the last one.
	static std::vector<u64> crossings_of(const Operation<World> &operation)
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

	// At crossing `where` of `first`, `second` runs to its end, or to where it waits for `first`; then
	// goes on as soon as it can, or when `first` is through. Returns whether it had to wait.
	static bool meet(const Operation<World> &first, const Operation<World> &second, u64 where, bool soon)
	{
		World world;
		Cpus machine;
		for (const auto *each : {&first, &second})
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
			ADD_FAILURE()
				<< "\"" << second.name << "\" at crossing " << where << " of \"" << first.name
				<< "\" (" << one.at << ")" << (soon ? ", and on as soon as it can" : "");
		return waited;
	}

	// Three operations, each of which may have to give way at any call.
	void at_random(u32 seed) const
	{
		std::mt19937 random(seed);
		World world;
		Cpus machine;
		machine.title = "RINGWAY_SEED=" + std::to_string(seed);
		std::set<void (*)(World &)> prepared{nullptr};
		const u32 often = 2 + random() % 20;
		for (u32 i = 0; i < 3; i++) {
			const auto &each = operations_[random() % operations_.size()];
			if (prepared.insert(each.prepare).second)
				each.prepare(world);
			machine.add(each.name, [&world, &each] { each.run(world); });
		}
		machine.choose = [&](Task &) -> Task * {
			return random() % often ? nullptr : machine.tasks()[random() % 3].get();
		};
		machine.choose_other = [&](const std::vector<Task *> &able) {
			return able[random() % able.size()];
		};
		machine.run();
		world.come_to_rest();
		if (testing::Test::HasFailure())
			ADD_FAILURE() << machine.story();
	}
};

// For INSTANTIATE_TEST_SUITE_P.
inline std::string test_name_of(const char *operation)
{
	std::string name;
	for (const char *c = operation; *c; c++)
		name += std::isalnum(*c) ? *c : '_';
	return name;
}
} // namespace ringway::test
