// SPDX-License-Identifier: GPL-2.0-only
//
// Counters as ethtool -S shows them: the names existing tools know first, then ours. Sums over queues,
// the ones of earlier connections included, so they never run backwards while the vif lives.
// CONTEXT: RCU read side. Counters are read while they are written: each is one aligned word.
#include "vif.hpp"

using namespace ringway;

namespace
{
struct Sum {
	TxStats tx;
	RxStats rx;
};

template <typename T>
void accumulate(T &sum, const T &more)
{
	auto *to = reinterpret_cast<u64 *>(&sum);
	auto *from = reinterpret_cast<const volatile u64 *>(&more);
	for (size_t i = 0; i < sizeof(T) / sizeof(u64); i++)
		to[i] += from[i];
}

Sum sum_of(const Vif &vif)
{
	for (;;) {
		const u32 version = vif.gone_version.load(std::memory_order_acquire);
		Sum sum{};
		accumulate(sum.tx, vif.gone_tx);
		accumulate(sum.rx, vif.gone_rx);
		const u32 n = vif.counted.load(std::memory_order_acquire);
		for (u32 i = 0; i < n; i++) {
			accumulate(sum.tx, vif.queues[i].tx_stats);
			accumulate(sum.rx, vif.queues[i].rx_stats);
		}
		std::atomic_thread_fence(std::memory_order_acquire);
		// The writer is through within a few hundred instructions, softirqs off.
		if (!(version & 1) && vif.gone_version.load(std::memory_order_relaxed) == version)
			return sum;
	}
}

u64 why(const Sum &sum, Why reason)
{
	return sum.tx.why[static_cast<u32>(reason)];
}

struct Stat {
	const char *name;
	u64 (*value)(const Sum &);
};

// Names are from the vif's viewpoint in dom0: rx is what the guest sends.
constexpr Stat kStats[] = {
	{"rx_gso_checksum_fixup", [](const Sum &s) { return s.tx.gso_checksum_fixup; }},
	{"tx_zerocopy_sent", [](const Sum &) { return u64{0}; }}, // nothing is ever mapped
	{"tx_zerocopy_success", [](const Sum &) { return u64{0}; }},
	{"tx_zerocopy_fail", [](const Sum &) { return u64{0}; }},
	{"tx_frag_overflow", [](const Sum &) { return u64{0}; }},
	{"from_guest_batches", [](const Sum &s) { return s.tx.batches; }},
	{"from_guest_direct", [](const Sum &s) { return s.tx.path_direct; }},
	{"from_guest_flooded", [](const Sum &s) { return s.tx.path_flood; }},
	{"from_guest_skb_forward", [](const Sum &s) { return s.tx.path_skb; }},
	{"from_guest_skb_up", [](const Sum &s) { return s.tx.path_up; }},
	{"from_guest_why_no_port", [](const Sum &s) { return why(s, Why::no_port); }},
	{"from_guest_why_watched", [](const Sum &s) { return why(s, Why::watched); }},
	{"from_guest_why_uplink", [](const Sum &s) { return why(s, Why::uplink); }},
	{"from_guest_why_local", [](const Sum &s) { return why(s, Why::local); }},
	{"from_guest_why_copy", [](const Sum &s) { return why(s, Why::copy); }},
	{"from_guest_why_policy", [](const Sum &s) { return why(s, Why::policy); }},
	{"from_guest_why_peer_down", [](const Sum &s) { return why(s, Why::peer_down); }},
	{"from_guest_why_peer_watched", [](const Sum &s) { return why(s, Why::peer_watched); }},
	{"from_guest_why_peer_backlog", [](const Sum &s) { return why(s, Why::peer_backlog); }},
	{"from_guest_why_peer_queue", [](const Sum &s) { return why(s, Why::peer_queue); }},
	{"from_guest_why_peer_offload", [](const Sum &s) { return why(s, Why::peer_offload); }},
	{"from_guest_why_peer_buffers", [](const Sum &s) { return why(s, Why::peer_buffers); }},
	{"from_guest_filtered", [](const Sum &s) { return s.tx.filtered; }},
	{"from_guest_throttled", [](const Sum &s) { return s.tx.throttled; }},
	{"from_guest_turns_passed", [](const Sum &s) { return s.tx.turns_passed; }},
	{"from_guest_waited", [](const Sum &s) { return s.tx.waited; }},
	{"from_guest_events_held", [](const Sum &s) { return s.tx.held; }},
	{"from_guest_malformed", [](const Sum &s) { return s.tx.bad; }},
	{"from_guest_copy_failed", [](const Sum &s) { return s.tx.copy_failed; }},
	{"from_guest_no_memory", [](const Sum &s) { return s.tx.no_memory; }},
	{"from_guest_bad_headers", [](const Sum &s) { return s.tx.csum_failed; }},
	{"to_guest_batches", [](const Sum &s) { return s.rx.batches; }},
	{"to_guest_notifications", [](const Sum &s) { return s.rx.notifications; }},
	{"to_guest_notifications_held", [](const Sum &s) { return s.rx.held; }},
	{"to_guest_direct", [](const Sum &s) { return s.rx.direct; }},
	{"to_guest_switched", [](const Sum &s) { return s.rx.switched; }},
	{"to_guest_dropped_full", [](const Sum &s) { return s.rx.dropped_full; }},
	{"to_guest_dropped_expired", [](const Sum &s) { return s.rx.dropped_expired; }},
	{"to_guest_dropped_down", [](const Sum &s) { return s.rx.dropped_down; }},
	{"to_guest_dropped_shape", [](const Sum &s) { return s.rx.dropped_shape; }},
	{"to_guest_dropped_oversize", [](const Sum &s) { return s.rx.dropped_oversize; }},
	{"to_guest_dropped_multicast", [](const Sum &s) { return s.rx.dropped_multicast; }},
	{"to_guest_copy_failed", [](const Sum &s) { return s.rx.copy_failed; }},
};
constexpr u32 kStatCount = sizeof kStats / sizeof kStats[0];
} // namespace

