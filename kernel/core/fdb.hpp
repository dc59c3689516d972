// SPDX-License-Identifier: GPL-2.0-only
//
// The forwarding database: which port an address lives behind.
//
// A key is a MAC address with a VLAN id above it (0 where VLANs play no role). The table is an array
// of buckets of one cache line each: three entries and a sequence number. A key's home bucket comes
// from a keyed hash; when it is full the entry goes into one of the next seven, and every bucket that
// was passed counts it, so that a lookup stops at the first bucket nothing went past.
//
//	bucket | sequence | passed | key target seen | key target seen | key target seen |   64 bytes
//
// Cost: a hit in the home bucket, which is nearly every hit at the fill the table is sized for (at
// most half), is two multiplications, one cache line and about 20 instructions. The worst case is
// kProbes lines, whatever the addresses are: who could choose addresses that collide would have to
// know the seed, and would gain only that the ninth address of a full neighbourhood is not learned.
//
// Concurrency: any number of lockless readers in softirq; one writer at a time, under the caller's
// lock. Readers never block the writer; a reader that meets a bucket in the middle of a change looks
// again. Only `seen` is written without the lock and outside the sequence: it says when an entry was
// used last, and being wrong by one write does no harm.
#pragma once
#include "core/mac.hpp"

namespace ringway
{
// Plain words that other CPUs read or write at the same time.
template <typename T>
RINGWAY_ALWAYS_INLINE T load_relaxed(const T &where)
{
	return __atomic_load_n(&where, __ATOMIC_RELAXED);
}
template <typename T>
RINGWAY_ALWAYS_INLINE void store_relaxed(T &where, T value)
{
	__atomic_store_n(&where, value, __ATOMIC_RELAXED);
}

// What an entry says: a port number, and how the entry came to be.
struct FdbTarget {
	static constexpr u32 kPortMask = 0xffff;
	static constexpr u32 kStatic = 1u << 16; // put there by the administrator: does not age or move
	static constexpr u32 kLocal = 1u << 17;  // an address of this host: up the stack, not out of a port
	static constexpr u32 kSticky = 1u << 18; // ages, but does not move
	static constexpr u32 kNone = 1u << 31;   // there is no entry; only ever the result of a lookup

	u32 word = 0;

	constexpr u16 port() const { return static_cast<u16>(word & kPortMask); }
	constexpr bool is_static() const { return word & kStatic; }
	constexpr bool is_local() const { return word & kLocal; }
	constexpr bool is_sticky() const { return word & kSticky; }
	constexpr bool is_pinned() const { return word & (kStatic | kLocal | kSticky); }
	constexpr bool is_learned() const { return !(word & (kStatic | kLocal)); }
};

constexpr u64 fdb_key(u64 mac, u16 vlan = 0)
{
	return mac | u64{vlan} << 48;
}
constexpr u64 fdb_key_mac(u64 key)
{
	return key & kMacMask;
}
constexpr u16 fdb_key_vlan(u64 key)
{
	return static_cast<u16>(key >> 48);
}

// INVARIANT: key 0 marks a free slot; no station has the address zero.
struct FdbSlot {
	u64 key;
	u32 target; // FdbTarget::word
	u32 seen;   // seconds; see now() of the caller
};

inline constexpr u32 kFdbBucketSlots = 3;

struct alignas(64) FdbBucket {
	u32 sequence; // odd while the writer is at it
	u32 passed;   // entries whose home is here or before, and that live further on
	u64 reserved;
	FdbSlot slot[kFdbBucketSlots];
};
static_assert(sizeof(FdbBucket) == 64);

// The result of a lookup. `slot` stays valid memory for touch(), whatever becomes of the entry.
struct FdbHit {
	FdbSlot *slot = nullptr;
	FdbTarget target{FdbTarget::kNone};

	constexpr explicit operator bool() const { return !(target.word & FdbTarget::kNone); }
};

struct FdbSeed {
	u64 mask;
	u64 factor;
};

class Fdb
{
	FdbBucket *buckets_ = nullptr;
	u32 mask_ = 0;
	u32 entries_ = 0;
	FdbSeed seed_{};

public:
	static constexpr u32 kProbes = 8;

	// Buckets for a table that never holds more than `limit` entries: a power of two, at most half full.
	static constexpr u32 buckets_for(u32 limit)
	{
		u32 buckets = kProbes;
		while (u64{buckets} * kFdbBucketSlots < u64{limit} * 2)
			buckets *= 2;
		return buckets;
	}

	// `memory`: that many zeroed buckets. The seed is random and secret.
	void attach(FdbBucket *memory, u32 buckets, FdbSeed seed)
	{
		buckets_ = memory;
		mask_ = buckets - 1;
		seed_ = {seed.mask, seed.factor | 1};
	}

	u32 entries() const { return load_relaxed(entries_); }
	u32 slots() const { return (mask_ + 1) * kFdbBucketSlots; }

