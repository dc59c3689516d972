// SPDX-License-Identifier: GPL-2.0-only
//
// Which ports there are, and which address lives behind which of them: what the switch decides by.
//
// Ports have numbers, so that an FDB entry names one in 16 bits and a port that left is found missing
// instead of pointed to. The lowest free number is reused, after the grace period that every leaving
// port waits for.
//
// Learning is lazy where it may be: a port remembers its last source address and the second in which
// that was found in order. While a guest talks with one address, that is one comparison a frame and one
// store a second. Everything that changes the FDB happens under one lock, which the data path takes
// for a new or moved address only.
#pragma once
#include "core/fdb.hpp"
#include "bridge-lite/judge/vlan_tags.hpp"

namespace ringway::brlite
{
using Port = brlite_port;

// What became of a change that somebody asked for.
enum class Change : u8 { done, exists, full, invalid, missing };

template <typename Env>
class Table
{
	void *lock_ = nullptr;
	u32 limit_ = 0;
	u32 ageing_ = 0;
	u32 ports_end_ = 0; // no port at or above this index
	bool vlans_filtered_ = false;

	class Guard
	{
		void *lock_;

	public:
		explicit Guard(void *lock) : lock_(lock) { Env::lock(lock_); }
		~Guard() { Env::unlock(lock_); }
		Guard(const Guard &) = delete;
	};

protected:
	static constexpr u64 kNoSource = ~u64{0}; // wider than any address with its VLAN

	Fdb fdb_;
	Port *ports_[BRLITE_MAX_PORTS + 1] = {};

public:
	void init(FdbBucket *buckets, u32 limit, void *lock, FdbSeed seed)
	{
		fdb_.attach(buckets, Fdb::buckets_for(limit), seed);
		limit_ = limit;
		lock_ = lock;
	}

	const Fdb &fdb() const { return fdb_; }
	u32 entries() const { return fdb_.entries(); }
	u32 ports_end() const { return load_relaxed(ports_end_); }
	Port *port_at(u32 index) const
	{
		return index <= BRLITE_MAX_PORTS ? __atomic_load_n(&ports_[index], __ATOMIC_ACQUIRE)
						 : nullptr;
	}

	// --- Control. CONTEXT: RTNL; age() any process ------------------------------------------------

	// Gives the port the lowest free index; false when there is none.
	bool attach(Port &port, bool local)
	{
		u32 index = BRLITE_LOCAL_PORT;
		if (!local)
			for (index++; index <= BRLITE_MAX_PORTS && ports_[index]; index++)
				;
		if (index > BRLITE_MAX_PORTS)
			return false;
		port.index = static_cast<u16>(index);
		port.last_source = kNoSource;
		__atomic_store_n(&ports_[index], &port, __ATOMIC_RELEASE);
		if (index >= ports_end_)
			store_relaxed(ports_end_, index + 1);
		share_policy();
		return true;
	}

	void detach(Port &port)
	{
		set_up(port, false);
		__atomic_store_n(&ports_[port.index], nullptr, __ATOMIC_RELEASE);
		while (ports_end_ && !ports_[ports_end_ - 1])
			store_relaxed(ports_end_, ports_end_ - 1);
		share_policy();
		erase_if([&](const FdbSlot &slot) { return FdbTarget{slot.target}.port() == port.index; });
	}

	void set_up(Port &port, bool up)
	{
		{
			Guard guard(lock_);
			store_relaxed(port.up, u8{up});
			set_learning(port);
		}
		if (!up)
			flush(&port);
	}

	void set_ageing(u32 seconds)
	{
		{
			Guard guard(lock_);
			store_relaxed(ageing_, seconds);
			for (Port *port : ports_)
				if (port)
					set_learning(*port);
		}
		if (!seconds)
			flush(nullptr);
	}

	// The port's own half of its policy. What a port learned before it was locked was not said by hand.
	void set_policy(Port &port, u32 policy)
	{
		const u32 own = policy & ~BRLITE_SHARED_POLICY;
		const bool locks = own & ~port.policy & BRLITE_LOCKED;
		{
			Guard guard(lock_);
			store_relaxed(port.policy, own | (port.policy & BRLITE_SHARED_POLICY));
			set_learning(port);
			store_relaxed(port.last_source, kNoSource);
		}
		share_policy();
		if (locks)
			flush(&port);
	}

