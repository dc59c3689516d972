// SPDX-License-Identifier: GPL-2.0-only
//
// Two threads on two CPUs, the guests' and dom0's, which spin over their turns; and what one run says.
// Measured is what lies between two moments, after some time to warm up.
#pragma once
#include "counters.hpp"
#include "frames.hpp"

namespace ringway::native
{
struct Wish {
	u64 ns = 100000000;
	u64 packets = 0;        // instead, if not 0
	int cpu[2] = {-1, -1};  // the guests' and dom0's; -1: any
	bool real_time = false; // nobody else runs on these CPUs meanwhile
};

struct Bill {
	u64 busy = 0, turns = 0; // cycles of the time-stamp counter in turns with work, and those turns
	Counters::Values counted{};
	std::string refused;
};

struct Measured {
	u64 packets = 0, ns = 0;
	Bill guests, host;
	bool real_time = false;
};

Measured run_ringway(TwoGuests &guests, const Wish &wish);
Measured run_copy_limit(TwoGuests &guests, const Wish &wish);
} // namespace ringway::native
