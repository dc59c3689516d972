// SPDX-License-Identifier: GPL-2.0-only
// Room for a guest's XDP program in front of each packet: asked for at connect and later, on all ways in.
#include "fake.hpp"
#include "core/place.hpp"

using namespace ringway;
using namespace ringway::test;

namespace
{
class Headroom : public TwoGuests
{
protected:
	void reconfigure(u32 bytes)
	{
		b.dev.headroom = bytes;
		b.frontend_state(XenbusState::reconfiguring);
	}
	Received only()
	{
		auto got = b.receive();
		EXPECT_EQ(got.size(), 1u);
		return got.empty() ? Received{} : got[0];
	}
};

TEST_F(Headroom, ReadAtConnect)
{
	Guest g{3};
	g.dev.headroom = 256;
	g.connect();
	EXPECT_EQ(g.vif().headroom.load(), 256u);
	g.post_buffers(3);
	ASSERT_EQ(netback_xmit(g.dev.vif, make_skb(make_frame(100)), 0), 0);
	host->settle();
	const auto got = g.receive();
	ASSERT_EQ(got.size(), 1u);
	EXPECT_EQ(got[0].bytes, make_frame(100));
	EXPECT_EQ(got[0].headroom, 256u);
	EXPECT_EQ(got[0].slots, 2u);
}

TEST_F(Headroom, DirectAndAsSkbAlike)
{
	reconfigure(256);
	EXPECT_EQ(b.dev.states.back(), static_cast<int>(XenbusState::reconfigured));
	for (const u32 len : {60u, 1514u, 3840u, 3841u, 4096u, 4097u, 9000u, 65535u})
		for (const bool watched : {false, true}) {
			SCOPED_TRACE(len);
			b.dev.watched = watched;
			b.post_buffers(20);
			const u64 direct = b.back().to_guest_stats.direct;
			a.send(make_frame(len));
			host->settle();
			const Received got = only();
			EXPECT_EQ(got.bytes, make_frame(len));
			EXPECT_EQ(got.headroom, 256u);
			EXPECT_EQ(got.slots, (len + 3839) / 3840 + 1);
			EXPECT_EQ(b.back().to_guest_stats.direct - direct, !watched);
			b.frontend_state(XenbusState::closing);
			b.frontend_state(XenbusState::closed);
			b.reset_rings();
			b.connect();
			a.responses();
		}
}

TEST_F(Headroom, WithSegmentationToo)
{
	reconfigure(256);
	b.post_buffers(20);
	a.send(make_frame(9000),
	       {{}, NETTXF_csum_blank | NETTXF_data_validated, XEN_NETIF_GSO_TYPE_TCPV4, 1448});
	host->settle();
	const Received got = only();
	EXPECT_EQ(got.bytes, make_frame(9000));
	EXPECT_EQ(got.gso_size, 1448u);
	EXPECT_EQ(got.headroom, 256u);
	EXPECT_EQ(got.slots, 5u);
}

// Frontends change it with packets on their way. Each one has what counted when it was placed.
// NB-34
TEST_F(Headroom, ChangedUnderTraffic)
{
	for (u32 i = 0; i < 30; i++) {
		const u32 bytes = i % 3 * 128;
		a.post(make_frame(1000, i));
		reconfigure(bytes);
		a.push();
		b.post_buffers(4);
		host->settle();
		a.responses();
		const auto got = b.receive();
		ASSERT_EQ(got.size(), 1u);
		EXPECT_EQ(got[0].bytes, make_frame(1000, i));
		EXPECT_EQ(got[0].headroom, bytes);
	}
}

// NB-34: all values of the node. What is too much for a slot is cut, what no guest may ask for is refused.
TEST_F(Headroom, EveryValue)
{
	for (u32 bytes = 0; bytes <= 0x7fff; bytes++) {
		reconfigure(bytes);
		ASSERT_EQ(b.vif().headroom.load(), bytes < kMaxHeadroom ? bytes : kMaxHeadroom);
		ASSERT_EQ(b.vif().state, BackendState::connected);
		if (bytes > 0x7f00 || bytes % 509 == 0) {
			b.post_buffers(3);
			a.send(make_frame(4000, bytes));
			host->settle();
			a.responses();
			ASSERT_EQ(b.receive().size(), 1u);
			b.frontend_state(XenbusState::closing); // gives the buffers back
			b.frontend_state(XenbusState::closed);
			b.reset_rings();
			b.connect();
		}
	}
	EXPECT_TRUE(b.dev.errors.empty());
	for (const u32 bytes : {0x8000u, 0xffffu, 0x10000u, 0x10100u, 0xffffffffu}) {
		const size_t errors = b.dev.errors.size();
		reconfigure(bytes);
		EXPECT_EQ(b.dev.errors.size(), errors + 1) << bytes;
		EXPECT_EQ(b.vif().state, BackendState::closing);
		EXPECT_FALSE(b.dev.carrier);
		EXPECT_EQ(b.vif().allocated, 0u);
		b.frontend_state(XenbusState::closed);
		b.reset_rings();
		b.frontend_state(XenbusState::initialising);
		b.frontend_state(XenbusState::connected); // the same value at connect
		EXPECT_EQ(b.dev.errors.size(), errors + 2) << bytes;
		EXPECT_EQ(b.vif().allocated, 0u);
		b.dev.headroom = 0;
		b.frontend_state(XenbusState::closed);
		b.connect(); // nothing sticks
	}
}

// NB-34
TEST_F(Headroom, TextIsRefused)
{
	b.dev.headroom_text = true;
	b.frontend_state(XenbusState::reconfiguring);
	EXPECT_EQ(b.vif().state, BackendState::closing);
	b.frontend_state(XenbusState::closed);
	b.reset_rings();
	b.dev.headroom_text = false;
	b.connect();
	EXPECT_EQ(b.vif().headroom.load(), 0u);
}

// Frontends show Connected again when they have what they asked for.
TEST_F(Headroom, ConnectedAgainAfterReconfigured)
{
	const auto shown = [this] { return b.dev.states.back(); };
	for (const u32 bytes : {256u, 0u, 256u}) {
		reconfigure(bytes);
		EXPECT_EQ(shown(), static_cast<int>(XenbusState::reconfigured));
		b.frontend_state(XenbusState::connected);
		EXPECT_EQ(shown(), static_cast<int>(XenbusState::connected));
		const std::size_t said = b.dev.states.size();
		b.frontend_state(XenbusState::connected);
		EXPECT_EQ(b.dev.states.size(), said) << "once";
	}
	reconfigure(0);
	b.frontend_state(XenbusState::closing);
	EXPECT_EQ(shown(), static_cast<int>(XenbusState::closing));
}

TEST_F(Headroom, ReconfiguringInEveryState)
{
	Guest g{3};
	g.frontend_state(XenbusState::reconfiguring); // before anything
	EXPECT_EQ(g.dev.states, std::vector<int>{static_cast<int>(XenbusState::reconfigured)});
	g.connect();
	g.frontend_state(XenbusState::closing);
	g.frontend_state(XenbusState::reconfiguring);
	EXPECT_EQ(g.vif().state, BackendState::closing);
	g.dev.headroom = 0x8000;
	g.frontend_state(XenbusState::reconfiguring);
	EXPECT_EQ(g.vif().state, BackendState::closing);
	g.frontend_state(XenbusState::closed);
	g.frontend_state(XenbusState::reconfiguring);
	EXPECT_EQ(g.vif().allocated, 0u);
}

// NB-30: the extra info needs a buffer as well. One is not enough, and a stall is seen as one.
TEST_F(Headroom, OneBufferIsNotEnough)
{
	reconfigure(256);
	b.post_buffers(1);
	a.send(make_frame(100));
	host->settle();
	EXPECT_TRUE(b.receive().empty());
	EXPECT_EQ(b.back().backlog_packets, 1u);
	// Packets go on coming; the oldest are dropped in time, and some wait always.
	for (u32 seconds = 0; seconds < host_params.stall_msecs / 1000 + 10; seconds += 5) {
		host->jiffies += 5000;
		a.send(make_frame(100, seconds));
		host->settle();
		a.responses();
	}
	EXPECT_TRUE(b.back().stalled);
	EXPECT_FALSE(b.dev.carrier);
	b.post_buffers(40);
	host->jiffies += 2000;
	host->settle();
	EXPECT_FALSE(b.back().stalled);
	EXPECT_TRUE(b.dev.carrier);
}
} // namespace
