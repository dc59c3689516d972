// SPDX-License-Identifier: GPL-2.0-only
#include "netback/life/lane.hpp"
#include <new>

using namespace ringway;

int nb_lanes_create(void)
{
	for (u32 cpu = 0; cpu < nb_cpu_count(); cpu++) {
		if (!nb_cpu_possible(cpu))
			continue;
		void *memory = nb_alloc(sizeof(Lane));
		if (!memory) {
			nb_lanes_destroy();
			return error_errno(Error::no_memory);
		}
		nb_set_cpu_lane(cpu, new (memory) Lane{});
	}
	return 0;
}

void nb_lanes_destroy(void)
{
	for (u32 cpu = 0; cpu < nb_cpu_count(); cpu++) {
		auto *lane = nb_cpu_possible(cpu) ? static_cast<Lane *>(nb_cpu_lane(cpu)) : nullptr;
		if (!lane)
			continue;
		for (StagePage &page : lane->stage)
			if (page.bytes)
				nb_page_free(page.bytes);
		nb_free(lane);
		nb_set_cpu_lane(cpu, nullptr);
	}
}
