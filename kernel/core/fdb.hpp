// SPDX-License-Identifier: GPL-2.0-only
//
// The forwarding database: which port an address lives behind.
//
// A key is a MAC address with a VLAN id in the bits above it (0 if VLANs are not used). The table is an
// array of buckets of one cache line each: three entries and a sequence number. A keyed hash gives a
// key's home bucket. If that is full, the entry goes into one of the next seven buckets, and every
// bucket it skipped counts it in `passed`. A lookup stops at the first bucket whose count is zero.
//
//	bucket | sequence | passed | key target seen | key target seen | key target seen |   64 bytes
//
// Cost: a hit in the home bucket takes two multiplications, one cache line and about 20 instructions.
// As the table is at most half full, nearly every hit is one of these. The worst case is kProbes cache
// lines, whatever the addresses are. To choose colliding addresses an attacker would have to know the
// seed, and would only achieve that addresses that no longer fit into eight full buckets are not learned.
//
// Concurrency: any number of readers in softirq without a lock; one writer at a time, under the caller's
// lock. Readers never block the writer; a reader that sees a bucket in the middle of a change reads it
// again. Only `seen`, the time of last use, is written without the lock and outside the sequence: a lost
// write there does no harm.
#pragma once
#include "core/mac.hpp"
#include "core/relaxed.hpp"

namespace ringway
{
// What an entry says: a port number, and how the entry came to be.
struct FdbTarget {
	static constexpr u32 kPortMask = 0xffff;
	static constexpr u32 kStatic = 1u << 16; // set by the administrator: does not age or move
	static constexpr u32 kLocal = 1u << 17;  // an address of this host: goes up the stack, not to a port
	static constexpr u32 kSticky = 1u << 18; // ages, but does not move
	static constexpr u32 kExtern = 1u << 19; // learned elsewhere (EVPN): does not age, but moves
	static constexpr u32 kNone = 1u << 31;   // no entry; only ever the result of a lookup

	u32 word = 0;

	constexpr u16 port() const { return static_cast<u16>(word & kPortMask); }
	constexpr bool is_static() const { return word & kStatic; }
	constexpr bool is_local() const { return word & kLocal; }
	constexpr bool is_sticky() const { return word & kSticky; }
	constexpr bool is_extern() const { return word & kExtern; }
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

// Seconds since the last use. Another CPU may have used it in a second that this one has not seen begin.
constexpr u32 fdb_idle(u32 now, u32 seen)
{
	return static_cast<s32>(now - seen) < 0 ? 0 : now - seen;
}

inline constexpr u32 kFdbBucketSlots = 3;

struct alignas(64) FdbBucket {
	u32 sequence; // odd while the writer changes the bucket
	u32 passed;   // entries whose home is this bucket or an earlier one, but that are in a later one
	u64 reserved;
	FdbSlot slot[kFdbBucketSlots];
};
static_assert(sizeof(FdbBucket) == 64);

// The result of a lookup. `slot` may be passed to touch() even after the entry is gone.
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

	// Buckets for at most `limit` entries: a power of two, so that the table is at most half full.
	static constexpr u32 buckets_for(u32 limit)
	{
		u32 buckets = kProbes;
		while (u64{buckets} * kFdbBucketSlots < u64{limit} * 2)
			buckets *= 2;
		return buckets;
	}

	// `memory`: `buckets` zeroed buckets. The seed must be random and secret.
	void attach(FdbBucket *memory, u32 buckets, FdbSeed seed)
	{
		buckets_ = memory;
		mask_ = buckets - 1;
		seed_ = {seed.mask, seed.factor | 1};
	}

	u32 entries() const { return load_relaxed(entries_); }
	u32 slots() const { return (mask_ + 1) * kFdbBucketSlots; }

	// CONTEXT: any, no lock. The memory must not be freed while this runs.
	// HOSTILE: the key. A guest can send frames to address zero, which is what free slots hold.
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

	// Notes that the entry was used, with at most one store per entry and second. CONTEXT: any, no lock.
	static void touch(FdbSlot &slot, u32 now)
	{
		if (load_relaxed(slot.seen) != now)
			store_relaxed(slot.seen, now);
	}

	// False if all buckets the key may go to are full. CONTEXT: writer.
	// INVARIANT: the key is not zero and not in the table.
	bool insert(u64 key, FdbTarget target, u32 now)
	{
		const u32 first = home(key);
		for (u32 probe = 0; probe < kProbes; probe++) {
			FdbBucket &bucket = buckets_[(first + probe) & mask_];
			for (FdbSlot &slot : bucket.slot) {
				if (slot.key)
					continue;
				// The counts first: a reader in between sees a miss.
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

	// For walking the table: the next entry from this position on, and the position is then behind it.
	// Its key is 0 if there is none. A walk may miss concurrent changes. CONTEXT: any, no lock.
	FdbSlot next(u32 &position) const
	{
		while ((position = next_used(position)) < slots()) {
			const FdbSlot slot = snapshot(position++);
			if (slot.key) // else freed since it was found
				return slot;
		}
		return {};
	}

	// The slot at a position below slots().
	FdbSlot &slot_at(u32 position) const
	{
		return buckets_[position / kFdbBucketSlots].slot[position % kFdbBucketSlots];
	}

	// A consistent copy of one slot; its key is 0 if the slot is free. CONTEXT: any, no lock.
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
	// From this position on, the first whose slot is taken; slots() if there is none. Cost: seven
	// instructions for a free bucket. Tables are mostly empty.
	u32 next_used(u32 position) const
	{
		static_assert(kFdbBucketSlots == 3);
		u32 first = position % kFdbBucketSlots;
		for (u32 bucket = position / kFdbBucketSlots; bucket <= mask_; bucket++, first = 0) {
			const FdbSlot *slot = buckets_[bucket].slot;
			if (RINGWAY_LIKELY(!(load_relaxed(slot[0].key) | load_relaxed(slot[1].key) |
					     load_relaxed(slot[2].key))))
				continue;
			for (u32 i = first; i < kFdbBucketSlots; i++)
				if (load_relaxed(slot[i].key))
					return bucket * kFdbBucketSlots + i;
		}
		return slots();
	}

	// Two multiplications and a shift between them: consecutive addresses, as toolstacks assign them, are
	// spread as well as random ones, and without the seed nobody can predict which addresses collide.
	RINGWAY_ALWAYS_INLINE u32 home(u64 key) const
	{
		u64 hash = (key ^ seed_.mask) * seed_.factor;
		hash ^= hash >> 32;
		hash *= 0x9e3779b97f4a7c15; // 2^64 by the golden ratio
		return static_cast<u32>(hash >> 32);
	}

	RINGWAY_ALWAYS_INLINE static FdbHit find_in(FdbBucket &bucket, u64 key)
	{
		static_assert(kFdbBucketSlots == 3); // unrolled by hand: a loop costs twice the instructions
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
