// SPDX-License-Identifier: GPL-2.0-only
//
// Limits as they are written in XenStore: "BYTES,MICROSECONDS" or "PACKETS". Only decimal digits; a number
// of more than 64 bits is refused, not truncated.
#pragma once
#include "core/result.hpp"

namespace ringway
{
namespace detail
{
// Reads a number at the start of `text` and moves `text` behind it.
inline Result<u64> take_decimal(const char *&text)
{
	u64 value = 0;
	if (*text < '0' || *text > '9')
		return Error::invalid;
	for (; *text >= '0' && *text <= '9'; text++)
		if (__builtin_mul_overflow(value, u64{10}, &value) ||
		    __builtin_add_overflow(value, static_cast<u64>(*text - '0'), &value))
			return Error::invalid;
	return value;
}
} // namespace detail

struct RateText {
	u64 bytes, micros;
};

inline Result<RateText> parse_rate(const char *text)
{
	const u64 bytes = TRY(detail::take_decimal(text));
	if (*text++ != ',')
		return Error::invalid;
	const u64 micros = TRY(detail::take_decimal(text));
	if (*text)
		return Error::invalid;
	return RateText{bytes, micros};
}

inline Result<u64> parse_packets(const char *text)
{
	const u64 packets = TRY(detail::take_decimal(text));
	if (*text)
		return Error::invalid;
	return packets;
}
} // namespace ringway
