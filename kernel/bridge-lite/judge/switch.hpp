// SPDX-License-Identifier: GPL-2.0-only
//
// The switch: frames in, verdicts out.
//
// A batch comes from one port. For each frame, in this order:
//
//	size       fewer bytes than an Ethernet header: drop
//	source     the same as the port's last one, in the same second: nothing to do. Else look it up:
//	           known here, note the time; new or moved, learn it under the lock
//	group      destination with the group bit: flood, and a copy for this host. 01:80:c2:00:00:0x
//	           is between neighbours and goes nowhere
//	unicast    look the destination up: this host, another port, or unknown: flood
//	egress     the port must be another one, be up, and its MTU must hold the frame
//
// A port with a policy (brlite_port.policy) has its batches judged by a second copy of the same code that
// asks for more; for the others that is one test a batch. Bridges that filter VLANs have a third copy.
//
// Nothing is called through a pointer, nothing is allocated, no lock is taken and no cache line is
// written but the verdict, one per-CPU counter, and, once a second for each address, the time it was
// seen. A frame for the same destination as the one before reuses its verdict.
//
// Cost in instructions per frame, counted with callgrind on x86-64 without SSE, batches of 64: 38 for
// the same destination as before, 94 with a lookup of the destination, 180 with one of the source
// besides; 170 for a batch of one. The number of ports and of addresses does not show in it.
//
// Env supplies what differs between the kernel and a unit test: now(), lock(), unlock(), count(),
// count_rule().
#pragma once
#include "core/frame.hpp"
#include "core/storm.hpp"
#include "bridge-lite/judge/claimed.hpp"
#include "bridge-lite/judge/frame_rules.hpp"
#include "bridge-lite/judge/table.hpp"

namespace ringway::brlite
{
using Frame = brlite_frame;
using Verdict = brlite_verdict;

// What Port::storm points to.
struct StormLimits {
	StormLimit limit[BRLITE_STORM_KINDS];
};

template <typename Env>
class Switch : public Table<Env>
{
	using Base = Table<Env>;
	using Base::kNoSource;
	bool promisc_ = false;
	const Claims *claims_ = nullptr;

public:
	// CONTEXT: RTNL. Whether this host listens to everything.
	void set_promisc(bool on) { store_relaxed(promisc_, on); }

	// CONTEXT: RTNL. Returns the table before: it is read for another grace period.
	const Claims *set_claims(const Claims *claims)
	{
		const Claims *before = claims_;
		__atomic_store_n(&claims_, claims, __ATOMIC_RELEASE);
		return before;
	}

	// --- Data path. CONTEXT: softirq, RCU read side, any number of CPUs ---------------------------

	void classify(Port &in, const Frame *frames, Verdict *verdicts, u32 n)
	{
		if (RINGWAY_UNLIKELY(!load_relaxed(in.up)))
			return refuse(in, verdicts, n);
		if (RINGWAY_UNLIKELY(load_relaxed(in.policy) & BRLITE_GUARDED))
			return judge_guarded(in, frames, verdicts, n);
		judge_all<false>(in, frames, verdicts, n);
	}

	u32 flood_ports(const Port &in, const Frame &frame, Port **out, u32 max, u32 &cursor) const
	{
		if (RINGWAY_UNLIKELY(load_relaxed(in.policy) & BRLITE_GUARDED))
			return some_ports(in, frame, out, max, cursor, leaves_out(in, frame));
		return some_ports(in, frame, out, max, cursor, [](const Port &) { return false; });
	}

private:
	template <bool kGuarded, bool kVlans = false>
	RINGWAY_ALWAYS_INLINE void judge_all(Port &in, const Frame *frames, Verdict *verdicts, u32 n)
	{
		Batch<kGuarded, kVlans> batch{*this, in, Env::now()};
		for (u32 i = 0; i < n; i++) {
			batch.judge(frames[i], verdicts[i]);
			Env::count(in, verdicts[i].reason);
		}
	}
	__attribute__((noinline)) void judge_guarded(Port &in, const Frame *frames, Verdict *verdicts, u32 n)
	{
		if (load_relaxed(in.policy) & BRLITE_VLANS_FILTERED)
			return judge_all<true, true>(in, frames, verdicts, n);
		judge_all<true>(in, frames, verdicts, n);
	}

