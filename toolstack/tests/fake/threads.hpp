// SPDX-License-Identifier: GPL-2.0-only
//
// Threads of the kernel in a /proc of the tests.
#pragma once

#include <fmt/format.h>
#include "context/threads.hpp"
#include "fake/world.hpp"
#include "words/error.hpp"

namespace ringway::test
{

class FakeThreads : public Threads
{
public:
	explicit FakeThreads(World &world) : world_(world) {}
	void add(unsigned pid, const std::string &name, const std::string &cpus)
	{
		world_.add_file(fmt::format("proc/{}/comm", pid), name + "\n");
		set_cpus({pid, name}, cpus);
	}
	void set_cpus(const PollThread &thread, const std::string &cpus) override
	{
		if (thread.pid == refused) {
			throw Error(Exit::failed, "thread: cannot move it");
		}
		world_.add_file(fmt::format("proc/{}/status", thread.pid),
				fmt::format("Name:\tx\nCpus_allowed:\tf\nCpus_allowed_list:\t{}\n", cpus));
	}
	unsigned refused = 0;

private:
	World &world_;
};

} // namespace ringway::test
