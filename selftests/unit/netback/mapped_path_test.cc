// SPDX-License-Identifier: GPL-2.0-only
// Packets out of and into buffers that stay mapped: whatever either end has mapped, the same packets arrive.
#include "mapped.hpp"
#include <functional>

using namespace ringway;
using namespace ringway::test;

namespace
{
// Which of the buffers stay mapped: those of either end, or every other one.
enum Have { none, some, all };

class MappedPath : public testing::Test
{
protected:
	Host machine;
	Guest a{1}, b{2};
	Mapper ma{a}, mb{b};
	GrefEntries tx, rx;
	std::function<void()> while_judged = [] {}; // between stage and place

	void SetUp() override
	{
		a.connect();
		b.connect();
		a.join_switch([this](const brlite_frame &) {
			while_judged();
			return to_b();
		});
		b.join_switch([](const brlite_frame &) { return brlite_verdict{}; });
	}
	brlite_verdict to_b() { return b.verdict(); }
	static GrefEntries part(const GrefEntries &list, Have have)
	{
		GrefEntries out;
		for (u32 i = 0; i < list.size(); i += 3 - have)
			out.push_back(list[i]);
		return out;
	}
	// They stay granted, whether they are mapped or not.
	static GrefEntries kept(const Guest &guest, const GrefEntries &list)
	{
		for (const GrefListEntry &entry : list)
			host->grants.at({guest.domain, entry.ref}).mapped++;
		return list;
	}
	void map(Have sender, Have receiver)
	{
		tx = kept(a, ma.buffers(64, true));
		rx = kept(b, mb.buffers(64, false));
		if (sender)
			EXPECT_EQ(ma.say_list(kAdd, part(tx, sender)), kOk);
		if (receiver)
			EXPECT_EQ(mb.say_list(kAdd, part(rx, receiver)), kOk);
		mb.post_buffers(rx, 250);
	}
	// The page that was sent from last, from some byte on.
	void change_sent(u32 from)
	{
		u8 *page = a.page_of(tx[(a.queue[0].tx.req_prod() - 1) % tx.size()].ref);
		for (u32 i = from; i < kPageSize; i++)
			page[i] ^= 0xff;
	}
	void refill() { mb.post_buffers(rx, b.queue[0].rx.free_slots() - 6); }
	// One packet there, and its answer back.
	Bytes carry(const Bytes &frame, const std::vector<u32> &slots, u16 flags = 0, u8 gso = 0)
	{
		ma.post_packet(tx, frame, slots, flags, gso, gso ? 1448 : 0);
		a.push();
		host->settle();
		for (const TxResponse &answer : a.responses())
			EXPECT_NE(answer.status, NETIF_RSP_ERROR);
		auto got = b.receive();
		refill();
		EXPECT_EQ(got.size(), 1u);
		if (got.empty())
			return {};
		EXPECT_FALSE(got[0].error);
		EXPECT_EQ(got[0].gso_type, gso);
		return got[0].bytes;
	}
};

class Ends : public MappedPath, public testing::WithParamInterface<std::tuple<Have, Have>>
{
protected:
	void SetUp() override
	{
		MappedPath::SetUp();
		map(std::get<0>(GetParam()), std::get<1>(GetParam()));
	}
};

// NB-76
TEST_P(Ends, EveryLengthArrivesWhole)
{
	for (u32 len = 14; len <= kPageSize; len += len < 300 ? 1 : 97) {
		const Bytes frame = make_frame(len, len);
		ASSERT_EQ(carry(frame, {len}), frame) << len;
	}
	for (const u32 len : {255u, 256u, 257u, 2048u, 4095u, 4096u}) {
		const Bytes frame = make_frame(len, len);
		ASSERT_EQ(carry(frame, {len}), frame) << len;
	}
	EXPECT_TRUE(a.port.forwarded.empty());
}

// NB-76
TEST_P(Ends, EveryCutArrivesWhole)
{
	for (const u32 len : {60u, 300u, 1400u, 4096u, 4097u, 9000u, 30000u, 65000u})
		for (const auto &slots : all_cuts(len)) {
			const Bytes frame = make_frame(len, len);
			ASSERT_EQ(carry(frame, slots), frame) << len;
		}
	EXPECT_TRUE(a.port.forwarded.empty());
}

TEST_P(Ends, Segments)
{
	for (const u32 len : {200u, 1514u, 4000u, 9000u, 65000u}) {
		const Bytes frame = make_frame(len, len);
		std::vector<u32> slots;
		for (u32 left = len; left; left -= slots.back())
			slots.push_back(left < 4096 ? left : 4096);
		ASSERT_EQ(carry(frame, slots, NETTXF_csum_blank, XEN_NETIF_GSO_TYPE_TCPV4), frame) << len;
	}
}

// NB-76: the sender takes its buffers back on another CPU, which waits for this poll. What was staged by its
// head still goes on in them, and nobody gets what lay in a staging page before.
TEST_F(MappedPath, BuffersThatGoWhileABatchIsJudged)
{
	map(all, none);
	const Bytes frame = make_frame(1400, 7);
	ASSERT_EQ(carry(make_frame(1400, 1), {1400}).size(), 1400u);
	MappedBuffers *gone = nullptr;
	while_judged = [&] { gone = a.back().buffers.exchange(nullptr); };
	EXPECT_EQ(carry(frame, {1400}), frame);
	while_judged = [] {};
	ASSERT_NE(gone, nullptr);
	a.back().buffers = gone;
}

// Several in one batch, of all kinds: in order.
TEST_P(Ends, Batches)
{
	for (u32 round = 0; round < 8; round++) {
		std::vector<Bytes> sent;
		for (u32 i = 0; i < 40; i++) {
			const u32 len = (i * 211 + round * 17) % 1400 + 14;
			sent.push_back(make_frame(i == 20 ? 9000 : len, i));
			if (i == 20)
				ma.post_packet(tx, sent[i], {4096, 4096, 808});
			else
				ma.post_packet(tx, sent[i], {len});
		}
		a.push();
		host->settle();
		for (const TxResponse &answer : a.responses())
			EXPECT_EQ(answer.status, NETIF_RSP_OKAY);
		const auto got = b.receive();
		ASSERT_EQ(got.size(), sent.size());
		for (u32 i = 0; i < sent.size(); i++)
			EXPECT_EQ(got[i].bytes, sent[i]) << i;
		refill();
	}
}

// As an skb: up the stack, and out of the receiver's backlog.
TEST_P(Ends, BySkb)
{
	for (const u32 len : {14u, 60u, 255u, 257u, 1400u, 3000u, 4096u, 9000u, 40000u}) {
		const Bytes frame = make_frame(len, len);
		std::vector<u32> slots;
		for (u32 left = len; left; left -= slots.back())
			slots.push_back(left < 4096 ? left : 4096);
		b.dev.shaped = true; // not directly
		ma.post_packet(tx, frame, slots);
		a.push();
		host->settle();
		a.responses();
		ASSERT_FALSE(a.port.forwarded.empty());
		EXPECT_EQ(a.port.forwarded.back().bytes, frame) << len;
		b.dev.shaped = false;
		auto got = b.receive();
		refill();
		ASSERT_EQ(got.size(), 1u) << len;
		EXPECT_EQ(got[0].bytes, frame) << len;
		a.dev.watched = true;
		ma.post_packet(tx, frame, slots);
		a.push();
		host->settle();
		a.responses();
		a.dev.watched = false;
		ASSERT_FALSE(a.dev.received.empty());
		EXPECT_EQ(a.dev.received.back().bytes, frame) << len;
	}
}

TEST_P(Ends, WithRoomInFront)
{
	b.dev.headroom = 256;
	b.frontend_state(XenbusState::reconfiguring);
	b.frontend_state(XenbusState::connected);
	for (const u32 len : {60u, 300u, 4000u, 9000u}) {
		const Bytes frame = make_frame(len, len);
		std::vector<u32> slots;
		for (u32 left = len; left; left -= slots.back())
			slots.push_back(left < 4096 ? left : 4096);
		ASSERT_EQ(carry(frame, slots), frame) << len;
	}
}

INSTANTIATE_TEST_SUITE_P(Mapped, Ends,
			 testing::Combine(testing::Values(none, some, all),
					  testing::Values(none, some, all)));

// Between two guests whose buffers stay mapped there is no hypercall, whatever the size.
TEST_F(MappedPath, CostsNoHypercall)
{
	map(all, all);
	const u64 before = host->hypercalls;
	for (const u32 len : {60u, 256u, 1400u, 4096u}) {
		const Bytes frame = make_frame(len, len);
		EXPECT_EQ(carry(frame, {len}), frame);
	}
	const Bytes frame = make_frame(65000, 3);
	std::vector<u32> slots(15, 4096);
	slots.push_back(65000 - 15 * 4096);
	EXPECT_EQ(carry(frame, slots), frame);
	EXPECT_EQ(host->hypercalls, before);
	EXPECT_EQ(a.back().from_guest_stats.mapped, 5u);
	EXPECT_EQ(b.back().to_guest_stats.mapped, 5u);
	EXPECT_EQ(b.back().to_guest_stats.packets, 5u);
}

// With one mapped end there is one, for the other one.
TEST_F(MappedPath, OneEndCostsOne)
{
	map(all, none);
	u64 before = host->operations;
	Bytes frame = make_frame(1400, 1);
	EXPECT_EQ(carry(frame, {1400}), frame);
	EXPECT_EQ(host->operations, before + 1);
	EXPECT_EQ(mb.say_list(kAdd, rx), kOk);
	EXPECT_EQ(ma.say_list(kDel, tx), kOk);
	before = host->operations;
	EXPECT_EQ(carry(frame, {1400}), frame);
	EXPECT_EQ(host->operations, before + 1);
}

// An skb goes straight into the receiver's buffer.
TEST_F(MappedPath, SkbsNeedNoStaging)
{
	map(none, all);
	const u64 before = host->hypercalls;
	for (const u32 len : {60u, 1400u, 4000u, 20000u}) {
		const Bytes frame = make_frame(len, len);
		sk_buff *skb = make_skb(frame);
		ASSERT_EQ(netback_xmit(b.dev.vif, skb, 0), NETBACK_TAKEN);
		host->settle();
		const auto got = b.receive();
		ASSERT_EQ(got.size(), 1u);
		EXPECT_EQ(got[0].bytes, frame);
		refill();
	}
	EXPECT_EQ(host->hypercalls, before);
}

// Two VLAN tags around the largest MTU: more bytes than 16 bits count.
TEST_F(MappedPath, MoreThanAPieceCanSayIsNoLess)
{
	map(none, all);
	for (const u32 len : {65535u, 65539u}) {
		const Bytes frame = make_frame(len, len);
		ASSERT_EQ(netback_xmit(b.dev.vif, make_skb(frame), 0), NETBACK_TAKEN);
		host->settle();
		const auto got = b.receive();
		ASSERT_EQ(got.size(), 1u) << len;
		EXPECT_EQ(got[0].bytes, frame) << len;
		refill();
	}
}

// HOSTILE: the sender changes its bytes between the switch's verdict and the delivery. What arrives of the
// bytes that decided is what was judged. NB-77
TEST_F(MappedPath, WhatIsDeliveredIsWhatWasJudged)
{
	for (const Have receiver : {none, all}) {
		map(all, receiver);
		for (u32 len = 14; len < 1500; len += len < 260 ? 1 : 111) {
			Bytes judged;
			a.join_switch([&](const brlite_frame &frame) {
				const auto *head = static_cast<const u8 *>(frame.data);
				judged.assign(head, head + frame.staged);
				change_sent(0);
				return to_b();
			});
			const Bytes sent = make_frame(len, len), got = carry(sent, {len});
			ASSERT_EQ(got.size(), len);
			ASSERT_EQ(judged.size(), len < 256 ? len : 256);
			EXPECT_EQ(Bytes(got.begin(), got.begin() + static_cast<long>(judged.size())), judged);
			EXPECT_EQ(judged,
				  Bytes(sent.begin(), sent.begin() + static_cast<long>(judged.size())));
		}
		b.frontend_state(XenbusState::closing);
		b.frontend_state(XenbusState::closed);
		b.reset_rings();
		mb.begin();
		b.connect();
	}
}

// All receivers of a flooded frame get the same bytes, though the sender changes them all the time. NB-77
TEST_F(MappedPath, FloodsAreTheSameForAll)
{
	Guest c{3};
	Mapper mc{c};
	c.connect();
	c.join_switch([](const brlite_frame &) { return brlite_verdict{}; });
	map(all, all);
	const GrefEntries more = mc.mapped(64, false);
	mc.post_buffers(more, 100);
	a.join_switch([](const brlite_frame &) {
		return brlite_verdict{BRLITE_FLOOD, BRLITE_FLOODED, 0, 0, nullptr, nullptr};
	});
	a.port.flood = {&b.port, &c.port};
	host->before_copy = [&](const void *, bool) { change_sent(256); };
	for (const u32 len : {60u, 300u, 1400u, 4096u}) {
		carry(make_frame(len, len), {len});
		const auto at_c = c.receive();
		ASSERT_EQ(at_c.size(), 1u);
	}
	for (u32 i = 0; i < 5; i++) {
		ma.post_packet(tx, make_frame(1400, i), {1400});
		a.push();
		host->settle();
		a.responses();
		const auto at_b = b.receive(), at_c = c.receive();
		ASSERT_EQ(at_b.size(), 1u);
		ASSERT_EQ(at_c.size(), 1u);
		EXPECT_EQ(at_b[0].bytes, at_c[0].bytes);
	}
}

// Buffers come and go under traffic, at both ends. NB-76
TEST_F(MappedPath, DeletedUnderTraffic)
{
	map(all, all);
	for (u32 i = 0; i < 40; i++) {
		host->micros += 1000000;
		const GrefEntries half(tx.begin(), tx.begin() + 32), other(rx.begin() + 32, rx.end());
		EXPECT_EQ(ma.say_list(i % 2 ? kAdd : kDel, half), kOk);
		if (i % 3 == 0)
			EXPECT_EQ(mb.say_list(i % 2 ? kAdd : kDel, other), kOk);
		for (const u32 len : {60u, 1400u}) {
			const Bytes frame = make_frame(len, i);
			ASSERT_EQ(carry(frame, {len}), frame);
		}
	}
}

// A buffer that may only be read is no receive buffer: it goes by the hypervisor, which refuses it. NB-68
TEST_F(MappedPath, NothingIsWrittenToWhatMayBeRead)
{
	tx = ma.buffers(64, true);
	rx = mb.mapped(64, true);
	mb.post_buffers(rx, 10);
	ma.post_packet(tx, make_frame(60, 1), {60});
	a.push();
	host->settle();
	const auto got = b.receive();
	ASSERT_EQ(got.size(), 1u);
	EXPECT_TRUE(got[0].error);
	EXPECT_EQ(b.back().to_guest_stats.mapped, 0u);
	EXPECT_EQ(b.back().to_guest_stats.copy_failed, 1u);
}

// Everything in one page: one guest sends to itself, from the buffer that it receives into.
TEST_F(MappedPath, FromAPageIntoItself)
{
	rx = mb.mapped(1, false);
	mb.post_buffers(rx, 40);
	b.join_switch([this](const brlite_frame &) { return to_b(); });
	for (u32 i = 0; i < 20; i++) {
		mb.post_packet(rx, make_frame(1400 + i, i), {1400 + i});
		b.push();
		host->settle();
		b.responses();
		EXPECT_EQ(b.receive().size(), 1u);
	}
}
} // namespace
