// SPDX-License-Identifier: GPL-2.0-only
//
// A world for the tests: XenStore, links and clock as in memory, a /sys in a temporary directory, and a
// backend driver and guests that react to what is written.
#pragma once

#include <filesystem>
#include <map>
#include <string>
#include <vector>
#include "context/context.hpp"
#include "fake/journal.hpp"
#include "fake/links.hpp"
#include "fake/store.hpp"

namespace ringway::test
{

enum class Guest { connects, silent, refuses };

std::string uuid_of(unsigned domid); // of the domains below

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
	// What commands set for the vif of that domain with the address 00:16:3e:00:00:01.
	void keep_policy(unsigned domid, const std::string &text) { add_file(policy_file(domid), text); }
	static std::string policy_file(unsigned domid);
	void load_driver(const std::string &module);
	// Its file on disk.
	void add_module(const std::string &name, const std::string &version, const std::string &build = "");
	static std::string module_path(const std::string &name);
	Context context();

	FakeClock clock;
	FakeStore store{clock};
	FakeLinks links;
	FakeJournal journal;
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