	// Keys have a VLAN from now on, or none any more: what was learned with others is of no use.
	void filter_vlans(bool on)
	{
		{
			Guard guard(lock_);
			vlans_filtered_ = on;
		}
		share_policy();
		flush(nullptr);
	}

	// Forgets what was learned in VLANs that the port is in no longer.
	void vlans_left(const Port &port)
	{
		erase_if([&](const FdbSlot &slot) {
			const FdbTarget target{slot.target};
			const u16 vlan = fdb_key_vlan(slot.key);
			return target.is_learned() && target.port() == port.index && vlan &&
			       !is_vlan_member(port, vlan);
		});
	}

	// Forgets what was learned, behind one port or all.
	void flush(const Port *port)
	{
		erase_if([&](const FdbSlot &slot) {
			const FdbTarget target{slot.target};
			return target.is_learned() && (!port || target.port() == port->index);
		});
	}

	void age()
	{
		const u32 now = Env::now(), ageing = load_relaxed(ageing_);
		erase_if([&](const FdbSlot &slot) {
			return FdbTarget{slot.target}.is_learned() && now - slot.seen >= ageing;
		});
	}

	// An entry by hand. One without a VLAN holds in all of them, so nothing that was learned may hide it.
	Change set(const Port &port, u64 key, u32 flags, bool replace)
	{
		const Change change = set_one(key, {port.index | flags}, replace);
		if (change == Change::done && vlans_filtered_ && !fdb_key_vlan(key))
			erase_if([&](const FdbSlot &slot) {
				return fdb_key_mac(slot.key) == key && slot.key != key &&
				       !FdbTarget{slot.target}.is_pinned();
			});
		return change;
	}

	Change erase(const Port *port, u64 key)
	{
		Guard guard(lock_);
		const FdbHit hit = fdb_.find(key);
		if (!hit || (port && hit.target.port() != port->index))
			return Change::missing;
		erase_slot(*hit.slot);
		return Change::done;
	}

protected:
	// --- Data path. CONTEXT: softirq, RCU read side, any number of CPUs ---------------------------

	// An entry without a VLAN holds in all of them, but for those where the address has one of its own.
	template <bool kVlans>
	RINGWAY_ALWAYS_INLINE FdbHit look_up(u64 key) const
	{
		const FdbHit hit = fdb_.find(key);
		return !kVlans || hit ? hit : fdb_.find(fdb_key_mac(key));
	}

	// The source is not the one that the port saw last. Returns why the frame must not pass, or 0.
	// HOSTILE: a guest picks any source address. It can neither take over an address that the
	// administrator nailed down or that is this host's, nor use more of the table than its share. A
	// locked port can use only the addresses that were put behind it by hand, and no other port can use
	// those. Vlans: the key has one.
	template <bool kVlans>
	__attribute__((noinline)) u8 learn(Port &in, u64 key, u32 now)
	{
		if (in.index == BRLITE_LOCAL_PORT)
			return 0;
		if (!mac_is_station(kVlans ? fdb_key_mac(key) : key))
			return BRLITE_DROP_SOURCE_INVALID;
		const FdbHit hit = look_up<kVlans>(key);
		if (hit && hit.target.is_local())
			return BRLITE_DROP_SOURCE_LOCAL;
		if (hit && hit.target.port() == in.index) {
			Fdb::touch(*hit.slot, now);
			remember(in, key, now);
		} else if (load_relaxed(in.policy) & BRLITE_LOCKED) {
			return BRLITE_DROP_LOCKED_MAC;
		} else if (hit && hit.target.is_pinned()) {
			if (locked(hit.target.port()))
				return BRLITE_DROP_LOCKED_MAC;
			Env::count(in, BRLITE_LEARN_STATIC);
		} else if (load_relaxed(in.learned) >= load_relaxed(in.learn_limit)) {
			Env::count(in, BRLITE_LEARN_PORT_FULL);
		} else {
			learn_locked<kVlans>(in, key, now);
		}
		return 0;
	}

private:
	Change set_one(u64 key, FdbTarget target, bool replace)
	{
		if (!mac_is_station(fdb_key_mac(key)))
			return Change::invalid;
		Guard guard(lock_);
		if (FdbHit hit = fdb_.find(key)) {
			if (!replace)
				return Change::exists;
			account(hit.target, -1);
			fdb_.retarget(*hit.slot, target, Env::now());
		} else if (fdb_.entries() >= limit_ || !fdb_.insert(key, target, Env::now())) {
			return Change::full;
		}
		account(target, 1);
		return Change::done;
	}