	// Which ports a flooded frame does not go to though they are up.
	static auto leaves_out(const Port &in, const Frame &frame)
	{
		const u64 destination = frame_destination(static_cast<const u8 *>(frame.data));
		const u32 kind = destination == kMacBroadcast ? BRLITE_NO_BROADCAST_FLOOD
				 : mac_is_group(destination)  ? BRLITE_NO_MULTICAST_FLOOD
							      : BRLITE_NO_UNICAST_FLOOD;
		const u32 own = load_relaxed(in.policy), refused = kind | (own & BRLITE_ISOLATED);
		InTag tag{};
		const bool in_vlan = own & BRLITE_VLANS_FILTERED;
		const bool nowhere = in_vlan && enter_vlan(in, frame, tag);
		return [=, rules = FrameRules<Env>(frame)](Port &port) mutable {
			const u32 policy = load_relaxed(port.policy);
			if (nowhere || (policy & refused) || (in_vlan && !is_vlan_member(port, tag.id)))
				return true;
			if (!(policy & BRLITE_RULES_TO) || !rules.refuse(port, BRLITE_TO_GUEST))
				return false;
			Env::count(port, BRLITE_DROP_RULE);
			return true;
		};
	}

	template <typename LeavesOut>
	RINGWAY_ALWAYS_INLINE u32 some_ports(const Port &in, const Frame &frame, Port **out, u32 max,
					     u32 &cursor, LeavesOut leaves_out) const
	{
		const u32 end = this->ports_end();
		u32 found = 0, index = cursor ? cursor : BRLITE_LOCAL_PORT + 1;
		for (; index < end && found < max; index++) {
			Port *port = this->port_at(index);
			if (!port || port == &in || !load_relaxed(port->up) || leaves_out(*port))
				continue;
			if (too_long(frame, load_relaxed(port->max_frame))) {
				Env::count(*port, BRLITE_DROP_OVERSIZE);
				continue;
			}
			out[found++] = port;
		}
		cursor = index;
		return found;
	}

	RINGWAY_ALWAYS_INLINE static bool too_long(const Frame &frame, u32 limit)
	{
		return frame.len > limit && !(frame.flags & BRLITE_FRAME_GSO);
	}

	RINGWAY_ALWAYS_INLINE static Verdict verdict(u8 action, u8 reason, u16 flags = 0)
	{
		return {action, reason, flags, 0, nullptr, nullptr};
	}

	static void refuse(Port &in, Verdict *verdicts, u32 n)
	{
		for (u32 i = 0; i < n; i++) {
			verdicts[i] = verdict(BRLITE_DROP, BRLITE_DROP_PORT_DOWN);
			Env::count(in, BRLITE_DROP_PORT_DOWN);
		}
	}

	// What the frames of a batch have in common, and what the last of them has shown. Guarded: the port
	// has a policy; without one its every line is compiled away. Vlans: the bridge tells them apart.
	template <bool kGuarded, bool kVlans>
	class Batch
	{
		Switch &switch_;
		Port &in_;
		const u32 policy_;
		const u32 now_;
		const bool from_local_;
		const u16 promisc_copy_; // BRLITE_AND_LOCAL where this host listens to everything
		u64 source_;             // needs no learning; kNoSource when there is none such
		u64 destination_ = kNoSource;
		u32 max_frame_ = 0; // of where destination_ lives
		u32 rules_ = 0;     // BRLITE_RULES_FROM and _TO: lists asked about frames to destination_
		InTag tag_{};       // of the frame at hand; without Vlans always that of no VLAN
		Verdict verdict_{}; // for destination_

	public:
		RINGWAY_ALWAYS_INLINE Batch(Switch &of, Port &in, u32 now)
		    : switch_(of), in_(in), policy_(kGuarded ? load_relaxed(in.policy) : 0), now_(now),
		      from_local_(in.index == BRLITE_LOCAL_PORT),
		      promisc_copy_(load_relaxed(of.promisc_) && !from_local_ ? BRLITE_AND_LOCAL : 0)
		{
			recall_source();
		}

