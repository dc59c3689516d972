// SPDX-License-Identifier: GPL-2.0-only
#include "world/sys_threads.hpp"

#include <cerrno>
#include <cstring>
#include <fmt/format.h>
#include <memory>
#include <sched.h>
#include "words/cpu_list.hpp"
#include "words/error.hpp"
#include "words/text.hpp"

namespace ringway
{

void SysThreads::set_cpus(const PollThread &thread, const std::string &cpus)
{
	const std::size_t size = CPU_ALLOC_SIZE(most_cpus);
	const std::unique_ptr<cpu_set_t, void (*)(cpu_set_t *)> set(CPU_ALLOC(most_cpus),
								    [](cpu_set_t *it) { CPU_FREE(it); });
	if (!set) {
		throw std::bad_alloc();
	}
	CPU_ZERO_S(size, set.get());
	for (const unsigned cpu : parse_cpus(cpus)) {
		CPU_SET_S(cpu, size, set.get());
	}
	if (sched_setaffinity(static_cast<pid_t>(thread.pid), size, set.get()) != 0) {
		throw Error(Exit::failed,
			    fmt::format("thread {} ({}): cannot move it to CPU {}: {}", thread.pid,
					escape(thread.name), cpus, std::strerror(errno)));
	}
}

} // namespace ringway
