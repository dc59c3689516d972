// SPDX-License-Identifier: GPL-2.0-only
//
// The hot steps of the data path, one case each: what a step costs per packet without the hypervisor, the
// kernel around it, or chance. Built twice: for callgrind, which count.sh starts, and with -DBENCH_LOOK
// for Google Benchmark, which shows times.
#include "flow_cases.hpp"
#include "group_cases.hpp"
#include "limit_cases.hpp"
#include "mapped_cases.hpp"
#include "place_cases.hpp"
#include "switch_cases.hpp"
#include "take_cases.hpp"
#include <cstdio>
#ifdef BENCH_LOOK
#include <benchmark/benchmark.h>
#else
#include <valgrind/callgrind.h>
#endif

using namespace ringway;
using namespace ringway::bench;

namespace
{
constexpr u8 kPlain = XEN_NETIF_GSO_TYPE_NONE, kTcp = XEN_NETIF_GSO_TYPE_TCPV4;

constexpr Case kCases[] = {
	{"take-1-slot", [] { return bench_take(1, false); }},
	{"take-1-slot-alone", [] { return bench_take(1, false, 1); }},
	{"take-1-slot-limited", [] { return bench_take(1, false, kPackets, true); }},
	{"take-2-slots", [] { return bench_take(2, false); }},
	{"take-gso-17-slots", [] { return bench_take(17, true); }},
	{"copies-add-and-run", [] { return bench_copies(0); }},
	{"copies-one-refused", [] { return bench_copies(1); }},
	{"place-1-slot", [] { return bench_place(1, 60, kPlain); }},
	{"place-2-pieces", [] { return bench_place(2, 1514, kPlain); }},
	{"place-gso-64k", [] { return bench_place(17, 65000, kTcp); }},
	{"place-gso-64k-whole-pieces", [] { return bench_place(17, 65000, kTcp, true); }},
	{"mapped-find-by-id", [] { return bench_find_mapped(true); }},
	{"mapped-find-in-table", [] { return bench_find_mapped(false); }},
	{"mapped-stage-60", [] { return bench_stage_mapped(60); }},
	{"mapped-stage-256", [] { return bench_stage_mapped(256); }},
	{"mapped-stage-1400", [] { return bench_stage_mapped(1400); }},
	{"mapped-place-60", [] { return bench_place_mapped(60); }},
	{"mapped-place-256", [] { return bench_place_mapped(256); }},
	{"mapped-place-1400", [] { return bench_place_mapped(1400); }},
	{"mapped-place-4096", [] { return bench_place_mapped(4096); }},
	{"mapped-place-gso-64k", bench_place_chain},
	{"flow-hash-ipv4", [] { return bench_flow_hash(false); }},
	{"flow-hash-ipv6", [] { return bench_flow_hash(true); }},
	{"spread-1-flow-8-queues", [] { return bench_spread(1); }},
	{"spread-16-flows-8-queues", [] { return bench_spread(16); }},
	{"toeplitz-ipv4", [] { return bench_toeplitz(false); }},
	{"toeplitz-ipv6", [] { return bench_toeplitz(true); }},
	{"limit-packet", [] { return bench_limit(); }},
	{"classify-same", [] { return bench_classify(2, 10, false); }},
	{"classify-alone", [] { return bench_classify(2, 10, false, 1); }},
	{"classify-spread-2-ports-10-macs", [] { return bench_classify(2, 10, true); }},
	{"classify-spread-256-ports-10-macs", [] { return bench_classify(256, 10, true); }},
	{"classify-spread-256-ports-10000-macs", [] { return bench_classify(256, 10000, true); }},
	{"classify-many-sources", [] { return bench_known_sources(1000); }},
	{"classify-flood", [] { return bench_flood(); }},
	{"classify-storm-limited", [] { return bench_storm(); }},
	{"classify-groups-told-apart", [] { return bench_groups(false); }},
	{"classify-to-group", [] { return bench_groups(true); }},
	{"classify-mac-locked", [] { return bench_policy(BRLITE_LOCKED); }},
	{"classify-isolated", [] { return bench_policy(BRLITE_ISOLATED); }},
	{"classify-address-locked", [] { return bench_policy(BRLITE_LOCKED | BRLITE_ADDRESS_LOCKED); }},
	{"classify-vlan-access", [] { return bench_vlan(false); }},
	{"classify-vlan-trunk", [] { return bench_vlan(true); }},
	{"classify-rules-elsewhere", [] { return bench_rules_elsewhere(); }},
	{"classify-1-rule", [] { return bench_rules(1); }},
	{"classify-8-rules", [] { return bench_rules(8); }},
	{"classify-32-rules", [] { return bench_rules(32); }},
	{"fdb-find-10", [] { return bench_find(10, true); }},
	{"fdb-find-1000", [] { return bench_find(1000, true); }},
	{"fdb-find-10000", [] { return bench_find(10000, true); }},
	{"fdb-miss-10", [] { return bench_find(10, false); }},
	{"fdb-miss-1000", [] { return bench_find(1000, false); }},
	{"fdb-miss-10000", [] { return bench_find(10000, false); }},
	{"learn-new-10", [] { return bench_learn(10); }},
	{"learn-new-1000", [] { return bench_learn(1000); }},
	{"learn-new-10000", [] { return bench_learn(10000); }},
	{"learn-move-1000", [] { return bench_move(1000); }},
};
} // namespace

#ifdef BENCH_LOOK
int main(int argc, char **argv)
{
	for (const Case &c : kCases)
		benchmark::RegisterBenchmark(c.name, [&c](benchmark::State &state) {
			u64 packets = 0;
			for (auto _ : state) {
				measured_time = {};
				packets += c.run();
				state.SetIterationTime(std::chrono::duration<double>(measured_time).count());
			}
			state.counters["per_packet"] =
				benchmark::Counter(static_cast<double>(packets),
						   benchmark::Counter::kIsRate | benchmark::Counter::kInvert);
		})->UseManualTime();
	benchmark::Initialize(&argc, argv);
	benchmark::RunSpecifiedBenchmarks();
}
#else
// One part of callgrind's output a case, named "CASE PACKETS".
int main()
{
	for (const Case &c : kCases) {
		CALLGRIND_ZERO_STATS;
		const u32 packets = c.run();
		char name[80];
		snprintf(name, sizeof name, "%s %u", c.name, packets);
		CALLGRIND_DUMP_STATS_AT(name);
	}
}
#endif
