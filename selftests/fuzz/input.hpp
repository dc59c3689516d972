// SPDX-License-Identifier: GPL-2.0-only
//
// What every fuzzer shares: its input as a stream of small decisions, and a check that stops the run. An
// input that is used up goes on as zeroes, so that a prefix of an input is an input.
#pragma once
#include "core/types.hpp"
#include <cstdio>
#include <cstdlib>
#include <cstring>

namespace ringway::fuzz
{
class Input
{
	const u8 *at_;
	const u8 *end_;

public:
	Input(const u8 *data, size_t size) : at_(data), end_(data + size) {}
	bool more() const { return at_ != end_; }
	size_t left() const { return static_cast<size_t>(end_ - at_); }

	template <typename T = u8>
	T take()
	{
		T value{};
		const size_t n = sizeof value < left() ? sizeof value : left();
		if (n)
			std::memcpy(&value, at_, n);
		at_ += n;
		return value;
	}
	u32 below(u32 limit) { return limit > 256 ? take<u16>() % limit : take() % limit; }
	bool one_in(u32 n) { return take() % n == n - 1; } // never for an input that is used up
	// One of several values that are interesting, or any.
	template <typename T, size_t N>
	T pick(const T (&values)[N])
	{
		const u8 which = take();
		return which < 2 * N ? values[which % N] : take<T>();
	}
};

#define FUZZ_CHECK(condition)                                                                        \
	do {                                                                                         \
		if (!(condition)) {                                                                  \
			std::fprintf(stderr, "%s:%d: not so: %s\n", __FILE__, __LINE__, #condition); \
			std::abort();                                                                \
		}                                                                                    \
	} while (0)
} // namespace ringway::fuzz