	// What some port asks for and concerns the frames of others, on all ports. CONTEXT: RTNL.
	void share_policy()
	{
		Guard guard(lock_);
		u32 shared = vlans_filtered_ ? BRLITE_VLANS_FILTERED : 0;
		for (const Port *port : ports_) {
			if (port && (port->policy & BRLITE_NO_FLOOD))
				shared |= BRLITE_FLOODS_DIFFER;
			if (port && (port->policy & BRLITE_ADDRESS_LOCKED))
				shared |= BRLITE_ADDRESSES_CLAIMED;
			if (port && (port->policy & BRLITE_RULES_TO))
				shared |= BRLITE_RULES_SOMEWHERE;
			if (port && (port->policy & BRLITE_MIRROR_TO))
				shared |= BRLITE_MIRRORS_SOMEWHERE;
		}
		for (Port *port : ports_)
			if (port)
				store_relaxed(port->policy, (port->policy & ~BRLITE_SHARED_POLICY) | shared);
	}

	// CONTEXT: lock held.
	void set_learning(Port &port)
	{
		const bool may = !(port.policy & (BRLITE_NO_LEARNING | BRLITE_LOCKED));
		store_relaxed(port.learning, u8{port.up && ageing_ && may});
	}

	bool locked(u32 index) const
	{
		const Port *port = port_at(index);
		return port && (load_relaxed(port->policy) & BRLITE_LOCKED);
	}

	template <bool kVlans>
	void learn_locked(Port &in, u64 key, u32 now)
	{
		const FdbTarget here{in.index};
		Guard guard(lock_);
		if (!in.learning || in.learned >= in.learn_limit)
			return;
		if (vlans_filtered_ != kVlans)
			return;                          // that changed on the way here
		const FdbHit hit = look_up<kVlans>(key); // it may have changed since
		if (hit && hit.target.is_pinned())
			return;
		if (hit && (!kVlans || hit.slot->key == key)) {
			Env::count(in, BRLITE_MOVED);
			account(hit.target, -1);
			fdb_.retarget(*hit.slot, here, now);
		} else if (fdb_.entries() < limit_ && fdb_.insert(key, here, now)) {
			Env::count(in, BRLITE_LEARNED);
		} else {
			Env::count(in, BRLITE_LEARN_FULL);
			return;
		}
		account(here, 1);
		remember(in, key, now);
	}

	// Another CPU may have moved the address away since it was looked up; that is found out a second
	// later.
	static void remember(Port &in, u64 key, u32 now)
	{
		store_relaxed(in.last_source, key);
		store_relaxed(in.last_seen, now);
	}

	// An entry of a port came or went. What the port remembers of its last source is void then: the
	// entry may be the one it rests on. CONTEXT: lock held.
	void account(FdbTarget target, int change)
	{
		Port *port = ports_[target.port()];
		if (!port)
			return;
		store_relaxed(port->last_source, kNoSource);
		if (target.is_learned())
			store_relaxed(port->learned, port->learned + static_cast<u32>(change));
	}

	void erase_slot(FdbSlot &slot)
	{
		account(FdbTarget{slot.target}, -1);
		fdb_.erase(slot);
	}

	// Erases every entry that meets a condition, in bites that keep the lock short.
	template <typename Condition>
	void erase_if(Condition condition)
	{
		for (u32 position = 0; position < fdb_.slots(); position++) {
			const FdbSlot seen = fdb_.snapshot(position);
			if (!seen.key || !condition(seen))
				continue;
			Guard guard(lock_);
			const FdbSlot still = fdb_.snapshot(position);
			if (still.key && condition(still))
				erase_slot(fdb_.slot_at(position));
		}
	}
};
} // namespace ringway::brlite
