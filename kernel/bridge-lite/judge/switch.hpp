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
//	           is between neighbours and goes nowhere, which is the reason whatever else is wrong
//	           with such a frame; but for those that are forwarded, of which :00 always is one.
//	           While multicast is snooped, each frame to an IP group is asked what it says (groups.hpp)
//	unicast    look the destination up: this host, another port, or unknown: flood
//	egress     the port must be another one, be up, and its MTU must hold the frame
//
// One frame after the other is judged (judge.hpp) by what the table knows (table.hpp). A port with a policy
// (brlite_port.policy) has its batches judged by a second copy of the same code that asks for more; for the
// others that is one test a batch. Bridges that filter VLANs have a third copy.
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
// uncount(), count_vlan(), count_rule(), tell().
#pragma once
#include "bridge-lite/judge/flood.hpp"
#include "bridge-lite/judge/judge.hpp"
#include "bridge-lite/judge/table.hpp"
#include "bridge-lite/judge/vlan_counts.hpp"

namespace ringway::brlite
{
template <typename Env>
class Switch : public Table<Env>
{
public:
	// --- Data path. CONTEXT: softirq, RCU read side, any number of CPUs ---------------------------

	void classify(Port &in, const Frame *frames, Verdict *verdicts, u32 n)
	{
		if (RINGWAY_UNLIKELY(!load_relaxed(in.up)))
			return refuse(in, frames, verdicts, n);
		if (RINGWAY_UNLIKELY(load_relaxed(in.policy) & BRLITE_GUARDED))
			return judge_guarded(in, frames, verdicts, n);
		judge_all<false>(in, frames, verdicts, n);
	}

	// The counts of frames that the driver will ask about again. What else they did stays done: their
	// source is known, and a rule was hit.
	void take_back(Port &in, const Frame *frames, const Verdict *verdicts, u32 n)
	{
		for (u32 i = 0; i < n; i++)
			Env::uncount(in, verdicts[i].reason);
		if (RINGWAY_UNLIKELY(counts_vlans(in)))
			count_by_vlan<Env, -1>(*this->ports_.known(BRLITE_LOCAL_PORT), in, frames, verdicts,
					       n);
	}

	// list: what the frame's verdict says. Without groups to tell apart, which may be since, it is to
	// all.
	u32 flood_ports(const Port &in, const Frame &frame, u16 list, Port **out, u32 max, u32 &cursor) const
	{
		const Groups *groups = list ? this->groups() : nullptr;
		if (RINGWAY_UNLIKELY(groups != nullptr))
			return of_list<true>(in, frame, out, max, cursor, [groups, list](u32 number) {
				return groups->next_port(list, number);
			});
		return of_list<false>(in, frame, out, max, cursor, any_port);
	}

private:
	// For a spanning tree that is about to open the port: it will know who is there.
	void only_learn(Port &in, const Frame &frame)
	{
		const u64 source = frame_source(static_cast<const u8 *>(frame.data));
		InTag tag{};
		if (!(load_relaxed(in.policy) & BRLITE_VLANS_FILTERED))
			this->template learn<false>(in, source, Env::now());
		else if (!enter_vlan(in, frame, tag))
			this->template learn<true>(in, fdb_key(source, tag.id), Env::now());
	}

	template <bool kChosen, typename Next>
	RINGWAY_ALWAYS_INLINE u32 of_list(const Port &in, const Frame &frame, Port **out, u32 max,
					  u32 &cursor, Next next) const
	{
		if (RINGWAY_UNLIKELY(load_relaxed(in.policy) & BRLITE_GUARDED)) {
			const u32 n = some_ports<Env>(this->ports_, in, frame, out, max, cursor, next,
						      leaves_out<Env>(in, frame, this->claims(), kChosen));
			if (counts_vlans(in))
				count_flood_by_vlan<Env>(in, frame, out, n);
			return n;
		}
		return some_ports<Env>(this->ports_, in, frame, out, max, cursor, next,
				       [](const Port &) { return false; });
	}

	template <bool kGuarded, bool kVlans = false>
	RINGWAY_ALWAYS_INLINE void judge_all(Port &in, const Frame *frames, Verdict *verdicts, u32 n)
	{
		Judge<Env, kGuarded, kVlans> judge{*this, in, Env::now()};
		for (u32 i = 0; i < n; i++) {
			judge.judge(frames[i], verdicts[i]);
			Env::count(in, verdicts[i].reason);
		}
	}
	__attribute__((noinline)) void judge_guarded(Port &in, const Frame *frames, Verdict *verdicts, u32 n)
	{
		if (RINGWAY_UNLIKELY(counts_vlans(in)))
			return judge_and_count(in, frames, verdicts, n);
		if (load_relaxed(in.policy) & BRLITE_VLANS_FILTERED)
			return judge_vlans(in, frames, verdicts, n);
		judge_all<true>(in, frames, verdicts, n);
	}
	__attribute__((noinline)) void judge_vlans(Port &in, const Frame *frames, Verdict *verdicts, u32 n)
	{
		judge_all<true, true>(in, frames, verdicts, n);
	}
	__attribute__((noinline)) void judge_and_count(Port &in, const Frame *frames, Verdict *verdicts,
						       u32 n)
	{
		judge_vlans(in, frames, verdicts, n);
		count_by_vlan<Env>(*this->ports_.known(BRLITE_LOCAL_PORT), in, frames, verdicts, n);
	}
	static bool counts_vlans(const Port &in)
	{
		constexpr u32 both = BRLITE_VLANS_FILTERED | BRLITE_VLANS_COUNTED;
		return (load_relaxed(in.policy) & both) == both;
	}

	void refuse(Port &in, const Frame *frames, Verdict *verdicts, u32 n)
	{
		const bool learns = load_relaxed(in.gate) == BRLITE_GATE_LEARNING;
		for (u32 i = 0; i < n; i++) {
			const auto *bytes = static_cast<const u8 *>(frames[i].data);
			verdicts[i] = frames[i].staged < kEthernetHeader
					      ? verdict(BRLITE_DROP, BRLITE_DROP_PORT_DOWN)
					      : Judge<Env, false, false>::refuse(*this, in, bytes,
										 BRLITE_DROP_PORT_DOWN);
			if (learns && frames[i].staged >= kEthernetHeader)
				only_learn(in, frames[i]);
			Env::count(in, verdicts[i].reason);
		}
	}
};
} // namespace ringway::brlite
