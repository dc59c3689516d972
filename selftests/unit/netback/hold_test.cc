// SPDX-License-Identifier: GPL-2.0-only
// What a guest sent and what waits in dom0 as skbs: it bounds what is taken from the guest, and no memory of
// dom0 is pinned beyond it.
#include "fake.hpp"

using namespace ringway;
using namespace ringway::test;

namespace
{
// Overshoot of one turn (from_guest/hold.cpp).
inline constexpr u32 kOneTurn = 512 * 1024;

// Guest a sends to a wire that lets nothing through unless it is told to, and to guest b.
class Hold : public TwoGuests
{
protected:
	std::vector<sk_buff *> wire;
	brlite_port uplink; // no vif's

	void SetUp() override
	{
		TwoGuests::SetUp();
		// By the last byte of the destination: make_frame()'s seed.
		a.join_switch([this](const brlite_frame &frame) {
			const bool to_wire = !static_cast<const u8 *>(frame.data)[5];
			return to_wire ? brlite_verdict{BRLITE_PORT, BRLITE_FORWARDED, 0, 0, nullptr, &uplink}
				       : to_b();
		});
		a.port.keeps = &wire;
	}
	void TearDown() override { let_through(wire.size()); }

	void let_through(size_t n)
	{
		for (; n && !wire.empty(); n--) {
			free_skb(wire.front());
			wire.erase(wire.begin());
		}
	}
	Queue &q() { return a.back(); }
	s64 under_way() { return q().host->account->bytes; }
	void post(u32 n, u32 len, bool to_wire = true)
	{
		for (u32 i = 0; i < n && a.queue[0].tx.free_slots(); i++)
			a.post(make_frame(len, to_wire ? 0 : 1));
		a.push();
	}
	// Fills the ring with packets for the wire again and again, until nothing is taken any more. How many
	// were.
	u32 send_all(u32 len)
	{
		u32 taken = 0;
		for (;;) {
			post(256, len);
			host->settle();
			const auto answered = static_cast<u32>(a.responses().size());
			if (!answered)
				return taken;
			taken += answered;
			EXPECT_LT(taken, 3000u) << "nobody is held back";
			if (taken >= 3000)
				return taken;
		}
	}
	void pass(u32 micros)
	{
		for (u32 done = 0; done < micros; done += 1000) {
			host->micros += 1000;
			host->jiffies++;
			host->settle();
		}
	}
};

// NB-60
TEST_F(Hold, AWireThatIsSlowHoldsTheSenderBack)
{
	for (const u32 len : {60u, 1514u, 2049u}) {
		SCOPED_TRACE(len);
		const u32 taken = send_all(len);
		EXPECT_EQ(wire.size(), taken);
		EXPECT_GE(under_way(), kBacklogBytes);
		EXPECT_LT(under_way(), kBacklogBytes + kOneTurn);
		EXPECT_EQ(q().from_guest_stats.shed, 0u);
		EXPECT_FALSE(a.queue[0].tx.free_slots()) << "the ring is full: the guest waits";
		EXPECT_TRUE(q().host->from_guest.hold) << "and somebody looks again";
		// The wire takes packets again: the guest goes on, and nothing is lost.
		u32 seen = taken;
		while (seen < taken + 256) {
			let_through(20);
			pass(4000);
			seen += static_cast<u32>(a.responses().size());
			ASSERT_FALSE(wire.empty()) << "the wire ran dry while packets waited";
		}
		EXPECT_EQ(q().from_guest_stats.shed, 0u);
		let_through(wire.size());
		pass(8000);
		let_through(wire.size());
		a.responses();
	}
	EXPECT_GE(q().from_guest_stats.backed_up, 3u);
}

TEST_F(Hold, WhereNothingWaitsEachIsAnsweredAtOnce)
{
	a.port.keeps = nullptr;
	for (int i = 0; i < 10; i++) {
		post(256, 1514);
		host->settle();
		EXPECT_EQ(a.responses().size(), 256u);
	}
	EXPECT_EQ(q().from_guest_stats.backed_up, 0u);
	EXPECT_EQ(under_way(), 0);
}

// A poll that looks in vain takes nothing, gives no end of interrupt, and looks less and less often.
TEST_F(Hold, LooksInVainAreFew)
{
	send_all(1514);
	const u64 batches = q().from_guest_stats.batches;
	pass(20000);
	EXPECT_TRUE(q().host->from_guest.owed);
	EXPECT_EQ(q().from_guest_stats.batches, batches);
	EXPECT_GT(q().look_micros, 2000u);
	EXPECT_LE(q().look_micros, 4000u);
}

// NB-61
TEST_F(Hold, AWireThatIsStuckDoesNotHoldUpTheRest)
{
	b.post_buffers(200);
	send_all(1514);
	// The ring is full of packets for the wire; those for b come behind them.
	pass(2'800'000);
	EXPECT_TRUE(a.responses().empty()) << "three seconds' patience";
	pass(400'000);
	EXPECT_EQ(a.responses().size(), 256u);
	EXPECT_EQ(q().from_guest_stats.shed, 256u);
	post(100, 200, false);
	host->settle();
	EXPECT_EQ(a.responses().size(), 100u);
	EXPECT_EQ(b.receive().size(), 100u);
	EXPECT_LT(under_way(), kBacklogBytes + kOneTurn);
	const size_t before = wire.size();
	for (int i = 0; i < 50; i++) {
		post(256, 1514);
		host->settle();
		EXPECT_EQ(a.responses().size(), 256u);
	}
	EXPECT_EQ(wire.size(), before);
	// It works again.
	let_through(before);
	post(100, 1514);
	host->settle();
	EXPECT_EQ(wire.size(), 100u);
	EXPECT_EQ(a.responses().size(), 100u);
	EXPECT_FALSE(q().sheds);
}

// NB-62
TEST_F(Hold, SkbsMayOutliveTheirVif)
{
	send_all(1514);
	a.responses();
	ASSERT_TRUE(q().backs_up);
	const size_t before = wire.size();
	a.frontend_state(XenbusState::closing);
	a.frontend_state(XenbusState::closed);
	EXPECT_EQ(wire.size(), before);
	EXPECT_EQ(host->live_accounts, 2) << "b's, and the one that is charged yet";
	let_through(before / 2);
	EXPECT_EQ(host->live_accounts, 2);
	let_through(before);
	EXPECT_EQ(host->live_accounts, 1);
	// And a new connection begins with nothing.
	a.reset_rings();
	a.connect();
	EXPECT_EQ(under_way(), 0);
	post(10, 1514);
	host->settle();
	EXPECT_EQ(a.responses().size(), 10u);
}

TEST_F(Hold, DownAndUpWhileItIsHeldBack)
{
	send_all(1514);
	a.set_up(false);
	let_through(wire.size());
	a.set_up(true);
	host->settle();
	EXPECT_EQ(a.responses().size(), 256u);
}

// What one turn makes of a flood to many ports that are no vifs.
// NB-63
TEST_F(Hold, AFloodIsBounded)
{
	std::vector<brlite_port> ports(100);
	for (brlite_port &port : ports)
		a.port.flood.push_back(&port);
	a.join_switch([](const brlite_frame &) {
		return brlite_verdict{BRLITE_FLOOD, BRLITE_FORWARDED, 0, 0, nullptr, nullptr};
	});
	post(64, 4000);
	host->settle();
	EXPECT_GT(q().from_guest_stats.shed, 0u);
	EXPECT_GE(under_way(), kBacklogBytes);
	EXPECT_LT(under_way(), kBacklogBytes + kOneTurn + 4096 + kSkbOverhead);
}

// Where there are very many queues each may have less.
TEST_F(Hold, AShareMayBeSmaller)
{
	host_params.queue_bytes = 64 * 1024;
	send_all(1514);
	EXPECT_GE(under_way(), 64 * 1024);
	EXPECT_LT(under_way(), 64 * 1024 + 64 * (1514 + static_cast<s64>(kSkbOverhead)));
	sk_buff *skb = nullptr;
	u32 n = 0;
	for (; !b.back().host->stopped; n++) {
		skb = make_skb(make_frame(1514));
		ASSERT_EQ(netback_xmit(b.dev.vif, skb, 0), NETBACK_TAKEN);
	}
	EXPECT_LE(n, 64 * 1024 / 1514 + 1);
}

// What lies in the receiver's backlog is on the receiver's account.
TEST_F(TwoGuests, TheBacklogIsTheReceivers)
{
	a.dev.watched = false;
	b.dev.watched = true; // everything as skbs
	for (u32 i = 0; i < 100; i++)
		a.post(make_frame(1514, i + 1));
	a.push();
	host->settle();
	EXPECT_EQ(b.back().backlog_packets, 100u);
	EXPECT_EQ(a.back().host->account->bytes, 0);
	expect_answers(a, 100);
}
} // namespace
