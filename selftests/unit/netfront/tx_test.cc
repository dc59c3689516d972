// SPDX-License-Identifier: GPL-2.0-only
// Transmit: what a backend gets to see of an skb, and what its answers may and may not do.
#include "tx.hpp"

using namespace ringway;
using namespace ringway::netfront;
using namespace ringway::test;

TEST(NetfrontTxPlan, Slots)
{
	EXPECT_EQ(pages_touched(0, 0), 0u);
	EXPECT_EQ(pages_touched(4095, 1), 1u);
	EXPECT_EQ(pages_touched(4095, 2), 2u);
	EXPECT_EQ(pages_touched(8192 + 100, 4096), 2u);
	const auto five = [](u32) { return 5u; };
	EXPECT_EQ(plan_tx(60, 60, 0, 2048, false, 18, five).slots(), 1u);
	EXPECT_EQ(plan_tx(9000, 9000, 0, 2048, false, 18, five).slots(), 3u);
	EXPECT_EQ(plan_tx(2048, 66, 2, 2048, false, 18, five).slots(), 1u);
	EXPECT_EQ(plan_tx(2049, 66, 2, 2048, false, 18, five).slots(), 11u);
	EXPECT_EQ(plan_tx(65535, 66, 3, 2048, false, 18, five).slots(), 16u);
	const TxPlan squeezed = plan_tx(65535, 66, 4, 2048, false, 18, five);
	EXPECT_TRUE(squeezed.squeezed);
	EXPECT_EQ(squeezed.slots(), 16u);
	EXPECT_EQ(plan_tx(65535, 66, 3, 2048, true, 18, five).grant_slots, 0u);
}

TEST_F(TxTest, SmallPacketIsOneSlotAndDoneAtOnce)
{
	const std::size_t granted = k.granted();
	sk_buff *skb = k.new_skb(pattern(60));
	skb->blank = true;
	EXPECT_TRUE(send(skb));
	EXPECT_EQ(k.skbs.size(), 0u) << "nothing waits for the backend";
	EXPECT_EQ(q.tx_notified, 1);
	auto packets = b.take_all();
	ASSERT_EQ(packets.size(), 1u);
	EXPECT_EQ(packets[0].bytes, pattern(60));
	EXPECT_EQ(packets[0].requests[0].flags, NETTXF_csum_blank | NETTXF_data_validated);
	b.answer(packets[0]);
	EXPECT_FALSE(b.tx.push_responses()) << "no event for a packet that nobody waits for";
	poll();
	EXPECT_EQ(k.granted(), granted + 1) << "the buffer stays granted for the next packet";
	for (int i = 0; i < 5; i++) {
		send(k.new_skb(pattern(1514, 7)));
		packets = b.take_all();
		EXPECT_EQ(packets[0].bytes, pattern(1514, 7));
		b.answer(packets[0]);
		b.push_tx();
		poll();
	}
	EXPECT_EQ(k.granted(), granted + 1) << "the last used id comes first: one buffer serves them all";
	EXPECT_EQ(q.tx.packets, 6u);
	EXPECT_EQ(q.tx.copied, 6u);
}

TEST_F(TxTest, FragsAreGrantedAndKeptUntilAnswered)
{
	sk_buff *skb = frags(66, {{0, 4096}, {100, 9000}, {4090, 3000}});
	skb->gso_size = 1448;
	const auto bytes = skb->bytes();
	EXPECT_TRUE(send(skb));
	EXPECT_EQ(k.skbs.size(), 1u);
	auto packets = b.take_all();
	ASSERT_EQ(packets.size(), 1u);
	EXPECT_EQ(packets[0].bytes, bytes);
	EXPECT_EQ(packets[0].requests.size(), 1u + 1 + 3 + 2);
	EXPECT_EQ(packets[0].requests[0].size, bytes.size());
	ASSERT_EQ(packets[0].extras.size(), 1u);
	EXPECT_EQ(packets[0].extras[0].u.gso.size, 1448);
	EXPECT_EQ(packets[0].extras[0].u.gso.type, XEN_NETIF_GSO_TYPE_TCPV4);
	// Answered in any order.
	std::reverse(packets[0].requests.begin(), packets[0].requests.end());
	b.answer(packets[0]);
	EXPECT_TRUE(b.tx.push_responses()) << "an skb waits: its completion is an event";
	poll();
	EXPECT_EQ(k.skbs.size(), 0u);
	EXPECT_EQ(k.complaint, "");
}

