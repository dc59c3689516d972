// SPDX-License-Identifier: GPL-2.0-only
// Receive under a backend that lies: a packet is taken or dropped as a whole, the ring stays in step.
#include "rx.hpp"

using namespace ringway;
using namespace ringway::netfront;
using namespace ringway::test;

// NF-05, NF-06
TEST_F(RxTest, StatusAndOffset)
{
	struct {
		s16 status;
		u16 offset;
		bool good;
	} cases[] = {{-1, 0, false},     {0, 0, false},      {1, 0, false},    {13, 0, false},
		     {14, 0, true},      {4095, 0, true},    {4096, 0, true},  {4096, 1, false},
		     {32767, 0, false},  {-32768, 0, false}, {60, 4036, true}, {60, 4037, false},
		     {60, 65535, false}, {60, 65476, false}, {14, 4082, true}};
	for (const auto &c : cases) {
		const u64 before = bad();
		respond(c.status, c.offset);
		b.rx.push_responses();
		poll();
		EXPECT_EQ(q.received.size(), c.good) << c.status << "@" << c.offset;
		EXPECT_EQ(bad(), before + !c.good) << c.status << "@" << c.offset;
		expect_in_step();
		drop_received();
	}
}

// NF-07
TEST_F(RxTest, ChainsOfEveryLength)
{
	for (u32 slots = 2; slots <= 230; slots++) {
		const bool good = slots <= 17;
		for (u32 i = 0; i < slots; i++)
			respond(300, 0, i + 1 < slots ? NETRXF_more_data : 0);
		b.rx.push_responses();
		poll();
		EXPECT_EQ(q.received.size(), good) << slots;
		expect_in_step();
		drop_received();
	}
}

// NF-07
TEST_F(RxTest, TruncatedChainIsDropped)
{
	respond(300, 0, NETRXF_more_data);
	respond(300, 0, NETRXF_more_data);
	b.rx.push_responses();
	poll();
	EXPECT_EQ(q.received.size(), 0u);
	EXPECT_EQ(q.rx.bad_slot, 1u);
	expect_in_step();
}

// NF-08
TEST_F(RxTest, ExtraInfos)
{
	const auto one = [&](auto write, bool good) {
		const u64 before = bad();
		respond(2000, 0, NETRXF_extra_info);
		write();
		b.rx.push_responses();
		poll();
		EXPECT_EQ(q.received.size(), good);
		EXPECT_EQ(bad(), before + !good);
		expect_in_step();
		drop_received();
	};
	one([&] { respond_extra(1); }, true);
	one([&] { respond_extra(1, 0, 1448, 2); }, true);
	one([] {}, false); // promised, missing
	one([&] { respond_extra(1, 0, 0); }, false);
	one([&] { respond_extra(1, 0, 1448, 0); }, false);
	one([&] { respond_extra(1, 0, 1448, 3); }, false);
	for (const u8 type : {0, 2, 3, 4, 5, 6, 255})
		one([&] { respond_extra(type); }, false);
	one(
		[&] {
			respond_extra(1, 1);
			respond_extra(4, 0);
		},
		false);
	one(
		[&] {
			for (int i = 0; i < 100; i++)
				respond_extra(1, 1);
		},
		false); // MORE without end
}

TEST_F(RxTest, EmptySlotsAreSkipped)
{
	respond(0, 0, NETRXF_more_data);
	respond(100, 0, NETRXF_more_data);
	respond(0, 0, NETRXF_more_data);
	respond(700, 10, NETRXF_more_data);
	respond(0, 0);
	b.rx.push_responses();
	poll();
	ASSERT_EQ(q.received.size(), 1u);
	EXPECT_EQ(q.received[0]->length(), 800u);
	expect_in_step();
}

// NF-29
TEST_F(RxTest, FloodOfErrorsKeepsTheBudget)
{
	for (int i = 0; i < 200; i++)
		respond(-1);
	b.rx.push_responses();
	EXPECT_EQ(poll(64), 64);
	EXPECT_EQ(poll(64), 64);
	EXPECT_EQ(poll(64), 64);
	EXPECT_EQ(poll(64), 8);
	expect_in_step();
}

