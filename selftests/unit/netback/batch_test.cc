// SPDX-License-Identifier: GPL-2.0-only
// Between netback and the switch in batches, both ways, and why a packet did not go directly.
#include "fake.hpp"

using namespace ringway;
using namespace ringway::test;

namespace
{
class ToGuest : public testing::Test
{
protected:
	Host machine;
	Guest g{1};

	void SetUp() override { g.connect(); }
	// What the switch does: a list of packets for the vif; what comes back goes through the device.
	static sk_buff *list_of(const std::vector<u32> &lengths, bool sockets = false)
	{
		sk_buff *first = nullptr, **end = &first;
		for (u32 i = 0; i < lengths.size(); i++) {
			*end = make_skb(make_frame(lengths[i], i + 1));
			(*end)->socket = sockets;
			end = &(*end)->next;
		}
		return first;
	}
	sk_buff *deliver(const std::vector<u32> &lengths)
	{
		return netback_deliver(g.dev.vif, list_of(lengths));
	}
	// The n packets that arrived are the frames of seed 1, 2, …
	void expect_in_order(const std::vector<u32> &lengths)
	{
		const auto got = g.receive();
		ASSERT_EQ(got.size(), lengths.size());
		for (u32 i = 0; i < lengths.size(); i++)
			EXPECT_EQ(got[i].bytes, make_frame(lengths[i], i + 1)) << i;
	}
	Queue &q() { return g.back(); }
};

TEST_F(ToGuest, AListArrivesInOrderWithOneCopyCallAndOneEvent)
{
	const std::vector<u32> lengths = {60, 1514, 2048, 2049, 9000, 60, 61};
	g.post_buffers(20);
	const u64 calls = host->hypercalls;
	EXPECT_EQ(deliver(lengths), nullptr);
	host->settle();
	expect_in_order(lengths);
	EXPECT_EQ(host->hypercalls - calls, 1u);
	EXPECT_EQ(q().to_guest_stats.switched, lengths.size());
	EXPECT_LE(q().to_guest_stats.notifications, 1u);
}

TEST_F(ToGuest, SomebodyWouldNoticeSoAllOfItComesBack)
{
	const std::vector<u32> lengths = {60, 1514};
	g.post_buffers(20);
	const auto refused = [&] {
		EXPECT_EQ(free_list(deliver(lengths)), 2u);
		host->settle();
		EXPECT_TRUE(g.receive().empty());
		EXPECT_EQ(q().to_guest_stats.switched, 0u);
	};
	g.dev.watched = true;
	refused();
	g.dev.watched = false;
	g.dev.shaped = true;
	refused();
	g.dev.shaped = false;
	q().host->stopped = true;
	refused();
	q().host->stopped = false;
	g.set_up(false);
	refused();
	g.set_up(true);
	EXPECT_EQ(deliver(lengths), nullptr);
	host->settle();
	expect_in_order(lengths);
}

TEST_F(ToGuest, WhatDoesNotFitTheBacklogComesBackInOrder)
{
	std::vector<u32> many(600, 1514);
	sk_buff *rest = netback_deliver(g.dev.vif, list_of(many, true)); // sockets of dom0's answer for them
	ASSERT_NE(rest, nullptr);
	const u64 taken = q().to_guest_stats.switched;
	EXPECT_GT(taken, 100u);
	EXPECT_EQ(rest->bytes(), make_frame(1514, static_cast<u32>(taken) + 1));
	EXPECT_EQ(free_list(rest), 600 - taken);
	EXPECT_EQ(q().to_guest_stats.dropped_full, 0u);
}

// The device cannot do what a packet needs: it becomes two. Another one cannot be saved. Order stays.
TEST_F(ToGuest, PacketsAreMadeFitForTheDevice)
{
	g.post_buffers(20);
	g.dev.suit = [](sk_buff *skb) -> sk_buff * {
		if (skb->bytes().size() == 3000) {
			free_skb(skb);
			sk_buff *half = make_skb(make_frame(101, 2));
			half->next = make_skb(make_frame(102, 3));
			return half;
		}
		if (skb->bytes().size() != 4000)
			return skb;
		free_skb(skb);
		return nullptr;
	};
	sk_buff *first = make_skb(make_frame(100, 1));
	first->next = make_skb(make_frame(3000));
	first->next->next = make_skb(make_frame(4000));
	first->next->next->next = make_skb(make_frame(103, 4));
	EXPECT_EQ(netback_deliver(g.dev.vif, first), nullptr);
	host->settle();
	expect_in_order({100, 101, 102, 103});
}

// Behind packets that wait for buffers nothing schedules the poll again: the guest's event does.
TEST_F(ToGuest, WaitingPacketsNeedNoPollEach)
{
	EXPECT_EQ(deliver({60}), nullptr);
	host->settle();
	EXPECT_EQ(netback_deliver(g.dev.vif, make_skb(make_frame(61, 2))), nullptr);
	EXPECT_FALSE(q().host->to_guest.scheduled);
	g.post_buffers(5);
	host->settle();
	expect_in_order({60, 61});
}

// The pages of our own that copies came from.
class Gather : public ToGuest
{
protected:
	std::set<u64> pages;
	void SetUp() override
	{
		ToGuest::SetUp();
		host->refuse = [this](u64, const gnttab_copy &op) -> s16 {
			pages.insert(op.source.u.gmfn);
			return GNTST_okay;
		};
	}
};

TEST_F(Gather, SmallPacketsShareAPage)
{
	const std::vector<u32> lengths(20, 100);
	g.post_buffers(30);
	EXPECT_EQ(deliver(lengths), nullptr);
	host->settle();
	expect_in_order(lengths);
	EXPECT_EQ(pages.size(), 1u);
}

TEST_F(Gather, LargeOnesStayWhereTheyAre)
{
	const std::vector<u32> lengths = {2049, 2049, 2048, 2048};
	g.post_buffers(30);
	EXPECT_EQ(deliver(lengths), nullptr);
	host->settle();
	expect_in_order(lengths);
	EXPECT_EQ(pages.size(), 3u);
}

TEST_F(Gather, WithoutMemoryEachSkbIsCopiedFromItsOwnPage)
{
	const std::vector<u32> lengths = {100, 100, 100};
	g.post_buffers(30);
	host->pages_left = 0;
	EXPECT_EQ(deliver(lengths), nullptr);
	host->settle();
	expect_in_order(lengths);
	EXPECT_EQ(pages.size(), 3u);
}

class FromGuest : public TwoGuests
{
protected:
	brlite_port uplink;
	u64 why(Why reason) { return a.back().from_guest_stats.why[static_cast<u32>(reason)]; }
	u64 all_whys()
	{
		u64 sum = 0;
		for (const u64 n : a.back().from_guest_stats.why)
			sum += n;
		return sum;
	}
	void send(u32 n, const Send &how = {}, u32 len = 100)
	{
		for (u32 i = 0; i < n; i++)
			a.post(make_frame(len, i + 1), how);
		a.push();
		host->settle();
	}
};

TEST_F(FromGuest, OneCallForABatchOfAnyDestinations)
{
	u32 n = 0;
	a.join_switch([&](const brlite_frame &) -> brlite_verdict {
		if (n++ % 3)
			return {BRLITE_PORT, BRLITE_FORWARDED, 0, 0, nullptr, &uplink};
		return {BRLITE_LOCAL, BRLITE_TO_LOCAL, 0, 0, nullptr, nullptr};
	});
	send(9);
	EXPECT_EQ(a.port.sent, std::vector<u32>{9});
	ASSERT_EQ(a.port.forwarded.size(), 9u);
	for (u32 i = 0; i < 9; i++) {
		EXPECT_EQ(a.port.forwarded[i].bytes, make_frame(100, i + 1));
		EXPECT_EQ(a.port.forwarded[i].verdict.action, i % 3 ? BRLITE_PORT : BRLITE_LOCAL);
	}
	EXPECT_EQ(why(Why::uplink), 6u);
	EXPECT_EQ(why(Why::local), 3u);
	EXPECT_EQ(all_whys(), 9u);
	EXPECT_EQ(a.back().from_guest_stats.path_skb, 9u);
}

TEST_F(FromGuest, ReasonsOfTheSender)
{
	b.post_buffers(50);
	send(2);
	EXPECT_EQ(all_whys(), 0u); // directly
	a.dev.watched = true;
	send(2);
	EXPECT_EQ(why(Why::watched), 2u);
	a.dev.watched = false;
	a.join_switch([this](const brlite_frame &) { return to_b(BRLITE_AND_LOCAL); });
	send(3);
	EXPECT_EQ(why(Why::copy), 3u);
	netback_set_port(a.dev.vif, nullptr, nullptr);
	send(4);
	EXPECT_EQ(why(Why::no_port), 4u);
	EXPECT_EQ(all_whys(), 9u);
}

TEST_F(FromGuest, ReasonsOfTheReceiver)
{
	b.post_buffers(60);
	b.dev.watched = true;
	send(2);
	EXPECT_EQ(why(Why::peer_watched), 2u);
	b.dev.watched = false;
	b.dev.shaped = true;
	send(3);
	EXPECT_EQ(why(Why::peer_queue), 3u);
	b.dev.shaped = false;
	// The first one lies about its headers; those behind it follow it.
	a.post(make_frame(100), {{}, NETTXF_csum_blank});
	a.vif().frontend.can_sg = 1;
	b.vif().gets &= ~NETBACK_OFFLOAD_CSUM4;
	send(4);
	EXPECT_EQ(why(Why::peer_offload), 5u);
	b.vif().gets |= NETBACK_OFFLOAD_CSUM4;
	b.vif().running = false;
	send(1);
	EXPECT_EQ(why(Why::peer_down), 1u);
	b.vif().running = true;
	EXPECT_EQ(all_whys(), 11u);
}

TEST_F(FromGuest, WithoutBuffersAndThenBehindTheBacklog)
{
	a.back().gave_up = true; // it does not wait for anybody
	a.back().wait_ended = host->jiffies;
	b.post_buffers(2);
	send(5);
	EXPECT_EQ(a.back().from_guest_stats.path_direct, 2u);
	EXPECT_EQ(why(Why::peer_buffers), 3u);
	send(4);
	EXPECT_EQ(why(Why::peer_backlog), 4u);
	EXPECT_EQ(all_whys(), 7u);
	b.post_buffers(20);
	host->settle();
	EXPECT_EQ(b.receive().size(), 9u);
}
} // namespace
