// SPDX-License-Identifier: GPL-2.0-only
//
// Counters as ethtool -S shows them: the names existing tools know first, then ours; sums over queues, then
// each queue's. Those of earlier connections are included, so they never run backwards while the vif lives.
// Counters are read while they are written: each is one aligned word. The counters lock only keeps the queues
// there, and apart from those of the past; who counts never takes it.
#include "netback/life/vif.hpp"

using namespace ringway;
using namespace ringway::netback;

namespace
{
template <typename T>
void add(T &sum, const T &more)
{
	auto *to = reinterpret_cast<u64 *>(&sum);
	auto *from = reinterpret_cast<const volatile u64 *>(&more);
	for (size_t i = 0; i < sizeof(T) / sizeof(u64); i++)
		to[i] += from[i];
}

// A race on purpose, see above: whoever counts goes on meanwhile.
RINGWAY_UNCHECKED void add(QueueStats &sum, const Queue &queue)
{
	add(sum.from_guest, queue.from_guest_stats);
	add(sum.to_guest, queue.to_guest_stats);
	add(sum.work, queue.work);
}

// Everything that queue i ever did.
QueueStats read_queue(const Vif &vif, u32 i)
{
	const Guard lock(vif.counters);
	QueueStats one = vif.gone[i];
	if (i < vif.counted)
		add(one, vif.queues[i]);
	return one;
}

// The sum of queues [from, to), each of them handed to `each(i, stats)` as well.
template <typename Each>
QueueStats sum_of(const Vif &vif, u32 from, u32 to, Each &&each)
{
	QueueStats sum{};
	to = to < vif.most_queues ? to : vif.most_queues;
	for (u32 i = from; i < to; i++) {
		const QueueStats one = read_queue(vif, i);
		add(sum, one);
		each(i, one);
	}
	return sum;
}

u64 why(const QueueStats &stats, Why reason)
{
	return stats.from_guest.why[static_cast<u32>(reason)];
}

struct Stat {
	const char *name;
	u64 (*value)(const QueueStats &);
};

// Names are from the vif's viewpoint in dom0: rx is what the guest sends.
constexpr Stat kStockStats[] = {
	{"rx_gso_checksum_fixup", [](const QueueStats &s) { return s.from_guest.gso_checksum_fixup; }},
	// No page of a packet is lent to Linux, and no packet has more slots than can be handled without
	// making it anew.
	{"tx_zerocopy_sent", [](const QueueStats &) { return u64{0}; }},
	{"tx_zerocopy_success", [](const QueueStats &) { return u64{0}; }},
	{"tx_zerocopy_fail", [](const QueueStats &) { return u64{0}; }},
	{"tx_frag_overflow", [](const QueueStats &) { return u64{0}; }},
};

constexpr Stat kWhyStats[] = {
	{"from_guest_why_no_port", [](const QueueStats &s) { return why(s, Why::no_port); }},
	{"from_guest_why_watched", [](const QueueStats &s) { return why(s, Why::watched); }},
	{"from_guest_why_uplink", [](const QueueStats &s) { return why(s, Why::uplink); }},
	{"from_guest_why_local", [](const QueueStats &s) { return why(s, Why::local); }},
	{"from_guest_why_copy", [](const QueueStats &s) { return why(s, Why::copy); }},
	{"from_guest_why_policy", [](const QueueStats &s) { return why(s, Why::policy); }},
	{"from_guest_why_peer_down", [](const QueueStats &s) { return why(s, Why::peer_down); }},
	{"from_guest_why_peer_watched", [](const QueueStats &s) { return why(s, Why::peer_watched); }},
	{"from_guest_why_peer_backlog", [](const QueueStats &s) { return why(s, Why::peer_backlog); }},
	{"from_guest_why_peer_queue", [](const QueueStats &s) { return why(s, Why::peer_queue); }},
	{"from_guest_why_peer_offload", [](const QueueStats &s) { return why(s, Why::peer_offload); }},
	{"from_guest_why_peer_buffers", [](const QueueStats &s) { return why(s, Why::peer_buffers); }},
	{"from_guest_why_peer_limit", [](const QueueStats &s) { return why(s, Why::peer_limit); }},
};

// Shown for the vif, and for each of its queues.
constexpr Stat kQueueStats[] = {
	{"from_guest_packets", [](const QueueStats &s) { return s.from_guest.packets; }},
	{"from_guest_bytes", [](const QueueStats &s) { return s.from_guest.bytes; }},
	{"from_guest_cpu_ns", [](const QueueStats &s) { return u64{host_nanos(s.work.from_guest_cycles)}; }},
	{"from_guest_events", [](const QueueStats &s) { return s.work.from_guest_events; }},
	{"from_guest_notifications", [](const QueueStats &s) { return s.from_guest.notifications; }},
	{"from_guest_copies", [](const QueueStats &s) { return s.from_guest.copies; }},
	{"from_guest_hypercalls", [](const QueueStats &s) { return s.from_guest.hypercalls; }},
	{"from_guest_batches", [](const QueueStats &s) { return s.from_guest.batches; }},
	{"from_guest_mapped", [](const QueueStats &s) { return s.from_guest.mapped; }},
	{"from_guest_direct", [](const QueueStats &s) { return s.from_guest.path_direct; }},
	{"from_guest_flooded", [](const QueueStats &s) { return s.from_guest.path_flood; }},
	{"from_guest_skb_forward", [](const QueueStats &s) { return s.from_guest.path_skb; }},
	{"from_guest_skb_up", [](const QueueStats &s) { return s.from_guest.path_up; }},
	{"from_guest_filtered", [](const QueueStats &s) { return s.from_guest.filtered; }},
	{"from_guest_throttled", [](const QueueStats &s) { return s.from_guest.throttled; }},
	{"from_guest_turns_passed", [](const QueueStats &s) { return s.from_guest.turns_passed; }},
	{"from_guest_waited", [](const QueueStats &s) { return s.from_guest.waited; }},
	{"from_guest_left", [](const QueueStats &s) { return s.from_guest.left; }},
	{"from_guest_backed_up", [](const QueueStats &s) { return s.from_guest.backed_up; }},
	{"from_guest_shed", [](const QueueStats &s) { return s.from_guest.shed; }},
	{"from_guest_events_held", [](const QueueStats &s) { return s.from_guest.held; }},
	{"from_guest_malformed", [](const QueueStats &s) { return s.from_guest.bad; }},
	{"from_guest_copy_failed", [](const QueueStats &s) { return s.from_guest.copy_failed; }},
	{"from_guest_no_memory", [](const QueueStats &s) { return s.from_guest.no_memory; }},
	{"from_guest_bad_headers", [](const QueueStats &s) { return s.from_guest.csum_failed; }},
	{"to_guest_packets", [](const QueueStats &s) { return s.to_guest.packets; }},
	{"to_guest_bytes", [](const QueueStats &s) { return s.to_guest.bytes; }},
	{"to_guest_cpu_ns", [](const QueueStats &s) { return u64{host_nanos(s.work.to_guest_cycles)}; }},
	{"to_guest_events", [](const QueueStats &s) { return s.work.to_guest_events; }},
	{"to_guest_copies", [](const QueueStats &s) { return s.to_guest.copies; }},
	{"to_guest_hypercalls", [](const QueueStats &s) { return s.to_guest.hypercalls; }},
	{"to_guest_batches", [](const QueueStats &s) { return s.to_guest.batches; }},
	{"to_guest_notifications", [](const QueueStats &s) { return s.to_guest.notifications; }},
	{"to_guest_notifications_held", [](const QueueStats &s) { return s.to_guest.held; }},
	{"to_guest_mapped", [](const QueueStats &s) { return s.to_guest.mapped; }},
	{"to_guest_direct", [](const QueueStats &s) { return s.to_guest.direct; }},
	{"to_guest_switched", [](const QueueStats &s) { return s.to_guest.switched; }},
	{"to_guest_throttled", [](const QueueStats &s) { return s.to_guest.throttled; }},
	{"to_guest_dropped_full", [](const QueueStats &s) { return s.to_guest.dropped_full; }},
	{"to_guest_dropped_expired", [](const QueueStats &s) { return s.to_guest.dropped_expired; }},
	{"to_guest_dropped_down", [](const QueueStats &s) { return s.to_guest.dropped_down; }},
	{"to_guest_dropped_shape", [](const QueueStats &s) { return s.to_guest.dropped_shape; }},
	{"to_guest_dropped_oversize", [](const QueueStats &s) { return s.to_guest.dropped_oversize; }},
	{"to_guest_dropped_multicast", [](const QueueStats &s) { return s.to_guest.dropped_multicast; }},
	{"to_guest_stalls", [](const QueueStats &s) { return s.to_guest.stalls; }},
	{"to_guest_copy_failed", [](const QueueStats &s) { return s.to_guest.copy_failed; }},
	{"spurious_events", [](const QueueStats &s) { return s.work.spurious_events; }},
	{"mapped_buffers", [](const QueueStats &s) { return s.work.mapped_buffers; }},
};

template <size_t N>
constexpr u32 size(const Stat (&)[N])
{
	return N;
}
constexpr u32 kVifOnly = size(kStockStats) + size(kWhyStats);
constexpr u32 kPerQueue = size(kQueueStats);

// "q63_" in front of a name leaves it short enough for ethtool. INVARIANT: at most 64 queues (main.c).
constexpr bool names_fit()
{
	for (const Stat &stat : kQueueStats)
		if (__builtin_strlen(stat.name) + 4 >= NETBACK_STAT_NAME)
			return false;
	return true;
}
static_assert(names_fit());

char *append(char *to, const char *text)
{
	while (*text)
		*to++ = *text++;
	return to;
}

netback_totals totals_of(const QueueStats &s)
{
	return {s.from_guest.packets,
		s.from_guest.bytes,
		s.from_guest.csum_failed + s.from_guest.no_memory,
		s.from_guest.bad + s.from_guest.copy_failed,
		s.from_guest.no_memory,
		s.to_guest.packets,
		s.to_guest.bytes,
		s.to_guest.dropped_full + s.to_guest.dropped_expired + s.to_guest.dropped_down +
			s.to_guest.dropped_shape + s.to_guest.dropped_multicast};
}
} // namespace

