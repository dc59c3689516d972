// SPDX-License-Identifier: GPL-2.0-only
// A run of one-slot packets is what place_packet() makes of each of them: the same operations, the same
// responses, and the same slot is blamed for an operation that fails.
#include "peer.hpp"
#include "core/place.hpp"
#include <gtest/gtest.h>
#include <cstring>
#include <optional>
#include <random>
#include <vector>

using namespace ringway;
using namespace ringway::test;

namespace
{
constexpr u16 kGuest = 5;

// One of the two ways to do it, with all it works on.
struct Way : RxEnds {
	CopyBatch<512> copies;
	RxPending pending;

	explicit Way(u32 start)
	{
		EXPECT_TRUE(restart(start));
		for (u32 i = 0; i < RxFrontRing::kSize; i++)
			front.post(RxRequest{static_cast<u16>(0xffff - i), 0, 0xf0000000 + i});
		front.push_requests();
	}
	// Runs the copies, of which each `every`th is refused; the operations as the hypervisor got them.
	std::vector<gnttab_copy> flush(u32 every)
	{
		std::vector<gnttab_copy> seen;
		copies.run(
			[&](gnttab_copy *op, u32 n) {
				seen.assign(op, op + n);
				for (u32 i = 0; i < n; i++)
					op[i].status = i % every ? GNTST_okay : GNTST_bad_gntref;
			},
			[&](u16 slot) { place_failed(pending, slot); });
		place_respond(back, pending);
		back.push_responses();
		return seen;
	}
};

struct Case {
	OwnPlace from;
	RxMeta meta;
};

std::vector<Case> packets(std::mt19937 &random)
{
	std::vector<Case> all(1 + random() % 64);
	for (Case &one : all) {
		const u32 len = 1 + random() % kPageSize;
		const u16 flags[] = {0, NETRXF_data_validated, NETRXF_data_validated | NETRXF_csum_blank};
		one.from = {(u64{1} << 40) + random(), static_cast<u16>(random() % (kPageSize - len + 1))};
		one.meta = RxMeta{len, flags[random() % 3], XEN_NETIF_GSO_TYPE_NONE, 0};
		if (random() % 8 == 0) { // one that no run takes
			one.meta.gso_type = XEN_NETIF_GSO_TYPE_TCPV4;
			one.meta.gso_size = 1448;
		}
	}
	return all;
}

void place_slowly(Way &way, const Case &one)
{
	const SourcePiece piece{{one.from.frame, DOMID_SELF, one.from.offset, false},
				static_cast<u16>(one.meta.len)};
	place_packet(way.back, kGuest, one.meta, &piece, way.copies, way.pending);
}

void compare(const std::vector<gnttab_copy> &a, const std::vector<gnttab_copy> &b)
{
	ASSERT_EQ(a.size(), b.size());
	for (size_t i = 0; i < a.size(); i++) {
		EXPECT_EQ(a[i].source.u.gmfn, b[i].source.u.gmfn) << i;
		EXPECT_EQ(a[i].source.domid, b[i].source.domid) << i;
		EXPECT_EQ(a[i].source.offset, b[i].source.offset) << i;
		EXPECT_EQ(a[i].dest.u.ref, b[i].dest.u.ref) << i;
		EXPECT_EQ(a[i].dest.domid, b[i].dest.domid) << i;
		EXPECT_EQ(a[i].dest.offset, b[i].dest.offset) << i;
		EXPECT_EQ(a[i].len, b[i].len) << i;
		EXPECT_EQ(a[i].flags, b[i].flags) << i;
		EXPECT_EQ(a[i].status, b[i].status) << i;
	}
}
} // namespace

TEST(PlaceRun, IsWhatPlacePacketDoes)
{
	std::mt19937 random{7};
	for (u32 round = 0; round < 500; round++) {
		const u32 start = round % 2 ? random() : 0xffffffe0 + round;
		auto one = std::make_unique<Way>(start), other = std::make_unique<Way>(start);
		const auto all = packets(random);
		using Run = OneSlotRun<RxBackRing, CopyBatch<512>>;
		std::optional<Run> run;
		for (const Case &packet : all) {
			place_slowly(*other, packet);
			if (packet.meta.gso()) {
				if (run)
					run->finish();
				run.reset();
				place_slowly(*one, packet);
				continue;
			}
			if (!run)
				run.emplace(one->back, kGuest, one->copies, one->pending);
			run->place(packet.from, static_cast<u16>(packet.meta.len), packet.meta.flags);
		}
		if (run)
			run->finish();
		ASSERT_EQ(one->copies.count(), other->copies.count());
		ASSERT_EQ(one->pending.count, other->pending.count);
		EXPECT_EQ(one->back.req_cons(), other->back.req_cons());
		const u32 every = 1 + random() % 9;
		compare(one->flush(every), other->flush(every));
		EXPECT_EQ(std::memcmp(one->page.data(), other->page.data(), kPageSize), 0)
			<< "the ring itself";
	}
}

TEST(PlaceRun, NothingPlacedIsNothingTaken)
{
	auto way = std::make_unique<Way>(0);
	OneSlotRun run(way->back, kGuest, way->copies, way->pending);
	run.finish();
	EXPECT_EQ(way->back.req_cons(), 0u);
	EXPECT_EQ(way->copies.count(), 0u);
	EXPECT_EQ(way->pending.count, 0u);
}
