// SPDX-License-Identifier: GPL-2.0-only
//
// What every case shares: how large it is, and where counting begins and ends.
//
// A batch is 64 packets, as in a busy poll; a case runs it many times and says how many packets that were.
// Nothing in a measured body may depend on the machine: no time, no random number, no function of the C
// library (which picks its own by the CPU it finds; count.sh looks for that).
#pragma once
#include "core/packet.hpp"
#ifdef BENCH_LOOK
#include <chrono>
#endif

namespace ringway::bench
{
inline constexpr u32 kRounds = 200;
inline constexpr u32 kPackets = kBatchPackets;

#ifdef BENCH_LOOK
inline std::chrono::nanoseconds measured_time{};
#endif

// callgrind collects while this is on the stack: count.sh says --toggle-collect=*measured*.
template <typename Body>
__attribute__((noinline)) void measured(Body &body)
{
#ifdef BENCH_LOOK
	const auto from = std::chrono::steady_clock::now();
#endif
	body();
	asm volatile("" ::: "memory");
#ifdef BENCH_LOOK
	measured_time += std::chrono::steady_clock::now() - from;
#endif
}

// Keeps what was computed.
template <typename T>
inline void keep(const T &value)
{
	asm volatile("" : : "r"(&value) : "memory");
}

struct Case {
	const char *name;
	u32 (*run)(); // packets
};
} // namespace ringway::bench
