// SPDX-License-Identifier: GPL-2.0-only
//
// A limit on packets per second, with a burst, which several CPUs use at the same time.
//
// This is a token bucket in one word: the time at which the bucket will be full again. Each packet moves that
// time on by the interval between two tokens. If it is further ahead than the burst allows, there is no
// token. So a packet costs one compare-and-swap, without a lock, and two CPUs never take the same token.
#pragma once
#include "core/types.hpp"

namespace ringway
{
class StormLimit
{
	static constexpr u64 kSecond = 1000000000;

	u64 interval_ = 0; // nanoseconds between two tokens; 0: no limit
	u64 reach_ = 0;    // there is a token while `full_` is at most this far ahead of now
	u64 full_ = 0;     // nanoseconds: when the bucket will be full if nobody takes a token

public:
	static constexpr u32 kMostRate = 10000000;
	static constexpr u32 kMostBurst = 1000000;

	// rate: packets per second, 0 for no limit. burst: packets at once. INVARIANT: no concurrent take().
	void set(u32 rate, u32 burst)
	{
		interval_ = rate ? kSecond / rate : 0;
		reach_ = interval_ * (burst ? burst - 1 : 0);
		full_ = 0;
	}

	// May one more packet pass? `now` is in nanoseconds, monotonic. CONTEXT: any, on any number of CPUs.
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
