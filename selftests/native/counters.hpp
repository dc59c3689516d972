// SPDX-License-Identifier: GPL-2.0-only
// The CPU's own counters for one thread (perf_event_open(2)), where the machine has them.
#pragma once
#include "core/types.hpp"
#include <cerrno>
#include <cstring>
#include <linux/perf_event.h>
#include <string>
#include <sys/syscall.h>
#include <unistd.h>

namespace ringway::native
{
class Counters
{
public:
	static constexpr u32 kCount = 4;
	static constexpr const char *kName[kCount] = {"cycles", "instructions", "cache_misses", "l1d_misses"};

private:
	static constexpr u32 kL1dMisses = PERF_COUNT_HW_CACHE_L1D | PERF_COUNT_HW_CACHE_OP_READ << 8 |
					  PERF_COUNT_HW_CACHE_RESULT_MISS << 16;
	static constexpr struct {
		u32 type, config;
	} kWhat[kCount] = {{PERF_TYPE_HARDWARE, PERF_COUNT_HW_CPU_CYCLES},
			   {PERF_TYPE_HARDWARE, PERF_COUNT_HW_INSTRUCTIONS},
			   {PERF_TYPE_HARDWARE, PERF_COUNT_HW_CACHE_MISSES},
			   {PERF_TYPE_HW_CACHE, kL1dMisses}};
	int fd_[kCount];

public:
	std::string refused; // why there are none; empty: all are there

	// CONTEXT: the thread that is to be counted.
	Counters()
	{
		for (u32 i = 0; i < kCount; i++) {
			perf_event_attr wanted{};
			wanted.size = sizeof wanted;
			wanted.type = kWhat[i].type;
			wanted.config = kWhat[i].config;
			wanted.exclude_kernel = wanted.exclude_hv = true;
			fd_[i] = static_cast<int>(syscall(SYS_perf_event_open, &wanted, 0, -1, -1, 0));
			if (fd_[i] < 0 && refused.empty())
				refused = std::string(kName[i]) + ": " + std::strerror(errno);
		}
	}
	~Counters()
	{
		for (const int fd : fd_)
			if (fd >= 0)
				close(fd);
	}
	Counters(const Counters &) = delete;
	Counters &operator=(const Counters &) = delete;

	struct Values {
		u64 n[kCount];
	};
	Values now() const
	{
		Values out{};
		for (u32 i = 0; i < kCount; i++)
			if (fd_[i] < 0 || read(fd_[i], &out.n[i], sizeof out.n[i]) != sizeof out.n[i])
				out.n[i] = 0;
		return out;
	}
};
} // namespace ringway::native
