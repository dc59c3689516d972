// SPDX-License-Identifier: GPL-2.0-only
// place: room in front of the data of each slot, and several extra infos behind the first slot.
#include "peer.hpp"
#include "core/place.hpp"
#include <gtest/gtest.h>
#include <vector>

using namespace ringway;
using namespace ringway::test;

namespace
{
// A guest's ring, and what would be copied into its buffers: by slot, offset and length.
struct World : RxEnds {
	CopyBatch<512> copies;
	RxPending pending;

	World()
	{
		EXPECT_TRUE(restart(0xfffffff0));
		for (u32 i = 0; i < RxFrontRing::kSize; i++)
			front.post(RxRequest{static_cast<u16>(i), 0, i});
		front.push_requests();
	}

	// One packet made of full pages, placed and looked at; slots it took.
	u32 check(const RxMeta &meta)
	{
		SCOPED_TRACE(testing::Message() << meta.len << " bytes behind " << meta.headroom);
		SourcePiece piece[17];
		u32 pieces = 0;
		for (u32 left = meta.len; left; left -= piece[pieces++].len)
			piece[pieces] = {{pieces + 1000, DOMID_SELF, 0, false},
					 static_cast<u16>(left < kPageSize ? left : kPageSize)};
		const u32 slots = rx_slots_needed(meta), at = back.req_cons();
		EXPECT_LE(slots, 64u); // a ring holds it four times
		place_packet(back, 7, meta, piece, copies, pending);
		EXPECT_EQ(back.req_cons() - at, slots);
		EXPECT_EQ(pending.count, slots);
		EXPECT_LE(copies.count(), rx_copy_ops_bound(pieces, slots));
		look(meta);
		copies.clear();
		pending.clear();
		return slots;
	}

	void look(const RxMeta &meta)
	{
		const u32 extras = meta.extras();
		u32 placed = 0;
		for (u32 s = 0; s < pending.count; s++) {
			if (s && s <= extras)
				continue;
			const RxResponse &r = pending.response[s];
			const bool last = s == pending.count - 1 || (!s && extras + 1 == pending.count);
			EXPECT_EQ(r.offset, meta.headroom);
			EXPECT_GT(r.status, 0); // every slot gets on
			EXPECT_LE(r.offset + r.status, static_cast<int>(kPageSize));
			EXPECT_EQ(r.flags, (last ? 0 : NETRXF_more_data) |
						   (!s && extras ? NETRXF_extra_info : 0) |
						   (s ? 0 : meta.flags));
			placed += static_cast<u32>(r.status);
		}
		EXPECT_EQ(placed, meta.len);
		u32 copied = 0, before = 0;
		copies.run(
			[&](gnttab_copy *op, u32 n) {
				for (u32 i = 0; i < n; i++) {
					// Within a slot without a gap, from where the headroom ends.
					if (i && op[i].dest.u.ref == op[i - 1].dest.u.ref)
						EXPECT_EQ(op[i].dest.offset, before);
					else
						EXPECT_EQ(op[i].dest.offset, meta.headroom);
					before = op[i].dest.offset + op[i].len;
					EXPECT_LE(before, kPageSize);
					copied += op[i].len;
					op[i].status = GNTST_okay;
				}
			},
			[](u16) { FAIL(); });
		EXPECT_EQ(copied, meta.len);
	}
};

// NB-34: whatever headroom a vif can have, every slot makes progress and the largest packet fits a ring.
TEST(PlaceExtras, EveryHeadroom)
{
	std::vector<std::unique_ptr<World>> world;
	u32 used = RxFrontRing::kSize;
	for (u32 headroom = 0; headroom <= kMaxHeadroom; headroom++) {
		const u32 room = kPageSize - headroom;
		for (const u32 len : {1u, 14u, 60u, room - 1, room, room + 1, 2 * room, 65535u}) {
			RxMeta meta{len, NETRXF_data_validated, XEN_NETIF_GSO_TYPE_NONE, 0};
			meta.headroom = static_cast<u16>(headroom);
			if (used + rx_slots_needed(meta) > RxFrontRing::kSize) {
				world.clear();
				world.push_back(std::make_unique<World>());
				used = 0;
			}
			used += world.back()->check(meta);
			if (HasFailure())
				return;
		}
	}
	RxMeta largest{65535, 0, XEN_NETIF_GSO_TYPE_TCPV4, 1448};
	largest.headroom = kMaxHeadroom;
	largest.hash_type = 1;
	EXPECT_EQ(rx_slots_needed(largest), 35u);
}

// Which extra infos there are, in which order, and that each but the last announces the next.
TEST(PlaceExtras, EveryCombination)
{
	for (u32 mask = 0; mask < 8; mask++)
		for (const u32 len : {60u, 9000u}) {
			SCOPED_TRACE(mask);
			World world;
			RxMeta meta{len, 0, static_cast<u8>(mask & 1 ? XEN_NETIF_GSO_TYPE_TCPV6 : 0), 1440};
			meta.hash_type = mask & 2 ? 4 : 0;
			meta.hash = 0x12345678;
			meta.headroom = mask & 4 ? 256 : 0;
			std::vector<SourcePiece> piece;
			for (u32 left = len; left; left -= piece.back().len)
				piece.push_back({{1, DOMID_SELF, 0, false},
						 static_cast<u16>(left < kPageSize ? left : kPageSize)});
			place_packet(world.back, 7, meta, piece.data(), world.copies, world.pending);
			std::vector<u8> types;
			for (u32 i = 1; i <= meta.extras(); i++) {
				const ExtraInfo &extra = world.pending.extra[i];
				types.push_back(extra.type);
				EXPECT_EQ(extra.flags, i < meta.extras() ? XEN_NETIF_EXTRA_FLAG_MORE : 0);
				if (extra.type == XEN_NETIF_EXTRA_TYPE_GSO) {
					EXPECT_EQ(extra.u.gso.size, 1440u);
					EXPECT_EQ(extra.u.gso.type, XEN_NETIF_GSO_TYPE_TCPV6);
				} else if (extra.type == XEN_NETIF_EXTRA_TYPE_HASH) {
					u32 value;
					std::memcpy(&value, extra.u.hash.value, sizeof value);
					EXPECT_EQ(value, 0x12345678u);
					EXPECT_EQ(extra.u.hash.type, 3u);
					EXPECT_EQ(extra.u.hash.algorithm, 1u);
				} else {
					EXPECT_EQ(extra.u.pad[0], 256u);
					EXPECT_EQ(extra.u.pad[1] | extra.u.pad[2], 0u);
				}
			}
			std::vector<u8> expected;
			if (mask & 1)
				expected.push_back(XEN_NETIF_EXTRA_TYPE_GSO);
			if (mask & 2)
				expected.push_back(XEN_NETIF_EXTRA_TYPE_HASH);
			if (mask & 4)
				expected.push_back(kExtraTypeXdp);
			EXPECT_EQ(types, expected);
			world.look(meta);
		}
}
} // namespace
