// SPDX-License-Identifier: GPL-2.0-only
// Whose turn it is: what one poll may take, and what several queues get of one CPU.
#include "fake.hpp"
#include "netback/from_guest/turn.hpp"

using namespace ringway;
using namespace ringway::test;

namespace
{
constexpr Send kGso{{}, NETTXF_csum_blank, XEN_NETIF_GSO_TYPE_TCPV4, 1448};

class Fair : public TwoGuests
{
protected:
	void drain_b()
	{
		b.receive();
		if (b.queue[0].rx.free_slots() > 30)
			b.post_buffers(b.queue[0].rx.free_slots());
	}
	u64 taken() { return a.back().from_guest_stats.bytes; }
};

TEST_F(Fair, SmallPacketsGetWholeBatches)
{
	b.post_buffers(250);
	for (u32 i = 0; i < 100; i++)
		a.post(make_frame(1514, i));
	a.push();
	host->poll_tx(*a.back().host);
	EXPECT_EQ(a.back().from_guest_stats.packets, 64u);
	EXPECT_EQ(a.back().from_guest_stats.turns_passed, 0u);
}

// Five packets of 64 KiB fit the ring and the share only in part; the poll passes its turn, and says so.
TEST_F(Fair, LargePacketsEndTheTurnEarly)
{
	b.post_buffers(250);
	for (u32 i = 0; i < 14; i++)
		a.post(make_frame(65535, i), kGso);
	a.push();
	host->poll_tx(*a.back().host);
	EXPECT_EQ(a.back().from_guest_stats.packets, 5u); // the fifth goes beyond 256 KiB
	EXPECT_EQ(a.back().overdrawn, 5u * 65535 - kPollShare);
	EXPECT_EQ(a.back().from_guest_stats.turns_passed, 1u);
}

// What was taken beyond the share is paid back: over many turns it is the share, to a packet.
TEST_F(Fair, TheShareIsExactInTheLongRun)
{
	u64 turns = 0, sent = 0;
	for (; turns < 200; turns++) {
		while (a.queue[0].tx.free_slots() > 20)
			a.post(make_frame(40000 + static_cast<u32>(sent++ * 7919 % 25000), 1), kGso);
		a.push();
		drain_b();
		host->poll_tx(*a.back().host);
		a.responses();
	}
	EXPECT_EQ(a.back().from_guest_stats.turns_passed, turns);
	EXPECT_NEAR(static_cast<double>(taken()), static_cast<double>(turns * kPollShare), 65536.0);
}

// Nothing is owed once the ring is empty: nobody waits behind an idle guest.
TEST_F(Fair, AnEmptyRingOwesNothing)
{
	b.post_buffers(250);
	for (u32 i = 0; i < 5; i++)
		a.post(make_frame(65535, i), kGso);
	a.push();
	host->poll_tx(*a.back().host);
	EXPECT_EQ(a.back().from_guest_stats.packets, 5u);
	EXPECT_EQ(a.back().overdrawn, 0u);
	EXPECT_EQ(a.back().from_guest_stats.turns_passed, 0u);
}

// NB-16: what only the switch knows how to flood is paid for by the sender, too.
TEST_F(Fair, FloodsThatTheSwitchMakesArePaidFor)
{
	a.port.decide = [](const brlite_frame &) {
		return brlite_verdict{BRLITE_FLOOD, BRLITE_FLOODED, BRLITE_VIA_SKB};
	};
	a.port.flooded_to = 200;
	for (u32 i = 0; i < 64; i++)
		a.post(make_frame(60, i));
	a.push();
	host->poll_tx(*a.back().host);
	EXPECT_EQ(a.back().from_guest_stats.turns_passed, 1u);
	EXPECT_EQ(a.back().overdrawn, 199u * kPollShare + 64u * 60 - kPollShare);
}

// What is owed stays owed while the sender is held back because its copies wait; a pause pays for a turn.
TEST_F(Fair, APauseDoesNotForgiveWhatIsOwed)
{
	std::vector<sk_buff *> kept;
	a.port.decide = [](const brlite_frame &) {
		return brlite_verdict{BRLITE_FLOOD, BRLITE_FLOODED, BRLITE_VIA_SKB};
	};
	a.port.flooded_to = 200;
	a.port.keeps = &kept;
	host_params.queue_bytes = 1;
	for (u32 i = 0; i < 64; i++)
		a.post(make_frame(60, i));
	a.push();
	host->poll_tx(*a.back().host);
	const u32 owed = 199u * kPollShare + 64u * 60 - kPollShare;
	EXPECT_EQ(a.back().overdrawn, owed);
	host->poll_tx(*a.back().host);
	EXPECT_EQ(a.back().overdrawn, owed - kPollShare);
	for (sk_buff *skb : kept)
		free_skb(skb);
}

// A poll that passed its turn is not completed: the rest arrives without another event.
TEST_F(Fair, NothingIsLeftBehind)
{
	b.post_buffers(250);
	for (u32 i = 0; i < 14; i++)
		a.post(make_frame(65535, i), kGso);
	a.push();
	host->settle();
	const auto got = b.receive();
	ASSERT_EQ(got.size(), 14u);
	for (u32 i = 0; i < 14; i++)
		EXPECT_EQ(got[i].bytes, make_frame(65535, i));
	expect_answers(a, 14 * 16);
}
} // namespace
