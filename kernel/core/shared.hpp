// SPDX-License-Identifier: GPL-2.0-only
//
// The only access to memory that a peer domain can write while we read it.
//
// HOSTILE: what these pointers point to may change at any moment. A value is fetched once, as a whole number
// of words through a volatile access, and from then on only the copy is used. No other file dereferences a
// pointer into a shared page.
//
// The barriers are C++20 fences. On x86, release and acquire only keep the compiler from reordering, and
// seq_cst is one locked instruction; that is what Xen's ring.h asks for (xen_wmb, xen_rmb, xen_mb).
#pragma once
#include "core/types.hpp"
#include <atomic>
#include <type_traits>

namespace ringway::shared
{
#ifdef RINGWAY_HOSTED
// Unit tests install a hostile peer here: it runs before each read of shared memory.
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

// Loads an index, or one word of a slot.
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

// Copies a slot out of shared memory, reading each word exactly once. Word: u64 if slots are aligned for it.
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

// Writes a whole slot, every word of it, so that nothing that was in the slot before can leak.
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
