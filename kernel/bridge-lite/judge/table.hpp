// SPDX-License-Identifier: GPL-2.0-only
//
// What the switch decides by: its ports, the addresses behind them, and what an administrator set.
#pragma once
#include "bridge-lite/judge/addresses.hpp"
#include "bridge-lite/judge/claimed.hpp"
#include "bridge-lite/judge/groups.hpp"

// What Table<>::groups_ points to, as C knows it.
struct brlite_groups final : ringway::brlite::Groups {
};

namespace ringway::brlite
{
template <typename Env>
class Table : public Addresses<Env>
{
	using Base = Addresses<Env>;
	using Base::ageing_;
	using Base::lock_;
	using Base::vlans_filtered_;
	bool vlans_counted_ RINGWAY_GUARDED_BY(lock_) = false;
	using typename Base::Guard;

	static constexpr u32 kBridgeGroup = 1; // bit of 01:80:c2:00:00:00

	bool promisc_ RINGWAY_GUARDED_BY(rtnl) = false;
	u32 forwarded_groups_ RINGWAY_GUARDED_BY(rtnl) =
		kBridgeGroup; // of 01:80:c2:00:00:00 to 0f, a bit each
	const brlite_claims *claims_ RINGWAY_GUARDED_BY(rtnl) = nullptr;
	brlite_groups *groups_ RINGWAY_GUARDED_BY(rtnl) = nullptr;

public:
	using Base::kNoSource;
	using Base::ports_;

	// --- Data path. CONTEXT: softirq, RCU read side, any number of CPUs. Unchecked: atomic words -----

	RINGWAY_ALWAYS_INLINE RINGWAY_UNCHECKED bool is_promisc() const { return load_relaxed(promisc_); }
	// Is the frame for who is at the other end of the wire, and nobody behind it?
	RINGWAY_ALWAYS_INLINE RINGWAY_UNCHECKED bool is_for_neighbour(u64 destination) const
	{
		constexpr u32 last_octet = 40, last_digit = 15;
		return RINGWAY_UNLIKELY(mac_is_link_local(destination)) &&
		       !(load_relaxed(forwarded_groups_) >> (destination >> last_octet & last_digit) & 1);
	}
	// What becomes of such a frame: it goes nowhere. Spanning tree's, if that does not pass, is for
	// whoever of this host has a part in it, from guests too; for the rest, receive handlers know what an
	// uplink is.
	RINGWAY_ALWAYS_INLINE static Verdict for_neighbour(const Port &in, u64 destination)
	{
		const bool heard = is_bridges(destination) && load_relaxed(in.owner);
		return verdict(heard ? BRLITE_HEARD : BRLITE_DROP, BRLITE_DROP_LINK_LOCAL);
	}
	static bool is_bridges(u64 destination) { return destination == mac_of(0x01, 0x80, 0xc2, 0, 0, 0); }
	RINGWAY_ALWAYS_INLINE RINGWAY_UNCHECKED const brlite_claims *claims() const
	{
		return __atomic_load_n(&claims_, __ATOMIC_ACQUIRE);
	}

	// Null: groups are flooded. What changes them holds the FDB's lock: change_groups().
	RINGWAY_ALWAYS_INLINE RINGWAY_UNCHECKED brlite_groups *groups() const
	{
		return __atomic_load_n(&groups_, __ATOMIC_ACQUIRE);
	}
	// Under the lock, and nothing while groups are flooded. CONTEXT: RCU read side, or RTNL.
	template <typename Change>
	void change_groups(Change change)
	{
		if (brlite_groups *groups = this->groups()) {
			Guard guard(lock_);
			change(*groups);
		}
	}

	// --- Control --------------------------------------------------------------------------------------

	// Whether this host listens to everything.
	void set_promisc(bool on) RINGWAY_REQUIRES(rtnl) { store_relaxed(promisc_, on); }

	// Which of 01:80:c2:00:00:00 to 0f are forwarded like other groups. Spanning tree's is, unless this
	// host takes part in one: who does not must let it through, or nobody finds a loop that leads through
	// here.
	void forward_groups(u32 mask, bool takes_part = false) RINGWAY_REQUIRES(rtnl)
	{
		store_relaxed(forwarded_groups_, takes_part ? mask & ~kBridgeGroup : mask | kBridgeGroup);
	}

	// Returns the table before: it is read for another grace period.
	const brlite_claims *set_claims(const brlite_claims *claims) RINGWAY_REQUIRES(rtnl)
	{
		const brlite_claims *before = claims_;
		__atomic_store_n(&claims_, claims, __ATOMIC_RELEASE);
		return before;
	}

	// Returns the groups before: they are read for another grace period.
	brlite_groups *set_groups(brlite_groups *groups) RINGWAY_REQUIRES(rtnl)
	{
		brlite_groups *before = groups_;
		for (u32 index = 0; groups && index < ports_.end(); index++)
			if (const Port *port = ports_.at(index))
				groups->set_router(index, port->policy & BRLITE_ALWAYS_ROUTER, false);
		__atomic_store_n(&groups_, groups, __ATOMIC_RELEASE);
		share_policy();
		return before;
	}

	// Makes the port one of the switch; false when there is no number for it.
	bool attach(Port &port, bool local) RINGWAY_REQUIRES(rtnl)
	{
		port.last_source = kNoSource;
		if (!ports_.add(port, local))
			return false;
		share_policy();
		return true;
	}

