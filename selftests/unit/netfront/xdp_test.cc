// SPDX-License-Identifier: GPL-2.0-only
// XDP: where a packet lies when a program judges it, and what becomes of it.
#include "xdp.hpp"

using namespace ringway;
using namespace ringway::netfront;
using namespace ringway::test;

TEST(NetfrontXdpPlan, Places)
{
	const auto place = [](u16 offset, u16 length, u32 pieces = 1) {
		RxPacket packet;
		packet.pieces = pieces;
		packet.length = length;
		packet.piece[0] = {0, offset, length};
		return xdp_place(packet, 256);
	};
	EXPECT_EQ(place(256, 1514), XdpPlace::buffer);
	EXPECT_EQ(place(256, kXdpLongest), XdpPlace::buffer);
	EXPECT_EQ(place(300, kXdpLongest), XdpPlace::copy) << "no room behind";
	EXPECT_EQ(place(255, 1514), XdpPlace::copy) << "no room in front";
	EXPECT_EQ(place(256, 256), XdpPlace::copy) << "as short as what is copied anyway";
	EXPECT_EQ(place(256, 257), XdpPlace::buffer);
	EXPECT_EQ(place(256, 1514, 2), XdpPlace::copy);
	EXPECT_EQ(place(0, kXdpLongest + 1), XdpPlace::nowhere);
}

// NF-36
TEST_F(XdpTest, PassedPacketsArriveWhole)
{
	attach(pass);
	for (const u32 offset : {0u, 256u})
		for (const u32 length : {60u, 128u, 256u, 257u, 1514u, kXdpLongest}) {
			arrive(pattern(length, offset + 1), offset);
			ASSERT_EQ(q.received.size(), 1u) << length;
			EXPECT_EQ(q.received[0]->bytes(), pattern(length, offset + 1));
			drop_received();
		}
	arrive(pattern(1514), 0, NETRXF_csum_blank | NETRXF_data_validated, 500); // four slots
	ASSERT_EQ(q.received.size(), 1u);
	EXPECT_EQ(q.received[0]->bytes(), pattern(1514));
	EXPECT_TRUE(q.received[0]->blank);
	EXPECT_EQ(q.rx.packets, 13u);
	EXPECT_EQ(q.rx.xdp_copied, 6u + 3 + 1);
}

// bpf_xdp_adjust_head and bpf_xdp_adjust_tail, with and without a copy.
TEST_F(XdpTest, WhatTheProgramMovedCounts)
{
	for (const u32 length : {100u, 1000u})
		for (const int head : {-200, -4, 0, 20})
			for (const int tail : {-30, 0, 150}) {
				attach([&](xdp_area &area) {
					area.offset = static_cast<u32>(static_cast<int>(area.offset) + head);
					area.length =
						static_cast<u32>(static_cast<int>(area.length) - head + tail);
					std::memset(area.page->data + area.offset, 0x5a, area.length);
					return XDP_SAYS_PASS;
				});
				arrive(pattern(length));
				ASSERT_EQ(q.received.size(), 1u);
				const auto size =
					static_cast<std::size_t>(static_cast<int>(length) - head + tail);
				EXPECT_EQ(q.received[0]->bytes(), std::vector<u8>(size, 0x5a));
				drop_received();
			}
}

TEST_F(XdpTest, DroppedPacketsLeaveNothing)
{
	attach(drop);
	const std::size_t pages = k.pages.size();
	for (u32 i = 0; i < 600; i++)
		arrive(pattern(i % 2 ? 60 : 1514));
	EXPECT_EQ(q.received.size(), 0u);
	EXPECT_EQ(k.skbs.size(), 0u);
	EXPECT_LE(k.pages.size(), pages + 1) << "one page is kept for copies";
	EXPECT_EQ(q.rx.xdp_drop, 600u);
	EXPECT_EQ(q.rx.packets, 600u);
	attach([](xdp_area &) { return XDP_SAYS_ABORTED; });
	arrive(pattern(60));
	EXPECT_EQ(q.rx.xdp_failed, 1u);
	detach();
	arrive(pattern(60), 0);
	EXPECT_EQ(q.received.size(), 1u);
}

TEST_F(XdpTest, PacketsGoBack)
{
	attach([](xdp_area &area) {
		area.offset -= 4;
		area.length += 4;
		std::memset(area.page->data + area.offset, 7, 4);
		return XDP_SAYS_TX;
	});
	auto expected = pattern(1000);
	expected.insert(expected.begin(), 4, 7);
	arrive(pattern(1000), 256, NETRXF_csum_blank | NETRXF_data_validated);
	auto packets = b.take_all();
	ASSERT_EQ(packets.size(), 1u);
	EXPECT_EQ(packets[0].bytes, expected);
	EXPECT_EQ(packets[0].requests[0].flags, NETTXF_csum_blank | NETTXF_data_validated)
		<< "its checksum is blank still";
	EXPECT_EQ(q.tx_notified, 1);
	b.answer(packets[0]);
	attach(back);
	for (u32 i = 0; i < 5; i++)
		b.send(pattern(60, i), NETRXF_data_validated, kPageSize, 0, 256);
	b.rx.push_responses();
	poll();
	packets = b.take_all();
	ASSERT_EQ(packets.size(), 5u);
	EXPECT_EQ(packets[4].bytes, pattern(60, 4));
	EXPECT_EQ(packets[4].requests[0].flags, 0) << "the program may have changed what was checked";
	EXPECT_EQ(q.rx.xdp_tx, 6u);
	EXPECT_EQ(q.tx.xdp, 6u);
}

