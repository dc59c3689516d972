// SPDX-License-Identifier: GPL-2.0-only
//
// Which address lives behind which port: learned from frames, or said by hand.
//
// Learning is lazy where it may be: a port remembers its last source address and the second in which
// that was found in order. While a guest talks with one address, that is one comparison a frame and one
// store a second. Everything that changes the FDB happens under one lock, which the data path takes
// for a new or moved address only.
#pragma once
#include "bridge-lite/judge/by_hand.hpp"
#include "bridge-lite/judge/loops.hpp"
#include "bridge-lite/judge/places.hpp"
#include "bridge-lite/judge/ports.hpp"
#include "bridge-lite/judge/vlan_tags.hpp"
#include "core/fdb.hpp"
#include "core/result.hpp"

namespace ringway::brlite
{
template <typename Env>
class Addresses
{
	Fdb fdb_ RINGWAY_GUARDED_BY(lock_);
	Places places_ RINGWAY_GUARDED_BY(lock_);

protected:
	static constexpr u64 kNoSource = ~u64{0}; // wider than any address with its VLAN

	fdb_lock *lock_ = nullptr;
	Ports ports_;
	u32 ageing_ RINGWAY_GUARDED_BY(lock_) = 0; // seconds
	bool vlans_filtered_ RINGWAY_GUARDED_BY(lock_) = false;

	class RINGWAY_SCOPED_CAPABILITY Guard
	{
		fdb_lock *lock_;

	public:
		explicit Guard(fdb_lock *lock) RINGWAY_ACQUIRE(lock) : lock_(lock) { Env::lock(lock_); }
		~Guard() RINGWAY_RELEASE() { Env::unlock(lock_); }
		Guard(const Guard &) = delete;
	};

public:
	// Unchecked: not shared yet. INVARIANT: buckets are Fdb::buckets_for(limit + reserve).
	RINGWAY_UNCHECKED void init(FdbBucket *buckets, u32 limit, u32 reserve, fdb_lock *lock, FdbSeed seed)
	{
		fdb_.attach(buckets, Fdb::buckets_for(limit + reserve), seed);
		places_ = {limit, reserve};
		lock_ = lock;
	}

	// Unchecked: readers need no lock, see core/fdb.hpp.
	RINGWAY_ALWAYS_INLINE RINGWAY_UNCHECKED const Fdb &fdb() const { return fdb_; }
	u32 entries() const { return fdb().entries(); }
	u32 ports_end() const { return ports_.end(); }
	Port *port_at(u32 index) const { return ports_.at(index); }

	// --- Data path. CONTEXT: softirq, RCU read side, any number of CPUs ---------------------------

	// An entry without a VLAN holds in all of them, but for those where the address has one of its own.
	template <bool kVlans>
	RINGWAY_ALWAYS_INLINE FdbHit look_up(u64 key) const
	{
		const FdbHit hit = fdb().find(key);
		return !kVlans || hit ? hit : fdb().find(fdb_key_mac(key));
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
		if (hit && hit.target.is_local()) {
			if (is_other_router(in, fdb_key_mac(key)))
				return 0;
			report<Env>(in, BRLITE_NEWS_OWN_ADDRESS, key, now);
			return BRLITE_DROP_SOURCE_LOCAL;
		}
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
			report<Env>(in, BRLITE_NEWS_FULL, key, now);
		} else if (const u32 news = learn_locked<kVlans>(in, key, now, hit.slot);
			   RINGWAY_UNLIKELY(news != BRLITE_NEWS)) {
			report<Env>(in, news, key, now);
		}
		return 0;
	}

	// --- Control ------------------------------------------------------------------------------------

	// An entry by hand. One without a VLAN holds in all of them, so nothing that was learned may hide it.
	Error set(const Port &port, u64 key, u32 flags, bool replace) RINGWAY_REQUIRES(rtnl)
	{
		const Error refused = set_one(key, {port.index | flags}, replace);
		if (refused == Error::none && filters_vlans() && !fdb_key_vlan(key))
			erase_if([&](const FdbSlot &slot) {
				return fdb_key_mac(slot.key) == key && slot.key != key &&
				       !FdbTarget{slot.target}.is_pinned();
			});
		return refused;
	}

	Error erase(const Port *port, u64 key) RINGWAY_REQUIRES(rtnl)
	{
		Guard guard(lock_);
		const FdbHit hit = fdb_.find(key);
		if (!hit || (port && hit.target.port() != port->index))
			return Error::missing;
		erase_slot(*hit.slot);
		return Error::none;
	}

	// Whether the port is a guest's, and bound by what all guests together may learn.
	void set_guest(Port &port, bool on) RINGWAY_REQUIRES(rtnl)
	{
		Guard guard(lock_);
		places_.set_guest(port, on);
	}

	// Forgets what was learned, behind one port or all.
	void flush(const Port *port) RINGWAY_REQUIRES(rtnl)
	{
		erase_if([&](const FdbSlot &slot) {
			const FdbTarget target{slot.target};
			return target.is_learned() && (!port || target.port() == port->index);
		});
	}

	// Forgets what was learned in VLANs that the port is in no longer.
	void vlans_left(const Port &port) RINGWAY_REQUIRES(rtnl)
	{
		{
			Guard guard(lock_); // who learns from here on sees which
		}
		erase_if([&](const FdbSlot &slot) {
			const FdbTarget target{slot.target};
			const u16 vlan = fdb_key_vlan(slot.key);
			return target.is_learned() && target.port() == port.index && vlan &&
			       !is_vlan_member(port, vlan);
		});
	}

