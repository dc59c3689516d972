// SPDX-License-Identifier: GPL-2.0-only
//
// The records that perf_event_open's ring and a perf.data file are made of.
#pragma once

#include <cstddef>
#include <linux/perf_event.h>
#include <span>
#include <vector>
#include "context/profiler.hpp"

namespace ringway
{

// What each sample has, in the kernel's order.
constexpr std::uint64_t sample_fields = PERF_SAMPLE_IP | PERF_SAMPLE_TID | PERF_SAMPLE_TIME |
					PERF_SAMPLE_CPU | PERF_SAMPLE_PERIOD | PERF_SAMPLE_CALLCHAIN;

// The attributes that a profile was sampled with, on every CPU.
perf_event_attr sample_attributes(bool hardware, unsigned frequency);

// Copies whole records between tail and head out of a ring, whose size is a power of two, and moves the tail
// behind them.
void take_records(std::span<const std::byte> ring, std::uint64_t head, std::uint64_t &tail,
		  std::vector<std::byte> &out);

// Adds what these records say. What is malformed ends it.
void read_records(std::span<const std::byte> records, Profile &profile);

} // namespace ringway
