// SPDX-License-Identifier: GPL-2.0-only
//
// The only access to memory that a peer domain can write while we read it: two doors, one for the words of
// rings and slots, one for the bytes of packets in buffers that stay mapped (core/gref_map.hpp).
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
// And who knows which buffers are mapped: it runs before bytes of one are read or written.
inline void (*before_copy)(const void *mapped, size_t bytes, bool write) = nullptr;
#endif

RINGWAY_ALWAYS_INLINE void hook()
{
#ifdef RINGWAY_HOSTED
	if (before_read)
		before_read(before_read_context);
#endif
}

RINGWAY_ALWAYS_INLINE void hook_copy([[maybe_unused]] const void *mapped, [[maybe_unused]] size_t bytes,
				     [[maybe_unused]] bool write)
{
#ifdef RINGWAY_HOSTED
	if (before_copy)
		before_copy(mapped, bytes, write);
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

// --- the second door: bytes of mapped buffers
//
// A sender may change what is copied in while it is copied: what arrived in our own memory is what is looked
// at, and nothing that was looked at is read again. A receiver sees every byte that is written to it, so none
// is written behind the end. The two mapped sides of copy_across() may be the same page: a guest that
// arranges that gets its own bytes, in some order.
//
// Cost: up to 128 bytes two instructions for each 8 bytes and about eight more, with no loop: two blocks, one
// from the beginning, one up to the end, which overlap. Beyond that `rep movsq`, which moves whole lines on
// hardware after some 30 cycles, and is one instruction for each 8 bytes where instructions are counted.

namespace detail
{
using Piece = u64 __attribute__((may_alias, aligned(1)));

// Written out, because a loop of so few steps costs as much as the steps.
template <u32 kPieces>
RINGWAY_ALWAYS_INLINE void move(u8 *to, const u8 *from)
{
	*reinterpret_cast<volatile Piece *>(to) = *reinterpret_cast<const volatile Piece *>(from);
	if constexpr (kPieces > 1)
		move<kPieces - 1>(to + sizeof(Piece), from + sizeof(Piece));
}
// Of at least kPieces * 8 bytes, and at most twice as many.
template <u32 kPieces>
RINGWAY_ALWAYS_INLINE void move_both_ends(u8 *to, const u8 *from, u32 n)
{
	move<kPieces>(to, from);
	move<kPieces>(to + n - kPieces * 8, from + n - kPieces * 8);
}

// Fewer than 32 bytes: what no Ethernet frame has, but a slot of one may.
__attribute__((noinline)) inline void copy_few(u8 *to, const u8 *from, u32 n)
{
	if (n >= 16)
		return move_both_ends<2>(to, from, n);
	if (n >= 8)
		return move_both_ends<1>(to, from, n);
	for (u32 i = 0; i < n; i++)
		reinterpret_cast<volatile u8 *>(to)[i] = reinterpret_cast<const volatile u8 *>(from)[i];
}

RINGWAY_ALWAYS_INLINE void copy(u8 *to, const u8 *from, u32 n)
{
	if (n > 128) {
		u8 *const last = to + n - 8;
		const u8 *const last_from = from + n - 8;
		u64 pieces = n / 8;
		asm volatile("rep movsq" : "+D"(to), "+S"(from), "+c"(pieces) : : "memory");
		move<1>(last, last_from);
	} else if (RINGWAY_LIKELY(n >= 32)) {
		if (n <= 64)
			move_both_ends<4>(to, from, n);
		else
			move_both_ends<8>(to, from, n);
	} else {
		copy_few(to, from, n);
	}
}
} // namespace detail

// Out of a mapped buffer into our own memory. INVARIANT: n bytes are within the buffer.
RINGWAY_ALWAYS_INLINE void copy_in(void *to, const u8 *mapped, u32 n)
{
	hook();
	hook_copy(mapped, n, false);
	detail::copy(static_cast<u8 *>(to), mapped, n);
}
// Out of our own memory into a mapped buffer. INVARIANT: as above.
RINGWAY_ALWAYS_INLINE void copy_out(u8 *mapped, const void *from, u32 n)
{
	hook_copy(mapped, n, true);
	detail::copy(mapped, static_cast<const u8 *>(from), n);
}
// From one mapped buffer into another. INVARIANT: as above, for both.
RINGWAY_ALWAYS_INLINE void copy_across(u8 *mapped, const u8 *from_mapped, u32 n)
{
	hook();
	hook_copy(from_mapped, n, false);
	hook_copy(mapped, n, true);
	detail::copy(mapped, from_mapped, n);
}
// The same for a whole page.
RINGWAY_ALWAYS_INLINE void copy_page_across(u8 *mapped, const u8 *from_mapped)
{
	hook();
	hook_copy(from_mapped, kPageSize, false);
	hook_copy(mapped, kPageSize, true);
	u64 pieces = kPageSize / 8;
	asm volatile("rep movsq" : "+D"(mapped), "+S"(from_mapped), "+c"(pieces) : : "memory");
}
// Where somebody else writes n bytes of a mapped buffer: Linux, out of an skb. INVARIANT: as above.
RINGWAY_ALWAYS_INLINE void *room_in(u8 *mapped, u32 n)
{
	hook_copy(mapped, n, true);
	return mapped;
}
} // namespace ringway::shared
