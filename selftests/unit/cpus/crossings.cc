// SPDX-License-Identifier: GPL-2.0-only
// Every call of a service of Linux is a crossing, also of those that are added tomorrow: the compiler calls
// these two at the begin and the end of each function of the fakes (Makefile).
#include "cpus/cpus.hpp"
#include <cstring>
#include <dlfcn.h>
#include <unordered_map>

using namespace ringway;
using namespace ringway::test;

namespace
{
// The function's name if it is called from C (what a fake has for itself is C++), or null. CONTEXT: one task
// at a time runs.
const char *service_at(void *function)
{
	static std::unordered_map<void *, const char *> known;
	const auto at = known.find(function);
	if (at != known.end())
		return at->second;
	Dl_info info{};
	const char *name = dladdr(function, &info) ? info.dli_sname : nullptr;
	return known[function] = name && std::strncmp(name, "_Z", 2) ? name : nullptr;
}

void cross(const char *name, bool before)
{
	Task &task = this_task();
	task.at = name;
	task.before = before;
	cpus->cross(task);
}
} // namespace

extern "C" void __cyg_profile_func_enter(void *function, void *)
{
	if (!cpus)
		return;
	const char *name = service_at(function);
	if (name && !this_task().calls++)
		cross(name, true);
}

extern "C" void __cyg_profile_func_exit(void *function, void *)
{
	if (!cpus)
		return;
	const char *name = service_at(function);
	if (name && !--this_task().calls)
		cross(name, false);
}
