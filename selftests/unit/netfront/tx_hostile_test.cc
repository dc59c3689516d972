// SPDX-License-Identifier: GPL-2.0-only
// Transmit under a backend that lies: an answer counts once, for a request that was published.
#include "tx.hpp"

using namespace ringway;
using namespace ringway::netfront;
using namespace ringway::test;

// NF-11
TEST_F(TxTest, BufferThatStaysMappedIsNotGrantedForAnother)
{
	while (!q.stopped)
		send(k.new_skb(pattern(60)));
	for (auto &packet : b.take_all()) {
		b.answer(packet);
		k.grants.at(packet.requests[0].gref).mapped = true;
	}
	b.push_tx();
	poll();
	EXPECT_EQ(k.complaint, "") << "copies go on through the same buffers";
	EXPECT_TRUE(send(k.new_skb(pattern(60))));
	for (u32 i = 0; i < 20; i++)
		send(frags(54, {{0, 4096}}));
	EXPECT_EQ(k.complaint, "TX grant still in use after its response");
	EXPECT_EQ(k.skbs.size(), 18u) << "what found a bare slot waits for its answer";
	netfront_later(vif);
	EXPECT_EQ(k.fatal, k.complaint);
	for (page *page : std::set<::page *>(k.custody))
		k.put_page(page);
	for (Grant &grant : k.grants)
		grant = {};
}

// NF-01
TEST_F(TxTest, IdOutOfRange)
{
	send(k.new_skb(pattern(60)));
	b.take_all();
	b.tx.respond(TxResponse{256, 0});
	b.push_tx();
	expect_broken();
}

// NF-01
TEST_F(TxTest, IdThatIsFree)
{
	send(k.new_skb(pattern(60)));
	const auto packets = b.take_all();
	b.tx.respond(TxResponse{static_cast<u16>(packets[0].requests[0].id + 1), 0});
	b.push_tx();
	expect_broken();
}

// NF-01
TEST_F(TxTest, IdTwice)
{
	send(frags(66, {{0, 4000}}));
	send(frags(66, {{0, 4000}}));
	const auto packets = b.take_all();
	b.answer(packets[0]);
	b.answer(packets[0]);
	b.push_tx();
	expect_broken();
}

// NF-01
TEST_F(TxTest, IdNotPublishedYet)
{
	send(k.new_skb(pattern(60)));
	const auto packets = b.take_all();
	k.xmit_more = true;
	send(k.new_skb(pattern(60)));
	b.tx.respond(TxResponse{static_cast<u16>(packets[0].requests[0].id + 1), 0});
	b.push_tx();
	expect_broken();
}

TEST_F(TxTest, NullWithoutExtra)
{
	send(k.new_skb(pattern(60)));
	b.take_all();
	b.tx.respond(TxResponse{0, NETIF_RSP_NULL});
	b.push_tx();
	expect_broken();
}

// NF-02
TEST_F(TxTest, IndexBeyondWhatWasPosted)
{
	send(k.new_skb(pattern(60)));
	auto *ring = reinterpret_cast<SharedRingHeader *>(b.ring_bytes("tx-ring-ref"));
	ring->rsp_prod = 2;
	expect_broken();
}

// NF-02
TEST_F(TxTest, IndexBackwards)
{
	reinterpret_cast<SharedRingHeader *>(b.ring_bytes("tx-ring-ref"))->rsp_prod = 0xffffffff;
	expect_broken();
}

// NF-11, NF-12
TEST_F(TxTest, GrantKeptMappedIsNeverUsedAgain)
{
	sk_buff *skb = k.new_skb(pattern(66));
	page *page = k.new_page();
	skb->frags.push_back({page, 0, 4000});
	send(skb);
	const auto packets = b.take_all();
	const u32 ref = packets[0].requests[1].gref;
	k.grants[ref].mapped = true;
	b.answer(packets[0]);
	b.push_tx();
	expect_broken();
	EXPECT_EQ(k.custody.count(page), 1u);
	EXPECT_EQ(page->references, 1) << "the skb let go, the kernel holds on";
	EXPECT_TRUE(k.grants[ref].reserved);
	k.grants[ref] = {};
	k.put_page(page);
}

// Every field of every answer changes between any two looks at it.
// NF-03
TEST_F(TxTest, AnswersThatChangeWhileTheyAreRead)
{
	std::srand(2);
	for (int round = 0; round < 150; round++) {
		for (int i = 0; i < 8; i++)
			send(i % 2 ? frags(66, {{0, 4000}}) : k.new_skb(pattern(60)));
		for (auto &packet : b.take_all())
			b.answer(packet);
		b.push_tx();
		u8 *ring = b.ring_bytes("tx-ring-ref");
		{
			BeforeRead toggle([&](u32) {
				for (u32 i = 0; i < 4; i++)
					ring[64 + std::rand() % 3072] = static_cast<u8>(std::rand());
			});
			poll();
		}
		if (k.complaint == "")
			continue;
		netfront_later(vif);
		EXPECT_EQ(k.skbs.size(), 0u) << "all packets came back with the disconnect";
		k.complaint.clear();
		netfront_resume(vif);
		link();
	}
}