	// CONTEXT: process. Forgets what was not used for the ageing time.
	void age()
	{
		const u32 now = Env::now(), ageing = ageing_now();
		erase_if([&](const FdbSlot &slot) {
			const FdbTarget target{slot.target};
			return target.is_learned() && !target.is_extern() &&
			       fdb_idle(now, slot.seen) >= ageing;
		});
	}

protected:
	// Unchecked: written under RTNL and the lock, so that each of them is enough to read it.
	RINGWAY_UNCHECKED bool filters_vlans() const RINGWAY_REQUIRES(rtnl) { return vlans_filtered_; }

	// Erases every entry that meets a condition, in bites that keep the lock short.
	template <typename Condition>
	void erase_if(Condition condition) RINGWAY_EXCLUDES(lock_)
	{
		u32 behind = 0;
		for (FdbSlot seen; (seen = fdb().next(behind)).key;) {
			if (!condition(seen))
				continue;
			Guard guard(lock_);
			const FdbSlot still = fdb_.snapshot(behind - 1);
			if (still.key && condition(still))
				erase_slot(fdb_.slot_at(behind - 1));
		}
	}

private:
	// Unchecked: a round of ageing may miss a change of the time by one.
	RINGWAY_UNCHECKED u32 ageing_now() const { return load_relaxed(ageing_); }
	Error set_one(u64 key, FdbTarget target, bool replace)
	{
		if (!mac_is_station(fdb_key_mac(key)))
			return Error::invalid;
		Guard guard(lock_);
		const FdbHit hit = fdb_.find(key);
		if (hit && !replace)
			return Error::exists;
		if (is_of_another(target, hit, look_up<true>(key)))
			return Error::taken;
		if (hit) {
			account(ports_.known(hit.target.port()), hit.target, -1);
			fdb_.retarget(*hit.slot, target, Env::now());
		} else if (!places_.has_room(fdb_.entries(), target) ||
			   !fdb_.insert(key, target, Env::now())) {
			return Error::full;
		} else if (const FdbHit hidden = fdb_.find(fdb_key_mac(key))) { // by one for its own VLAN
			forget_source(ports_.known(hidden.target.port()));
		}
		account(ports_.known(target.port()), target, 1);
		tell_changed(ports_.known(target.port()), key, target, false);
		return Error::none;
	}

	bool locked(u32 index) const
	{
		const Port *port = ports_.at(index);
		return port && (load_relaxed(port->policy) & BRLITE_LOCKED);
	}

	// seen: where the address was found before the lock was taken, or NULL. Returns what somebody should
	// hear about the port, or BRLITE_NEWS: nothing.
	template <bool kVlans>
	u32 learn_locked(Port &in, u64 key, u32 now, FdbSlot *seen)
	{
		const FdbTarget here{in.index};
		u32 news = BRLITE_NEWS;
		Guard guard(lock_);
		if (!in.learning || in.learned >= in.learn_limit)
			return news;
		if (vlans_filtered_ != kVlans || (kVlans && !is_vlan_member(in, fdb_key_vlan(key))))
			return news; // that changed on the way here
		// It may have changed since; but if its slot still is, what that says holds while we have the
		// lock.
		const FdbHit hit =
			seen && seen->key == key ? FdbHit{seen, {seen->target}} : look_up<kVlans>(key);
		if (hit && hit.target.is_pinned())
			return news;
		Port *before = hit ? ports_.known(hit.target.port()) : nullptr;
		forget_source(before);
		if (hit && (!kVlans || hit.slot->key == key)) {
			Env::count(in, BRLITE_MOVED);
			if (moves_again(in, fdb_idle(now, load_relaxed(hit.slot->seen)), now))
				news = BRLITE_NEWS_RESTLESS;
			if (before)
				places_.moved(*before, in);
			fdb_.retarget(*hit.slot, here, now);
		} else if (places_.has_room(fdb_.entries(), in) && fdb_.insert(key, here, now)) {
			Env::count(in, BRLITE_LEARNED);
			places_.learned(in, 1);
		} else {
			Env::count(in, BRLITE_LEARN_FULL);
			return BRLITE_NEWS_FULL;
		}
		Env::changed(in, key, here, false);
		remember(in, key, now);
		return news;
	}

	// Another CPU may have moved the address away meanwhile; that is found out a second later.
	static void remember(Port &in, u64 key, u32 now)
	{
		store_relaxed(in.last_source, key);
		store_relaxed(in.last_seen, now);
	}

	// What the port remembers of its last source is void: the entry that this rests on may have changed.
	static void forget_source(Port *port)
	{
		if (port)
			store_relaxed(port->last_source, kNoSource);
	}

	// An entry of a port came or went.
	void account(Port *port, FdbTarget target, int change) RINGWAY_REQUIRES(lock_)
	{
		forget_source(port);
		if (port && target.is_learned())
			places_.learned(*port, change);
	}

	static void tell_changed(Port *port, u64 key, FdbTarget target, bool gone)
	{
		if (port)
			Env::changed(*port, key, target, gone);
	}

	void erase_slot(FdbSlot &slot) RINGWAY_REQUIRES(lock_)
	{
		const FdbTarget target{slot.target};
		Port *port = ports_.known(target.port());
		tell_changed(port, slot.key, target, true);
		account(port, target, -1);
		fdb_.erase(slot);
	}
};
} // namespace ringway::brlite
