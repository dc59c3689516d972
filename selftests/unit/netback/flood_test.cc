// SPDX-License-Identifier: GPL-2.0-only
// Frames for everybody, and the rate limit of a vif.
#include "fake.hpp"
#include "netback/from_guest/turn.hpp"

using namespace ringway;
using namespace ringway::test;

namespace
{
class Flood : public testing::Test
{
protected:
	Host machine;
	Guest a{1}, b{2}, c{3};
	brlite_port uplink;
	u16 flags = 0;

	void SetUp() override
	{
		for (Guest *g : {&a, &b, &c})
			g->connect();
		a.join_switch([this](const brlite_frame &) {
			return brlite_verdict{BRLITE_FLOOD, BRLITE_FLOODED, flags, 0, nullptr, nullptr};
		});
		a.port.flood = {&a.port, &b.port, &uplink, &c.port};
	}
	// The guest's first turn, with `frames` for everybody in its ring: one batch of them.
	void first_turn_of(u32 frames)
	{
		for (Guest *g : {&b, &c})
			g->post_buffers(200);
		for (u32 i = 0; i < frames; i++)
			a.post(make_frame(60, i));
		a.push();
		host->poll_tx(*a.back().host);
		EXPECT_EQ(a.back().from_guest_stats.packets, 64u);
	}
	u32 to_uplink() const
	{
		u32 n = 0;
		for (const Forwarded &f : a.port.forwarded)
			n += f.kind == Forwarded::forward && f.verdict.port == &uplink;
		return n;
	}
	std::string answers()
	{
		std::string out;
		for (const TxResponse &r : a.responses())
			out += r.status == NETIF_RSP_OKAY ? 'O' : r.status == NETIF_RSP_NULL ? 'N' : 'E';
		return out;
	}
};

// A frame for three ports costs dom0 three deliveries, and the sender three parts of its turn: others wait no
// longer behind a batch of broadcasts than behind any other.
TEST_F(Flood, EachCopyIsPaidFor)
{
	first_turn_of(128);
	const u32 beyond = 2 * 64 * (kPollShare / 64) + 64 * 60 - kPollShare;
	EXPECT_EQ(a.back().overdrawn, beyond);
	host->poll_tx(*a.back().host);
	EXPECT_EQ(a.back().from_guest_stats.packets, 64u) << "a turn that pays";
	EXPECT_EQ(a.back().overdrawn, beyond - kPollShare);
	host->settle();
	EXPECT_EQ(a.back().from_guest_stats.packets, 128u);
	EXPECT_EQ(a.back().overdrawn, 0u);
	EXPECT_EQ(b.receive().size(), 128u);
	EXPECT_EQ(c.receive().size(), 128u);
}

TEST_F(Flood, TheHostsOwnCopyIsPaidForToo)
{
	flags = BRLITE_AND_LOCAL;
	first_turn_of(128);
	EXPECT_EQ(a.back().overdrawn, 3 * 64 * (kPollShare / 64) + 64 * 60 - kPollShare);
}

TEST_F(Flood, EveryPortGetsEveryFrameButTheSender)
{
	a.post_buffers(64);
	b.post_buffers(64);
	c.post_buffers(64);
	for (u32 i = 0; i < 20; i++)
		a.post(make_frame(i == 7 ? 9000 : 60 + i, i));
	a.push();
	host->settle();
	for (Guest *g : {&b, &c}) {
		const auto got = g->receive();
		ASSERT_EQ(got.size(), 20u);
		for (u32 i = 0; i < 20; i++)
			EXPECT_EQ(got[i].bytes, make_frame(i == 7 ? 9000 : 60 + i, i));
		EXPECT_EQ(g->back().to_guest_stats.direct, 20u);
	}
	EXPECT_EQ(to_uplink(), 20u);
	EXPECT_EQ(a.receive().size(), 0u);
	EXPECT_EQ(answers(), std::string(22, 'O'));
	EXPECT_EQ(a.back().from_guest_stats.packets, 20u);
}

TEST_F(Flood, ReceiversThatCannotTakeItDirectlyGetSkbs)
{
	b.post_buffers(2);
	c.post_buffers(10);
	c.dev.watched = true;
	for (u32 i = 0; i < 5; i++)
		a.post(make_frame(100, i));
	a.push();
	host->settle();
	b.post_buffers(10);
	host->settle();
	for (Guest *g : {&b, &c}) {
		const auto got = g->receive();
		ASSERT_EQ(got.size(), 5u);
		for (u32 i = 0; i < 5; i++)
			EXPECT_EQ(got[i].bytes, make_frame(100, i));
	}
	EXPECT_EQ(b.back().to_guest_stats.direct, 2u);
	EXPECT_EQ(c.back().to_guest_stats.direct, 0u);
	EXPECT_EQ(answers(), "OOOOO");
}

TEST_F(Flood, Dom0GetsACopyWhenItWantsOne)
{
	flags = BRLITE_AND_LOCAL;
	b.post_buffers(4);
	a.send(make_frame(100));
	host->settle();
	u32 local = 0;
	for (const Forwarded &f : a.port.forwarded)
		if (f.kind == Forwarded::local) {
			local++;
			EXPECT_EQ(f.bytes, make_frame(100));
		}
	EXPECT_EQ(local, 1u);
	EXPECT_EQ(b.receive().size(), 1u);
	EXPECT_EQ(answers(), "O");
}

// BR-19
TEST_F(Flood, FramesTooLongForAPortStayAway)
{
	b.port.longest = uplink.longest = 1518;
	b.post_buffers(16);
	c.post_buffers(16);
	a.post(make_frame(9000, 1));
	a.post(make_frame(1000, 2));
	a.post(make_frame(9000, 3), {{}, NETTXF_csum_blank, XEN_NETIF_GSO_TYPE_TCPV4, 1448}); // will be cut
	a.push();
	host->settle();
	const auto got_b = b.receive(), got_c = c.receive();
	ASSERT_EQ(got_b.size(), 2u);
	EXPECT_EQ(got_b[0].bytes, make_frame(1000, 2));
	EXPECT_EQ(got_b[1].bytes, make_frame(9000, 3));
	EXPECT_EQ(got_c.size(), 3u);
	EXPECT_EQ(to_uplink(), 2u);
	EXPECT_EQ(answers(), "OOOOONOO");
}

// Members of multicast groups: each list of ports gets its own frames, in order, and nobody another's.
TEST_F(Flood, EachListGoesToItsOwnPorts)
{
	u32 n = 0;
	a.port.decide = [&n](const brlite_frame &) {
		static constexpr u16 lists[] = {0, 3, 4, 3, 0, 5};
		brlite_verdict verdict{BRLITE_FLOOD, BRLITE_FLOODED};
		verdict.list = lists[n++ % 6];
		return verdict;
	};
	a.port.lists[3] = {&b.port};
	a.port.lists[4] = {&c.port, &uplink};
	for (Guest *g : {&b, &c})
		g->post_buffers(64);
	for (u32 i = 0; i < 12; i++)
		a.post(make_frame(i == 2 ? 9000 : 60 + i, i));
	a.push();
	host->settle();
	const auto expect = [](Guest &guest, std::vector<u32> wanted) {
		const auto got = guest.receive();
		ASSERT_EQ(got.size(), wanted.size());
		for (u32 i = 0; i < got.size(); i++)
			EXPECT_EQ(got[i].bytes,
				  make_frame(wanted[i] == 2 ? 9000 : 60 + wanted[i], wanted[i]));
	};
	expect(b, {0, 4, 6, 10, 1, 3, 7, 9});
	expect(c, {0, 4, 6, 10, 2, 8});
	EXPECT_EQ(to_uplink(), 6u);
	EXPECT_EQ(answers(), std::string(14, 'O'));
	EXPECT_EQ(a.back().from_guest_stats.packets, 12u);
	EXPECT_EQ(a.back().from_guest_stats.path_flood, 12u);
}

TEST_F(Flood, ManyPorts)
{
	std::vector<brlite_port> wires(50);
	for (brlite_port &w : wires)
		a.port.flood.push_back(&w);
	a.send(make_frame(100));
	host->settle();
	EXPECT_EQ(a.port.forwarded.size(), 51u + 2); // uplink, wires, and the vifs without buffers
	EXPECT_EQ(answers(), "O");
}

TEST_F(Flood, NobodyThere)
{
	a.port.flood.clear();
	a.send(make_frame(100));
	host->settle();
	EXPECT_EQ(answers(), "O");
}

// Memory runs out while skbs are made: nothing is left behind, and whoever could be served was.
// NB-25
TEST_F(Flood, NoMemory)
{
	b.post_buffers(8);
	a.send(make_frame(60));
	host->settle();
	answers();
	for (u64 pages = 0; pages < 6; pages++) {
		host->pages_left = pages;
		b.post_buffers(4);
		a.send(make_frame(9000));
		host->settle();
		EXPECT_EQ(b.receive().empty(), false);
		EXPECT_EQ(a.responses().size(), 3u);
	}
	host->pages_left = ~0ull;
	host->skbs_left = 0;
	b.post_buffers(4);
	a.send(make_frame(60));
	host->settle();
	EXPECT_FALSE(b.receive().empty());
	host->skbs_left = ~0ull;
}

TEST_F(Flood, EachRefusedCopyIsAnsweredOnce)
{
	u64 total = 1;
	for (u64 bad = 0; bad < total; bad++) {
		const u64 before = host->operations;
		host->refuse = [&](u64 nth, const gnttab_copy &) -> s16 {
			return nth - before == bad ? GNTST_bad_gntref : GNTST_okay;
		};
		b.post_buffers(8 - b.back().to_guest_ring.unconsumed().value());
		a.post(make_frame(60, 1));
		a.post(make_frame(9000, 2));
		a.push();
		host->settle();
		if (!bad)
			total = host->operations - before + 1;
		EXPECT_EQ(a.responses().size(), 4u);
		b.receive();
	}
	EXPECT_GT(total, 5u);
	host->refuse = {};
}

// A unicast right behind the flood that taught the switch its way does not overtake it.
TEST_F(Flood, FloodThenDirectKeepsOrder)
{
	u32 n = 0;
	a.port.decide = [&](const brlite_frame &) {
		if (n++ < 3)
			return brlite_verdict{BRLITE_FLOOD, BRLITE_FLOODED};
		return b.verdict();
	};
	b.post_buffers(16);
	for (u32 i = 0; i < 8; i++)
		a.post(make_frame(100, i));
	a.push();
	host->settle();
	const auto got = b.receive();
	ASSERT_EQ(got.size(), 8u);
	for (u32 i = 0; i < 8; i++)
		EXPECT_EQ(got[i].bytes, make_frame(100, i));
}

// --- rate
// ----------------------------------------------------------------------------------------------------

class Rate : public TwoGuests
{
protected:
	// Lets time pass, a millisecond at a time; returns the bytes that arrived at b.
	u64 run(u32 msecs)
	{
		u64 bytes = 0;
		for (u32 t = 0; t < msecs; t++) {
			while (a.queue[0].tx.free_slots() > 8)
				a.post(make_frame(1500));
			a.push();
			if (b.queue[0].rx.free_slots() > 100)
				b.post_buffers(100);
			host->micros += 1000;
			host->jiffies++;
			host->settle();
			for (const Received &r : b.receive())
				bytes += r.bytes.size();
			a.responses();
		}
		return bytes;
	}
};

TEST_F(Rate, IsKept)
{
	netback_set_limit(a.dev.vif, NETBACK_LIMIT_FROM_BYTES, "10000,10000"); // 1 MB/s
	run(300);                                                              // the burst is used up
	const u64 bytes = run(2000);
	EXPECT_NEAR(static_cast<double>(bytes), 2e6, 2e4);
	EXPECT_GT(a.back().from_guest_stats.throttled, 100u);
}

TEST_F(Rate, BurstComesFirst)
{
	netback_set_limit(a.dev.vif, NETBACK_LIMIT_FROM_BYTES, "1000,1000000"); // 1 kB/s
	const u64 bytes = run(50);
	EXPECT_GE(bytes, 128u * 1024 - 1500);
	EXPECT_LE(bytes, 128u * 1024 + 3000);
}

// NB-51
TEST_F(Rate, ZeroIsUnlimitedAndCanBeSetAgain)
{
	netback_set_limit(a.dev.vif, NETBACK_LIMIT_FROM_BYTES, "1000,1000000");
	run(50);
	EXPECT_LT(run(50), 3000u);
	netback_set_limit(a.dev.vif, NETBACK_LIMIT_FROM_BYTES, "0,0");
	host->micros += 1000000; // the timer that was set runs out
	EXPECT_GT(run(10), 100000u);
	EXPECT_FALSE(a.vif().from_guest_limit.limited());
}

// A packet larger than what a slow rate gives in an hour still gets through.
// NB-52
TEST_F(Rate, LargePacketsDoNotWedge)
{
	netback_set_limit(a.dev.vif, NETBACK_LIMIT_FROM_BYTES, "100000,1000000");
	b.post_buffers(64);
	for (int i = 0; i < 3; i++)
		a.send(make_frame(65535, 1), {{}, NETTXF_csum_blank, XEN_NETIF_GSO_TYPE_TCPV4, 1448});
	u32 got = 0;
	for (u32 t = 0; t < 3000 && got < 3; t++) {
		host->micros += 1000;
		host->settle();
		got += static_cast<u32>(b.receive().size());
	}
	EXPECT_EQ(got, 3u);
}

// No packet is lost or answered twice by waiting, in whichever order the slots come.
TEST_F(Rate, ThrottledPacketsComeWholeAndInOrder)
{
	netback_set_limit(a.dev.vif, NETBACK_LIMIT_FROM_BYTES, "200000,1000000");
	u32 sent = 0, got = 0;
	for (u32 t = 0; t < 3000; t++) {
		if (a.queue[0].tx.free_slots() > 40 && sent < 200)
			a.send(make_frame(100 + sent * 37 % 9000, sent), {{}, 0, 0, 0}), sent++;
		if (b.queue[0].rx.free_slots() > 10)
			b.post_buffers(10);
		host->micros += 1000 + t % 7;
		host->settle();
		for (const Received &r : b.receive()) {
			ASSERT_EQ(r.bytes, make_frame(100 + got * 37 % 9000, got));
			got++;
		}
		a.responses();
	}
	EXPECT_GT(got, 50u);
	EXPECT_GT(a.back().from_guest_stats.throttled, 10u);
}

TEST_F(Rate, DisconnectWhileATimerRuns)
{
	netback_set_limit(a.dev.vif, NETBACK_LIMIT_FROM_BYTES, "1,1000000");
	run(20);
	EXPECT_NE(a.back().host->from_guest.timer, 0u);
	a.frontend_state(XenbusState::closing);
	host->micros += 10000000;
	host->settle();
	EXPECT_EQ(a.dev.disconnects, 1u);
}
} // namespace
