// SPDX-License-Identifier: GPL-2.0-only
//
// An in-memory XenStore that conflicts and fails on demand, and a clock that only moves when somebody waits.
#pragma once

#include <functional>
#include <map>
#include <set>
#include <string>
#include <vector>
#include "context/clock.hpp"
#include "context/store.hpp"

namespace ringway::test
{

class FakeClock : public Clock
{
public:
	Millis now() override { return time; }
	void sleep(Millis span) override
	{
		time += span;
		if (slept) {
			slept();
		}
	}
	bool interrupted() override { return time >= interrupt_at; }

	Millis time{1000};
	Millis interrupt_at = Millis::max();
	std::function<void()> slept; // what others do meanwhile
};

struct FakeNode {
	std::string value;
	NodeAccess access;
	bool operator==(const FakeNode &) const = default;
};
using Tree = std::map<std::string, FakeNode>;

// One line per node that differs; empty when nothing does.
std::string difference(const Tree &before, const Tree &after);

class FakeStore : public Store
{
public:
	explicit FakeStore(FakeClock &clock) : clock_(clock) {}

	std::optional<std::string> read(Txn txn, const std::string &path) override;
	std::vector<std::string> list(Txn txn, const std::string &path) override;
	void write(Txn txn, const std::string &path, const std::string &value) override;
	void make_directory(Txn txn, const std::string &path) override;
	void remove(Txn txn, const std::string &path) override;
	void set_access(Txn txn, const std::string &path, const NodeAccess &access) override;
	Txn begin() override;
	bool commit(Txn txn) override;
	void abort(Txn txn) noexcept override;
	bool introduced(unsigned domid) override;
	void watch(const std::string &path) override;
	void unwatch(const std::string &path) noexcept override;
	void wait(std::chrono::milliseconds at_most) override;

	// What others do, without failing and without being counted.
	void put(const std::string &path, const std::string &value, NodeAccess access = {});
	std::string get(const std::string &path) const;
	bool has(const std::string &path) const { return tree.contains(path); }
	void drop(const std::string &path);
	void hang_up(); // whoever had transactions and watches is no more

	Tree tree;
	std::function<void()> react; // called after every change and during every wait
	int conflicts = 0;           // so many commits lose their race
	int fail_at = 0;             // the so-many-th operation from now fails ...
	int fail_with = 0;           // ... with this errno
	int fail_always = 0;         // every operation fails with this errno
	int operations = 0;          // counted since the start
	std::set<unsigned> dead;     // domains that xenstored no longer knows
	std::multiset<std::string> watched;
	std::size_t open_transactions() const { return transactions_.size(); }

private:
	struct Pending {
		Tree tree;
		std::uint64_t generation;
	};
	void step(const std::string &what);
	Tree &view(Txn txn);
	void changed();

	FakeClock &clock_;
	std::map<Txn, Pending> transactions_;
	Txn next_ = 1;
	std::uint64_t generation_ = 0;
	bool reacting_ = false;
};

} // namespace ringway::test
