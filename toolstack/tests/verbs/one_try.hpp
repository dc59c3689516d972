// SPDX-License-Identifier: GPL-2.0-only
//
// For tests that do one thing over and over again and each time disturb it elsewhere.
#pragma once

#include <fmt/ranges.h>
#include "fake/threads.hpp"
#include "verbs/apply_fixture.hpp"
#include "words/text.hpp"

namespace ringway::test
{

// A host of its own for each try.
class Try : public ApplyTest
{
public:
	Try()
	{
		world.links.add("xenbr1", "brlite");
		world.links.vlan_bridges.insert("xenbr1");
		world.add_file(fmt::format("var/lib/xen/userdata-d.3.{}.libxl-json", uuid_of(3)), "{}\n");
	}
	void TestBody() override {}
	std::string everything()
	{
		std::string out = state();
		for (const FdbEntry &entry : bridges.table) {
			out += fmt::format("knows {} at {}\n", entry.mac.text(), entry.device);
		}
		for (const auto &[path, one] : world.store.tree) {
			out += fmt::format("{} = {} {} {}\n", path, one.value, one.access.owner,
					   one.access.reader.value_or(0));
		}
		return out;
	}
	// All files below a folder of the host, as commands left them.
	std::string files(const char *below) const
	{
		namespace fs = std::filesystem;
		std::set<std::string> out;
		std::error_code ignored;
		for (const auto &entry : fs::recursive_directory_iterator(world.root / below, ignored)) {
			if (entry.is_regular_file() && !entry.path().string().ends_with("-lock")) {
				std::ifstream in(entry.path());
				out.insert(entry.path().string().substr(world.root.string().size()) + ": " +
					   std::string(std::istreambuf_iterator<char>(in), {}) + "\n");
			}
		}
		return fmt::format("{}", fmt::join(out, ""));
	}
	// What outlives a command, without its locks.
	std::string outcome()
	{
		return everything() + files("var") + files("proc/irq") + files("sys/class/net");
	}
	// The same without libxl's configuration, which is as good as it can be.
	std::string outcome_but_libxl()
	{
		return everything() + files("var/lib/ringway") + files("var/lib/prometheus") +
		       files("proc/irq") + files("sys/class/net");
	}
	// Lines that only one of the two has, of the first with '-'.
	static std::string differences(const std::string &before, const std::string &after)
	{
		std::multiset<std::string_view> left;
		for (const std::string_view line : split(before, '\n')) {
			left.insert(line);
		}
		std::string out;
		for (const std::string_view line : split(after, '\n')) {
			const auto at = left.find(line);
			if (at == left.end()) {
				out += fmt::format("+ {}\n", line);
			} else {
				left.erase(at);
			}
		}
		for (const std::string_view line : left) {
			out += fmt::format("- {}\n", line);
		}
		return out;
	}

	FakeThreads threads{world};

	using ApplyTest::all;
	using ApplyTest::apply_text;
	using ApplyTest::bridge;
	using ApplyTest::bridges;
	using GuestTest::attach_vif;
	using GuestTest::context;
	using GuestTest::world;
};

using Step = void (*)(Try &);

} // namespace ringway::test
