// SPDX-License-Identifier: GPL-2.0-only
// take: slots out of a TX ring, grouped into packets.
#pragma once
#include "core/take.hpp"
#include "measured.hpp"
#include "ring_page.hpp"
#include <memory>

namespace ringway::bench
{
inline void post_packets(TxFrontRing &front, u32 count, u32 slots, bool gso)
{
	for (u32 i = 0; i < count; i++) {
		const u16 size = static_cast<u16>(slots == 1 ? 60 : 60 + (slots - 1) * 3000);
		TxRequest first{};
		first.gref = i + 1;
		first.size = size;
		first.flags = static_cast<u16>((slots > 1 ? NETTXF_more_data : 0) |
					       (gso ? NETTXF_extra_info | NETTXF_csum_blank : 0));
		front.post(first);
		if (gso) {
			ExtraInfo extra{};
			extra.type = XEN_NETIF_EXTRA_TYPE_GSO;
			extra.u.gso.size = 1448;
			extra.u.gso.type = XEN_NETIF_GSO_TYPE_TCPV4;
			front.post(extra);
		}
		for (u32 s = 1; s < slots; s++) {
			TxRequest more{};
			more.gref = i + 100 + s;
			more.size = 3000;
			more.flags = s + 1 < slots ? NETTXF_more_data : 0;
			front.post(more);
		}
	}
}

// `count`: packets in the ring, as far as they fit. `limited`: with a rate that holds nothing back.
inline u32 bench_take(u32 slots, bool gso, u32 count = kPackets, bool limited = false)
{
	const u32 per_ring = TxFrontRing::kSize / (slots + gso);
	count = per_ring < count ? per_ring : count;
	auto batch = std::make_unique<Batch>();
	Limiter rate;
	rate.set_bytes(u64{1} << 40, 1, 0);
	u32 done = 0;
	for (u32 round = 0; round < kRounds; round++) {
		test::TxEnds ring;
		auto &[page, front, back] = ring;
		(void)ring.restart();
		post_packets(front, count, slots, gso);
		front.push_requests();
		const TakeLimits limits{20, limited ? &rate : nullptr};
		auto body = [&] { done += take(back, *batch, kPackets, limits).value(); };
		measured(body);
	}
	return done;
}
} // namespace ringway::bench
