// SPDX-License-Identifier: GPL-2.0-only
// A limit that holds packets back: what each one costs for which the bucket is looked at.
#pragma once
#include "core/limiter.hpp"
#include "measured.hpp"

namespace ringway::bench
{
// 1 Gbit/s and 100 000 packets a second, as xl writes rates; a packet every 10 microseconds, so that the
// buckets are never full.
inline u32 bench_limit()
{
	Limiter limit;
	u64 now = 1000000;
	limit.set_bytes(6250000, 50000, now);
	limit.set_packets(100000, now);
	limit.spend(6250000, 5000);
	for (u32 round = 0; round < kRounds; round++) {
		auto body = [&] {
			for (u32 i = 0; i < kPackets; i++) {
				limit.refresh(now += 10);
				if (limit.allows(1000))
					limit.spend(1000);
				else
					keep(limit.wait(1000));
			}
		};
		measured(body);
	}
	return kRounds * kPackets;
}
} // namespace ringway::bench
