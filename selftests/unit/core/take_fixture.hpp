// SPDX-License-Identifier: GPL-2.0-only
// What the tests of take share: a ring, a guest that posts packets on it, and what makes a batch sound.
#pragma once
#include "peer.hpp"
#include "core/take.hpp"
#include <gtest/gtest.h>
#include <numeric>
#include <vector>

namespace ringway::test
{
inline constexpr TakeLimits kLimits{20};
inline constexpr u32 kFatalSlots = 22; // one, and more than kLimits.fatal_slots behind it

class Take : public testing::TestWithParam<u32>, protected TxEnds
{
protected:
	Batch batch{};
	u16 next_id = 0;

	void SetUp() override { restart(); }
	void restart()
	{
		ASSERT_TRUE(TxEnds::restart(GetParam()));
		next_id = 0;
	}

	// Posts a packet of the given slot sizes, in the order of the ring; the first one's own size is
	// `sizes[0]`. `total` overrides what the first slot claims the packet to be.
	void post(const std::vector<u32> &sizes, u16 flags = 0, const std::vector<ExtraInfo> &extras = {},
		  s32 total = -1)
	{
		const u32 sum = std::accumulate(sizes.begin(), sizes.end(), 0u);
		for (size_t i = 0; i < sizes.size(); i++) {
			TxRequest request{};
			request.gref = 1000 + front.req_prod();
			request.offset = static_cast<u16>(i == 0 && sizes[0] <= 4000 ? 64 : 0);
			request.size = static_cast<u16>(i ? sizes[i] : total >= 0 ? total : sum);
			request.id = next_id++;
			request.flags = i + 1 < sizes.size() ? NETTXF_more_data : 0;
			if (i == 0)
				request.flags |= flags | (extras.empty() ? 0 : NETTXF_extra_info);
			front.post(request);
			for (size_t e = 0; i == 0 && e < extras.size(); e++)
				front.post(extras[e]);
		}
		front.push_requests();
	}
	Result<u32> run(u32 budget = 64) { return take(back, batch, budget, kLimits); }

	// The one packet of the batch.
	const Packet &only()
	{
		EXPECT_EQ(batch.packet_count, 1u);
		return batch.packets[0];
	}
	Fate fate(const std::vector<u32> &sizes, u16 flags = 0, const std::vector<ExtraInfo> &extras = {})
	{
		restart();
		post(sizes, flags, extras);
		const auto taken = run();
		EXPECT_TRUE(taken.ok()) << error_text(taken.error());
		return taken.ok() ? only().fate : Fate::no_memory;
	}
	Error error(const std::vector<u32> &sizes, const std::vector<ExtraInfo> &extras = {})
	{
		restart();
		post(sizes, 0, extras);
		return run().error();
	}
};

inline ExtraInfo gso(u16 size, u8 type, bool more = false)
{
	ExtraInfo extra{};
	extra.type = XEN_NETIF_EXTRA_TYPE_GSO;
	extra.flags = more ? XEN_NETIF_EXTRA_FLAG_MORE : 0;
	extra.u.gso.size = size;
	extra.u.gso.type = type;
	return extra;
}
inline ExtraInfo extra_of(u8 type, bool more = false)
{
	ExtraInfo extra{};
	extra.type = type;
	extra.flags = more ? XEN_NETIF_EXTRA_FLAG_MORE : 0;
	return extra;
}

// Every INVARIANT the rest of the pipeline relies on.
inline void check_sound(const Batch &batch)
{
	ASSERT_LE(batch.packet_count, kBatchPackets);
	ASSERT_LE(batch.slot_count, kBatchSlots);
	u32 slot = 0;
	for (u32 i = 0; i < batch.packet_count; i++) {
		const Packet &packet = batch.packets[i];
		ASSERT_EQ(packet.first_slot, slot);
		ASSERT_GE(packet.slot_count, 1u);
		slot += packet.slot_count;
		if (packet.fate != Fate::pending)
			continue;
		u32 sum = 0;
		for (u32 s = 0; s < packet.slot_count; s++) {
			const TxSlot &at = batch.slots[packet.first_slot + s];
			ASSERT_LE(at.offset + at.size, kPageSize);
			sum += at.size;
		}
		ASSERT_EQ(sum, packet.len);
		ASSERT_GE(packet.len, kEthHeader);
		ASSERT_LE(packet.slot_count, kLegacySlots + 1);
		ASSERT_LE(packet.gso_type, XEN_NETIF_GSO_TYPE_TCPV6);
		ASSERT_EQ(packet.gso(), packet.gso_size != 0);
	}
	ASSERT_EQ(slot, batch.slot_count);
}
} // namespace ringway::test