// Moves the counters of all queues to those of the past. CONTEXT: process, life lock; no queue counts any
// more.
void Vif::retire_counters()
{
	nb_softirq_off(); // a reader that spins on this CPU would wait for ever
	gone_version.fetch_add(1, std::memory_order_acq_rel);
	for (u32 i = 0; i < counted.load(std::memory_order_relaxed); i++) {
		accumulate(gone_tx, queues[i].tx_stats);
		accumulate(gone_rx, queues[i].rx_stats);
	}
	counted.store(0, std::memory_order_release);
	gone_version.fetch_add(1, std::memory_order_release);
	nb_softirq_on();
}

unsigned int nb_stat_count(void)
{
	return kStatCount;
}
const char *nb_stat_name(unsigned int index)
{
	return kStats[index].name;
}

void nb_vif_stats(void *vif, nb_u64 *values)
{
	const Sum sum = sum_of(*static_cast<Vif *>(vif));
	for (u32 i = 0; i < kStatCount; i++)
		values[i] = kStats[i].value(sum);
}

void nb_vif_totals(void *vif, nb_totals *totals)
{
	const Sum sum = sum_of(*static_cast<Vif *>(vif));
	totals->rx_packets = sum.tx.packets;
	totals->rx_bytes = sum.tx.bytes;
	totals->rx_dropped = sum.tx.csum_failed + sum.tx.no_memory;
	totals->rx_errors = sum.tx.bad + sum.tx.copy_failed;
	totals->tx_packets = sum.rx.packets;
	totals->tx_bytes = sum.rx.bytes;
	totals->tx_dropped = sum.rx.dropped_full + sum.rx.dropped_expired + sum.rx.dropped_down +
			     sum.rx.dropped_shape + sum.rx.dropped_multicast;
}