	void detach(Port &port) RINGWAY_REQUIRES(rtnl)
	{
		set_up(port, false); // learns nothing from here on
		this->erase_if(
			[&](const FdbSlot &slot) { return FdbTarget{slot.target}.port() == port.index; });
		forget_groups(port, true);
		ports_.remove(port);
		share_policy();
	}

	void set_up(Port &port, bool up) RINGWAY_REQUIRES(rtnl)
	{
		{
			Guard guard(lock_);
			store_relaxed(port.up, up);
			set_learning(port);
		}
		if (!up) {
			this->flush(&port);
			forget_groups(port, false);
		} else {
			ask_groups_soon();
		}
	}

	// INVARIANT: a port whose gate is not open is not up.
	void set_gate(Port &port, brlite_gate gate) RINGWAY_REQUIRES(rtnl)
	{
		{
			Guard guard(lock_);
			store_relaxed(port.gate, static_cast<u8>(gate));
			set_learning(port);
		}
		if (gate == BRLITE_GATE_SHUT)
			this->flush(&port);
	}

	void set_ageing(u32 seconds) RINGWAY_REQUIRES(rtnl)
	{
		{
			Guard guard(lock_);
			store_relaxed(ageing_, seconds);
			for (u32 index = 0; index < ports_.end(); index++)
				if (Port *port = ports_.at(index))
					set_learning(*port);
		}
		if (!seconds)
			this->flush(nullptr);
	}

	// The port's own half of its policy. What a port learned before it was locked was not said by hand.
	void set_policy(Port &port, u32 policy) RINGWAY_REQUIRES(rtnl)
	{
		const u32 own = policy & ~BRLITE_SHARED_POLICY;
		const bool locks = own & ~port.policy & BRLITE_LOCKED;
		const bool no_router = own & ~port.policy & BRLITE_NEVER_ROUTER;
		{
			Guard guard(lock_);
			store_relaxed(port.policy, own | (port.policy & BRLITE_SHARED_POLICY));
			set_learning(port);
			store_relaxed(port.last_source, kNoSource);
		}
		share_policy();
		if (locks)
			this->flush(&port);
		change_groups([&](Groups &groups) {
			groups.set_router(port.index, own & BRLITE_ALWAYS_ROUTER, no_router);
		});
	}

	// Keys have a VLAN from now on, or none any more: what was learned with others is of no use.
	void filter_vlans(bool on) RINGWAY_REQUIRES(rtnl)
	{
		{
			Guard guard(lock_);
			vlans_filtered_ = on;
		}
		share_policy();
		forget();
	}

	void forget() RINGWAY_REQUIRES(rtnl)
	{
		this->flush(nullptr);
		change_groups([](Groups &groups) { groups.forget_all(Env::now()); });
	}

	void ask_groups_soon() RINGWAY_REQUIRES(rtnl)
	{
		change_groups([](Groups &groups) { groups.ask_soon(Env::now()); });
	}
	// The port is in more VLANs than before.
	void vlans_joined(const Port &port) RINGWAY_REQUIRES(rtnl)
	{
		change_groups([&](Groups &groups) {
			port.index == BRLITE_LOCAL_PORT ? groups.ask_elsewhere(Env::now())
							: groups.ask_soon(Env::now());
		});
	}

	void count_vlans(bool on) RINGWAY_REQUIRES(rtnl)
	{
		{
			Guard guard(lock_);
			vlans_counted_ = on;
		}
		share_policy();
	}

private:
	void forget_groups(const Port &port, bool by_hand) RINGWAY_REQUIRES(rtnl)
	{
		change_groups([&](Groups &groups) { groups.forget(port.index, by_hand, Env::now()); });
	}

	void set_learning(Port &port) RINGWAY_REQUIRES(lock_)
	{
		const bool hears = port.up || port.gate == BRLITE_GATE_LEARNING;
		const bool may = !(port.policy & (BRLITE_NO_LEARNING | BRLITE_LOCKED));
		store_relaxed(port.learning, hears && ageing_ && may);
	}

	// What some port asks for and concerns the frames of others, on all ports.
	void share_policy() RINGWAY_REQUIRES(rtnl)
	{
		Guard guard(lock_);
		u32 shared = (vlans_filtered_ ? BRLITE_VLANS_FILTERED : 0) |
			     (vlans_counted_ ? BRLITE_VLANS_COUNTED : 0) |
			     (groups_ ? BRLITE_GROUPS_SNOOPED : 0);
		for (u32 index = 0; index < ports_.end(); index++)
			if (const Port *port = ports_.at(index))
				shared |= shared_by(*port);
		for (u32 index = 0; index < ports_.end(); index++)
			if (Port *port = ports_.at(index))
				store_relaxed(port->policy, (port->policy & ~BRLITE_SHARED_POLICY) | shared);
	}

	static u32 shared_by(const Port &port)
	{
		return (port.policy & (BRLITE_NO_FLOOD | BRLITE_NEIGH_SUPPRESS) ? BRLITE_FLOODS_DIFFER : 0) |
		       (port.policy & BRLITE_ADDRESS_LOCKED ? BRLITE_ADDRESSES_CLAIMED : 0) |
		       (port.policy & BRLITE_RULES_TO ? BRLITE_RULES_SOMEWHERE : 0) |
		       (port.policy & BRLITE_MIRROR_TO ? BRLITE_MIRRORS_SOMEWHERE : 0);
	}
};
} // namespace ringway::brlite
