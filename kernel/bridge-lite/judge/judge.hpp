// SPDX-License-Identifier: GPL-2.0-only
//
// What becomes of one frame after the other of a batch: switch.hpp says in which order it is asked what.
#pragma once
#include "bridge-lite/judge/claimed.hpp"
#include "bridge-lite/judge/flood.hpp"
#include "bridge-lite/judge/frame_rules.hpp"
#include "bridge-lite/judge/frames.hpp"
#include "bridge-lite/judge/snoop.hpp"
#include "bridge-lite/judge/table.hpp"
#include "core/frame.hpp"

namespace ringway::brlite
{
// What the frames of a batch have in common, and what the last of them has shown. Guarded: the port
// has a policy; without one its every line is compiled away. Vlans: the bridge tells them apart.
template <typename Env, bool kGuarded, bool kVlans>
class Judge
{
	static constexpr u64 kNoSource = Table<Env>::kNoSource;

	Table<Env> &table_;
	Port &in_;
	const u32 policy_;
	const u32 now_;
	const bool from_local_;
	const u16 promisc_copy_; // BRLITE_AND_LOCAL where this host listens to everything
	u64 source_;             // needs no learning; kNoSource when there is none such
	u64 destination_ = kNoSource;
	u64 limited_ = kNoSource; // verdict_ is to flood what goes there, if its port's limit lets it
	u32 max_frame_ = 0;       // of where destination_ lives
	u32 rules_ = 0;           // BRLITE_RULES_FROM and _TO: lists asked about frames to destination_
	InTag tag_{};             // of the frame at hand; without Vlans always that of no VLAN
	Verdict verdict_{};       // for destination_

public:
	RINGWAY_ALWAYS_INLINE Judge(Table<Env> &table, Port &in, u32 now)
	    : table_(table), in_(in), policy_(kGuarded ? load_relaxed(in.policy) : 0), now_(now),
	      from_local_(in.index == BRLITE_LOCAL_PORT),
	      promisc_copy_(table.is_promisc() && !from_local_ ? BRLITE_AND_LOCAL : 0)
	{
		recall_source();
	}