// netpoll takes the completions that the event was asked for. Once the queue fills up again, somebody has to
// be told when there is room.
TEST_F(TxTest, NetpollAsksForTheNextEvent)
{
	const auto fill = [this] {
		while (!q.stopped)
			send(k.new_skb(pattern(100)));
	};
	const auto answer_all = [this] {
		for (auto &packet : b.take_all())
			b.answer(packet);
		return b.tx.push_responses();
	};
	fill();
	const bool first = answer_all();
	poll(0);
	if (first) {
		netfront_tx_event(q.queue);
		poll();
	}
	fill();
	q.scheduled = false;
	const bool second = answer_all();
	EXPECT_TRUE(second || q.scheduled)
		<< "the queue is stopped, all is answered, and nothing will wake it";
}

// Not seen in Linux, but an skb may have one; its slot would promise a next one that never comes.
TEST_F(TxTest, FragOfNoBytesTakesNoSlot)
{
	sk_buff *skb = frags(66, {{0, 3000}, {100, 1}, {0, 20}});
	skb->frags[1].length = 0;
	EXPECT_TRUE(send(skb));
	const u32 n = b.tx.unconsumed().value();
	ASSERT_EQ(n, 3u);
	for (u32 i = 0; i < n; i++)
		EXPECT_EQ((b.tx.request(b.tx.req_cons() + i).flags & NETTXF_more_data) != 0, i + 1 < n);
	for (auto &packet : b.take_all())
		b.answer(packet);
	b.push_tx();
	poll();
	EXPECT_EQ(k.skbs.size(), 0u);
}

TEST_F(TxTest, MoreSlotsThanLegalAreSqueezed)
{
	sk_buff *skb = frags(66, {{4090, 100},
				  {4090, 100},
				  {4090, 100},
				  {4090, 100},
				  {4090, 100},
				  {4090, 100},
				  {4090, 100},
				  {4090, 100},
				  {4090, 100},
				  {4090, 9000}});
	const auto bytes = skb->bytes();
	send(skb);
	const auto packets = b.take_all();
	EXPECT_EQ(packets[0].bytes, bytes);
	EXPECT_LE(packets[0].requests.size(), kLegacySlots);
	EXPECT_EQ(q.tx.linearised, 1u);
	EXPECT_EQ(k.skbs.size(), 0u);
}

// NF-13
TEST_F(TxTest, UntrustedBackendSeesNothingButPackets)
{
	k.ours["trusted"] = 0;
	netfront_backend_changed(vif, 5);
	netfront_backend_changed(vif, 6);
	netfront_later(vif);
	k.backend["state"] = 2;
	netfront_later(vif);
	link();
	sk_buff *skb = frags(66, {{0, 4096}, {1234, 50000}});
	const auto bytes = skb->bytes();
	send(skb);
	EXPECT_EQ(k.skbs.size(), 0u);
	const auto packets = b.take_all();
	EXPECT_EQ(packets.at(0).bytes, bytes);
	// Behind the packet's last byte the page holds zeroes.
	const TxRequest &last = packets[0].requests.back();
	const u8 *page = b.memory(last.gref, false);
	for (u32 i = last.offset + last.size; i < kPageSize; i++)
		ASSERT_EQ(page[i], 0) << i;
}

TEST_F(TxTest, XmitMoreIsOnePushAndOneEvent)
{
	k.xmit_more = true;
	for (int i = 0; i < 7; i++)
		send(k.new_skb(pattern(60)));
	EXPECT_EQ(b.tx.unconsumed().value(), 0u);
	k.xmit_more = false;
	send(k.new_skb(pattern(60)));
	EXPECT_EQ(b.take_all().size(), 8u);
	EXPECT_EQ(q.tx_notified, 1);
	// A burst whose last packet is dropped is still pushed.
	k.xmit_more = true;
	send(k.new_skb(pattern(60)));
	k.xmit_more = false;
	send(k.new_skb({}));
	EXPECT_EQ(b.take_all().size(), 1u);
	EXPECT_EQ(q.tx.dropped, 1u);
}