// NF-02
TEST_F(RxTest, IndexJumps)
{
	for (const u32 jump : {257u, 0x80000000u, 0xffffffffu}) {
		auto *ring = reinterpret_cast<SharedRingHeader *>(b.ring_bytes("rx-ring-ref"));
		ring->rsp_prod += jump;
		poll();
		EXPECT_NE(k.complaint, "");
		k.complaint.clear();
		netfront_later(vif);
		EXPECT_NE(k.fatal, "");
		EXPECT_EQ(k.granted(), 0u);
		netfront_resume(vif);
		link();
	}
}

// NF-11, NF-12
TEST_F(RxTest, BufferKeptMappedIsNeverUsedAgain)
{
	b.send(pattern(1400));
	const u32 ref = b.rx.request(0).gref;
	b.rx.push_responses();
	// The slot now holds the response: find the grant by its page instead.
	(void)ref;
	for (Grant &grant : k.grants)
		if (grant.granted && std::memcmp(grant.granted->data, pattern(1400).data(), 1400) == 0)
			grant.mapped = true;
	poll();
	EXPECT_NE(k.complaint, "");
	EXPECT_EQ(q.received.size(), 0u);
	netfront_later(vif);
	ASSERT_EQ(k.custody.size(), 1u);
	EXPECT_EQ((*k.custody.begin())->references, 1);
	k.put_page(*k.custody.begin());
	for (Grant &grant : k.grants)
		grant = {};
	k.complaint.clear();
}

// Every byte of the ring changes between any two looks at it; buffers too.
// NF-03
TEST_F(RxTest, ResponsesThatChangeWhileTheyAreRead)
{
	std::srand(3);
	for (int round = 0; round < 150; round++) {
		for (int i = 0; i < 10; i++)
			b.send(pattern(14 + std::rand() % 9000), NETRXF_csum_blank, kPageSize,
			       i % 2 ? 1448 : 0);
		b.rx.push_responses();
		u8 *ring = b.ring_bytes("rx-ring-ref");
		{
			BeforeRead toggle([&](u32) {
				for (u32 i = 0; i < 3; i++)
					ring[64 + std::rand() % 2048] = static_cast<u8>(std::rand());
			});
			while (poll(64) == 64) {
			}
		}
		for (sk_buff *skb : q.received)
			EXPECT_LE(skb->length(), kMaxRxPieces * kPageSize);
		drop_received();
		ASSERT_EQ(k.complaint, "");
		// Requests that were overwritten are the backend's own loss: both start anew.
		netfront_resume(vif);
		link();
	}
}

// NF-09: netfront looks at no header of a packet to be segmented. Whatever the size, it goes to Linux as one
// whose headers nobody has proved (glue.c), with the checksum to be set up, which is where headers are
// parsed.
TEST_F(RxTest, SegmentationIsForLinuxToProve)
{
	for (const u16 size : {1, 7, 1448, 65535}) {
		b.send(pattern(3000, size), NETRXF_csum_blank | NETRXF_data_validated, kPageSize, size);
		b.rx.push_responses();
		poll();
		ASSERT_EQ(q.received.size(), 1u);
		EXPECT_EQ(q.received[0]->gso_size, size);
		EXPECT_TRUE(q.received[0]->blank);
		EXPECT_EQ(q.received[0]->bytes(), pattern(3000, size));
		drop_received();
	}
	expect_in_step();
}

// NF-10: that a checksum was looked at is believed of a trusted backend only. That it is blank is no claim.
TEST_F(RxTest, ChecksumsAreBelievedOfATrustedBackendOnly)
{
	for (const u32 trusted : {1u, 0u}) {
		k.ours["trusted"] = trusted;
		restart();
		for (const int flags : {0, 1, 2, 3}) { // NETRXF_data_validated, NETRXF_csum_blank, or both
			b.send(pattern(200), static_cast<u16>(flags));
			b.rx.push_responses();
			poll();
			ASSERT_EQ(q.received.size(), 1u);
			EXPECT_EQ(q.received[0]->good, trusted && (flags & NETRXF_data_validated));
			EXPECT_EQ(q.received[0]->blank, !!(flags & NETRXF_csum_blank));
			drop_received();
		}
	}
}