	// A frame that must not pass, for that reason: unless it was never to pass, which comes before all
	// others. An uplink's neighbours are heard whatever its VLANs, its lock and its state are, and a
	// spanning tree's frames are by who shut the port. INVARIANT: there is an Ethernet header.
	__attribute__((noinline)) static Verdict refuse(const Table<Env> &table, const Port &in,
							const u8 *bytes, u8 reason)
	{
		const u64 destination = frame_destination(bytes);
		if (table.is_for_neighbour(destination) ||
		    (load_relaxed(in.gate) != BRLITE_GATE_OPEN && table.is_bridges(destination)))
			return table.for_neighbour(in, destination);
		return verdict(BRLITE_DROP, reason);
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
				out = refuse(table_, in_, bytes, refused);
				return;
			}
		}
		const u64 source = fdb_key(frame_source(bytes), vlan());
		if (source != source_) {
			const u8 refused = table_.template learn<kVlans>(in_, source, now_);
			recall_source();
			destination_ = limited_ = kNoSource; // learning may have changed where it lives
			if (RINGWAY_UNLIKELY(refused)) {
				out = refuse(table_, in_, bytes, refused);
				return;
			}
		}
		if constexpr (kGuarded) {
			if (const u8 refused = admit(frame, fdb_key_mac(source))) {
				out = refuse(table_, in_, bytes, refused);
				return;
			}
		}
		const u64 destination = frame_destination(bytes);
		if (const u64 asked = question(destination); asked != destination_) {
			if (asked != limited_) {
				destination_ = asked;
				limited_ = kNoSource;
				verdict_ = resolve(frame, destination);
				if constexpr (kGuarded)
					rules_ = rules_asked();
				else if (verdict_.action == BRLITE_FLOOD)
					limit_floods();
			}
			if (!kGuarded && asked == limited_ && is_storm(BRLITE_STORM, destination)) {
				out = verdict(BRLITE_DROP, BRLITE_DROP_STORM);
				return;
			}
		}
		if constexpr (kGuarded) {
			if (rules_ && is_refused(frame)) {
				out = verdict(BRLITE_DROP, BRLITE_DROP_RULE);
				return;
			}
			if (verdict_.action == BRLITE_FLOOD && is_storm(policy_, destination)) {
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
		return kVlans ? fdb_key(destination, tag_.id) | static_cast<u64>(tag_.form) << above_key
			      : destination;
	}

	// Why a frame from a port with a policy must not pass, or 0. What this host sends is its own
	// affair.
	u8 admit(const Frame &frame, u64 source) const
	{
		if (!(policy_ & BRLITE_ADDRESSES_CLAIMED) || from_local_)
			return 0;
		const brlite_claims *claims = table_.claims();
		if (!claims)
			return 0;
		const Refusal refusal =
			check_addresses(*claims, frame, source, in_.index, policy_ & BRLITE_ADDRESS_LOCKED);
		return refusal.sent_by != Claims::kNobody && may_route_for(refusal.sent_by) ? 0
											    : refusal.reason;
	}
	// An uplink may have a router behind it, and a guest may be one between VLANs.
	bool may_route_for(u32 sender) const
	{
		const Port *from = kVlans ? table_.ports_.at(sender) : nullptr;
		return !load_relaxed(in_.is_guest) || (from && !is_vlan_member(*from, vlan()));
	}

	// Whose rules are asked about frames to destination_: those of the port they come from, and
	// of the one they go to. Those of all that a frame is flooded to are asked by flood_ports().
	u32 rules_asked() const
	{
		if (verdict_.action == BRLITE_DROP)
			return 0;
		const u32 to = verdict_.action == BRLITE_PORT ? load_relaxed(verdict_.port->policy) : 0;
		return (policy_ & BRLITE_RULES_FROM) | (to & BRLITE_RULES_TO);
	}

	__attribute__((noinline)) bool is_refused(const Frame &frame) const
	{
		FrameRules<Env> rules(frame);
		return (rules_ & BRLITE_RULES_FROM && rules.refuse(in_, BRLITE_FROM_GUEST)) ||
		       (rules_ & BRLITE_RULES_TO && rules.refuse(*verdict_.port, BRLITE_TO_GUEST));
	}

	// Is the frame one flooded frame of its kind too many?
	bool is_storm(u32 policy, u64 destination) const
	{
		brlite_storm *limits =
			policy & BRLITE_STORM ? __atomic_load_n(&in_.storm, __ATOMIC_ACQUIRE) : nullptr;
		return limits && !limits->limit[flood_kind(destination)].take(Env::nanoseconds());
	}

	// A flood that no rule is asked about. Its port may have a limit for such, which counts each frame:
	// an uplink has one and no other policy, and what it brings for one port shall not pay for that.
	void limit_floods()
	{
		if (!(load_relaxed(in_.policy) & BRLITE_STORM))
			return;
		limited_ = destination_;
		destination_ = kNoSource; // so that the next one is asked about, too
	}

	RINGWAY_ALWAYS_INLINE void recall_source()
	{
		const u64 source = load_relaxed(in_.last_source);
		source_ = load_relaxed(in_.last_seen) == now_ ? source : kNoSource;
	}

	RINGWAY_ALWAYS_INLINE Verdict resolve(const Frame &frame, u64 destination)
	{
		max_frame_ = ~u32{0}; // unless it is one port: flooding looks at each port's own
		if (mac_is_group(destination)) {
			if (destination != kMacBroadcast) {
				if (table_.is_for_neighbour(destination))
					return table_.for_neighbour(in_, destination);
				if constexpr (kGuarded) {
					if (policy_ & BRLITE_GROUPS_SNOOPED) {
						// The next frame may say something else about groups.
						destination_ = kNoSource;
						return Snoop<Env, kVlans>::judge(table_, in_, frame, vlan(),
										 now_);
					}
				}
			}
			return flood(from_local_ || !host_listens() ? 0 : BRLITE_AND_LOCAL);
		}
		const FdbTarget target = table_.template look_up<kVlans>(fdb_key(destination, vlan())).target;
		if (RINGWAY_UNLIKELY(target.word & (FdbTarget::kNone | FdbTarget::kLocal)))
			return no_port(target);
		Port *port = table_.ports_.known(target.port());
		if (RINGWAY_UNLIKELY(port == &in_))
			return verdict(BRLITE_DROP, BRLITE_DROP_HAIRPIN);
		if (RINGWAY_UNLIKELY(!port || !load_relaxed(port->up)))
			return verdict(BRLITE_DROP, BRLITE_DROP_EGRESS_DOWN);
		if (kGuarded && (policy_ & load_relaxed(port->policy) & BRLITE_ISOLATED))
			return verdict(BRLITE_DROP, BRLITE_DROP_ISOLATED);
		if (kVlans && !is_vlan_member(*port, tag_.id))
			return verdict(BRLITE_DROP, BRLITE_DROP_VLAN);
		max_frame_ = load_relaxed(port->max_frame);
		Verdict to_port{
			BRLITE_PORT, BRLITE_FORWARDED, flags_to(*port), 0, {load_relaxed(port->owner)}, port};
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
		return !kVlans || promisc_copy_ || is_vlan_member(table_.ports_.local(), tag_.id);
	}

	// A copy for a mirror is made of an skb.
	RINGWAY_ALWAYS_INLINE u16 flags_to(const Port &port) const
	{
		const u32 to = kGuarded ? load_relaxed(port.policy) & BRLITE_MIRROR_TO : 0;
		return ((policy_ & BRLITE_MIRROR_FROM) | to) ? promisc_copy_ | BRLITE_VIA_SKB : promisc_copy_;
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
			const Port &local = table_.ports_.local();
			if (!is_vlan_member(local, tag_.id))
				return verdict(BRLITE_DROP, BRLITE_DROP_VLAN);
			leave_vlan(local, to_local);
		}
		return to_local;
	}
};
} // namespace ringway::brlite
