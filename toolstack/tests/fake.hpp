// SPDX-License-Identifier: GPL-2.0-only
//
// A world for the tests: an in-memory XenStore that conflicts and fails on demand, a list of links, a clock
// that only moves when somebody waits, a /sys in a temporary directory, and a backend driver and guests that
// react to what is written.
#pragma once

#include <filesystem>
#include <functional>
#include <map>
#include <set>
#include <string>
#include <vector>
#include "context/context.hpp"

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

class FakeLinks : public Links
{
public:
	std::optional<Link> find(const std::string &name) override;
	std::optional<Link> find(int index) override;
	void rename(const Link &link, const std::string &name) override;
	void set_mac(const Link &link, const Mac &mac) override;
	void set_mtu(const Link &link, unsigned mtu) override;
	void set_master(const Link &link, const Link &bridge) override;
	void set_up(const Link &link, bool up) override;
	void set_vlan(const Link &link, const Vlan &vlan) override;
	void set_policy(const Link &link, const PortPolicy &policy) override;
	CountedRules rules(const Link &link) override;
	bool filters_vlans(const Link &bridge) override { return vlan_bridges.contains(bridge.name); }
	void filter_vlans(const Link &bridge) override { vlan_bridges.insert(bridge.name); }
	std::optional<std::vector<Counter>> counters(const std::string &device) override
	{
		return find(device) && count ? std::optional(count(device)) : std::nullopt;
	}

	int add(const std::string &name, const std::string &kind, bool up = true, unsigned mtu = 1500);

	std::vector<Link> all;
	std::set<std::string> vlan_bridges;
	std::function<std::vector<Counter>(const std::string &)> count;
	std::map<std::string, Vlan> vlans;
	std::map<std::string, PortPolicy> policies;
	std::uint64_t hits = 0; // of each rule
	int changes = 0;
	int fail_at = 0; // the so-many-th change from the start fails
	std::function<void(const std::string &from, const std::string &to)> renamed;
	std::function<void()> on_policy;

private:
	Link &change(const Link &link, const std::string &what);
	int next_ = 1;
};

enum class Guest { connects, silent, refuses };

class World
{
public:
	World();
	~World();
	World(const World &) = delete;
	World &operator=(const World &) = delete;

	void add_domain(unsigned id, const std::string &name, Guest guest = Guest::connects);
	void add_file(const std::string &path, const std::string &text = "");
	void remove_file(const std::string &path);
	void load_driver(const std::string &module);
	Context context();

	FakeClock clock;
	FakeStore store{clock};
	FakeLinks links;
	std::filesystem::path root;
	Host host;
	std::map<unsigned, Guest> guests;
	std::vector<std::string> notes;
	bool backend_alive = true;
	bool makes_devices = true;

private:
	void react();
	void react_to(unsigned domid, unsigned devid);
	void remove_orphans();
};

} // namespace ringway::test
