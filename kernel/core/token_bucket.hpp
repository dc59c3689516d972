// SPDX-License-Identifier: GPL-2.0-only
//
// A token bucket in bytes: `rate` of the vif's XenStore directory, "BYTES,MICROSECONDS". Or in packets.
//
// Tokens come continuously, BYTES per MICROSECONDS, up to a burst of at least 128 KiB: a GSO packet must
// fit however small the rate. A packet larger than the burst passes once the bucket is full and leaves it
// in debt, so nothing ever wedges. The arithmetic cannot overflow for any two 64-bit numbers.
#pragma once
#include "core/types.hpp"

namespace ringway
{
class TokenBucket
{
	static constexpr u64 kUnlimited = ~u64{0};
	static constexpr s64 kLeastBurst = 128 * 1024;
	static constexpr s64 kMostBurst = s64{1} << 40;

	u64 bytes_ = kUnlimited;
	u64 interval_ = 0; // microseconds
	s64 burst_ = 0;
	s64 level_ = 0; // bytes that may be sent now; negative: debt
	u64 last_ = 0;  // microseconds, when level_ was right
	u64 rest_ = 0;  // part of a token, in bytes times microseconds, below interval_

public:
	bool limited() const { return bytes_ != kUnlimited; }

	// bytes per interval (microseconds). An interval or a rate of 0 means unlimited, as toolstacks write
	// it.
	void set(u64 bytes, u64 interval, u64 now) { set(bytes, interval, now, byte_burst(bytes)); }
	void set(u64 bytes, u64 interval, u64 now, s64 burst)
	{
		if (!bytes || !interval)
			bytes = kUnlimited;
		bytes_ = bytes;
		interval_ = interval;
		burst_ = burst;
		last_ = now;
		rest_ = 0;
		level_ = limited() ? burst_ : 0;
	}

	s64 burst() const { return burst_; }
	u64 amount() const { return limited() ? bytes_ : 0; } // per interval
	u64 interval() const { return limited() ? interval_ : 0; }
	s64 left() const { return level_; } // when level() was last asked for

	// Tokens there are at `now` (microseconds).
	s64 level(u64 now)
	{
		const u64 elapsed = now - last_;
		const s64 full = burst();
		const s64 missing = full - level_;
		if (missing <= 0)
			return last_ = now, level_;
		const auto gained = static_cast<unsigned __int128>(elapsed) * bytes_ + rest_;
		last_ = now;
		rest_ = 0;
		if (gained >= static_cast<unsigned __int128>(missing) * interval_)
			return level_ = full;
		// INVARIANT: the quotient is below `missing` < 2^41; what is less than a token is kept.
		level_ += static_cast<s64>(divide(gained, interval_, rest_));
		return level_;
	}

	bool allows(u32 size) const { return level_ >= static_cast<s64>(size) || level_ >= burst(); }
	void spend(u64 size) { level_ -= static_cast<s64>(size); }
	void give_back(u64 size) { level_ += static_cast<s64>(size); }

	// Microseconds until `size` bytes may pass, at most a second: the caller asks again anyway.
	u64 wait(u32 size) const
	{
		constexpr u64 kSecond = 1000000;
		const s64 target = static_cast<s64>(size) < burst() ? static_cast<s64>(size) : burst();
		const s64 missing = target - level_;
		if (missing <= 0)
			return 0;
		const auto product = static_cast<unsigned __int128>(missing) * interval_;
		if (product >= static_cast<unsigned __int128>(bytes_) * kSecond)
			return kSecond;
		u64 rest;
		return divide(product, bytes_, rest) + (rest != 0);
	}

private:
	static s64 byte_burst(u64 bytes)
	{
		if (bytes > static_cast<u64>(kMostBurst))
			return kMostBurst;
		return static_cast<s64>(bytes) < kLeastBurst ? kLeastBurst : static_cast<s64>(bytes);
	}

	// 128 by 64 bits without the run-time library's division: the quotient is known to fit 64 bits.
	static u64 divide(unsigned __int128 dividend, u64 divisor, u64 &rest)
	{
		u64 quotient = 0;
		rest = 0;
		for (int bit = 127; bit >= 0; bit--) {
			const bool carry = rest >> 63;
			rest = rest << 1 | static_cast<u64>(dividend >> bit & 1);
			quotient <<= 1;
			if (carry || rest >= divisor) {
				rest -= divisor;
				quotient |= 1;
			}
		}
		return quotient;
	}
};
} // namespace ringway
