// SPDX-License-Identifier: GPL-2.0-only
//
// What this domain's CPUs do, by sampling. Two implementations: perf_event_open (world/perf_events.hpp) and
// one for the tests.
#pragma once

#include <cstddef>
#include <cstdint>
#include <map>
#include <string>
#include <vector>

namespace ringway
{

struct PerfSample {
	std::uint64_t address = 0; // of the instruction
	std::uint32_t pid = 0, tid = 0, cpu = 0;
	std::uint64_t time = 0, period = 0;
	bool in_kernel = false;
	std::vector<std::uint64_t> callers = {}; // in the kernel, innermost first, without the address itself
};

struct Profile {
	bool hardware = false;                       // sampled by cycles; else by the clock
	unsigned frequency = 0;                      // samples a second and CPU
	std::string why_not;                         // nothing was sampled because of this; empty: it was
	std::string why_no_pmu;                      // nothing was counted because of this; empty: it was
	std::map<std::string, std::uint64_t> counts; // "cycles", "instructions", "cache_misses", "tlb_misses"
	std::vector<PerfSample> samples;
	std::vector<std::byte> records; // all that the kernel wrote, as it wrote it
	std::uint64_t lost = 0;         // samples that it had no room for
};

class Profiler
{
public:
	virtual ~Profiler() = default;
	virtual void start() = 0;
	// Takes what was sampled out of the kernel's buffers, some ten times a second.
	virtual void drain() = 0;
	virtual Profile stop() = 0;
};

} // namespace ringway
