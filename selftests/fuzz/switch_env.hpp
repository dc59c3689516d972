// SPDX-License-Identifier: GPL-2.0-only
//
// What the switch asks its surroundings for, in the fuzzers: a clock that they set, no locks, and counters
// that anybody may write.
#pragma once
#include "bridge-lite/judge/switch.hpp"

namespace
{
using namespace ringway;
using namespace ringway::brlite;

u32 seconds;

struct Env {
	static u32 now() { return seconds; }
	static u64 nanoseconds() { return u64{seconds} * 1000000000; }
	static void lock(fdb_lock *) {}
	static void unlock(fdb_lock *) {}
	static void count(Port &port, u32 counter) { port.counters->n[counter]++; }
	static void tell(Port &, brlite_news, u64) {}
	static void changed(Port &, u64, FdbTarget, bool) {}
	static void count_vlan(Port &, u32, brlite_direction, s32, s32) {}
	static void count_rule(brlite_rule_hits *hits, u32 outcome) { hits->n[outcome]++; }
};
} // namespace
