// SPDX-License-Identifier: GPL-2.0-only
// XDP: how room in front of packets is asked for, and what of a slot is room.
#include "xdp.hpp"

using namespace ringway;
using namespace ringway::netfront;
using namespace ringway::test;

// NF-35
TEST_F(XdpTest, RoomIsAskedForAndGivenBack)
{
	EXPECT_EQ(k.ours.at("xdp-headroom"), 0u);
	attach(pass);
	work();
	EXPECT_EQ(k.ours.at("xdp-headroom"), 256u);
	EXPECT_EQ(k.state, 7u) << "Reconfiguring";
	EXPECT_GT(k.reconfigure_later, 0);
	netfront_backend_changed(vif, 8);
	EXPECT_EQ(k.state, 4u);
	work(); // the patience that was not needed
	EXPECT_EQ(k.state, 4u);
	// It stays in Reconfigured, and does not answer a second time.
	detach();
	work();
	EXPECT_EQ(k.ours.at("xdp-headroom"), 0u);
	EXPECT_EQ(k.state, 7u);
	work();
	EXPECT_EQ(k.state, 4u);
	EXPECT_EQ(k.reconfigure_later, -1);
	// Twice, while the backend thinks.
	attach(pass);
	work();
	detach();
	EXPECT_EQ(k.state, 7u);
	netfront_backend_changed(vif, 8);
	EXPECT_EQ(k.ours.at("xdp-headroom"), 0u);
	EXPECT_EQ(k.state, 7u);
	netfront_backend_changed(vif, 8);
	EXPECT_EQ(k.state, 4u);
}

// NF-35
TEST_F(XdpTest, BackendThatClosesMeanwhile)
{
	attach(pass);
	work();
	netfront_backend_changed(vif, 5);
	EXPECT_EQ(k.state, 6u);
	netfront_backend_changed(vif, 8);
	work();
	EXPECT_EQ(k.state, 6u) << "not Connected without rings";
	// A resume connects with the room that the program wants.
	netfront_resume(vif);
	k.state = 1;
	link();
	EXPECT_EQ(k.ours.at("xdp-headroom"), 256u);
	EXPECT_EQ(k.state, 4u);
	EXPECT_EQ(k.reconfigure_later, -1);
}

// NF-35: whoever was told that it goes must not be told that it is connected.
TEST_F(XdpTest, RemovedItSaysNothingOfAnAnswer)
{
	attach(pass);
	work();
	ASSERT_EQ(k.state, 7u);
	u32 sleeps = 0;
	k.on_sleep = [&] {
		if (k.reconfigure_later >= 0)
			work(); // the patience is over
		EXPECT_NE(k.state, 4u);
		k.backend["state"] = k.state;
		sleeps++;
	};
	k.backend["state"] = 4;
	netfront_remove(vif);
	EXPECT_GT(sleeps, 0u);
	EXPECT_EQ(k.state, 6u);
}

TEST_F(XdpTest, BackendWithoutRoomIsNotAsked)
{
	netfront_resume(vif);
	k.state = 1;
	k.ours.clear();
	k.backend.erase("feature-xdp-headroom");
	link();
	attach(pass);
	work();
	EXPECT_EQ(k.ours.count("xdp-headroom"), 0u);
	EXPECT_EQ(k.state, 4u);
	arrive(pattern(1514), 0);
	ASSERT_EQ(q.received.size(), 1u);
	EXPECT_EQ(q.received[0]->bytes(), pattern(1514));
}

// How backends say that they left room: ours describes the packet, stock's describes the slot from its start.
// NF-14, NF-37
TEST_F(XdpTest, RoomIsNoData)
{
	const auto send = [this](u16 offset, s16 status, u16 headroom, u16 more = 0) {
		std::memset(b.memory(b.rx.request(b.rx.req_cons()).gref, true), 0xcc, 256);
		b.rx.consume(1);
		b.rx.respond(RxResponse{0, offset, static_cast<u16>(NETRXF_extra_info | more), status});
		b.rx.consume(1);
		ExtraInfo extra{};
		extra.type = kExtraTypeXdp;
		extra.u.pad[0] = headroom;
		b.rx.respond(extra);
	};
	const auto arrives = [this](std::size_t length) {
		b.rx.push_responses();
		poll();
		ASSERT_EQ(q.received.size(), 1u);
		const auto bytes = q.received[0]->bytes();
		EXPECT_EQ(bytes.size(), length);
		for (const u8 byte : bytes)
			ASSERT_NE(byte, 0xcc) << "room is taken for data";
		drop_received();
	};
	for (const bool program : {true, false}) {
		set(program);
		send(256, 1000, 256);
		arrives(1000);
		send(0, 1256, 256);
		arrives(1000);
		send(0, 4096, 256, NETRXF_more_data);
		std::memset(b.memory(b.rx.request(b.rx.req_cons()).gref, true), 0xcc, 256);
		b.rx.consume(1);
		b.rx.respond(RxResponse{0, 0, 0, 356});
		if (program) {
			b.rx.push_responses();
			poll();
			EXPECT_EQ(q.rx.xdp_too_long, 1u);
		} else {
			arrives(3840 + 100);
		}
	}
	for (const u16 headroom : {1000, 4096, 65535}) { // more than there is
		send(0, 1000, headroom);
		b.rx.push_responses();
		poll();
	}
	EXPECT_EQ(q.rx.bad_slot, 3u);
	EXPECT_EQ(q.received.size(), 0u);
	EXPECT_EQ(k.complaint, "");
}
