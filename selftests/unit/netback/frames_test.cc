// SPDX-License-Identifier: GPL-2.0-only
// Which page a copy names: those of an skb that belong to another guest, and our own after they have moved.
#include "fake.hpp"

using namespace ringway;
using namespace ringway::test;

namespace
{
class Frames : public TwoGuests
{
};

// dom0 sends what it has mapped from a third guest, such as its disk's blocks to a storage guest: headers of
// its own, the rest by grant.
TEST_F(Frames, PagesOfAnotherGuestAreCopiedByTheirGrants)
{
	Guest c{7};
	for (const u32 len : {200u, 3000u, 9000u, 60000u}) {
		b.post_buffers(17);
		host->settle();
		const Bytes frame = make_frame(len, len);
		const u32 headers = len < 3000 ? len / 2 : 54;
		sk_buff *skb = make_skb(Bytes(frame.begin(), frame.begin() + headers));
		for (u32 done = headers; done < len;) {
			const u32 n = len - done < kPageSize ? len - done : kPageSize;
			const u32 offset = (kPageSize - n) / 2;
			const u32 gref = c.grant(&frame[done], n, offset, true);
			skb->parts.push_back({c.page_of(gref), offset, n, std::pair{c.domain, gref}});
			done += n;
		}
		ASSERT_EQ(netback_xmit(b.dev.vif, skb, 0), NETBACK_TAKEN);
		host->settle();
		const auto got = b.receive();
		ASSERT_EQ(got.size(), 1u);
		EXPECT_FALSE(got[0].error);
		EXPECT_EQ(got[0].bytes, frame);
		// What is left of the buffers does not matter to the next length.
		while (b.back().to_guest_ring.unconsumed().value()) {
			a.send(make_frame(100));
			host->settle();
		}
		b.receive();
		a.responses();
	}
	EXPECT_EQ(b.back().to_guest_stats.copy_failed, 0u);
}

// This domain is saved and restored: the staging pages are where they were, their machine frames are others.
// On a CPU that has none yet, nothing is to do.
TEST_F(Frames, StagingPagesMoveWithTheDomain)
{
	for (u32 round = 0; round < 3; round++) {
		b.post_buffers(64);
		for (u32 i = 0; i < 40; i++)
			a.post(make_frame(1400, i));
		a.push();
		host->settle();
		const auto got = b.receive();
		ASSERT_EQ(got.size(), 40u);
		for (u32 i = 0; i < 40; i++)
			EXPECT_EQ(got[i].bytes, make_frame(1400, i));
		a.responses();
		host->move_frames(1000003);
		netback_lanes_resumed();
	}
}
} // namespace
