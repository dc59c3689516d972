// SPDX-License-Identifier: GPL-2.0-only
// From one guest straight into another one's buffers, and when not to.
#include "fake.hpp"
#include <random>

using namespace ringway;
using namespace ringway::test;

namespace
{
class Direct : public TwoGuests
{
protected:
	std::vector<Received> pass(const Bytes &frame, const Send &how = {}, u32 buffers = 17)
	{
		if (buffers > b.queue[0].rx.free_slots())
			buffers = b.queue[0].rx.free_slots();
		b.post_buffers(buffers);
		a.send(frame, how);
		host->settle();
		return b.receive();
	}
	// Direct until now, none as an skb.
	void expect_direct(u64 packets)
	{
		EXPECT_EQ(b.back().to_guest_stats.direct, packets);
		EXPECT_EQ(a.back().from_guest_stats.path_direct, packets);
		EXPECT_TRUE(a.port.forwarded.empty());
		EXPECT_TRUE(a.dev.received.empty());
	}
};

TEST_F(Direct, EveryLengthAndEveryCutArrivesByteForByte)
{
	u64 packets = 0;
	for (const u32 len :
	     {14u,   15u,   59u,   60u,   127u,  128u,  129u,  255u,   256u,   257u,   1514u, 2048u,
	      2049u, 4095u, 4096u, 4097u, 4352u, 8192u, 9014u, 16384u, 40000u, 61440u, 65535u})
		for (const auto &cut : all_cuts(len)) {
			SCOPED_TRACE(testing::PrintToString(cut));
			const Bytes frame = make_frame(len, static_cast<u32>(packets + 1));
			const auto got = pass(frame, {cut});
			ASSERT_EQ(got.size(), 1u);
			ASSERT_FALSE(got[0].error);
			ASSERT_EQ(got[0].bytes, frame);
			const u32 least = (len + kPageSize - 1) / kPageSize;
			ASSERT_GE(got[0].slots, least);
			ASSERT_LE(got[0].slots, least + 2); // slots may end where the sender's do
			ASSERT_LE(got[0].slots, kLegacySlots);
			expect_answers(a, static_cast<u32>(cut.size()));
			packets++;
		}
	EXPECT_GT(packets, 300u);
	expect_direct(packets);
	EXPECT_EQ(a.back().from_guest_stats.bytes, b.back().to_guest_stats.bytes);
}

// BR-21
TEST_F(Direct, OffloadsAreHandedOn)
{
	struct Case {
		u8 gso_type;
		u16 flags, expected;
	};
	const u16 blank = NETTXF_csum_blank, valid = NETTXF_data_validated;
	const u16 blank_seen = NETRXF_csum_blank | NETRXF_data_validated;
	for (const Case c : {Case{0, 0, 0},
			     {0, valid, NETRXF_data_validated},
			     {0, blank, blank_seen},
			     {0, static_cast<u16>(blank | valid), blank_seen},
			     {XEN_NETIF_GSO_TYPE_TCPV4, blank, blank_seen},
			     {XEN_NETIF_GSO_TYPE_TCPV6, static_cast<u16>(blank | valid), blank_seen}}) {
		const Bytes frame =
			make_frame(30000, 1, c.gso_type == XEN_NETIF_GSO_TYPE_TCPV6 ? 0x86dd : 0x0800);
		const auto got =
			pass(frame, {{}, c.flags, c.gso_type, static_cast<u16>(c.gso_type ? 1448 : 0)});
		ASSERT_EQ(got.size(), 1u);
		EXPECT_EQ(got[0].bytes, frame);
		EXPECT_EQ(got[0].gso_type, c.gso_type);
		EXPECT_EQ(got[0].gso_size, c.gso_type ? 1448 : 0);
		EXPECT_EQ(got[0].flags, c.expected);
		expect_answers(a, 8);
	}
	expect_direct(6);
}

// What the flags claim and the headers do not bear out takes the way where Linux looks closer.
// NB-17, NB-18
TEST_F(Direct, HeadersThatBelieTheirFlags)
{
	struct Case {
		const char *why;
		u16 type, flags;
		u8 gso_type;
		std::function<void(Bytes &)> spoil;
	};
	const auto nothing = [](Bytes &) {};
	const u16 blank = NETTXF_csum_blank;
	const std::vector<Case> cases = {
		{"GSO without a blank checksum", 0x0800, 0, XEN_NETIF_GSO_TYPE_TCPV4, nothing},
		{"IPv4 GSO of IPv6", 0x86dd, blank, XEN_NETIF_GSO_TYPE_TCPV4, nothing},
		{"IPv6 GSO of IPv4", 0x0800, blank, XEN_NETIF_GSO_TYPE_TCPV6, nothing},
		{"GSO of ARP", 0x0806, blank, XEN_NETIF_GSO_TYPE_TCPV4, nothing},
		{"GSO of UDP", 0x0800, blank, XEN_NETIF_GSO_TYPE_TCPV4, [](Bytes &f) { f[23] = 17; }},
		{"GSO of a fragment", 0x0800, blank, XEN_NETIF_GSO_TYPE_TCPV4,
		 [](Bytes &f) { f[20] = 0x20; }},
		{"short IPv4 header", 0x0800, blank, XEN_NETIF_GSO_TYPE_TCPV4,
		 [](Bytes &f) { f[14] = 0x44; }},
		{"short TCP header", 0x0800, blank, XEN_NETIF_GSO_TYPE_TCPV4, [](Bytes &f) { f[46] = 0x40; }},
		{"blank checksum of ARP", 0x0806, blank, 0, nothing},
		{"blank checksum of ICMP", 0x0800, blank, 0, [](Bytes &f) { f[23] = 1; }},
	};
	for (const Case &c : cases) {
		SCOPED_TRACE(c.why);
		a.port.forwarded.clear();
		Bytes frame = make_frame(6000, 1, c.type);
		c.spoil(frame);
		pass(frame, {{}, c.flags, c.gso_type, static_cast<u16>(c.gso_type ? 1448 : 0)});
		EXPECT_EQ(a.port.forwarded.size(), 1u);
		expect_answers(a, 2);
	}
	EXPECT_EQ(b.back().to_guest_stats.direct, 0u);
}

TEST_F(Direct, ABatchCostsTwoHypercallsAndOneEventEach)
{
	b.post_buffers(64);
	host->settle();
	const auto calls = host->hypercalls, operations = host->operations;
	const auto told_a = a.back().host->from_guest.notified, told_b = b.back().host->to_guest.notified;
	for (u32 i = 0; i < 64; i++)
		a.post(make_frame(60, i));
	a.push();
	host->settle();
	EXPECT_EQ(host->hypercalls - calls, 2u);
	EXPECT_EQ(host->operations - operations, 128u);
	EXPECT_EQ(a.back().host->from_guest.notified - told_a, 1u);
	EXPECT_EQ(b.back().host->to_guest.notified - told_b, 1u);
	EXPECT_EQ(a.port.batches, std::vector<u32>{64});
	const auto got = b.receive();
	ASSERT_EQ(got.size(), 64u);
	for (u32 i = 0; i < 64; i++)
		EXPECT_EQ(got[i].bytes, make_frame(60, i));
	expect_answers(a, 64);
}

// RL-07
TEST_F(Direct, RingWrap)
{
	for (int round = 0; round < 12; round++) {
		b.post_buffers(b.queue[0].rx.free_slots());
		for (u32 i = 0; i < 100; i++)
			a.post(make_frame(100 + i, i));
		a.push();
		host->settle();
		const auto got = b.receive();
		ASSERT_EQ(got.size(), 100u);
		for (u32 i = 0; i < 100; i++)
			ASSERT_EQ(got[i].bytes, make_frame(100 + i, i));
		expect_answers(a, 100);
	}
}

// XSA-155: what the switch saw is what is delivered, whatever the sender does to its page meanwhile.
TEST_F(Direct, WhatWasInspectedIsDelivered)
{
	const Bytes frame = make_frame(1514);
	b.post_buffers(4);
	a.post(frame);
	const u32 gref = a.queue[0].sent.begin()->second;
	a.port.decide = [&](const brlite_frame &seen) {
		EXPECT_EQ(seen.staged, 1514u);
		EXPECT_EQ(std::memcmp(seen.data, frame.data(), frame.size()), 0);
		std::memset(a.page_of(gref), 0xff, kPageSize);
		return to_b();
	};
	a.push();
	host->settle();
	const auto got = b.receive();
	ASSERT_EQ(got.size(), 1u);
	EXPECT_EQ(got[0].bytes, frame);
}

// The same for a large packet: its first 256 bytes, where the headers are.
TEST_F(Direct, HeadersOfLargePacketsAreDeliveredAsInspected)
{
	const Bytes frame = make_frame(20000);
	b.post_buffers(8);
	a.post(frame);
	const u32 gref = a.queue[0].sent.begin()->second;
	a.port.decide = [&](const brlite_frame &seen) {
		EXPECT_EQ(seen.staged, 256u);
		std::memset(a.page_of(gref), 0xff, kPageSize);
		return to_b();
	};
	a.push();
	host->settle();
	const auto got = b.receive();
	ASSERT_EQ(got.size(), 1u);
	EXPECT_TRUE(std::equal(frame.begin(), frame.begin() + 256, got[0].bytes.begin()));
}

// --- not directly ----------------------------------------------------------------------------------------

// Each reason not to: the packet arrives nevertheless, as an skb, the same bytes.
// BR-21
TEST_F(Direct, FallbacksDeliverTheSame)
{
	struct Case {
		const char *why;
		std::function<void()> arrange;
		Send how;
		u32 len;
		u16 type;
	};
	const std::vector<Case> cases = {
		{"receiver is watched", [&] { b.dev.watched = true; }, {}, 1000, 0x0800},
		{"receiver is shaped", [&] { b.dev.shaped = true; }, {}, 1000, 0x0800},
		{"receiver's device queue is stopped",
		 [&] { b.back().host->stopped = true; },
		 {},
		 1000,
		 0x0800},
		{"receiver has no GSO over IPv4",
		 [&] { b.vif().gets &= ~NETBACK_OFFLOAD_TSO4; },
		 {{}, NETTXF_csum_blank, XEN_NETIF_GSO_TYPE_TCPV4, 1448},
		 9000,
		 0x0800},
		{"receiver has no GSO over IPv6",
		 [&] { b.vif().gets &= ~NETBACK_OFFLOAD_TSO6; },
		 {{}, NETTXF_csum_blank, XEN_NETIF_GSO_TYPE_TCPV6, 1448},
		 9000,
		 0x86dd},
		{"receiver wants IPv4 checksums",
		 [&] { b.vif().gets &= ~NETBACK_OFFLOAD_CSUM4; },
		 {{}, NETTXF_csum_blank},
		 100,
		 0x0800},
		{"receiver wants IPv6 checksums",
		 [&] { b.vif().gets &= ~NETBACK_OFFLOAD_CSUM6; },
		 {{}, NETTXF_csum_blank},
		 100,
		 0x86dd},
		{"receiver wants some checksum, frame is tagged",
		 [&] { b.vif().gets &= ~NETBACK_OFFLOAD_CSUM6; },
		 {{}, NETTXF_csum_blank},
		 100,
		 0x8100},
		{"receiver has no scatter-gather",
		 [&] { b.vif().gets &= ~NETBACK_OFFLOAD_SG; },
		 {},
		 4097,
		 0x0800},
		{"dom0 wants a copy",
		 [&] { a.port.decide = [this](auto &) { return to_b(BRLITE_AND_LOCAL); }; },
		 {},
		 100,
		 0x0800},
	};
	for (const Case &c : cases) {
		SCOPED_TRACE(c.why);
		const u32 gets = b.vif().gets;
		const auto direct = b.back().to_guest_stats.direct;
		const auto decide = a.port.decide;
		c.arrange();
		a.port.forwarded.clear();
		const Bytes frame = make_frame(c.len, 3, c.type);
		const auto got = pass(frame, c.how);
		EXPECT_EQ(b.back().to_guest_stats.direct, direct) << "went directly";
		ASSERT_EQ(a.port.forwarded.size(), 1u);
		EXPECT_EQ(a.port.forwarded[0].bytes, frame);
		EXPECT_EQ(a.port.forwarded[0].gso_type, c.how.gso_type);
		ASSERT_EQ(got.size(), 1u);
		EXPECT_EQ(got[0].bytes, frame);
		expect_answers(a, (c.len + kPageSize - 1) / kPageSize);
		b.dev.watched = b.dev.shaped = false;
		b.back().host->stopped = false;
		b.vif().gets = gets;
		a.port.decide = decide;
	}
	// And with nothing in the way it is direct again.
	const auto direct = b.back().to_guest_stats.direct;
	EXPECT_EQ(pass(make_frame(100)).size(), 1u);
	EXPECT_EQ(b.back().to_guest_stats.direct, direct + 1);
}

TEST_F(Direct, OffloadsThatAreThereAreNotMissed)
{
	b.vif().gets &= ~(NETBACK_OFFLOAD_TSO6 | NETBACK_OFFLOAD_CSUM6);
	EXPECT_EQ(pass(make_frame(9000), {{}, NETTXF_csum_blank, XEN_NETIF_GSO_TYPE_TCPV4, 1448}).size(), 1u);
	EXPECT_EQ(pass(make_frame(100), {{}, NETTXF_csum_blank}).size(), 1u);
	EXPECT_EQ(pass(make_frame(100, 1, 0x86dd)).size(), 1u);
	expect_direct(3);
}

TEST_F(Direct, WatchedSenderGoesUpItsOwnDevice)
{
	a.dev.watched = true;
	const Bytes frame = make_frame(500);
	pass(frame);
	ASSERT_EQ(a.dev.received.size(), 1u);
	EXPECT_EQ(a.dev.received[0].bytes, frame);
	EXPECT_TRUE(a.port.batches.empty()); // the switch sees it behind the tap
}

// NB-55
TEST_F(Direct, NoBuffersMeansBacklogAndThenInOrder)
{
	for (u32 i = 0; i < 10; i++)
		a.send(make_frame(100, i));
	host->settle();
	EXPECT_EQ(b.receive().size(), 0u);
	EXPECT_EQ(b.back().backlog_packets, 10u);
	expect_answers(a, 10); // the sender is not held up
	b.post_buffers(4);
	host->settle();
	EXPECT_EQ(b.back().backlog_packets, 6u);
	a.send(make_frame(100, 10)); // must not overtake those that wait
	host->settle();
	b.post_buffers(64);
	host->settle();
	const auto got = b.receive();
	ASSERT_EQ(got.size(), 11u);
	for (u32 i = 0; i < 11; i++)
		EXPECT_EQ(got[i].bytes, make_frame(100, i)) << i;
	EXPECT_EQ(b.back().to_guest_stats.direct, 0u);
}

// Slots run out in the middle of a batch: the first part directly, the rest behind it.
TEST_F(Direct, PartOfABatch)
{
	for (u32 buffers = 0; buffers <= 12; buffers++) {
		SCOPED_TRACE(buffers);
		b.post_buffers(buffers);
		for (u32 i = 0; i < 10; i++)
			a.post(make_frame(i == 5 ? 9000 : 200, i));
		a.push();
		host->settle();
		b.post_buffers(20);
		host->settle();
		const auto got = b.receive();
		ASSERT_EQ(got.size(), 10u);
		for (u32 i = 0; i < 10; i++)
			ASSERT_EQ(got[i].bytes, make_frame(i == 5 ? 9000 : 200, i)) << i;
		expect_answers(a, 12);
		b.queue[0].rx.ask_response_event();
		// Take back the rest, so that the next round starts with none.
		while (b.back().to_guest_ring.unconsumed().value()) {
			a.send(make_frame(100));
			host->settle();
		}
		b.receive();
		a.responses();
	}
}

// Whatever happens to the receiver between batches, one sender's packets keep their order.
TEST_F(Direct, OrderIsKeptWhilePathsChange)
{
	std::mt19937 random{5};
	u32 next = 0, expected = 0;
	const auto check = [&] {
		for (const Received &r : b.receive()) {
			ASSERT_FALSE(r.error);
			u32 number;
			std::memcpy(&number, &r.bytes[80], sizeof number);
			ASSERT_EQ(number, expected++);
		}
	};
	for (int round = 0; round < 600; round++) {
		b.dev.watched = random() % 4 == 0;
		b.dev.shaped = random() % 8 == 0;
		b.vif().gets = random() % 3 ? NETBACK_OFFLOADS : NETBACK_OFFLOADS & ~NETBACK_OFFLOAD_TSO4;
		for (u32 n = random() % 12; n; n--) {
			const bool large = random() % 5 == 0;
			Bytes frame = make_frame(large ? 4000 + random() % 8000 : 90 + random() % 1400);
			std::memcpy(&frame[80], &next, sizeof next);
			next++;
			a.post(frame, {{},
				       static_cast<u16>(large ? NETTXF_csum_blank : 0),
				       static_cast<u8>(large ? XEN_NETIF_GSO_TYPE_TCPV4 : 0),
				       static_cast<u16>(large ? 1400 : 0)});
		}
		a.push();
		if (random() % 3)
			host->settle();
		if (b.queue[0].rx.free_slots() > 30)
			b.post_buffers(random() % 30);
		host->settle();
		check();
		a.responses();
	}
	for (int i = 0; i < 100 && expected < next; i++) {
		b.post_buffers(b.queue[0].rx.free_slots());
		host->settle();
		check();
	}
	EXPECT_EQ(expected, next);
	EXPECT_GT(b.back().to_guest_stats.direct, 200u);
	EXPECT_GT(a.port.forwarded.size(), 200u);
	EXPECT_EQ(b.back().to_guest_stats.dropped_full, 0u);
}

TEST_F(Direct, ReceiverThatIsDownDropsAndSenderIsAnswered)
{
	b.set_up(false);
	EXPECT_EQ(pass(make_frame(100)).size(), 0u);
	expect_answers(a, 1);
	b.set_up(true);
	host->settle();
	EXPECT_EQ(pass(make_frame(100)).size(), 1u);
}

TEST_F(Direct, ReceiverThatClosedDropsAndSenderIsAnswered)
{
	b.frontend_state(XenbusState::closing);
	ASSERT_EQ(b.vif().queue_count.load(), 0u);
	a.send(make_frame(100));
	host->settle();
	expect_answers(a, 1);
}

TEST_F(Direct, DroppedBySwitch)
{
	a.port.decide = [](const brlite_frame &) { return brlite_verdict{BRLITE_DROP, BRLITE_DROP_HAIRPIN}; };
	EXPECT_EQ(pass(make_frame(100)).size(), 0u);
	expect_answers(a, 1);
	EXPECT_EQ(a.back().from_guest_stats.filtered, 1u);
}

// One batch for several destinations, mixed: each gets its own, in order.
TEST_F(Direct, SeveralReceivers)
{
	Guest c{3}, d{4};
	c.connect();
	d.connect();
	a.port.decide = [&](const brlite_frame &frame) {
		const u8 to = static_cast<const u8 *>(frame.data)[5];
		brlite_verdict v{BRLITE_PORT, BRLITE_FORWARDED};
		v.owner = (to % 4 == 0 ? b : to % 4 == 1 ? c : d).dev.vif;
		if (to % 4 == 3)
			v = {BRLITE_LOCAL, BRLITE_TO_LOCAL};
		return v;
	};
	for (Guest *g : {&b, &c, &d})
		g->post_buffers(64);
	for (u32 i = 0; i < 64; i++)
		a.post(make_frame(60 + i, i));
	a.push();
	host->settle();
	u32 which = 0;
	for (Guest *g : {&b, &c, &d}) {
		const auto got = g->receive();
		ASSERT_EQ(got.size(), 16u);
		for (u32 i = 0; i < 16; i++)
			EXPECT_EQ(got[i].bytes, make_frame(60 + 4 * i + which, 4 * i + which));
		which++;
	}
	EXPECT_EQ(a.port.forwarded.size(), 16u);
	EXPECT_EQ(a.port.batches, std::vector<u32>{64});
	expect_answers(a, 64);
}

TEST_F(Direct, SeveralQueuesUseAFixedPairing)
{
	Guest many{5, 4}, two{6, 2};
	many.connect();
	two.connect();
	many.join_switch([&](const brlite_frame &) { return two.verdict(); });
	for (u32 q = 0; q < 2; q++)
		two.post_buffers(10, q);
	for (u32 q = 0; q < 4; q++)
		many.send(make_frame(100, q), {}, q);
	host->settle();
	for (u32 q = 0; q < 2; q++) {
		const auto got = two.receive(q);
		ASSERT_EQ(got.size(), 2u);
		for (const Received &r : got)
			EXPECT_TRUE(r.bytes == make_frame(100, q) || r.bytes == make_frame(100, q + 2));
	}
	for (u32 q = 0; q < 4; q++)
		EXPECT_EQ(many.responses(q).size(), 1u);
}

// --- copies that fail
// ---------------------------------------------------------------------------------------

// Every operation of a mixed batch refused, one at a time: exactly one packet is hit.
TEST_F(Direct, EachRefusedCopyCostsOnePacket)
{
	const std::vector<u32> lengths = {60, 9000, 1514, 4096, 200};
	u64 total = 1;
	for (u64 bad = 0; bad < total; bad++) {
		SCOPED_TRACE(bad);
		const u64 before = host->operations;
		host->refuse = [&](u64 nth, const gnttab_copy &) -> s16 {
			return nth - before == bad ? GNTST_bad_gntref : GNTST_okay;
		};
		b.post_buffers(8);
		for (u32 i = 0; i < lengths.size(); i++)
			a.post(make_frame(lengths[i], i));
		a.push();
		host->settle();
		if (!bad)
			total = host->operations - before + 2; // refused early, less was copied out
		u32 answered_error = 0, received_error = 0, intact = 0;
		std::set<Bytes> sent;
		for (u32 i = 0; i < lengths.size(); i++)
			sent.insert(make_frame(lengths[i], i));
		for (const Received &r : b.receive()) {
			received_error += r.error;
			intact += !r.error && sent.contains(r.bytes);
		}
		const auto answers = a.responses();
		EXPECT_EQ(answers.size(), 7u);
		for (const TxResponse &r : answers)
			answered_error += r.status == NETIF_RSP_ERROR;
		if (host->operations - before > bad)
			EXPECT_EQ(intact, lengths.size() - 1);
		EXPECT_EQ((answered_error != 0) + received_error, host->operations - before > bad ? 1u : 0u);
		// Buffers that a lost packet left are used up.
		host->refuse = {};
		while (b.back().to_guest_ring.unconsumed().value()) {
			a.send(make_frame(100));
			host->settle();
		}
		b.receive();
		a.responses();
	}
	EXPECT_GT(total, 10u);
}

// NB-31
TEST_F(Direct, BadGrantOfTheReceiverIsItsOwnProblem)
{
	b.post_buffers(3);
	b.revoke(b.queue[0].posted[b.queue[0].rx.req_prod() - 2].second);
	for (u32 i = 0; i < 3; i++)
		a.post(make_frame(100, i));
	a.push();
	host->settle();
	expect_answers(a, 3);
	// The middle buffer's page is gone: its response says error, the others arrived.
	u32 errors = 0;
	const auto n = b.queue[0].rx.unconsumed().value();
	ASSERT_EQ(n, 3u);
	for (u32 i = 0; i < n; i++)
		errors += b.queue[0].rx.response(b.queue[0].rx.rsp_cons() + i).status == NETIF_RSP_ERROR;
	EXPECT_EQ(errors, 1u);
	EXPECT_EQ(b.back().to_guest_stats.copy_failed, 1u);
}

// NB-20
TEST_F(Direct, ReadOnlyBufferIsAnError)
{
	b.post_buffers(1);
	for (auto &[key, grant] : host->grants)
		if (key.first == b.domain)
			grant.read_only = true;
	a.send(make_frame(100));
	host->settle();
	const auto got = b.receive();
	ASSERT_EQ(got.size(), 1u);
	EXPECT_TRUE(got[0].error);
	expect_answers(a, 1);
}

// HOSTILE: the receiver's producer index. The sender must not suffer, the liar is disabled.
// NB-31
TEST_F(Direct, InsaneReceiverIsDisabledAndTheSenderLives)
{
	for (const u32 ahead : {257u, 0x80000000u, 0xffffffffu}) {
		Guest c{9};
		c.connect();
		a.port.decide = [&](const brlite_frame &) { return c.verdict(); };
		reinterpret_cast<SharedRingHeader *>(c.queue[0].rx_page)->req_prod = ahead;
		a.send(make_frame(100));
		host->settle();
		expect_answers(a, 1);
		EXPECT_TRUE(c.vif().disabled.load());
		EXPECT_EQ(c.dev.fatal_lines, 1u);
		EXPECT_EQ(c.dev.disconnects, 1u);
		EXPECT_FALSE(a.vif().disabled.load());
	}
}

// A guest that never takes its responses: what was not answered is not taken.
// NB-28
TEST_F(Direct, ResponsesNobodyTakes)
{
	b.post_buffers(256);
	for (u32 i = 0; i < 256; i++)
		a.post(make_frame(60, i));
	a.push();
	host->settle();
	EXPECT_EQ(b.receive().size(), 256u);
	// Posting over responses it has not seen: the index says a whole ring more.
	reinterpret_cast<SharedRingHeader *>(a.queue[0].tx_page)->req_prod += 256;
	a.back().host->from_guest.pending = true;
	host->settle(); // old slots are taken as requests; nothing may run away
	EXPECT_LE(a.back().from_guest_ring.rsp_prod(), 512u);
}
// Linux' netfront makes a frag of each data slot, holds 17, and drops what has more.
TEST_F(Direct, NoMoreDataSlotsThanAReceiverHolds)
{
	b.post_buffers(60);
	Send how;
	how.slots = {300};
	for (int i = 0; i < 17; i++)
		how.slots.push_back(3837);
	u32 len = 0;
	for (const u32 slot : how.slots)
		len += slot;
	how.flags = NETTXF_csum_blank | NETTXF_data_validated;
	how.gso_type = XEN_NETIF_GSO_TYPE_TCPV4;
	how.gso_size = 1448;
	a.send(make_frame(len), how);
	host->settle();
	const auto got = b.receive();
	ASSERT_EQ(got.size(), 1u);
	EXPECT_EQ(got[0].bytes.size(), len);
	EXPECT_LE(got[0].slots, 17u);
}
} // namespace
