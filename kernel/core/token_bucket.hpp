// SPDX-License-Identifier: GPL-2.0-only
//
// A token bucket, in bytes (the node `rate` of the vif's XenStore directory, "BYTES,MICROSECONDS") or
// packets.
//
// Tokens come continuously, BYTES per MICROSECONDS, up to the burst. The burst is at least 128 KiB, so that a
// GSO packet fits however small the rate is. A packet larger than the burst passes when the bucket is full
// and leaves it in debt, so no packet waits for ever. The arithmetic cannot overflow, whatever the two
// 64-bit numbers are.
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
	u64 last_ = 0;  // when level_ was computed, in microseconds
	u64 part_ = 0;  // the started token, in bytes times microseconds; below interval_

public:
	bool limited() const { return bytes_ != kUnlimited; }

	// Bytes per interval (microseconds). Unlimited if either is 0, which is how toolstacks write it.
	void set(u64 bytes, u64 interval, u64 now) { set(bytes, interval, now, byte_burst(bytes)); }
	void set(u64 bytes, u64 interval, u64 now, s64 burst)
	{
		if (!bytes || !interval)
			bytes = kUnlimited;
		bytes_ = bytes;
		interval_ = interval;
		burst_ = burst;
		last_ = now;
		part_ = 0;
		level_ = limited() ? burst_ : 0;
	}

	s64 burst() const { return burst_; }
	u64 amount() const { return limited() ? bytes_ : 0; } // per interval
	u64 interval() const { return limited() ? interval_ : 0; }
	s64 left() const { return level_; } // as of the last call of level()

	// The tokens at `now` (microseconds).
	s64 level(u64 now)
	{
		const u64 elapsed = now - last_;
		const s64 full = burst();
		const s64 missing = full - level_;
		if (missing <= 0)
			return last_ = now, level_;
		const auto gained = static_cast<unsigned __int128>(elapsed) * bytes_ + part_;
		last_ = now;
		part_ = 0;
		if (gained >= static_cast<unsigned __int128>(missing) * interval_)
			return level_ = full;
		// INVARIANT: the quotient is below `missing` < 2^41. The started token is kept.
		level_ += static_cast<s64>(divide(gained, interval_, part_));
		return level_;
	}

	bool allows(u32 size) const { return level_ >= static_cast<s64>(size) || level_ >= burst(); }
	void spend(u64 size) { level_ -= static_cast<s64>(size); }
	void give_back(u64 size) { level_ += static_cast<s64>(size); }

	// Microseconds until `size` bytes may pass, at most a second; the caller then asks again.
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
		u64 remainder;
		return divide(product, bytes_, remainder) + (remainder != 0);
	}

private:
	static s64 byte_burst(u64 bytes)
	{
		if (bytes > static_cast<u64>(kMostBurst))
			return kMostBurst;
		return static_cast<s64>(bytes) < kLeastBurst ? kLeastBurst : static_cast<s64>(bytes);
	}

	// 128 bits by 64 bits without the run-time library. INVARIANT: the quotient fits into 64 bits.
	static u64 divide(unsigned __int128 dividend, u64 divisor, u64 &remainder)
	{
		// Any real rate, looked at within hours.
		if (RINGWAY_LIKELY(!(dividend >> 64))) {
			remainder = static_cast<u64>(dividend) % divisor;
			return static_cast<u64>(dividend) / divisor;
		}
		return divide_long(dividend, divisor, remainder);
	}
	__attribute__((noinline)) static u64 divide_long(unsigned __int128 dividend, u64 divisor,
							 u64 &remainder)
	{
		u64 quotient = 0;
		remainder = 0;
		for (int bit = 127; bit >= 0; bit--) {
			const bool carry = remainder >> 63;
			remainder = remainder << 1 | static_cast<u64>(dividend >> bit & 1);
			quotient <<= 1;
			if (carry || remainder >= divisor) {
				remainder -= divisor;
				quotient |= 1;
			}
		}
		return quotient;
	}
};
} // namespace ringway
