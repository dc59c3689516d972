// SPDX-License-Identifier: GPL-2.0-only
// Packets that leave netback as skbs, and the answer every slot gets.
#include "fake.hpp"
#include <random>

using namespace ringway;
using namespace ringway::test;

namespace
{
// One guest whose vif is no switch port: everything goes up dom0's stack.
class Skb : public testing::Test
{
protected:
	Host machine;
	Guest a{1};

	void SetUp() override { a.connect(); }
	std::vector<Forwarded> pass(const Bytes &frame, const Send &how = {})
	{
		a.send(frame, how);
		host->settle();
		return std::exchange(a.dev.received, {});
	}
	// Responses in ring order as a text: O okay, E error, N null.
	std::string answers()
	{
		std::string out;
		for (const TxResponse &r : a.responses())
			out += r.status == NETIF_RSP_OKAY ? 'O' : r.status == NETIF_RSP_NULL ? 'N' : 'E';
		EXPECT_EQ(a.queue[0].tx.free_slots(), 256u);
		return out;
	}
};

TEST_F(Skb, EveryLengthAndEveryCutArrivesByteForByte)
{
	u32 packets = 0;
	for (const u32 len : {14u, 60u, 128u, 255u, 256u, 257u, 1514u, 2047u, 2048u, 2049u, 4095u, 4096u,
			      4097u, 4352u, 4353u, 8192u, 8448u, 20000u, 65535u})
		for (const auto &cut : all_cuts(len)) {
			SCOPED_TRACE(testing::PrintToString(cut));
			const Bytes frame = make_frame(len, ++packets);
			const auto got = pass(frame, {cut});
			ASSERT_EQ(got.size(), 1u);
			ASSERT_EQ(got[0].bytes, frame);
			// XSA-423: the span of protocol headers is linear, however the guest cut it.
			ASSERT_GE(got[0].linear, len < 256 ? len : 256u);
			ASSERT_EQ(answers(), std::string(cut.size(), 'O'));
		}
	EXPECT_EQ(a.back().from_guest_stats.packets, packets);
	EXPECT_EQ(a.back().from_guest_stats.path_up, packets);
}

// Headers split at every byte.
// NB-14
TEST_F(Skb, HeadersSplitAnywhereAreLinear)
{
	for (u32 split = 14; split < 256; split++) {
		const Bytes frame = make_frame(5000, split);
		const auto got = pass(frame, {{split, 1, 1, 4000, 5000 - 4002 - split}});
		ASSERT_EQ(got.size(), 1u);
		ASSERT_EQ(got[0].bytes, frame);
		ASSERT_EQ(got[0].linear, 256u);
		answers();
	}
}

TEST_F(Skb, FlagsAndGsoReachTheStack)
{
	const auto got =
		pass(make_frame(9000),
		     {{}, NETTXF_csum_blank | NETTXF_data_validated, XEN_NETIF_GSO_TYPE_TCPV6, 1440});
	ASSERT_EQ(got.size(), 1u);
	EXPECT_EQ(got[0].txflags, u32{NETTXF_csum_blank | NETTXF_data_validated});
	EXPECT_EQ(got[0].gso_type, u32{XEN_NETIF_GSO_TYPE_TCPV6});
	EXPECT_EQ(got[0].gso_size, 1440u);
	EXPECT_EQ(answers(), "ONOO"); // the extra info's response sits behind the first slot's
}

// BR-20, NB-19
TEST_F(Skb, HeadersTheKernelRefuses)
{
	EXPECT_EQ(pass(make_frame(100, 1, 0xbad0)).size(), 0u);
	EXPECT_EQ(pass(make_frame(9000, 1, 0xbad0)).size(), 0u);
	EXPECT_EQ(answers(), "OOOO");
	EXPECT_EQ(a.back().from_guest_stats.csum_failed, 2u);
	EXPECT_EQ(pass(make_frame(100)).size(), 1u);
}

// NB-09
TEST_F(Skb, MalformedPacketsAreAnsweredSlotBySlot)
{
	a.post(make_frame(60));
	a.post(Bytes(13));                   // runt
	a.post(make_frame(100), {{10, 90}}); // first slot shorter than an Ethernet header
	std::vector<u32> twenty(20, 100);
	a.post(make_frame(2000), {twenty});
	a.post(make_frame(61));
	a.push();
	host->settle();
	EXPECT_EQ(a.dev.received.size(), 2u);
	EXPECT_EQ(answers(), "OEEE" + std::string(20, 'E') + "O");
	EXPECT_EQ(a.back().from_guest_stats.bad, 3u);
	EXPECT_FALSE(a.vif().disabled.load());
}

// One operation of each packet refused, at every index, with every status: that packet is gone and answered
// with ERROR, the others arrive.
TEST_F(Skb, EachRefusedCopyCostsOnePacket)
{
	const std::vector<u32> lengths = {60, 9000, 1514, 65000, 4096, 200};
	const u32 slots[] = {1, 3, 1, 16, 1, 1};
	u64 total = 1;
	for (u64 bad = 0; bad < total; bad++) {
		SCOPED_TRACE(bad);
		const u64 before = host->operations;
		host->refuse = [&](u64 nth, const gnttab_copy &) -> s16 {
			return nth - before == bad
				       ? static_cast<s16>(GNTST_general_error - static_cast<s16>(bad % 13))
				       : GNTST_okay;
		};
		for (u32 i = 0; i < lengths.size(); i++)
			a.post(make_frame(lengths[i], i));
		a.push();
		host->settle();
		if (!bad)
			total = host->operations - before;
		const auto got = std::exchange(a.dev.received, {});
		ASSERT_EQ(got.size(), lengths.size() - 1);
		std::string expected;
		for (u32 i = 0, g = 0; i < lengths.size(); i++) {
			const bool arrived = g < got.size() && got[g].bytes == make_frame(lengths[i], i);
			g += arrived;
			expected += std::string(slots[i], arrived ? 'O' : 'E');
		}
		ASSERT_EQ(answers(), expected);
		ASSERT_EQ(expected.find('E') == std::string::npos, false);
	}
	EXPECT_GT(total, 20u);
	host->refuse = {};
}

// NB-22
TEST_F(Skb, AWholeHypercallFails)
{
	host->refuse = [](u64, const gnttab_copy &) -> s16 { return GNTST_no_space; };
	for (u32 i = 0; i < 64; i++)
		a.post(make_frame(60, i));
	a.push();
	host->settle();
	EXPECT_EQ(answers(), std::string(64, 'E'));
	EXPECT_EQ(a.back().from_guest_stats.copy_failed, 64u);
	host->refuse = {};
	EXPECT_EQ(pass(make_frame(60)).size(), 1u); // the vif lives
}

// NB-20
TEST_F(Skb, GrantsThatAreNone)
{
	a.post(make_frame(60));
	const u16 bad = a.post(make_frame(60, 1));
	a.revoke(a.queue[0].sent[bad]);
	for (const u32 gref : {0u, 0xffffffffu, 7u}) {
		a.queue[0].tx.post(TxRequest{gref, 0, 0, 999, 100});
		a.queue[0].sent[999] = gref;
		a.push();
		host->settle();
		a.responses();
	}
	EXPECT_EQ(a.dev.received.size(), 1u);
	EXPECT_EQ(a.back().from_guest_stats.copy_failed, 4u);
}

// Memory runs out at every allocation of a large packet: ERROR, and nothing is left behind (see ~Host).
// NB-25
TEST_F(Skb, NoMemoryAtEveryPoint)
{
	pass(make_frame(60)); // the lane's own staging page is there
	answers();
	for (const u32 len : {3000u, 9000u, 65535u}) {
		const Bytes frame = make_frame(len);
		u64 pages = 0;
		for (;; pages++) {
			host->pages_left = pages;
			const auto got = pass(frame);
			const std::string all(static_cast<size_t>((len + kPageSize - 1) / kPageSize),
					      got.empty() ? 'E' : 'O');
			ASSERT_EQ(answers(), all);
			if (!got.empty()) {
				ASSERT_EQ(got[0].bytes, frame);
				break;
			}
			ASSERT_LT(pages, 20u);
		}
		EXPECT_EQ(pages, len <= kPageSize ? 1u : (len - 256 + kPageSize - 1) / kPageSize);
		host->pages_left = ~0ull;
		host->skbs_left = 0;
		EXPECT_EQ(pass(frame).size(), 0u);
		EXPECT_EQ(answers().find('O'), std::string::npos);
		host->skbs_left = ~0ull;
	}
	EXPECT_GT(a.back().from_guest_stats.no_memory, 10u);
}

// NB-25
TEST_F(Skb, NoMemoryForStaging)
{
	host->pages_left = 0;
	EXPECT_EQ(pass(make_frame(60)).size(), 0u);
	EXPECT_EQ(answers(), "E");
	// One page: packets that fit it pass, the others do not.
	host->pages_left = 1;
	for (u32 i = 0; i < 4; i++)
		a.post(make_frame(2000, i));
	a.push();
	host->settle();
	EXPECT_EQ(a.dev.received.size(), 2u);
	EXPECT_EQ(answers(), "OOEE");
	host->pages_left = ~0ull;
}

// A verdict's way: uplink, dom0, everyone: all get the frame as the switch saw it.
TEST_F(Skb, ForwardedWithItsVerdict)
{
	a.join_switch([](const brlite_frame &frame) {
		brlite_verdict v{BRLITE_LOCAL, BRLITE_TO_LOCAL};
		if (static_cast<const u8 *>(frame.data)[5] == 2)
			v = {BRLITE_PORT, BRLITE_FORWARDED}; // an uplink: a port without an owner
		return v;
	});
	pass(make_frame(100, 1));
	pass(make_frame(100, 2));
	pass(make_frame(9000, 1));
	ASSERT_EQ(a.port.forwarded.size(), 3u);
	EXPECT_EQ(a.port.forwarded[0].bytes, make_frame(100, 1));
	EXPECT_EQ(a.port.forwarded[0].verdict.action, BRLITE_LOCAL);
	EXPECT_EQ(a.port.forwarded[1].bytes, make_frame(100, 2));
	EXPECT_EQ(a.port.forwarded[1].verdict.action, BRLITE_PORT);
	EXPECT_EQ(a.port.forwarded[2].bytes, make_frame(9000, 1));
	EXPECT_TRUE(a.dev.received.empty());
	EXPECT_EQ(answers(), "OOOOO");
}

// What the switch is told of a frame.
TEST_F(Skb, TheSwitchSeesLengthsAndFlags)
{
	std::vector<brlite_frame> seen;
	a.join_switch([&](const brlite_frame &frame) {
		seen.push_back(frame);
		return brlite_verdict{};
	});
	a.post(make_frame(60));
	a.post(Bytes(13)); // never shown
	a.post(make_frame(4096), {{}, NETTXF_csum_blank});
	a.post(make_frame(30000), {{}, NETTXF_csum_blank, XEN_NETIF_GSO_TYPE_TCPV4, 1448});
	a.push();
	host->settle();
	ASSERT_EQ(seen.size(), 3u);
	EXPECT_EQ(seen[0].len, 60u);
	EXPECT_EQ(seen[0].staged, 60u);
	EXPECT_EQ(seen[0].flags, 0u);
	EXPECT_EQ(seen[1].len, 4096u);
	EXPECT_EQ(seen[1].staged, 4096u);
	EXPECT_EQ(seen[1].flags, BRLITE_FRAME_CSUM_BLANK);
	EXPECT_EQ(seen[2].len, 30000u);
	EXPECT_EQ(seen[2].staged, 256u);
	EXPECT_EQ(seen[2].flags, BRLITE_FRAME_CSUM_BLANK | BRLITE_FRAME_GSO);
}

// Everything at once, for long: each packet arrives intact or is answered with ERROR, never both or none.
TEST_F(Skb, RandomTraffic)
{
	std::mt19937 random{11};
	u32 sent = 0, arrived = 0, answered_okay = 0, answered_error = 0;
	for (int round = 0; round < 300; round++) {
		host->refuse = [&](u64, const gnttab_copy &) -> s16 {
			return random() % 50 ? GNTST_okay : GNTST_bad_gntref;
		};
		host->pages_left = random() % 20 ? ~0ull : random() % 8;
		for (u32 n = random() % 20; n; n--, sent++) {
			const u32 len = random() % 4 ? 14 + random() % 2000 : 14 + random() % 60000;
			if (a.queue[0].tx.free_slots() < 20)
				break;
			const auto cuts = all_cuts(len);
			const u8 gso = static_cast<u8>(random() % 3);
			a.post(make_frame(len, sent),
			       {cuts[random() % cuts.size()], static_cast<u16>(gso ? NETTXF_csum_blank : 0),
				gso, static_cast<u16>(gso ? 1400 : 0)});
		}
		a.push();
		host->settle();
		arrived += static_cast<u32>(std::exchange(a.dev.received, {}).size());
		for (const TxResponse &r : a.responses()) {
			answered_okay += r.status == NETIF_RSP_OKAY;
			answered_error += r.status == NETIF_RSP_ERROR;
		}
		ASSERT_TRUE(a.queue[0].sent.empty());
	}
	host->refuse = {};
	host->pages_left = ~0ull;
	const FromGuestStats &stats = a.back().from_guest_stats;
	EXPECT_EQ(arrived, stats.packets);
	EXPECT_EQ(sent, stats.packets + stats.copy_failed + stats.no_memory);
	EXPECT_GT(stats.copy_failed, 50u);
	EXPECT_GT(stats.no_memory, 20u);
	EXPECT_GT(answered_okay, arrived - 1);
	EXPECT_GT(answered_error, 0u);
}
} // namespace