// From now on the queues' counters are added to those of the past.
void Vif::count_queues(u32 count)
{
	const Guard lock(counters);
	counted = count;
}

// Moves the counters of all queues to those of the past: nobody looks at the queues any more. CONTEXT:
// process, life lock; no queue counts any more.
void Vif::retire_counters()
{
	const Guard lock(counters);
	for (u32 i = 0; i < counted; i++)
		add(gone[i], queues[i]);
	counted = 0;
}

u32 netback_stat_count(u32 queues)
{
	return kVifOnly + kPerQueue * (1 + queues);
}

void netback_stat_name(u32 index, char name[NETBACK_STAT_NAME])
{
	char *end = name;
	if (index >= kVifOnly + kPerQueue) {
		const u32 queue = (index - kVifOnly) / kPerQueue - 1;
		*end++ = 'q';
		if (queue >= 10)
			*end++ = static_cast<char>('0' + queue / 10 % 10);
		*end++ = static_cast<char>('0' + queue % 10);
		*end++ = '_';
	}
	if (index < size(kStockStats))
		end = append(end, kStockStats[index].name);
	else if (index < kVifOnly)
		end = append(end, kWhyStats[index - size(kStockStats)].name);
	else
		end = append(end, kQueueStats[(index - kVifOnly) % kPerQueue].name);
	*end = 0;
}

void netback_vif_stats(netback_vif *vif, u64 *values)
{
	u64 *const per_queue = values + kVifOnly + kPerQueue;
	const auto sum = sum_of(*vif, 0, vif->most_queues, [per_queue](u32 i, const QueueStats &one) {
		for (u32 n = 0; n < kPerQueue; n++)
			per_queue[i * kPerQueue + n] = kQueueStats[n].value(one);
	});
	for (const Stat &stat : kStockStats)
		*values++ = stat.value(sum);
	for (const Stat &stat : kWhyStats)
		*values++ = stat.value(sum);
	for (const Stat &stat : kQueueStats)
		*values++ = stat.value(sum);
}

void netback_queue_totals(netback_vif *vif, u32 from, u32 to, netback_totals *totals)
{
	*totals = totals_of(sum_of(*vif, from, to, [](u32, const QueueStats &) {}));
}

void netback_vif_totals(netback_vif *vif, netback_totals *totals)
{
	netback_queue_totals(vif, 0, ~0u, totals);
}
