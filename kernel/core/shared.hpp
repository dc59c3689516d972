// SPDX-License-Identifier: GPL-2.0-only
//
// The only door to memory that a peer domain can write while we look at it.
//
// HOSTILE: whatever lies behind these pointers changes at any moment. A value is fetched once, as a
// whole number of 32-bit words through a volatile access, and only the copy is looked at afterwards;
// no other file dereferences a pointer into a shared page.
//
// The barriers are C++20 fences: on x86 release and acquire cost nothing but compiler freedom and
// seq_cst is one locked instruction, which is what Xen's ring.h asks for (xen_wmb, xen_rmb, xen_mb).
#pragma once
#include "core/types.hpp"
#include <atomic>
#include <type_traits>

namespace ringway::shared
{
#ifdef RINGWAY_HOSTED
// Unit tests put a hostile peer here: it runs before every single read of shared memory.
inline void (*before_read)(void *context) = nullptr;
inline void *before_read_context = nullptr;
#endif

RINGWAY_ALWAYS_INLINE void hook()
{
#ifdef RINGWAY_HOSTED
	if (before_read)
		before_read(before_read_context);
#endif
}

// One load of an index, or of a word of a slot.
template <typename Word>
RINGWAY_ALWAYS_INLINE Word load(const volatile Word *where)
{
	hook();
	return *where;
}

RINGWAY_ALWAYS_INLINE void store(volatile u32 *where, u32 value)
{
	*where = value;
}

// Copies a slot out of shared memory, each word exactly once. Word: u64 where slots are so aligned.
template <typename T, typename Word = u32>
RINGWAY_ALWAYS_INLINE T fetch(const volatile void *where)
{
	static_assert(sizeof(T) % sizeof(Word) == 0 && std::is_trivially_copyable_v<T>);
	constexpr size_t words = sizeof(T) / sizeof(Word);
	const auto *from = static_cast<const volatile Word *>(where);
	Word copy[words];
	for (size_t i = 0; i < words; i++)
		copy[i] = load(from + i);
	T value;
	__builtin_memcpy(&value, copy, sizeof value);
	return value;
}

// Writes a whole slot: no byte of what the slot held before survives, so nothing leaks through padding.
template <typename T, typename Word = u32>
RINGWAY_ALWAYS_INLINE void put(volatile void *where, const T &value)
{
	static_assert(sizeof(T) % sizeof(Word) == 0 && std::is_trivially_copyable_v<T>);
	constexpr size_t words = sizeof(T) / sizeof(Word);
	Word copy[words];
	__builtin_memcpy(copy, &value, sizeof value);
	auto *to = static_cast<volatile Word *>(where);
	for (size_t i = 0; i < words; i++)
		to[i] = copy[i];
}

RINGWAY_ALWAYS_INLINE void write_barrier()
{
	std::atomic_thread_fence(std::memory_order_release);
}
RINGWAY_ALWAYS_INLINE void read_barrier()
{
	std::atomic_thread_fence(std::memory_order_acquire);
}
RINGWAY_ALWAYS_INLINE void full_barrier()
{
	std::atomic_thread_fence(std::memory_order_seq_cst);
}
} // namespace ringway::shared
