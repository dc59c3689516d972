// SPDX-License-Identifier: GPL-2.0-only
//
// What a loop looks like from a port: stations that do not come to rest, and frames of our own that come
// back.
#pragma once
#include "bridge-lite/judge/frames.hpp"
#include "core/fdb.hpp"
#include "core/relaxed.hpp"

namespace ringway::brlite
{
// A station moved here that was heard elsewhere `idle` seconds ago. In a loop that goes on and on. Where a
// link fails over, many move, each of them once, and after a second nobody is heard there. Returns whether
// somebody should hear of it. CONTEXT: the FDB's lock.
inline bool moves_again(Port &in, u32 idle, u32 now)
{
	constexpr u32 many = 16, seconds = 2;
	if (idle > 1)
		return false;
	if (now != in.moves_second) {
		const bool goes_on = now - in.moves_second == 1 && in.moves >= many;
		in.restless = goes_on ? in.restless + 1 : 0;
		in.moves = 0;
		in.moves_second = now;
	}
	return ++in.moves == many && in.restless >= seconds;
}

// A frame of our own came back. One may be anybody's; that goes on. Returns whether somebody should hear of
// it. CONTEXT: any number of CPUs; one count more or less does no harm.
inline bool comes_back_again(Port &in, u32 now)
{
	constexpr u32 many = 16;
	if (load_relaxed(in.own_second) != now) {
		store_relaxed(in.own_second, now);
		store_relaxed(in.own, 0u);
	}
	const u32 own = load_relaxed(in.own) + 1;
	store_relaxed(in.own, own);
	return own == many;
}

// What somebody of this host should hear about a port and an address there.
template <typename Env>
__attribute__((noinline)) void report(Port &in, u32 news, u64 key, u32 now)
{
	Env::tell(in, static_cast<brlite_news>(news), fdb_key_mac(key));
	const bool loops = news == BRLITE_NEWS_OWN_ADDRESS && comes_back_again(in, now);
	if (loops)
		Env::tell(in, BRLITE_NEWS_LOOP, fdb_key_mac(key));
	if (loops || news == BRLITE_NEWS_RESTLESS)
		Env::count(in, BRLITE_LOOP_SEEN);
}
} // namespace ringway::brlite
