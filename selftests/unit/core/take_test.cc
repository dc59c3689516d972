// SPDX-License-Identifier: GPL-2.0-only
// take: every shape of packet a guest can put on its ring, and what becomes of it.
#include "peer.hpp"
#include "core/take.hpp"
#include <gtest/gtest.h>
#include <numeric>
#include <random>
#include <vector>

using namespace ringway;
using namespace ringway::test;

namespace
{
constexpr TakeLimits kLimits{20};
constexpr u32 kFatalSlots = 22; // one, and more than kLimits.fatal_slots behind it

class Take : public testing::TestWithParam<u32>
{
protected:
	Page page;
	TxFrontRing front;
	TxBackRing back;
	Batch batch{};
	u16 next_id = 0;

	void SetUp() override { restart(); }
	void restart()
	{
		std::memset(page.data(), 0, kPageSize);
		front.init(page.data(), GetParam());
		back = {};
		ASSERT_TRUE(back.attach(page.data()).ok());
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
INSTANTIATE_TEST_SUITE_P(Starts, Take, testing::ValuesIn(kStarts));

ExtraInfo gso(u16 size, u8 type, bool more = false)
{
	ExtraInfo extra{};
	extra.type = XEN_NETIF_EXTRA_TYPE_GSO;
	extra.flags = more ? XEN_NETIF_EXTRA_FLAG_MORE : 0;
	extra.u.gso.size = size;
	extra.u.gso.type = type;
	return extra;
}
ExtraInfo extra_of(u8 type, bool more = false)
{
	ExtraInfo extra{};
	extra.type = type;
	extra.flags = more ? XEN_NETIF_EXTRA_FLAG_MORE : 0;
	return extra;
}

// Every INVARIANT the rest of the pipeline relies on.
void check_sound(const Batch &batch)
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

TEST_P(Take, NothingThere)
{
	EXPECT_EQ(run().value(), 0u);
	EXPECT_EQ(batch.packet_count, 0u);
	EXPECT_EQ(batch.slot_count, 0u);
}

TEST_P(Take, OneSlot)
{
	post({60}, NETTXF_csum_blank | NETTXF_data_validated);
	ASSERT_EQ(run().value(), 1u);
	EXPECT_EQ(only().len, 60u);
	EXPECT_EQ(only().slot_count, 1u);
	EXPECT_EQ(only().extra_count, 0u);
	EXPECT_EQ(only().flags, NETTXF_csum_blank | NETTXF_data_validated);
	EXPECT_EQ(only().fate, Fate::pending);
	EXPECT_FALSE(only().gso());
	EXPECT_EQ(batch.slots[0].gref, 1000 + GetParam());
	EXPECT_EQ(batch.slots[0].offset, 64u);
	EXPECT_EQ(batch.slots[0].size, 60u);
	EXPECT_EQ(batch.slots[0].id, 0u);
	EXPECT_EQ(back.req_cons(), GetParam() + 1);
}

TEST_P(Take, FlagsThatAreNotForUsAreDropped)
{
	post({60}, 0xff00 | NETTXF_csum_blank);
	ASSERT_EQ(run().value(), 1u);
	EXPECT_EQ(only().flags, NETTXF_csum_blank);
}

TEST_P(Take, SeveralSlots)
{
	post({100, 4096, 7});
	ASSERT_EQ(run().value(), 1u);
	EXPECT_EQ(only().len, 4203u);
	EXPECT_EQ(only().slot_count, 3u);
	EXPECT_EQ(batch.slots[0].size, 100u);
	EXPECT_EQ(batch.slots[1].size, 4096u);
	EXPECT_EQ(batch.slots[2].size, 7u);
	EXPECT_EQ(batch.slots[2].id, 2u);
	EXPECT_EQ(back.req_cons(), GetParam() + 3);
	check_sound(batch);
}

// --- how many slots ------------------------------------------------------------------------------------

// NB-11
TEST_P(Take, SlotCounts)
{
	for (u32 n = 1; n <= 30; n++)
		for (const u32 rest : {0u, 1u, 20u, 2000u}) {
			std::vector<u32> sizes(n, rest);
			sizes[0] = 64;
			SCOPED_TRACE(testing::Message() << n << " slots of " << rest);
			if (n >= kFatalSlots) {
				EXPECT_EQ(error(sizes), Error::too_many_slots);
			} else {
				EXPECT_EQ(fate(sizes), n <= kLegacySlots + 1 ? Fate::pending : Fate::bad);
				EXPECT_EQ(only().slot_count, n);
				EXPECT_EQ(back.req_cons(), GetParam() + n);
				check_sound(batch);
			}
		}
}

// NB-11
TEST_P(Take, FatalThresholdIsAParameter)
{
	std::vector<u32> sizes(40, 10);
	sizes[0] = 64;
	post(sizes);
	const auto taken = take(back, batch, 64, {60});
	ASSERT_TRUE(taken.ok());
	EXPECT_EQ(only().fate, Fate::bad);
	EXPECT_EQ(only().slot_count, 40u);
}

// Every way to cut a small frame: nothing overruns, and what is pending adds up.
// NB-12
TEST_P(Take, GridOfSlotsAndTotalLength)
{
	for (u32 n = 1; n <= 21; n++)
		for (u32 total = 0; total <= 300; total += total < 130 ? 1 : 17)
			for (const u32 tail : {0u, 1u, 7u}) {
				if (tail * (n - 1) > total)
					continue;
				std::vector<u32> sizes(n, tail);
				sizes[0] = total - tail * (n - 1);
				const Fate got = fate(sizes);
				const bool good = n <= kLegacySlots + 1 && sizes[0] >= kEthHeader;
				ASSERT_EQ(got, good ? Fate::pending : Fate::bad)
					<< n << " slots, " << total << " bytes, tail " << tail;
				check_sound(batch);
			}
}

TEST_P(Take, LargestPacket)
{
	std::vector<u32> sizes(16, 4096);
	sizes[0] = 4095;
	EXPECT_EQ(fate(sizes), Fate::pending);
	EXPECT_EQ(only().len, 65535u);
	check_sound(batch);
}

// --- sizes --------------------------------------------------------------------------------------------

// NB-09
TEST_P(Take, Runts)
{
	for (u32 size = 0; size < 20; size++)
		EXPECT_EQ(fate({size}), size < 14 ? Fate::bad : Fate::pending) << size;
}

// The first slot has to hold the Ethernet header, whatever follows.
// NB-09
TEST_P(Take, ShortFirstSlot)
{
	for (u32 size = 0; size < 20; size++)
		EXPECT_EQ(fate({size, 1000}), size < 14 ? Fate::bad : Fate::pending) << size;
}

// NB-13
TEST_P(Take, EmptySlots)
{
	for (u32 n = 2; n <= 19; n++)
		for (u32 empty = 0; empty < n; empty++) {
			std::vector<u32> sizes(n, 30);
			sizes[empty] = 0;
			EXPECT_EQ(fate(sizes), empty ? Fate::pending : Fate::bad) << empty << " of " << n;
			EXPECT_EQ(only().slot_count, n); // they are answered like the others
			check_sound(batch);
		}
	std::vector<u32> only_first(19, 0);
	only_first[0] = 60;
	EXPECT_EQ(fate(only_first), Fate::pending);
	EXPECT_EQ(fate(std::vector<u32>(19, 0)), Fate::bad);
}

// NB-07
TEST_P(Take, SlotsLargerThanTheFrame)
{
	// A frame of 64 KiB and a bit: the 16-bit total wrapped.
	std::vector<u32> sizes(17, 4096);
	sizes[16] = 100;
	EXPECT_EQ(fate(sizes), Fate::bad);
	EXPECT_EQ(only().slot_count, 17u);
	EXPECT_EQ(back.req_cons(), GetParam() + 17);

	for (const s32 claimed : {0, 13, 14, 99, 100, 113, 114}) {
		restart();
		post({50, 50, 50}, 0, {}, claimed);
		ASSERT_TRUE(run().ok()) << claimed;
		// The first slot's share is what is claimed less 100.
		EXPECT_EQ(only().fate, claimed >= 114 ? Fate::pending : Fate::bad) << claimed;
		EXPECT_EQ(only().slot_count, 3u);
		check_sound(batch);
	}
}

// NB-08
TEST_P(Take, FirstSlotClaimsMoreThanThereIs)
{
	restart();
	post({60, 40}, 0, {}, 3000); // the first slot's own size is 2960 then
	ASSERT_TRUE(run().ok());
	EXPECT_EQ(only().fate, Fate::pending);
	EXPECT_EQ(batch.slots[0].size, 2960u);
	check_sound(batch);
}

// NB-06
TEST_P(Take, SlotAtTheEdgeOfItsPage)
{
	struct Case {
		u16 offset, size;
		bool ok;
	};
	for (const Case c : {Case{0, 4096, true},
			     {1, 4095, true},
			     {4082, 14, true},
			     {1, 4096, false},
			     {4083, 14, false},
			     {4096, 14, false},
			     {65535, 14, false},
			     {65535, 65535, false},
			     {0, 4097, false},
			     {0, 65535, false}}) {
		restart();
		front.post(TxRequest{1, c.offset, 0, 0, c.size});
		front.push_requests();
		SCOPED_TRACE(testing::Message() << c.offset << "+" << c.size);
		EXPECT_EQ(run().error(), c.ok ? Error::none : Error::slot_cross_page);
		check_sound(batch);
	}
	// A slot behind the first: at every position.
	for (u32 n = 2; n <= 19; n++)
		for (const Case c : {Case{4095, 1, true},
				     {4096, 0, true},
				     {4096, 1, false},
				     {4095, 2, false},
				     {65535, 1, false}}) {
			restart();
			for (u32 i = 0; i < n; i++) {
				const bool last = i == n - 1;
				front.post(TxRequest{1, last ? c.offset : u16{0},
						     static_cast<u16>(last ? 0 : NETTXF_more_data), 0,
						     static_cast<u16>(i == 0 ? 400
								      : last ? c.size
									     : 4)});
			}
			front.push_requests();
			SCOPED_TRACE(testing::Message() << n << ": " << c.offset << "+" << c.size);
			EXPECT_EQ(run().error(), c.ok ? Error::none : Error::slot_cross_page);
		}
}

// NB-10
TEST_P(Take, PromisedSlotIsMissing)
{
	for (u32 n = 1; n <= 19; n++) {
		restart();
		for (u32 i = 0; i < n; i++)
			front.post(TxRequest{1, 0, NETTXF_more_data, 0, static_cast<u16>(i ? 4 : 400)});
		front.push_requests();
		EXPECT_EQ(run().error(), Error::slot_missing) << n;
	}
	// The ring is full of one packet that never ends: the threshold comes first.
	restart();
	for (u32 i = 0; i < 256; i++)
		front.post(TxRequest{1, 0, NETTXF_more_data, 0, static_cast<u16>(i ? 4 : 4000)});
	front.push_requests();
	EXPECT_EQ(run().error(), Error::too_many_slots);
}

// --- extra infos -----------------------------------------------------------------------------------------

TEST_P(Take, Gso)
{
	for (const u8 type : {XEN_NETIF_GSO_TYPE_TCPV4, XEN_NETIF_GSO_TYPE_TCPV6})
		for (const u16 size : {1, 536, 1448, 65535}) {
			EXPECT_EQ(fate({100, 4096, 4096}, NETTXF_csum_blank, {gso(size, type)}),
				  Fate::pending);
			EXPECT_EQ(only().gso_type, type);
			EXPECT_EQ(only().gso_size, size);
			EXPECT_EQ(only().extra_count, 1u);
			EXPECT_EQ(only().slot_count, 3u);
			EXPECT_EQ(back.req_cons(), GetParam() + 4);
			check_sound(batch);
		}
}

// NB-16
TEST_P(Take, GsoThatIsNone)
{
	EXPECT_EQ(error({100}, {gso(0, XEN_NETIF_GSO_TYPE_TCPV4)}), Error::gso_invalid);
	EXPECT_EQ(error({100}, {gso(0, XEN_NETIF_GSO_TYPE_TCPV6)}), Error::gso_invalid);
	EXPECT_EQ(error({100}, {gso(1448, XEN_NETIF_GSO_TYPE_NONE)}), Error::gso_invalid);
	for (u32 type = 3; type < 256; type++)
		EXPECT_EQ(error({100}, {gso(1448, static_cast<u8>(type))}), Error::gso_invalid) << type;
}

// NB-15
TEST_P(Take, ExtraTypes)
{
	for (u32 type = 0; type < 256; type++) {
		if (type == XEN_NETIF_EXTRA_TYPE_GSO)
			continue;
		SCOPED_TRACE(type);
		if (type == XEN_NETIF_EXTRA_TYPE_NONE || type >= kExtraTypeCount) {
			EXPECT_EQ(error({100}, {extra_of(static_cast<u8>(type))}), Error::extra_unknown);
			continue;
		}
		const bool multicast =
			type == XEN_NETIF_EXTRA_TYPE_MCAST_ADD || type == XEN_NETIF_EXTRA_TYPE_MCAST_DEL;
		EXPECT_EQ(fate({100}, 0, {extra_of(static_cast<u8>(type))}),
			  multicast ? Fate::done : Fate::pending);
		EXPECT_EQ(batch.change_count, multicast);
	}
}

// NB-15
TEST_P(Take, ExtraIsMissing)
{
	front.post(TxRequest{1, 0, NETTXF_extra_info, 0, 60});
	front.push_requests();
	EXPECT_EQ(run().error(), Error::slot_missing);
}

// NB-15
TEST_P(Take, ExtrasThatNeverEnd)
{
	for (u32 n = 1; n <= 255; n += n < 8 ? 1 : 31) {
		restart();
		front.post(TxRequest{1, 0, NETTXF_extra_info, 0, 60});
		for (u32 i = 0; i < n; i++)
			front.post(gso(1448, XEN_NETIF_GSO_TYPE_TCPV4, true));
		front.push_requests();
		EXPECT_EQ(run().error(), Error::slot_missing) << n;
	}
}

// NB-15
TEST_P(Take, RepeatedExtraTheLastWins)
{
	std::vector<ExtraInfo> extras;
	for (u16 i = 1; i <= 255; i++)
		extras.push_back(
			gso(i, i % 2 ? XEN_NETIF_GSO_TYPE_TCPV4 : XEN_NETIF_GSO_TYPE_TCPV6, i < 255));
	EXPECT_EQ(fate({100}, 0, extras), Fate::pending);
	EXPECT_EQ(only().extra_count, 255u);
	EXPECT_EQ(only().gso_size, 255u);
	EXPECT_EQ(only().gso_type, XEN_NETIF_GSO_TYPE_TCPV4);
	EXPECT_EQ(back.req_cons(), GetParam() + 256);
}

TEST_P(Take, HashIsKept)
{
	ExtraInfo hash = extra_of(XEN_NETIF_EXTRA_TYPE_HASH);
	hash.u.hash.type = 2;
	const u32 value = 0x11223344;
	std::memcpy(hash.u.hash.value, &value, sizeof value);
	EXPECT_EQ(fate({100}, 0, {hash}), Fate::pending);
	EXPECT_EQ(only().hash, value);
	EXPECT_EQ(only().hash_type, 3u);
}

TEST_P(Take, MulticastControlIsAnsweredAndNoPacket)
{
	const auto add = extra_of(XEN_NETIF_EXTRA_TYPE_MCAST_ADD, true);
	EXPECT_EQ(fate({100}, 0, {add, gso(1448, XEN_NETIF_GSO_TYPE_TCPV4)}), Fate::done);
	EXPECT_EQ(only().extra_count, 2u);
	ASSERT_EQ(batch.change_count, 1u);
	EXPECT_EQ(batch.changes[0].packet, 0u);
	EXPECT_TRUE(batch.changes[0].add);
}

// Of several addresses the last one counts, and adding counts more than taking off.
TEST_P(Take, MulticastControlOfSeveralExtras)
{
	const auto change = [](u8 type, u8 last, bool more) {
		ExtraInfo extra = extra_of(type, more);
		const u8 address[6] = {1, 0, 0x5e, 0, 0, last};
		std::memcpy(extra.u.mcast.addr, address, sizeof address);
		return extra;
	};
	constexpr u8 kAdd = XEN_NETIF_EXTRA_TYPE_MCAST_ADD, kDel = XEN_NETIF_EXTRA_TYPE_MCAST_DEL;
	struct {
		std::vector<ExtraInfo> extras;
		bool add;
		u8 last;
	} const cases[] = {
		{{change(kAdd, 1, true), change(kAdd, 2, false)}, true, 2},
		{{change(kDel, 1, true), change(kDel, 2, false)}, false, 2},
		{{change(kAdd, 1, true), change(kDel, 2, false)}, true, 1},
		{{change(kDel, 1, true), change(kAdd, 2, false)}, true, 2},
	};
	for (const auto &one : cases) {
		EXPECT_EQ(fate({100}, 0, one.extras), Fate::done);
		ASSERT_EQ(batch.change_count, 1u);
		EXPECT_EQ(batch.changes[0].add, one.add);
		EXPECT_EQ(batch.changes[0].address, mac_of(1, 0, 0x5e, 0, 0, one.last));
	}
}

// A dummy request's size, place and further slots mean nothing: what follows is a packet of its own.
TEST_P(Take, MulticastControlHasNoFurtherSlots)
{
	restart();
	front.post(TxRequest{1, 4000, NETTXF_extra_info | NETTXF_more_data, 7, 500});
	front.post(extra_of(XEN_NETIF_EXTRA_TYPE_MCAST_DEL));
	post({60});
	ASSERT_EQ(run().value(), 2u);
	EXPECT_EQ(batch.packets[0].fate, Fate::done);
	EXPECT_EQ(batch.packets[0].slots_on_ring(), 2u);
	EXPECT_EQ(batch.packets[1].fate, Fate::pending);
	EXPECT_EQ(batch.packets[1].len, 60u);
	ASSERT_EQ(batch.change_count, 1u);
	EXPECT_FALSE(batch.changes[0].add);
}

// As many as a batch holds, and the next batch begins with none.
TEST_P(Take, MulticastControlFillsABatch)
{
	restart();
	for (u32 i = 0; i < kBatchPackets; i++) {
		front.post(TxRequest{1, 0, NETTXF_extra_info, 7, 60});
		front.post(extra_of(XEN_NETIF_EXTRA_TYPE_MCAST_ADD));
	}
	post({60});
	ASSERT_EQ(run().value(), kBatchPackets);
	EXPECT_EQ(batch.change_count, kBatchPackets);
	EXPECT_EQ(batch.changes[kBatchPackets - 1].packet, kBatchPackets - 1);
	ASSERT_EQ(run().value(), 1u);
	EXPECT_EQ(batch.change_count, 0u);
}

// --- batches and bounds
// -------------------------------------------------------------------------------------

TEST_P(Take, BudgetAndBatchLimits)
{
	for (const u32 budget : {1u, 2u, 63u, 64u, 65u, 1000u}) {
		restart();
		for (int i = 0; i < 100; i++)
			post({60});
		const u32 expected = budget < 64 ? budget : 64;
		ASSERT_EQ(run(budget).value(), expected);
		EXPECT_EQ(back.req_cons(), GetParam() + expected);
		check_sound(batch);
	}
	restart();
	EXPECT_EQ(run(0).value(), 0u);
}

TEST_P(Take, RingFullOfLargePackets)
{
	restart();
	u32 slots = 0;
	for (int i = 0; i < 13; i++, slots += 19)
		post(std::vector<u32>(19, 100));
	post(std::vector<u32>(256 - slots, 100));
	ASSERT_EQ(run().value(), 14u);
	EXPECT_EQ(batch.slot_count, 256u);
	check_sound(batch);
	EXPECT_EQ(run().value(), 0u); // nothing answered yet: no room
}

TEST_P(Take, WorkIsBoundedByWhatWasThereAtTheStart)
{
	for (int i = 0; i < 10; i++)
		post({60});
	// The peer posts more with every read.
	BeforeRead eager([&](u32) { page.header().req_prod = GetParam() + 250; });
	const auto taken = run();
	ASSERT_TRUE(taken.ok() || taken.error() == Error::slot_missing);
	EXPECT_LE(eager.reads(), 1 + 250 * 3u);
}

// NB-01
TEST_P(Take, InsaneRequestIndexCostsOneRead)
{
	for (const u32 ahead : {257u, 0x80000000u, 0xffffffffu}) {
		page.header().req_prod = GetParam() + ahead;
		BeforeRead reads;
		EXPECT_EQ(run().error(), Error::ring_index);
		EXPECT_EQ(reads.reads(), 1u);
		EXPECT_EQ(back.req_cons(), GetParam());
	}
}

// XSA-155: each word of a slot is read exactly once, so there is nothing to change in between.
// NB-05
TEST_P(Take, EachWordIsReadOnce)
{
	post({60});
	post({100, 200, 300});
	post({100, 4096}, 0,
	     {extra_of(XEN_NETIF_EXTRA_TYPE_HASH, true), gso(1448, XEN_NETIF_GSO_TYPE_TCPV4)});
	BeforeRead reads;
	ASSERT_TRUE(run().ok());
	const u32 requests = 1 + 3 + 2, extras = 2;
	EXPECT_EQ(reads.reads(), 1 + requests * sizeof(TxRequest) / 4 + extras * sizeof(ExtraInfo) / 4);
}

// A peer that rewrites the whole page before every read: whatever comes out is sound in itself.
// NB-03, NB-04
TEST_P(Take, PeerThatChangesEverythingAllTheTime)
{
	std::mt19937 random(GetParam() + 1);
	for (int round = 0; round < 400; round++) {
		restart();
		front.post(TxRequest{});
		const u32 posted = 1 + random() % 256;
		BeforeRead evil([&](u32 nth) {
			if (nth == 0) {
				page.header().req_prod = GetParam() + posted;
				return;
			}
			page.header().req_prod = static_cast<u32>(random());
			const u32 i = random() % 256;
			auto *request = page.slot<TxRequest>(i);
			auto *next = page.slot<TxRequest>(back.req_cons() + random() % 4);
			*request = {static_cast<u32>(random()), static_cast<u16>(random() % 4200),
				    static_cast<u16>(random() % 16), 0, static_cast<u16>(random() % 5000)};
			*next = *request;
			if (random() % 4 == 0) {
				auto *extra = page.slot<TxRequest, ExtraInfo>(back.req_cons() + 1);
				*extra = gso(static_cast<u16>(random() % 3), static_cast<u8>(random() % 4),
					     random() % 2);
			}
		});
		(void)run();
		EXPECT_LE(evil.reads(), 1 + posted * 3);
		check_sound(batch);
	}
}

// All fields of every slot random: no crash, and sound in itself. (ASan watches the arrays.)
// RL-07
TEST_P(Take, RandomRings)
{
	std::mt19937 random(GetParam() + 7);
	u32 good = 0, fatal = 0;
	for (int round = 0; round < 2000; round++) {
		restart();
		const u32 posted = random() % 257;
		const u32 wild = random() % 6; // 0: nothing but noise
		for (u32 i = 0; i < posted; i++) {
			TxRequest r{static_cast<u32>(random()), static_cast<u16>(random()),
				    static_cast<u16>(random()), static_cast<u16>(random()),
				    static_cast<u16>(random())};
			if (wild) {
				r.offset %= 2000;
				r.size = static_cast<u16>(60 + r.size % 1000);
				r.flags &= r.id % 8 == 0 ? NETTXF_more_data | NETTXF_csum_blank
							 : NETTXF_csum_blank;
				if (r.flags & NETTXF_more_data)
					r.size = static_cast<u16>(1500 + r.size);
			}
			front.post(r);
		}
		front.push_requests();
		for (;;) {
			const auto taken = run(1 + random() % 64);
			check_sound(batch);
			if (!taken.ok()) {
				fatal++;
				break;
			}
			if (!taken.value())
				break;
			good++;
		}
	}
	EXPECT_GT(good, 100u); // both kinds were met
	EXPECT_GT(fatal, 100u);
}

// What a peer does to the rest of the page is nothing to us.
// NB-26
TEST_P(Take, ResponseIndicesOfThePeerDoNotMatter)
{
	post({60});
	page.header().rsp_prod = 12345;
	page.header().req_event = 12345;
	page.header().rsp_event = 12345;
	ASSERT_EQ(run().value(), 1u);
	EXPECT_EQ(only().fate, Fate::pending);
}

// NB-24
TEST_P(Take, SameIdAndGrantInEverySlot)
{
	for (int i = 0; i < 64; i++)
		front.post(TxRequest{42, 0, 0, 7, 60});
	front.push_requests();
	ASSERT_EQ(run().value(), 64u);
	for (u32 i = 0; i < 64; i++) {
		EXPECT_EQ(batch.packets[i].fate, Fate::pending);
		EXPECT_EQ(batch.slots[i].id, 7u);
		EXPECT_EQ(batch.slots[i].gref, 42u);
	}
}
} // namespace
