// SPDX-License-Identifier: GPL-2.0-only
//
// A limit on packets that several CPUs spend from at once: so many a second, so many at a time.
//
// A token bucket kept as one word: the time at which the bucket will be full again. A packet moves it on by
// what one token takes to come; further away than the burst reaches there is no token. So one compare and
// exchange is all there is to a packet, no lock is held and nothing is lost between two CPUs.
#pragma once
#include "core/types.hpp"

namespace ringway
{
class StormLimit
{
	static constexpr u64 kSecond = 1000000000;

	u64 interval_ = 0; // nanoseconds until a token comes; 0: no limit
	u64 reach_ = 0;    // how far ahead of now `full_` may be for a token to be there
	u64 full_ = 0;     // nanoseconds; when all tokens are there again, if nobody takes any

public:
	static constexpr u32 kMostRate = 10000000;
	static constexpr u32 kMostBurst = 1000000;

	// Packets a second, 0: any; packets at once. INVARIANT: nobody takes meanwhile.
	void set(u32 rate, u32 burst)
	{
		interval_ = rate ? kSecond / rate : 0;
		reach_ = interval_ * (burst ? burst - 1 : 0);
		full_ = 0;
	}

	// May one more packet pass? CONTEXT: any, any number of CPUs; now: nanoseconds, monotonic.
	bool take(u64 now)
	{
		if (!interval_)
			return true;
		u64 full = __atomic_load_n(&full_, __ATOMIC_RELAXED);
		for (;;) {
			const u64 from = full > now ? full : now;
			if (from - now > reach_)
				return false;
			if (__atomic_compare_exchange_n(&full_, &full, from + interval_, true,
							__ATOMIC_RELAXED, __ATOMIC_RELAXED))
				return true;
		}
	}
};
} // namespace ringway
