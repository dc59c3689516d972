// SPDX-License-Identifier: GPL-2.0-only
// The control ring of a vif: its life, hostile indices, and what hashing does to packets on their way in.
#include "core/flow_hash.hpp"
#include "fake.hpp"
#include "peer.hpp"

using namespace ringway;
using namespace ringway::test;

namespace
{
constexpr u32 kQueues = 4;

class ControlRing : public testing::Test
{
protected:
	Host machine;
	Page page;
	CtrlFrontRing front;
	Guest a{1}, b{2, kQueues};
	u16 id = 0;

	void SetUp() override
	{
		a.connect();
		begin();
		b.connect();
		a.join_switch([this](const brlite_frame &) { return b.verdict(); });
		for (u32 q = 0; q < kQueues; q++)
			b.post_buffers(64, q);
	}
	// The guest's half of a new connection.
	void begin(u32 start = 0xfffffff0)
	{
		std::memset(page.data(), 0, kPageSize);
		front.init(page.data(), start);
		b.dev.ctrl_page = page.data();
	}
	void reconnect(u32 queues = kQueues)
	{
		b.frontend_state(XenbusState::closing);
		b.frontend_state(XenbusState::closed);
		b.reset_rings();
		b.dev.frontend.queues = queues;
		begin();
		b.connect();
		for (u32 q = 0; q < queues; q++)
			b.post_buffers(64, q);
	}
	void post(u16 type, u32 x = 0, u32 y = 0, u32 z = 0)
	{
		front.post(CtrlRequest{id++, type, {x, y, z}});
		(void)front.push_requests();
	}
	void run()
	{
		int result;
		u32 rounds = 0;
		while ((result = netback_control_poll(b.dev.vif)) == NETBACK_CONTROL_MORE)
			ASSERT_LT(rounds++, 100u);
		EXPECT_NE(result, NETBACK_CONTROL_STOP);
	}
	CtrlResponse answer()
	{
		EXPECT_EQ(front.unconsumed().value(), 1u);
		const auto response = front.response(front.rsp_cons());
		front.consume(1);
		return response;
	}
	u32 say(u16 type, u32 x = 0, u32 y = 0, u32 z = 0)
	{
		post(type, x, y, z);
		run();
		const auto response = answer();
		EXPECT_EQ(response.id, static_cast<u16>(id - 1));
		EXPECT_EQ(response.type, type);
		return response.status;
	}
	void hash_on()
	{
		u8 key[40];
		for (u32 i = 0; i < 40; i++)
			key[i] = static_cast<u8>(i * 37 + 11);
		const u32 gref = b.grant(key, sizeof key, 0, true);
		EXPECT_EQ(say(XEN_NETIF_CTRL_TYPE_SET_HASH_ALGORITHM, 1), 0u);
		EXPECT_EQ(say(XEN_NETIF_CTRL_TYPE_SET_HASH_KEY, gref, sizeof key), 0u);
		EXPECT_EQ(say(XEN_NETIF_CTRL_TYPE_SET_HASH_FLAGS, kHashTypes), 0u);
		b.revoke(gref);
	}
	u32 map(const std::vector<u32> &entries, u32 offset = 0)
	{
		const u32 gref = b.grant(reinterpret_cast<const u8 *>(entries.data()),
					 static_cast<u32>(entries.size() * 4), 0, true);
		const u32 status = say(XEN_NETIF_CTRL_TYPE_SET_HASH_MAPPING, gref,
				       static_cast<u32>(entries.size()), offset);
		b.revoke(gref);
		return status;
	}
	PacketHash expected(const Bytes &frame) const
	{
		return hash_frame(*b.dev.vif->control.hash(), frame.data(), static_cast<u32>(frame.size()));
	}
	// The one queue that got something.
	u32 where(Received &packet)
	{
		u32 found = kQueues;
		for (u32 q = 0; q < kQueues; q++)
			for (Received &one : b.receive(q)) {
				EXPECT_EQ(found, kQueues) << "more than one packet";
				found = q;
				packet = one;
			}
		return found;
	}
};

TEST_F(ControlRing, MessagesAreAnswered)
{
	EXPECT_EQ(say(XEN_NETIF_CTRL_TYPE_GET_HASH_FLAGS), XEN_NETIF_CTRL_STATUS_NOT_SUPPORTED);
	hash_on();
	EXPECT_EQ(say(XEN_NETIF_CTRL_TYPE_GET_HASH_MAPPING_SIZE), 0u);
	EXPECT_EQ(say(XEN_NETIF_CTRL_TYPE_GET_GREF_MAPPING_SIZE, 1), 0u);
	for (const u16 type :
	     {u16{XEN_NETIF_CTRL_TYPE_ADD_GREF_MAPPING}, u16{XEN_NETIF_CTRL_TYPE_DEL_GREF_MAPPING}})
		EXPECT_EQ(say(type, 1, 1, 1), XEN_NETIF_CTRL_STATUS_INVALID_PARAMETER); // no grant 1
	for (const u16 type : {u16{0}, u16{11}, u16{0xffff}})
		EXPECT_EQ(say(type, 1, 1, 1), XEN_NETIF_CTRL_STATUS_NOT_SUPPORTED);
	EXPECT_GT(b.dev.ctrl_notified, 0u);
}

TEST_F(ControlRing, PacketsGoWhereTheyHash)
{
	hash_on();
	EXPECT_EQ(say(XEN_NETIF_CTRL_TYPE_SET_HASH_MAPPING_SIZE, 128), 0u);
	std::vector<u32> table(128);
	for (u32 i = 0; i < 128; i++)
		table[i] = (i * 7 + 1) % kQueues;
	EXPECT_EQ(map(table), 0u);
	std::set<u32> seen;
	for (u32 i = 0; i < 40; i++) {
		Bytes frame = make_frame(i % 2 ? 100 : 5000, i, i % 3 ? 0x0800 : 0x86dd);
		frame[30] = static_cast<u8>(i * 13); // some address
		const PacketHash hash = expected(frame);
		ASSERT_NE(hash.type, 0u);
		a.send(frame);
		host->settle();
		a.responses();
		Received got;
		const u32 q = where(got);
		EXPECT_EQ(q, table[hash.value % 128]);
		EXPECT_EQ(got.bytes, frame);
		EXPECT_EQ(got.hash, hash.value);
		EXPECT_EQ(got.hash_type, hash.type);
		seen.insert(q);
	}
	EXPECT_GT(seen.size(), 1u);
	EXPECT_EQ(a.back().from_guest_stats.path_direct, 40u);
	EXPECT_TRUE(a.port.forwarded.empty());
}

// The same packet directly and as an skb: the same queue, the same bytes, the same extra info. Hashed once.
TEST_F(ControlRing, DirectlyAsBySkb)
{
	hash_on();
	EXPECT_EQ(say(XEN_NETIF_CTRL_TYPE_SET_HASH_MAPPING_SIZE, 16), 0u);
	EXPECT_EQ(map({3, 1, 2, 0, 1, 1, 3, 2, 0, 0, 2, 3, 1, 2, 3, 0}), 0u);
	for (u32 i = 0; i < 60; i++) {
		const u16 type = i % 4 == 3 ? 0x0806 : i % 4 == 2 ? 0x8100 : i % 4 ? 0x86dd : 0x0800;
		Bytes frame = make_frame(i % 5 ? 90 + i : 9000, i, type);
		frame[29] = static_cast<u8>(i);
		Received got[2];
		u32 queue[2];
		for (const bool shaped : {false, true}) {
			b.dev.shaped = shaped;
			a.send(frame);
			host->settle();
			a.responses();
			queue[shaped] = where(got[shaped]);
			ASSERT_LT(queue[shaped], kQueues);
			b.post_buffers(got[shaped].slots, queue[shaped]);
		}
		EXPECT_EQ(queue[0], queue[1]);
		EXPECT_EQ(got[0].bytes, frame);
		EXPECT_EQ(got[1].bytes, frame);
		EXPECT_EQ(got[0].hash_type, got[1].hash_type);
		EXPECT_EQ(got[0].hash, got[1].hash);
		EXPECT_EQ(got[0].slots, got[1].slots);
	}
	EXPECT_EQ(a.back().from_guest_stats.path_direct, 60u);
	EXPECT_EQ(a.port.forwarded.size(), 60u);
}

// A hashed packet takes a slot more: with one buffer there is no room, and none is used up.
TEST_F(ControlRing, NoRoomForTheExtraInfo)
{
	reconnect(1);
	hash_on();
	while (b.back().to_guest_ring.unconsumed().value() > 1) {
		a.send(make_frame(100, 1, 0x0806)); // not hashed: a slot each
		host->settle();
	}
	b.receive();
	const u64 direct = a.back().from_guest_stats.path_direct;
	a.send(make_frame(100, 7));
	host->settle();
	EXPECT_TRUE(b.receive().empty());
	EXPECT_EQ(a.back().from_guest_stats.path_direct, direct);
	b.post_buffers(1);
	host->settle();
	const auto got = b.receive();
	ASSERT_EQ(got.size(), 1u);
	EXPECT_EQ(got[0].hash, expected(make_frame(100, 7)).value);
}

// Linux asks for the queue before it hands a packet over.
TEST_F(ControlRing, TheDeviceAsksForTheQueue)
{
	const Bytes frame = make_frame(100, 5);
	sk_buff *skb = make_skb(frame, {20, 50}); // the headers in three pieces
	EXPECT_EQ(netback_select_queue(b.dev.vif, skb), host_skb_hash(skb) % kQueues);
	hash_on();
	const u32 queue = netback_select_queue(b.dev.vif, skb);
	EXPECT_EQ(queue, expected(frame).value % kQueues);
	ASSERT_EQ(netback_xmit(b.dev.vif, skb, queue), 0);
	host->settle();
	Received got;
	EXPECT_EQ(where(got), queue);
	EXPECT_EQ(got.hash, expected(frame).value);
}

TEST_F(ControlRing, WhatIsNotHashedHasNoExtraInfo)
{
	hash_on();
	const Bytes frame = make_frame(100, 5, 0x0806);
	a.send(frame);
	host->settle();
	Received got;
	EXPECT_EQ(where(got), 0u);
	EXPECT_EQ(got.hash_type, 0u);
	EXPECT_EQ(got.slots, 1u);
}

TEST_F(ControlRing, OffAgainPacketsGoDirectly)
{
	hash_on();
	EXPECT_EQ(say(XEN_NETIF_CTRL_TYPE_SET_HASH_ALGORITHM, 0), 0u);
	EXPECT_EQ(b.vif().control.hash(), nullptr);
	const Bytes frame = make_frame(100);
	a.send(frame);
	host->settle();
	Received got;
	EXPECT_EQ(where(got), flow_hash(frame.data(), 100) % kQueues);
	EXPECT_EQ(got.hash_type, 0u);
	EXPECT_EQ(a.back().from_guest_stats.path_direct, 1u);
}

// NB-48: a change waits until nobody uses what it replaces, and only then.
TEST_F(ControlRing, ChangesWaitForReaders)
{
	const u32 before = host->grace_periods;
	hash_on();
	EXPECT_EQ(host->grace_periods, before); // nothing was in force yet
	const HashConfig *in_force = b.vif().control.hash();
	EXPECT_EQ(say(XEN_NETIF_CTRL_TYPE_SET_HASH_FLAGS, 1), 0u);
	EXPECT_EQ(host->grace_periods, before + 1);
	EXPECT_NE(b.vif().control.hash(), in_force);
	EXPECT_EQ(say(XEN_NETIF_CTRL_TYPE_SET_HASH_FLAGS, 0x100), XEN_NETIF_CTRL_STATUS_INVALID_PARAMETER);
	EXPECT_EQ(say(XEN_NETIF_CTRL_TYPE_GET_HASH_FLAGS), 0u);
	EXPECT_EQ(host->grace_periods, before + 1); // nothing changed
}

TEST_F(ControlRing, BadGrants)
{
	EXPECT_EQ(say(XEN_NETIF_CTRL_TYPE_SET_HASH_ALGORITHM, 1), 0u);
	EXPECT_EQ(say(XEN_NETIF_CTRL_TYPE_SET_HASH_MAPPING_SIZE, 8), 0u);
	for (const u32 gref : {0u, 7u, 0xffffffffu}) {
		EXPECT_EQ(say(XEN_NETIF_CTRL_TYPE_SET_HASH_KEY, gref, 40),
			  XEN_NETIF_CTRL_STATUS_INVALID_PARAMETER);
		EXPECT_EQ(say(XEN_NETIF_CTRL_TYPE_SET_HASH_MAPPING, gref, 8),
			  XEN_NETIF_CTRL_STATUS_INVALID_PARAMETER);
	}
	host->pages_left = 0;
	EXPECT_EQ(say(XEN_NETIF_CTRL_TYPE_SET_HASH_KEY, 9, 40), XEN_NETIF_CTRL_STATUS_INVALID_PARAMETER);
	host->pages_left = ~0ull;
}

// NB-46: as much as a ring holds is handled in bounded turns.
TEST_F(ControlRing, WorkIsBounded)
{
	for (u32 i = 0; i < CtrlFrontRing::kSize; i++)
		post(XEN_NETIF_CTRL_TYPE_GET_HASH_MAPPING_SIZE);
	u32 done = 0;
	for (u32 turn = 0; turn < 8; turn++) {
		EXPECT_EQ(netback_control_poll(b.dev.vif),
			  turn < 7 ? NETBACK_CONTROL_MORE : NETBACK_CONTROL_DONE);
		EXPECT_EQ(front.unconsumed().value(), done += 16);
	}
	EXPECT_EQ(netback_control_poll(b.dev.vif), NETBACK_CONTROL_IDLE);
}

// NB-46: a guest that posts faster than it is served gets a turn after the other, and nothing of others waits
// for it: what it costs at once is bounded, whatever is in the ring.
TEST_F(ControlRing, AStormIsServedInTurns)
{
	u32 served = 0;
	for (u32 turn = 0; turn < 500; turn++) {
		while (front.free_slots())
			post(turn % 2 ? XEN_NETIF_CTRL_TYPE_SET_HASH_ALGORITHM
				      : XEN_NETIF_CTRL_TYPE_GET_HASH_MAPPING_SIZE,
			     turn % 4 / 2);
		ASSERT_EQ(netback_control_poll(b.dev.vif), NETBACK_CONTROL_MORE);
		const u32 answered = front.unconsumed().value();
		ASSERT_EQ(answered, 16u);
		front.consume(answered);
		served += answered;
		a.send(make_frame(100, turn));
		host->settle();
		Received got;
		const u32 q = where(got);
		ASSERT_LT(q, kQueues) << turn;
		ASSERT_EQ(got.bytes, make_frame(100, turn));
		a.responses();
		b.post_buffers(got.slots, q);
	}
	EXPECT_EQ(served, 8000u);
}

// NB-46: an index that no ring can have latches the whole vif off.
TEST_F(ControlRing, InsaneIndex)
{
	page.header().req_prod += 1000;
	EXPECT_EQ(netback_control_poll(b.dev.vif), NETBACK_CONTROL_STOP);
	EXPECT_TRUE(b.vif().disabled.load());
	host->settle();
	EXPECT_EQ(b.vif().allocated, 0u);
	EXPECT_EQ(netback_control_poll(b.dev.vif), NETBACK_CONTROL_STOP);
	EXPECT_EQ(b.dev.fatal_lines, 1u);
}

// NB-38: the same at connect. All is given back, and an honest ring connects afterwards.
TEST_F(ControlRing, InsaneIndexAtConnect)
{
	b.frontend_state(XenbusState::closing);
	b.frontend_state(XenbusState::closed);
	b.reset_rings();
	begin();
	page.header().req_prod += CtrlFrontRing::kSize + 1;
	b.frontend_state(XenbusState::initialising);
	b.frontend_state(XenbusState::connected);
	EXPECT_NE(b.vif().state, BackendState::connected);
	EXPECT_EQ(b.dev.errors.size(), 1u);
	EXPECT_FALSE(b.dev.ctrl_mapped || b.dev.ctrl_bound);
	EXPECT_EQ(b.vif().allocated, 0u);
	b.frontend_state(XenbusState::closed);
	reconnect();
	hash_on();
}

// NB-37: every step of connecting fails once, the control ring's among them.
TEST_F(ControlRing, EveryStepOfConnectingFails)
{
	b.frontend_state(XenbusState::closing);
	b.frontend_state(XenbusState::closed);
	u32 failures = 0;
	for (u32 step = 0;; step++, failures++) {
		b.reset_rings();
		begin();
		host->step = 0;
		host->fail_step = step;
		b.frontend_state(XenbusState::initialising);
		b.frontend_state(XenbusState::connected);
		host->fail_step = ~0u;
		if (b.vif().state == BackendState::connected)
			break;
		EXPECT_FALSE(b.dev.ctrl_mapped || b.dev.ctrl_bound);
		EXPECT_EQ(b.vif().allocated, 0u);
		b.frontend_state(XenbusState::closed);
	}
	EXPECT_GE(failures, kQueues * 5 + 3);
	hash_on();
}

// NB-47: messages of any content, with grants of any content, also rewritten while they are read: each gets
// one answer, and no configuration names a queue or an entry that is not there.
TEST_F(ControlRing, AnyContent)
{
	const u32 edges[] = {0,   1,   2,   3,          39,         40,         41, 127,
			     128, 129, 255, 0x3fffffff, 0x80000000, 0xffffff80, ~0u};
	u64 state = 88172645463325252ull;
	const auto draw = [&state](u32 below) {
		state ^= state << 13, state ^= state >> 7, state ^= state << 17;
		return static_cast<u32>((state >> 11) % below);
	};
	std::vector<u32> entries(1024);
	const u32 gref = b.grant(nullptr, 0, 0, true);
	u32 on = 0, rewritten = 0;
	for (u32 n = 0; n < 4000; n++) {
		for (u32 i = 0; i < 40; i++)
			entries[i] = draw(8) ? draw(kQueues) : draw(1000);
		std::memcpy(b.page_of(gref), entries.data(), 4 * entries.size());
		const auto any = [&] { return draw(3) ? edges[draw(std::size(edges))] : draw(200); };
		const u32 slot = front.req_prod();
		post(static_cast<u16>(draw(20) ? draw(12) : any()), draw(3) ? gref : any(), any(), any());
		{
			// Whatever it says after it was read once is not looked at.
			BeforeRead rewrite([&](u32) {
				rewritten++;
				reinterpret_cast<u32 *>(page.slot<CtrlRequest>(slot))[draw(4)] = any();
			});
			run();
		}
		ASSERT_EQ(front.unconsumed().value(), 1u);
		front.consume(1);
		const Control &control = b.vif().control;
		for (const HashConfig &config : control.config) {
			ASSERT_LE(config.size, kHashMapping);
			for (const u8 queue : config.mapping)
				ASSERT_LT(queue, kQueues);
		}
		on += control.hash() != nullptr;
		if (n % 16 == 0) {
			a.send(make_frame(60 + n % 1000, n));
			host->settle();
			Received got;
			const u32 q = where(got);
			ASSERT_LT(q, kQueues);
			ASSERT_EQ(got.bytes, make_frame(60 + n % 1000, n));
			a.responses();
			b.post_buffers(got.slots, q);
		}
	}
	EXPECT_GT(on, 100u); // it was not all nonsense
	EXPECT_GT(rewritten, 4000u);
}

// NB-48: key, types and table change between any two batches, while packets wait in the backlog too. Every
// packet arrives whole, once, on a queue that there is, with the hash that was in force when it was placed.
TEST_F(ControlRing, ChangesUnderLoad)
{
	hash_on();
	u32 sent = 0, arrived = 0, grace = host->grace_periods;
	std::set<u32> queues;
	for (u32 round = 0; round < 300; round++) {
		for (u32 i = 0; i < 8; i++, sent++)
			a.post(make_frame(100 + sent % 3000, sent));
		a.push();
		if (round % 3 == 0)
			host->settle(); // some are placed before the change, some after
		if (round % 2) {
			EXPECT_EQ(say(XEN_NETIF_CTRL_TYPE_SET_HASH_MAPPING_SIZE, round % 128 + 1), 0u);
			std::vector<u32> table(round % 128 + 1, round / 2 % kQueues);
			EXPECT_EQ(map(table), 0u);
		} else {
			EXPECT_EQ(say(XEN_NETIF_CTRL_TYPE_SET_HASH_FLAGS, 1 + round % kHashTypes), 0u);
		}
		host->settle();
		a.responses();
		for (u32 q = 0; q < kQueues; q++) {
			u32 slots = 0;
			for (const Received &got : b.receive(q)) {
				EXPECT_FALSE(got.error);
				slots += got.slots;
				arrived++;
				queues.insert(q);
			}
			b.post_buffers(slots, q);
		}
	}
	EXPECT_EQ(arrived, sent);
	EXPECT_EQ(queues.size(), kQueues);
	EXPECT_GE(host->grace_periods, grace + 300); // each change waited for its readers
}

// NB-47: a mapping names queues of its own connection only.
TEST_F(ControlRing, FewerQueuesAfterReconnect)
{
	hash_on();
	EXPECT_EQ(say(XEN_NETIF_CTRL_TYPE_SET_HASH_MAPPING_SIZE, 2), 0u);
	EXPECT_EQ(map({3, 3}), 0u);
	reconnect(2);
	EXPECT_EQ(b.vif().control.hash(), nullptr);
	EXPECT_EQ(b.vif().control.config[0].size | b.vif().control.config[1].size, 0u);
	hash_on();
	EXPECT_EQ(say(XEN_NETIF_CTRL_TYPE_SET_HASH_MAPPING_SIZE, 2), 0u);
	EXPECT_EQ(map({3, 3}), XEN_NETIF_CTRL_STATUS_INVALID_PARAMETER);
	EXPECT_EQ(map({1, 0}), 0u);
}

// What debugfs shows: the configuration that counts, at each step, and nothing of an earlier connection.
TEST_F(ControlRing, IsShown)
{
	netback_hash_view view{};
	const auto look = [&] { netback_view_hash(b.dev.vif, &view); };
	look();
	EXPECT_TRUE(view.connected);
	EXPECT_FALSE(view.active);
	EXPECT_EQ(view.algorithm, 0u);
	EXPECT_EQ(say(XEN_NETIF_CTRL_TYPE_SET_HASH_ALGORITHM, 1), 0u);
	look();
	EXPECT_FALSE(view.active); // chosen, but hashes nothing yet
	EXPECT_EQ(view.algorithm, 1u);
	hash_on();
	EXPECT_EQ(say(XEN_NETIF_CTRL_TYPE_SET_HASH_MAPPING_SIZE, 3), 0u);
	EXPECT_EQ(map({2, 1, 3}), 0u);
	look();
	EXPECT_TRUE(view.active);
	EXPECT_EQ(view.types, kHashTypes);
	EXPECT_EQ(view.key[1], 48u);
	EXPECT_EQ(view.size, 3u);
	EXPECT_EQ(view.mapping[2], 3u);
	EXPECT_EQ(view.ring.size, CtrlFrontRing::kSize);
	EXPECT_EQ(view.ring.req_cons, front.req_prod());
	b.frontend_state(XenbusState::closing);
	b.frontend_state(XenbusState::closed);
	look();
	EXPECT_FALSE(view.connected || view.active);
	EXPECT_EQ(view.algorithm | view.size | view.key[1], 0u);
}

TEST_F(ControlRing, AGuestWithoutOne)
{
	EXPECT_FALSE(a.dev.ctrl_mapped);
	EXPECT_EQ(netback_control_poll(a.dev.vif), NETBACK_CONTROL_IDLE);
}

// With headroom and segmentation: three extra infos, and room enough is asked for.
TEST_F(ControlRing, AllExtraInfosTogether)
{
	b.dev.headroom = 256;
	b.frontend_state(XenbusState::reconfiguring);
	hash_on();
	const Bytes frame = make_frame(9000, 3);
	a.send(frame, {{}, NETTXF_csum_blank | NETTXF_data_validated, XEN_NETIF_GSO_TYPE_TCPV4, 1448});
	host->settle();
	Received got;
	EXPECT_LT(where(got), kQueues);
	EXPECT_EQ(got.bytes, frame);
	EXPECT_EQ(got.gso_size, 1448u);
	EXPECT_EQ(got.headroom, 256u);
	EXPECT_EQ(got.hash, expected(frame).value);
	EXPECT_EQ(got.slots, 6u);
}
} // namespace
