// SPDX-License-Identifier: GPL-2.0-only
//
// How much a vif may send or receive: a limit on bytes, on packets per second, on both, or none.
//
// There are two token buckets, one for bytes and one for packets; a packet passes if both allow it. A packet
// with segmentation offload counts as one packet, as it does for the host. limited() makes the unlimited
// case cost one branch and may be asked without a lock; the caller locks everything else.
#pragma once
#include "core/token_bucket.hpp"
#include <atomic>

namespace ringway
{
class Limiter
{
	TokenBucket bytes_, packets_;
	std::atomic<bool> limited_{false};

public:
	static constexpr u64 kSecond = 1000000;

	bool limited() const { return limited_.load(std::memory_order_relaxed); }

	// Bytes per interval (microseconds), packets per second; 0 means unlimited.
	void set_bytes(u64 bytes, u64 interval, u64 now)
	{
		bytes_.set(bytes, interval, now);
		update();
	}
	void set_packets(u64 per_second, u64 now)
	{
		// What comes in 50 ms, the interval that xl uses for rates, but at least one batch.
		const u64 burst = per_second / 20 < 64 ? 64 : per_second / 20;
		packets_.set(per_second, kSecond, now, static_cast<s64>(burst < kMost ? burst : kMost));
		update();
	}

	// For display. An unlimited bucket has no interval.
	const TokenBucket &bytes() const { return bytes_; }
	const TokenBucket &packets() const { return packets_; }

	void refresh(u64 now)
	{
		if (bytes_.limited())
			bytes_.level(now);
		if (packets_.limited())
			packets_.level(now);
	}
	bool allows(u32 size) const
	{
		return (!bytes_.limited() || bytes_.allows(size)) &&
		       (!packets_.limited() || packets_.allows(1));
	}
	void spend(u64 size, u64 packets = 1)
	{
		bytes_.spend(size);
		packets_.spend(packets);
	}
	void give_back(u64 size, u64 packets)
	{
		bytes_.give_back(size);
		packets_.give_back(packets);
	}
	// Microseconds until a packet of that size may pass, from 1 to a second. The caller then asks again.
	u64 wait(u32 size) const
	{
		const u64 b = bytes_.limited() ? bytes_.wait(size) : 0;
		const u64 p = packets_.limited() ? packets_.wait(1) : 0;
		const u64 longer = b > p ? b : p;
		return longer ? longer : 1;
	}

private:
	static constexpr u64 kMost = u64{1} << 40;
	void update() { limited_.store(bytes_.limited() || packets_.limited(), std::memory_order_relaxed); }
};
} // namespace ringway