TEST_F(TxTest, FullRingStopsAndWakes)
{
	int sent = 0;
	while (!q.stopped && sent < 1000) {
		EXPECT_TRUE(send(k.new_skb(pattern(60))));
		sent++;
	}
	EXPECT_EQ(sent, 256 - 18);
	auto packets = b.take_all();
	bool event = false;
	for (auto &packet : packets) {
		b.answer(packet);
		event |= b.tx.push_responses();
	}
	EXPECT_TRUE(event) << "a stopped queue needs to be woken";
	poll();
	EXPECT_FALSE(q.stopped);
}

TEST_F(TxTest, PacketThatDoesNotFitStaysWithTheStack)
{
	while (!q.stopped)
		send(k.new_skb(pattern(60)));
	q.stopped = false;                          // somebody insists
	EXPECT_TRUE(send(frags(66, {{0, 65000}}))); // 17 of the 18 slots that are left
	sk_buff *skb = frags(66, {{0, 65000}});
	EXPECT_FALSE(send(skb));
	EXPECT_TRUE(q.stopped);
	k.free_skb(skb);
}

TEST_F(TxTest, IndexWraps)
{
	for (u32 round = 0; round < 3000; round++) {
		send(k.new_skb(pattern(60 + round % 1000)));
		if (round % 3 == 0)
			send(frags(54, {{round % 4096, 3000}}));
		for (auto &packet : b.take_all())
			b.answer(packet);
		b.push_tx();
		if (round % 5 == 0)
			poll();
	}
	poll();
	EXPECT_EQ(k.skbs.size(), 0u);
	EXPECT_EQ(k.complaint, "");
}

TEST_F(TxTest, NoMemoryDropsWithoutATrace)
{
	k.fail_in = 0;
	EXPECT_TRUE(send(k.new_skb(pattern(60))));
	EXPECT_EQ(q.tx.dropped, 1u);
	EXPECT_EQ(b.take_all().size(), 0u);
	send(k.new_skb(pattern(60)));
	EXPECT_EQ(b.take_all().size(), 1u);
}

// A slot has one grant reference, for a buffer of ours or for a frag's page. The ring's slots go from one use
// to the other and back, whatever comes.
TEST_F(TxTest, SlotsChangeBetweenCopyAndGrant)
{
	const auto answer_all = [this] {
		for (auto &packet : b.take_all())
			b.answer(packet);
		b.push_tx();
		poll();
	};
	for (u32 round = 0; round < 3; round++) {
		while (!q.stopped)
			ASSERT_TRUE(send(k.new_skb(pattern(60, round))));
		answer_all();
		EXPECT_EQ(k.granted(), 2u + 256 + 238) << "rings, RX buffers, and a buffer for each copy";
		std::vector<std::vector<u8>> sent;
		while (!q.stopped) {
			sk_buff *skb = frags(54, {{round * 100, 3000}, {0, 4096}});
			sent.push_back(skb->bytes());
			ASSERT_TRUE(send(skb));
		}
		const auto packets = b.take_all();
		ASSERT_EQ(packets.size(), sent.size());
		for (u32 i = 0; i < sent.size(); i++) {
			EXPECT_EQ(packets[i].bytes, sent[i]);
			b.answer(packets[i]);
		}
		b.push_tx();
		poll();
		EXPECT_EQ(k.skbs.size(), 0u);
	}
	EXPECT_EQ(q.tx.dropped, 0u);
	EXPECT_EQ(k.complaint, "");
}

TEST_F(TxTest, ErrorAnswersAreCounted)
{
	send(k.new_skb(pattern(60)));
	b.answer(b.take_all().at(0), NETIF_RSP_ERROR);
	b.push_tx();
	poll();
	EXPECT_EQ(q.tx.backend_error, 1u);
	EXPECT_EQ(k.complaint, "");
}
