// SPDX-License-Identifier: GPL-2.0-only
// Multicast control: the requests that change the list, and every way a multicast frame has into a guest.
#include "fake.hpp"

using namespace ringway;
using namespace ringway::test;

namespace
{
constexpr u8 kAdd = XEN_NETIF_EXTRA_TYPE_MCAST_ADD, kDel = XEN_NETIF_EXTRA_TYPE_MCAST_DEL;

Bytes frame_to(std::initializer_list<u8> address, u32 seed = 1)
{
	Bytes frame = make_frame(100, seed);
	std::copy(address.begin(), address.end(), frame.begin());
	return frame;
}
Bytes wanted_frame(u32 seed = 1)
{
	return frame_to({1, 0, 0x5e, 0, 0, 1}, seed);
}
Bytes other_frame(u32 seed = 1)
{
	return frame_to({1, 0, 0x5e, 0, 0, 2}, seed);
}
Bytes broadcast(u32 seed = 1)
{
	return frame_to({255, 255, 255, 255, 255, 255}, seed);
}

class MulticastControl : public testing::Test
{
protected:
	Host machine;
	Guest a{1}, b{2, 2};

	void SetUp() override
	{
		a.connect();
		b.connect();
		a.join_switch([](const brlite_frame &) {
			return brlite_verdict{BRLITE_FLOOD, BRLITE_FLOODED, 0, 0, nullptr, nullptr};
		});
		a.port.flood = {&a.port, &b.port};
		a.post_buffers(64);
		for (u32 q = 0; q < 2; q++)
			b.post_buffers(64, q); // which one a packet takes is not of interest here
	}
	// One dummy request, not pushed yet.
	static void post_change(Guest &guest, u8 type, u32 last, u32 q = 0, u16 flags = 0)
	{
		auto &ring = guest.queue[q];
		const u16 id = static_cast<u16>(0x4000 + ring.tx.req_prod());
		ring.sent[id] = guest.grant(nullptr, 0, 0, true);
		ring.tx.post(
			TxRequest{ring.sent[id], 0, static_cast<u16>(NETTXF_extra_info | flags), id, 60});
		ExtraInfo extra{};
		extra.type = type;
		const u8 address[6] = {1, 0, 0x5e, 0, static_cast<u8>(last >> 8), static_cast<u8>(last)};
		std::memcpy(extra.u.mcast.addr, address, sizeof address);
		ring.tx.post(extra);
	}
	static void change(Guest &guest, u8 type, u32 last, u32 q = 0)
	{
		post_change(guest, type, last, q);
		guest.push(q);
		host->settle();
	}
	static std::string answers(Guest &guest, u32 q = 0)
	{
		std::string out;
		for (const TxResponse &r : guest.responses(q))
			out += r.status == NETIF_RSP_OKAY ? 'O' : r.status == NETIF_RSP_NULL ? 'N' : 'E';
		return out;
	}
	static std::vector<Bytes> got(Guest &guest)
	{
		std::vector<Bytes> out;
		for (u32 q = 0; q < guest.queue.size(); q++)
			for (const Received &packet : guest.receive(q))
				out.push_back(packet.bytes);
		return out;
	}
	static u64 dropped(Guest &guest)
	{
		return guest.back(0).to_guest_stats.dropped_multicast +
		       guest.back(1).to_guest_stats.dropped_multicast;
	}
};

TEST_F(MulticastControl, RequestsAreAnsweredAndNoPackets)
{
	change(b, kAdd, 1);
	EXPECT_EQ(answers(b), "ON");
	change(b, kDel, 7); // not there: no error
	EXPECT_EQ(answers(b), "ON");
	EXPECT_EQ(b.back().from_guest_stats.packets, 0u);
	EXPECT_EQ(b.back().from_guest_stats.bad, 0u);
	EXPECT_TRUE(b.dev.received.empty());
	EXPECT_TRUE(b.vif().multicast.has(mac_of(1, 0, 0x5e, 0, 0, 1)));
}

// NB-49
TEST_F(MulticastControl, TheSixtyFifthIsAnErrorOfItsOwn)
{
	for (u32 i = 0; i < 65; i++)
		post_change(b, kAdd, i);
	b.post(make_frame(100));
	b.push();
	host->settle();
	std::string expected;
	for (u32 i = 0; i < 64; i++)
		expected += "ON";
	EXPECT_EQ(answers(b), expected + "EN" + "O");
	EXPECT_FALSE(b.vif().disabled.load());
	EXPECT_EQ(b.back().from_guest_stats.packets, 1u);
}

// All queues change the one list.
// NB-49
TEST_F(MulticastControl, EveryQueueCanChangeIt)
{
	change(b, kAdd, 1, 0);
	change(b, kAdd, 2, 1);
	EXPECT_EQ(answers(b, 0), "ON");
	EXPECT_EQ(answers(b, 1), "ON");
	EXPECT_TRUE(b.vif().multicast.has(mac_of(1, 0, 0x5e, 0, 0, 2)));
	change(b, kDel, 1, 1);
	EXPECT_FALSE(b.vif().multicast.has(mac_of(1, 0, 0x5e, 0, 0, 1)));
	EXPECT_EQ(answers(b, 1), "ON");
}

TEST_F(MulticastControl, FloodsAreFiltered)
{
	change(b, kAdd, 1);
	for (u32 on = 0; on < 2; on++) {
		netback_set_multicast_control(b.dev.vif, static_cast<int>(on));
		a.post(other_frame());
		a.post(wanted_frame());
		a.post(broadcast());
		a.post(make_frame(100)); // flooded since nobody knows where it lives
		a.push();
		host->settle();
		std::vector<Bytes> expected{wanted_frame(), broadcast(), make_frame(100)};
		if (!on)
			expected.insert(expected.begin(), other_frame());
		EXPECT_EQ(got(b), expected) << on;
		EXPECT_EQ(answers(a), "OOOO");
		EXPECT_EQ(dropped(b), on);
	}
	EXPECT_EQ(b.back(0).to_guest_stats.direct + b.back(1).to_guest_stats.direct, 7u);
}

// The way of skbs: in front of a stranger's tap, and behind a backlog.
TEST_F(MulticastControl, FloodsThatBecomeSkbsAreFiltered)
{
	change(b, kAdd, 1);
	netback_set_multicast_control(b.dev.vif, 1);
	b.dev.watched = true;
	a.post(other_frame());
	a.post(wanted_frame());
	a.push();
	host->settle();
	EXPECT_EQ(got(b), std::vector<Bytes>{wanted_frame()});
	EXPECT_EQ(dropped(b), 1u);
	EXPECT_EQ(b.back(0).to_guest_stats.direct + b.back(1).to_guest_stats.direct, 0u);
}

TEST_F(MulticastControl, SkbsFromLinuxAreFiltered)
{
	change(b, kAdd, 1);
	netback_set_multicast_control(b.dev.vif, 1);
	for (const Bytes &frame : {other_frame(), wanted_frame(), broadcast(), make_frame(100)})
		ASSERT_EQ(netback_xmit(b.dev.vif, make_skb(frame), 0), 0); // taken, if only to be dropped
	host->settle();
	EXPECT_EQ(got(b), (std::vector<Bytes>{wanted_frame(), broadcast(), make_frame(100)}));
	EXPECT_EQ(dropped(b), 1u);
	netback_totals totals;
	netback_vif_totals(b.dev.vif, &totals);
	EXPECT_EQ(totals.to_guest_dropped, 1u);
	EXPECT_EQ(totals.to_guest_packets, 3u);
}

TEST_F(MulticastControl, SkbsFromTheSwitchAreFiltered)
{
	change(b, kAdd, 1);
	netback_set_multicast_control(b.dev.vif, 1);
	sk_buff *first = make_skb(other_frame());
	first->next = make_skb(wanted_frame());
	first->next->next = make_skb(other_frame(2), {3}); // the address across two pieces
	EXPECT_EQ(netback_deliver(b.dev.vif, first), nullptr);
	host->settle();
	EXPECT_EQ(got(b), std::vector<Bytes>{wanted_frame()});
	EXPECT_EQ(dropped(b), 2u);
	EXPECT_EQ(b.back().to_guest_stats.switched, 1u);
}

// A frame that arrives in the same batch as its address is added for another guest: no order is promised
// between guests; of one guest its own list counts.
TEST_F(MulticastControl, ListsAreEachGuestsOwn)
{
	change(a, kAdd, 2);
	change(b, kAdd, 1);
	netback_set_multicast_control(b.dev.vif, 1);
	a.send(other_frame());
	host->settle();
	EXPECT_TRUE(got(b).empty());
	EXPECT_EQ(dropped(b), 1u);
}

// What one connection asked for does not bind the next one.
// NB-49
TEST_F(MulticastControl, AConnectionBeginsEmpty)
{
	b.dev.frontend.multicast_control = 1;
	b.frontend_state(XenbusState::closing);
	b.frontend_state(XenbusState::closed);
	b.reset_rings();
	b.connect();
	EXPECT_TRUE(b.vif().multicast.wanted()); // sampled at connect
	change(b, kAdd, 1);
	b.dev.frontend.multicast_control = 0;
	b.frontend_state(XenbusState::closing);
	EXPECT_FALSE(b.vif().multicast.wanted());
	b.frontend_state(XenbusState::closed);
	b.reset_rings();
	b.connect();
	EXPECT_FALSE(b.vif().multicast.wanted());
	EXPECT_FALSE(b.vif().multicast.has(mac_of(1, 0, 0x5e, 0, 0, 1)));
	for (u32 i = 0; i < 64; i++)
		post_change(b, kAdd, i);
	b.push();
	host->settle();
	EXPECT_EQ(answers(b).find('E'), std::string::npos);
}

// A turn in the middle of traffic: what is in the backlog already was let in.
TEST_F(MulticastControl, ChangesCountAtOnce)
{
	change(b, kAdd, 1);
	for (u32 i = 0; i < 10; i++) {
		netback_set_multicast_control(b.dev.vif, i & 1);
		a.send(other_frame(i));
		host->settle();
	}
	EXPECT_EQ(got(b).size(), 5u);
	EXPECT_EQ(dropped(b), 5u);
	EXPECT_EQ(a.back().from_guest_stats.packets, 10u);
}
} // namespace
