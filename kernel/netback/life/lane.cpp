// SPDX-License-Identifier: GPL-2.0-only
#include "netback/entry.h"
#include "netback/life/lane.hpp"
#include <new>

using namespace ringway;
using namespace ringway::netback;

int netback_lanes_create(void)
{
	for (u32 cpu = 0; cpu < host_cpu_count(); cpu++) {
		if (!host_cpu_possible(cpu))
			continue;
		void *memory = host_alloc(sizeof(Lane));
		if (!memory) {
			netback_lanes_destroy();
			return error_errno(Error::no_memory);
		}
		host_set_cpu_lane(cpu, new (memory) Lane{});
	}
	return 0;
}

void netback_lanes_destroy(void)
{
	for (u32 cpu = 0; cpu < host_cpu_count(); cpu++) {
		auto *lane = host_cpu_possible(cpu) ? static_cast<Lane *>(host_cpu_lane(cpu)) : nullptr;
		if (!lane)
			continue;
		for (StagePage &page : lane->stage)
			if (page.bytes)
				host_page_free(page.bytes);
		host_free(lane);
		host_set_cpu_lane(cpu, nullptr);
	}
}