		RINGWAY_ALWAYS_INLINE void judge(const Frame &frame, Verdict &out)
		{
			if (RINGWAY_UNLIKELY(frame.staged < kEthernetHeader)) {
				out = verdict(BRLITE_DROP, BRLITE_DROP_RUNT);
				return;
			}
			const auto *bytes = static_cast<const u8 *>(frame.data);
			if constexpr (kVlans) {
				if (const u8 refused = enter_vlan(in_, frame, tag_)) {
					out = verdict(BRLITE_DROP, refused);
					return;
				}
			}
			const u64 source = fdb_key(frame_source(bytes), vlan());
			if (source != source_) {
				const u8 refused = switch_.template learn<kVlans>(in_, source, now_);
				recall_source();
				destination_ = kNoSource; // learning may have changed where it lives
				if (RINGWAY_UNLIKELY(refused)) {
					out = verdict(BRLITE_DROP, refused);
					return;
				}
			}
			if constexpr (kGuarded) {
				if (const u8 refused = admit(frame, fdb_key_mac(source))) {
					out = verdict(BRLITE_DROP, refused);
					return;
				}
			}
			const u64 destination = frame_destination(bytes);
			if (const u64 asked = question(destination); asked != destination_) {
				destination_ = asked;
				verdict_ = resolve(destination);
				if constexpr (kGuarded)
					rules_ = rules_asked();
			}
			if constexpr (kGuarded) {
				if (rules_ && is_refused(frame)) {
					out = verdict(BRLITE_DROP, BRLITE_DROP_RULE);
					return;
				}
				if (verdict_.action == BRLITE_FLOOD && is_storm(destination)) {
					out = verdict(BRLITE_DROP, BRLITE_DROP_STORM);
					return;
				}
			}
			if (RINGWAY_UNLIKELY(too_long(frame, max_frame_))) {
				out = verdict(BRLITE_DROP, BRLITE_DROP_OVERSIZE);
				return;
			}
			out = verdict_;
		}

	private:
		constexpr u16 vlan() const { return kVlans ? tag_.id : 0; }
		// What a verdict depends on. INVARIANT: never kNoSource.
		u64 question(u64 destination) const
		{
			constexpr u32 above_key = 60;
			return kVlans ? fdb_key(destination, tag_.id) | static_cast<u64>(tag_.form)
										<< above_key
				      : destination;
		}

		// Why a frame from a port with a policy must not pass, or 0. What this host sends is its own
		// affair.
		u8 admit(const Frame &frame, u64 source) const
		{
			if (!(policy_ & BRLITE_ADDRESSES_CLAIMED) || from_local_)
				return 0;
			const Claims *claims = __atomic_load_n(&switch_.claims_, __ATOMIC_ACQUIRE);
			return claims ? check_addresses(*claims, frame, source, in_.index,
							policy_ & BRLITE_ADDRESS_LOCKED)
				      : 0;
		}

		// Whose rules are asked about frames to destination_: those of the port they come from, and
		// of the one they go to. Those of all that a frame is flooded to are asked by flood_ports().
		u32 rules_asked() const
		{
			if (verdict_.action == BRLITE_DROP)
				return 0;
			const u32 to =
				verdict_.action == BRLITE_PORT ? load_relaxed(verdict_.port->policy) : 0;
			return (policy_ & BRLITE_RULES_FROM) | (to & BRLITE_RULES_TO);
		}

		__attribute__((noinline)) bool is_refused(const Frame &frame) const
		{
			FrameRules<Env> rules(frame);
			return (rules_ & BRLITE_RULES_FROM && rules.refuse(in_, BRLITE_FROM_GUEST)) ||
			       (rules_ & BRLITE_RULES_TO && rules.refuse(*verdict_.port, BRLITE_TO_GUEST));
		}

		// Is the frame one flooded frame of its kind too many?
		bool is_storm(u64 destination) const
		{
			auto *limits = static_cast<StormLimits *>(
				policy_ & BRLITE_STORM ? __atomic_load_n(&in_.storm, __ATOMIC_ACQUIRE)
						       : nullptr);
			if (!limits)
				return false;
			const u32 kind = destination == kMacBroadcast ? BRLITE_STORM_BROADCAST
					 : mac_is_group(destination)  ? BRLITE_STORM_MULTICAST
								      : BRLITE_STORM_UNKNOWN;
			return !limits->limit[kind].take(Env::nanoseconds());
		}

