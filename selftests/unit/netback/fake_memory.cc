// SPDX-License-Identifier: GPL-2.0-only
// Memory, pages, lanes and time.
#include "fake.hpp"
#include <cstdlib>
#include <cstring>

using namespace ringway;
using namespace ringway::test;

u8 *ringway::test::new_page()
{
	auto *page = static_cast<u8 *>(std::aligned_alloc(kPageSize, kPageSize));
	std::memset(page, 0xdb, kPageSize);
	return page;
}

u64 ringway::test::frame_of(const u8 *page)
{
	return reinterpret_cast<u64>(page) / kPageSize + host->frames_moved;
}

void Host::move_frames(u64 by)
{
	frames_moved += by;
	std::map<u64, u8 *> moved;
	for (const auto &[frame, page] : frames)
		moved[frame + by] = page;
	frames = std::move(moved);
}

void *host_alloc(u64 size)
{
	might_sleep("host_alloc()");
	if (host->step_fails())
		return nullptr;
	host->live_memory++;
	void *memory = std::aligned_alloc(64, (size + 63) / 64 * 64); // as the kernel aligns what is larger
	std::memset(memory, 0, size);
	return memory;
}

void host_free(void *memory)
{
	host->live_memory -= memory != nullptr;
	std::free(memory);
}

u64 host_page_frame(void *page)
{
	return frame_of(static_cast<u8 *>(page));
}

void *host_page_alloc(u64 *frame)
{
	if (!host->pages_left)
		return nullptr;
	host->pages_left--;
	host->live_pages++;
	u8 *page = new_page();
	*frame = frame_of(page);
	host->frames[*frame] = page;
	return page;
}

void host_page_free(void *page)
{
	host->live_pages--;
	EXPECT_EQ(host->frames.erase(frame_of(static_cast<u8 *>(page))), 1u);
	std::free(page);
}

// CPUs' numbers have holes.
int host_lanes_create(u64 size)
{
	for (u32 cpu = 0; cpu < std::size(host->lane); cpu++) {
		if (cpu == 1)
			continue;
		host->lane[cpu] = host_alloc(size);
		if (!host->lane[cpu]) {
			host_lanes_destroy(nullptr);
			return -ENOMEM;
		}
	}
	return 0;
}

void host_lanes_visit(void (*visit)(void *lane))
{
	for (void *lane : host->lane)
		if (lane)
			visit(lane);
}

void host_lanes_destroy(void (*empty)(void *lane))
{
	if (empty)
		host_lanes_visit(empty);
	for (void *&lane : host->lane) {
		host_free(lane);
		lane = nullptr;
	}
}

void *host_this_cpu_lane(void)
{
	return host->lane[host->cpu];
}
unsigned long host_jiffies(void)
{
	return host->jiffies;
}
u64 host_micros(void)
{
	return host->micros;
}
u64 host_cycles(void)
{
	return host->cycles += host->cycles_step;
}
u64 host_nanos(u64 cycles)
{
	return cycles / 2;
}
unsigned long host_msecs(u32 msecs)
{
	return msecs;
}
