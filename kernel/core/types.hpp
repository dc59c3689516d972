// SPDX-License-Identifier: GPL-2.0-only
// The fixed-width types that every file uses. The size is in the name; units are in comments.
#pragma once
#include <cstddef>
#include <cstdint>

namespace ringway
{
using u8 = std::uint8_t;
using u16 = std::uint16_t;
using u32 = std::uint32_t;
using u64 = std::uint64_t;
using s16 = std::int16_t;
using s32 = std::int32_t;
using s64 = std::int64_t;
using std::size_t;

// Memory is granted in pages of this size, whatever the CPU's page size is (xen/grant_table.h).
inline constexpr u32 kPageSize = 4096;

#define RINGWAY_ALWAYS_INLINE inline __attribute__((always_inline))
#define RINGWAY_LIKELY(x) __builtin_expect(!!(x), 1)
#define RINGWAY_UNLIKELY(x) __builtin_expect(!!(x), 0)

// Returns the same pointer and makes GCC keep it. Without this, GCC recomputes an array element's address
// from its index when registers are short, which costs more than keeping the address.
template <typename T>
RINGWAY_ALWAYS_INLINE T *computed_once(T *pointer)
{
	asm("" : "+r"(pointer));
	return pointer;
}
} // namespace ringway