		RINGWAY_ALWAYS_INLINE void recall_source()
		{
			const u64 source = load_relaxed(in_.last_source);
			source_ = load_relaxed(in_.last_seen) == now_ ? source : kNoSource;
		}

		RINGWAY_ALWAYS_INLINE Verdict resolve(u64 destination)
		{
			max_frame_ = ~u32{0}; // unless it is one port: flooding looks at each port's own
			if (mac_is_group(destination)) {
				if (RINGWAY_UNLIKELY(mac_is_link_local(destination)))
					return verdict(BRLITE_DROP, BRLITE_DROP_LINK_LOCAL);
				return flood(from_local_ || !host_listens() ? 0 : BRLITE_AND_LOCAL);
			}
			const FdbTarget target =
				switch_.template look_up<kVlans>(fdb_key(destination, vlan())).target;
			if (RINGWAY_UNLIKELY(target.word & (FdbTarget::kNone | FdbTarget::kLocal)))
				return no_port(target);
			Port *port = __atomic_load_n(&switch_.ports_[target.port()], __ATOMIC_ACQUIRE);
			if (RINGWAY_UNLIKELY(port == &in_))
				return verdict(BRLITE_DROP, BRLITE_DROP_HAIRPIN);
			if (RINGWAY_UNLIKELY(!port || !load_relaxed(port->up)))
				return verdict(BRLITE_DROP, BRLITE_DROP_EGRESS_DOWN);
			if (kGuarded && (policy_ & load_relaxed(port->policy) & BRLITE_ISOLATED))
				return verdict(BRLITE_DROP, BRLITE_DROP_ISOLATED);
			if (kVlans && !is_vlan_member(*port, tag_.id))
				return verdict(BRLITE_DROP, BRLITE_DROP_VLAN);
			max_frame_ = load_relaxed(port->max_frame);
			Verdict to_port{BRLITE_PORT, BRLITE_FORWARDED,          flags_to(*port),
					0,           load_relaxed(port->owner), port};
			if constexpr (kVlans)
				leave_vlan(*port, to_port);
			return to_port;
		}

		// What there is to do about the tag for a receiver that is in the frame's VLAN.
		void leave_vlan(const Port &to, Verdict &verdict_to) const
		{
			if (!keeps_its_form(to, tag_))
				verdict_to.flags |= BRLITE_VIA_SKB;
			if (verdict_to.flags) // a copy for this host may want what the port does not
				verdict_to.vlan = tag_.id;
		}

		// Does this host get what is flooded?
		bool host_listens() const
		{
			return !kVlans || promisc_copy_ ||
			       is_vlan_member(*switch_.ports_[BRLITE_LOCAL_PORT], tag_.id);
		}

		// A copy for a mirror is made of an skb.
		RINGWAY_ALWAYS_INLINE u16 flags_to(const Port &port) const
		{
			const u32 to = kGuarded ? load_relaxed(port.policy) & BRLITE_MIRROR_TO : 0;
			return ((policy_ & BRLITE_MIRROR_FROM) | to) ? promisc_copy_ | BRLITE_VIA_SKB
								     : promisc_copy_;
		}

		RINGWAY_ALWAYS_INLINE Verdict flood(u16 flags) const
		{
			if (kGuarded && (policy_ & BRLITE_FLOODS_ALONE))
				flags |= BRLITE_VIA_SKB;
			Verdict to_all = verdict(BRLITE_FLOOD, BRLITE_FLOODED, flags);
			to_all.vlan = vlan(); // each port has its own idea of the tag
			return to_all;
		}

		Verdict no_port(FdbTarget target) const
		{
			if (!target.is_local())
				return flood(promisc_copy_);
			if (from_local_)
				return verdict(BRLITE_DROP, BRLITE_DROP_HAIRPIN);
			Verdict to_local = verdict(BRLITE_LOCAL, BRLITE_TO_LOCAL);
			if constexpr (kVlans) {
				const Port &local = *switch_.ports_[BRLITE_LOCAL_PORT];
				if (!is_vlan_member(local, tag_.id))
					return verdict(BRLITE_DROP, BRLITE_DROP_VLAN);
				leave_vlan(local, to_local);
			}
			return to_local;
		}
	};
};
} // namespace ringway::brlite