// The TX ring is full: what finds no room is lost and counted, and the stack's next packet still has room.
TEST_F(XdpTest, FullRingTakesNoMore)
{
	attach(back);
	for (u32 i = 0; i < 300; i++)
		arrive(pattern(60));
	EXPECT_EQ(q.tx.xdp, 256u - 19);
	EXPECT_EQ(q.tx.xdp_full, 300u - q.tx.xdp);
	EXPECT_EQ(q.rx.xdp_failed, q.tx.xdp_full);
	EXPECT_FALSE(q.stopped);
	host_tx_lock(&q);
	EXPECT_TRUE(netfront_transmit(q.queue, k.new_skb(pattern(60))));
	host_tx_unlock(&q);
	for (auto &packet : b.take_all())
		b.answer(packet);
	EXPECT_TRUE(b.tx.push_responses()) << "a stopped queue needs to be woken";
	arrive(pattern(60));
	EXPECT_FALSE(q.stopped);
	EXPECT_EQ(b.take_all().size(), 1u);
}

TEST_F(XdpTest, PacketsAreRedirected)
{
	attach(elsewhere);
	for (const u32 length : {60u, 1514u}) {
		arrive(pattern(length));
		ASSERT_EQ(k.redirected.size(), 1u);
		EXPECT_EQ(k.redirected.front(), pattern(length));
		k.redirected.clear();
	}
	EXPECT_EQ(q.rx.xdp_redirect, 2u);
	k.refuse_redirect = true;
	arrive(pattern(60));
	arrive(pattern(1514));
	EXPECT_EQ(q.rx.xdp_failed, 2u);
}

// Frames of programs at other devices.
TEST_F(XdpTest, FramesOfOthersAreSent)
{
	xdp_frame frames[4] = {{pattern(60)}, {pattern(1514)}, {pattern(5000)}, {pattern(60)}};
	xdp_frame *list[] = {&frames[0], &frames[1], &frames[2], &frames[3]};
	EXPECT_EQ(netfront_xdp_xmit(q.queue, list, 4, true), 2u) << "up to the one that does not fit a slot";
	EXPECT_TRUE(frames[0].sent && frames[1].sent);
	EXPECT_FALSE(frames[2].sent || frames[3].sent) << "they remain the caller's";
	EXPECT_EQ(b.take_all().size(), 2u);
	k.stop(vif);
	frames[3].sent = false;
	EXPECT_EQ(netfront_xdp_xmit(q.queue, list + 3, 1, true), 0u);
	k.open(vif);
}

TEST_F(XdpTest, NoProgramSeesLargePackets)
{
	attach(pass);
	arrive(pattern(kXdpLongest + 1));
	arrive(pattern(20000), 0, 0, 3000);
	EXPECT_EQ(q.received.size(), 0u);
	EXPECT_EQ(q.rx.xdp_too_long, 2u);
	// What is several packets on the wire goes up, but not out.
	arrive(pattern(3000), 0, NETRXF_csum_blank, kPageSize, 1448);
	ASSERT_EQ(q.received.size(), 1u);
	EXPECT_EQ(q.received[0]->gso_size, 1448);
	attach(back);
	arrive(pattern(3000), 0, NETRXF_csum_blank, kPageSize, 1448);
	attach(elsewhere);
	arrive(pattern(3000), 0, NETRXF_csum_blank, kPageSize, 1448);
	EXPECT_EQ(q.rx.xdp_failed, 2u);
	EXPECT_EQ(k.redirected.size(), 0u);
}

TEST_F(XdpTest, NoMemoryDrops)
{
	attach(pass);
	k.fail_in = 0; // the page for the copy
	arrive(pattern(60));
	k.fail_in = 1; // the skb
	arrive(pattern(60));
	k.fail_in = 0; // likewise, of a packet in its buffer
	arrive(pattern(1514));
	k.fail_in = -1;
	EXPECT_EQ(q.rx.no_memory, 3u);
	arrive(pattern(1514));
	EXPECT_EQ(q.received.size(), 1u);
}

// NF-14
TEST_F(XdpTest, BufferKeptMappedIsNotJudged)
{
	attach(elsewhere);
	b.send(pattern(1514), 0, kPageSize, 0, 256); // is redirected, and flushed whatever comes next
	const u32 ref = b.rx.request(b.rx.req_cons()).gref;
	b.send(pattern(1514), 0, kPageSize, 0, 256);
	k.grants.at(ref).mapped = true;
	b.rx.push_responses();
	poll();
	EXPECT_FALSE(k.unflushed);
	EXPECT_EQ(k.redirected.size(), 1u);
	EXPECT_EQ(k.complaint, "RX grant still in use after its response");
	k.grants.at(ref).mapped = false;
}