	// CONTEXT: any, no lock. The memory is not freed while this runs.
	// HOSTILE: the key; zero, which a guest can send frames to, is no address but what free slots hold.
	RINGWAY_ALWAYS_INLINE FdbHit find(u64 key) const
	{
		if (RINGWAY_UNLIKELY(!key))
			return {};
		u32 index = home(key);
		for (u32 probe = 0; probe < kProbes; probe++, index++) {
			FdbBucket &bucket = buckets_[index & mask_];
			FdbHit hit;
			u32 sequence, passed;
			do {
				sequence = __atomic_load_n(&bucket.sequence, __ATOMIC_ACQUIRE);
				hit = find_in(bucket, key);
				passed = load_relaxed(bucket.passed);
				__atomic_thread_fence(__ATOMIC_ACQUIRE);
			} while (RINGWAY_UNLIKELY((sequence & 1) ||
						  load_relaxed(bucket.sequence) != sequence));
			if (RINGWAY_LIKELY(hit || !passed))
				return hit;
		}
		return {};
	}

	// Notes that the entry was used. CONTEXT: any, no lock; at most one store per entry and second.
	static void touch(FdbSlot &slot, u32 now)
	{
		if (load_relaxed(slot.seen) != now)
			store_relaxed(slot.seen, now);
	}

	// False when the neighbourhood of the key is full. CONTEXT: writer.
	// INVARIANT: the key is not zero and not in the table.
	bool insert(u64 key, FdbTarget target, u32 now)
	{
		const u32 first = home(key);
		for (u32 probe = 0; probe < kProbes; probe++) {
			FdbBucket &bucket = buckets_[(first + probe) & mask_];
			for (FdbSlot &slot : bucket.slot) {
				if (slot.key)
					continue;
				// Before the entry is there: a reader that comes too early sees a miss.
				for (u32 i = 0; i < probe; i++)
					change_passed(first + i, 1);
				write(bucket, slot, {key, target.word, now});
				store_relaxed(entries_, entries_ + 1);
				return true;
			}
		}
		return false;
	}

	// CONTEXT: writer. INVARIANT: slot holds `key`.
	void retarget(FdbSlot &slot, FdbTarget target, u32 now)
	{
		write(bucket_of(slot), slot, {slot.key, target.word, now});
	}

	// CONTEXT: writer. INVARIANT: slot holds an entry.
	void erase(FdbSlot &slot)
	{
		const u32 first = home(slot.key);
		FdbBucket &bucket = bucket_of(slot);
		write(bucket, slot, {});
		for (u32 i = first; &buckets_[i & mask_] != &bucket; i++)
			change_passed(i, static_cast<u32>(-1));
		store_relaxed(entries_, entries_ - 1);
	}

	// The slot at a position between 0 and slots(), for walks; a walk may miss what changes meanwhile.
	FdbSlot &slot_at(u32 position) const
	{
		return buckets_[position / kFdbBucketSlots].slot[position % kFdbBucketSlots];
	}

	// A copy of one slot that is consistent in itself; key 0 when it is free. CONTEXT: any, no lock.
	FdbSlot snapshot(u32 position) const
	{
		FdbBucket &bucket = buckets_[position / kFdbBucketSlots];
		const FdbSlot &slot = bucket.slot[position % kFdbBucketSlots];
		FdbSlot copy;
		u32 sequence;
		do {
			sequence = __atomic_load_n(&bucket.sequence, __ATOMIC_ACQUIRE);
			copy = {load_relaxed(slot.key), load_relaxed(slot.target), load_relaxed(slot.seen)};
			__atomic_thread_fence(__ATOMIC_ACQUIRE);
		} while ((sequence & 1) || load_relaxed(bucket.sequence) != sequence);
		return copy;
	}

private:
	// Two multiplications with a fold between them: addresses that count up, as a toolstack's do, scatter
	// as well as random ones, and without the seed nobody can tell which addresses meet.
	RINGWAY_ALWAYS_INLINE u32 home(u64 key) const
	{
		u64 hash = (key ^ seed_.mask) * seed_.factor;
		hash ^= hash >> 32;
		hash *= 0x9e3779b97f4a7c15; // 2^64 by the golden ratio
		return static_cast<u32>(hash >> 32);
	}

	RINGWAY_ALWAYS_INLINE static FdbHit find_in(FdbBucket &bucket, u64 key)
	{
		static_assert(kFdbBucketSlots == 3); // spelled out: a loop costs twice the instructions
		if (load_relaxed(bucket.slot[0].key) == key)
			return {&bucket.slot[0], {load_relaxed(bucket.slot[0].target)}};
		if (load_relaxed(bucket.slot[1].key) == key)
			return {&bucket.slot[1], {load_relaxed(bucket.slot[1].target)}};
		if (load_relaxed(bucket.slot[2].key) == key)
			return {&bucket.slot[2], {load_relaxed(bucket.slot[2].target)}};
		return {};
	}

	FdbBucket &bucket_of(const FdbSlot &slot) const
	{
		const auto offset =
			reinterpret_cast<const u8 *>(&slot) - reinterpret_cast<const u8 *>(buckets_);
		return buckets_[static_cast<size_t>(offset) / sizeof(FdbBucket)];
	}

	void change_passed(u32 index, u32 by)
	{
		FdbBucket &bucket = buckets_[index & mask_];
		store_relaxed(bucket.passed, bucket.passed + by);
	}

	static void write(FdbBucket &bucket, FdbSlot &slot, FdbSlot value)
	{
		store_relaxed(bucket.sequence, bucket.sequence + 1);
		__atomic_thread_fence(__ATOMIC_RELEASE);
		store_relaxed(slot.key, value.key);
		store_relaxed(slot.target, value.target);
		store_relaxed(slot.seen, value.seen);
		__atomic_store_n(&bucket.sequence, bucket.sequence + 1, __ATOMIC_RELEASE);
	}
};
} // namespace ringway
