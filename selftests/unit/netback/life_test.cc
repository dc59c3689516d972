// SPDX-License-Identifier: GPL-2.0-only
// A vif's life: every state a frontend can show at every time, and every step of connecting that can fail.
#include "fake.hpp"
#include <random>

using namespace ringway;
using namespace ringway::test;

namespace
{
using enum BackendState;
constexpr BackendState kStates[] = {initialising, init_wait, connected, closing, closed};

TEST(LifeCycle, EveryStateIsReachedFromEveryOther)
{
	for (const BackendState from : kStates)
		for (const BackendState to : kStates) {
			if (from == to || to == initialising) // nothing goes back to the beginning
				continue;
			BackendState at = from;
			u32 steps = 0;
			while (at != to && steps <= 4) {
				at = next_state(at, to);
				steps++;
			}
			EXPECT_EQ(at, to) << static_cast<int>(from) << " to " << static_cast<int>(to);
			EXPECT_LE(steps, 4u) << static_cast<int>(from) << " to " << static_cast<int>(to);
		}
}

// The way into Connected leads through InitWait, the way out of it through Closing.
TEST(LifeCycle, NoStepIsSkipped)
{
	for (const BackendState from : kStates)
		for (const BackendState to : kStates) {
			if (from == to || to == initialising)
				continue;
			const BackendState next = next_state(from, to);
			if (next == connected)
				EXPECT_EQ(from, init_wait);
			if (from == connected)
				EXPECT_EQ(next, closing);
		}
}

// NB-40
TEST(LifeCycle, WhatAFrontendsStateAsksFor)
{
	EXPECT_EQ(wanted_state(XenbusState::initialising).state, init_wait);
	EXPECT_EQ(wanted_state(XenbusState::initialised).kind, LifeStep::stay);
	EXPECT_EQ(wanted_state(XenbusState::connected).state, connected);
	EXPECT_EQ(wanted_state(XenbusState::closing).state, closing);
	EXPECT_EQ(wanted_state(XenbusState::closed).state, closed);
	EXPECT_TRUE(wanted_state(XenbusState::closed).gone);
	EXPECT_TRUE(wanted_state(XenbusState::unknown).gone);
	EXPECT_EQ(wanted_state(XenbusState::reconfiguring).kind, LifeStep::reconfigured);
	for (const int odd : {-1, 2, 9, 10, 255, 256, 1 << 30})
		EXPECT_EQ(wanted_state(static_cast<XenbusState>(odd)).kind, LifeStep::refuse) << odd;
}

class Life : public testing::Test
{
protected:
	Host machine;

	static s64 held() { return host->live_queues + host->live_rings + host->live_channels; }
	// A packet goes each way.
	static void works(Guest &g)
	{
		for (u32 q = 0; q < g.queue.size(); q++) {
			g.dev.received.clear();
			g.send(make_frame(100, q), {}, q);
			host->settle();
			ASSERT_EQ(g.dev.received.size(), 1u);
			EXPECT_EQ(g.dev.received[0].bytes, make_frame(100, q));
			g.post_buffers(1, q);
			ASSERT_EQ(netback_xmit(g.dev.vif, make_skb(make_frame(200, q)), q), 0);
			host->settle();
			EXPECT_EQ(g.receive(q).size(), 1u);
			g.responses(q);
		}
	}
};

TEST_F(Life, TheUsualWay)
{
	Guest g{1, 2};
	g.frontend_state(XenbusState::initialising);
	EXPECT_EQ(g.vif().state, init_wait);
	EXPECT_EQ(held(), 0);
	g.frontend_state(XenbusState::initialised);
	EXPECT_EQ(g.vif().state, init_wait);
	g.frontend_state(XenbusState::connected);
	EXPECT_EQ(g.vif().state, connected);
	EXPECT_EQ(held(), 2 + 4 + 4);
	EXPECT_TRUE(g.dev.carrier);
	works(g);
	g.frontend_state(XenbusState::closing);
	EXPECT_FALSE(g.dev.carrier);
	EXPECT_EQ(held(), 0);
	EXPECT_GE(host->grace_periods, 1u);
	g.frontend_state(XenbusState::closed);
	EXPECT_FALSE(g.dev.unregistered); // the toolstack keeps it online
	EXPECT_EQ(g.dev.states, (std::vector<int>{2, 4, 5, 6}));
	EXPECT_TRUE(g.dev.errors.empty());
}

// CL-23
TEST_F(Life, NothingIsConnectedUntilHotplugIsThrough)
{
	Guest g{1};
	g.dev.hotplug = false;
	g.frontend_state(XenbusState::initialising);
	g.frontend_state(XenbusState::connected);
	EXPECT_EQ(g.dev.states, (std::vector<int>{2}));
	netback_hotplug_changed(g.dev.vif);
	EXPECT_EQ(g.dev.states, (std::vector<int>{2}));
	EXPECT_FALSE(g.dev.connected);
	g.dev.hotplug = true;
	netback_hotplug_changed(g.dev.vif);
	netback_hotplug_changed(g.dev.vif);
	EXPECT_EQ(g.dev.states, (std::vector<int>{2, 4}));
	host->settle();
	works(g);
}

// Hotplug belongs to the vif's life: a hundred connections need it once (kexec, iPXE, driver reload).
// NB-42
TEST_F(Life, ConnectsAgainAndAgain)
{
	Guest g{1};
	for (u32 i = 0; i < 100; i++) {
		g.reset_rings(i * 0x01000003);
		g.connect();
		works(g);
		g.frontend_state(XenbusState::closing);
		g.frontend_state(XenbusState::closed);
		ASSERT_EQ(held(), 0);
	}
	EXPECT_EQ(g.dev.connects, 100u);
	EXPECT_EQ(g.dev.disconnects, 100u);
	EXPECT_EQ(g.vif().gone[0].from_guest.packets, 100u); // counters outlive their connection
}

// Some frontends leave Closing out.
// NB-40
TEST_F(Life, ConnectedToInitialisingAtOnce)
{
	Guest g{1};
	g.connect();
	g.frontend_state(XenbusState::initialising);
	EXPECT_EQ(g.vif().state, init_wait);
	EXPECT_EQ(g.dev.states, (std::vector<int>{2, 4, 5, 6, 2}));
	EXPECT_EQ(held(), 0);
	g.reset_rings();
	g.frontend_state(XenbusState::connected);
	host->settle();
	works(g);
}

TEST_F(Life, ConnectedTwiceIsOneConnection)
{
	Guest g{1};
	g.connect();
	g.frontend_state(XenbusState::connected);
	EXPECT_EQ(g.dev.connects, 1u);
	works(g);
}

// NB-41
TEST_F(Life, GoneWhenNobodyKeepsItOnline)
{
	Guest g{1};
	g.connect();
	g.dev.online = false;
	g.frontend_state(XenbusState::closed);
	EXPECT_TRUE(g.dev.unregistered);
	EXPECT_EQ(held(), 0);

	Guest h{2};
	h.connect();
	h.frontend_state(XenbusState::unknown); // its directory is deleted
	EXPECT_TRUE(h.dev.unregistered);
	EXPECT_EQ(held(), 0);
}

TEST_F(Life, DeviceUpAndDownWhileConnected)
{
	Guest g{1, 2};
	g.set_up(false);
	g.frontend_state(XenbusState::initialising);
	g.frontend_state(XenbusState::connected);
	g.send(make_frame(100));
	host->settle();
	EXPECT_TRUE(g.dev.received.empty());
	sk_buff *skb = make_skb(make_frame(100));
	EXPECT_NE(netback_xmit(g.dev.vif, skb, 0), 0);
	free_skb(skb);
	g.set_up(true); // what came meanwhile is not forgotten
	host->settle();
	EXPECT_EQ(g.dev.received.size(), 1u);
	g.responses();
	for (int i = 0; i < 5; i++) {
		g.set_up(false);
		g.set_up(true);
		g.set_up(true);
		host->settle();
		works(g);
	}
}

// 9 states and nonsense in random order, traffic and time between: never a crash, never a leak, one
// disconnect for each connect, and at the end it works.
// NB-40
TEST_F(Life, RandomWalkOverAllFrontendStates)
{
	std::mt19937 random{99};
	u64 connects = 0;
	for (int walk = 0; walk < 60; walk++) {
		Guest g{static_cast<u16>(walk + 1), 1 + static_cast<u32>(random() % 3)};
		for (int step = 0; step < 60; step++) {
			const int states[] = {0, 1, 2, 3, 4, 4, 4, 5, 6, 7, 8, 9, 255, -1};
			const int state = states[random() % std::size(states)];
			if (state == 4 && g.vif().state != connected)
				g.reset_rings(static_cast<u32>(random()));
			g.dev.hotplug = random() % 4 != 0;
			if (random() % 10 == 0)
				host->fail_step = host->step + random() % 12;
			g.frontend_state(static_cast<XenbusState>(state));
			host->fail_step = ~0u;
			if (random() % 3 == 0)
				netback_hotplug_changed(g.dev.vif);
			ASSERT_EQ(g.vif().state == connected, g.dev.connected);
			ASSERT_EQ(g.dev.connects - g.dev.disconnects, g.dev.connected ? 1u : 0u);
			ASSERT_EQ(held(),
				  g.dev.connected ? static_cast<s64>(g.vif().queue_count.load() * 5) : 0);
			if (g.dev.connected && random() % 2) {
				g.send(make_frame(100), {}, static_cast<u32>(random() % g.queue.size()));
				if (netback_xmit(g.dev.vif, make_skb(make_frame(60)),
						 static_cast<u32>(random())))
					FAIL() << "connected and not taking packets";
			}
			host->jiffies += random() % 3000;
			host->settle();
		}
		connects += g.dev.connects;
		g.frontend_state(XenbusState::closing);
		g.frontend_state(XenbusState::closed);
		g.reset_rings();
		g.dev.hotplug = true;
		g.frontend_state(XenbusState::initialising);
		g.frontend_state(XenbusState::connected);
		host->settle();
		ASSERT_EQ(g.vif().state, connected);
		works(g);
	}
	EXPECT_GT(connects, 200u);
}

// Its state is Closing then, for XenStore as for us.
TEST_F(Life, AStateThatDoesNotExistEndsTheConnection)
{
	Guest g{1};
	g.connect();
	g.frontend_state(static_cast<XenbusState>(42));
	EXPECT_EQ(g.vif().state, closing);
	EXPECT_FALSE(g.dev.connected);
	g.frontend_state(XenbusState::closed);
	g.reset_rings();
	g.frontend_state(XenbusState::initialising);
	g.frontend_state(XenbusState::connected);
	host->settle();
	EXPECT_EQ(g.vif().state, connected);
	works(g);
}

TEST_F(Life, AStateThatDoesNotExistIsNotConnectedByHotplug)
{
	Guest g{1};
	g.dev.hotplug = false;
	g.frontend_state(XenbusState::connected);
	g.frontend_state(static_cast<XenbusState>(42));
	g.dev.hotplug = true;
	netback_hotplug_changed(g.dev.vif);
	EXPECT_EQ(g.vif().state, closing);
	EXPECT_FALSE(g.dev.connected);
}

// --- connecting fails
// --------------------------------------------------------------------------------------------

// Each step of each queue, one at a time: nothing stays behind, the frontend is told, and a second attempt
// works.
// NB-37
TEST_F(Life, ConnectFailsAtEveryStepAndThenWorks)
{
	for (const u32 queues : {1u, 2u, 5u}) {
		u32 steps = 1;
		for (u32 k = 0; k < steps; k++) {
			SCOPED_TRACE(testing::Message() << "step " << k << " of " << queues << " queues");
			Guest g{static_cast<u16>(1 + k), queues};
			g.frontend_state(XenbusState::initialising);
			const s64 memory = host->live_memory;
			host->step = 0;
			host->fail_step = k;
			g.frontend_state(XenbusState::connected);
			host->fail_step = ~0u;
			if (k == 0) { // how many steps there are is seen when all succeed
				Guest whole{999, queues};
				whole.frontend_state(XenbusState::initialising);
				host->step = 0;
				whole.frontend_state(XenbusState::connected);
				steps = host->step;
				EXPECT_EQ(whole.vif().state, connected);
				whole.frontend_state(XenbusState::closing);
			}
			EXPECT_EQ(g.vif().state, closing);
			EXPECT_EQ(g.dev.states.back(), static_cast<int>(closing));
			EXPECT_EQ(g.dev.errors.size(), 1u);
			EXPECT_EQ(g.vif().queue_count.load(), 0u);
			EXPECT_EQ(g.vif().allocated, 0u);
			EXPECT_EQ(held(), 0);
			EXPECT_EQ(host->live_memory, memory);
			EXPECT_FALSE(g.dev.carrier);
			// As a frontend that tries again does, or one that was replaced.
			if (k % 2) {
				g.frontend_state(XenbusState::closing);
				g.frontend_state(XenbusState::closed);
				g.frontend_state(XenbusState::initialising);
			}
			g.frontend_state(XenbusState::connected);
			host->settle();
			ASSERT_EQ(g.vif().state, connected);
			works(g);
		}
		EXPECT_EQ(steps,
			  3 + queues * 5); // nodes, memory, device; per queue: nodes, 2 rings, 2 channels
	}
}

// NB-38
TEST_F(Life, InsaneRingsAtConnect)
{
	for (const u32 ahead : {257u, 0x80000000u, 0xffffffffu})
		for (const bool tx : {true, false})
			for (u32 q = 0; q < 3; q++) {
				Guest g{5, 3, 0xfffffff0};
				g.frontend_state(XenbusState::initialising);
				u8 *page = tx ? g.queue[q].tx_page : g.queue[q].rx_page;
				reinterpret_cast<SharedRingHeader *>(page)->req_prod += ahead;
				g.frontend_state(XenbusState::connected);
				EXPECT_EQ(g.vif().state, closing);
				EXPECT_EQ(held(), 0);
				EXPECT_EQ(g.dev.errors.size(), 1u);
				g.reset_rings();
				g.frontend_state(XenbusState::connected);
				host->settle();
				works(g);
			}
}

// A frontend that begins at any index, with requests in its ring already.
TEST_F(Life, RingsThatAreNotEmptyAtConnect)
{
	for (const u32 start : {0u, 100u, 0xfffffff0u}) {
		Guest g{1, 1, start};
		for (u32 i = 0; i < 20; i++)
			g.post(make_frame(100, i));
		g.queue[0].tx.push_requests();
		g.connect();
		EXPECT_EQ(g.dev.received.size(), 20u);
		EXPECT_EQ(g.responses().size(), 20u);
		works(g);
	}
}

// NB-56
TEST_F(Life, ClosedByTheHostInEveryState)
{
	for (const int last : {-1, 1, 4, 5, 6}) {
		Guest g{1};
		if (last >= 1)
			g.frontend_state(XenbusState::initialising);
		if (last >= 4)
			g.frontend_state(XenbusState::connected);
		if (last >= 5)
			g.frontend_state(static_cast<XenbusState>(last));
		netback_close(g.dev.vif);
		EXPECT_EQ(held(), 0);
		netback_close(g.dev.vif);
		EXPECT_EQ(g.dev.connects, g.dev.disconnects);
	}
}

// Another driver takes up what this one leaves, as long as the toolstack wants the vif.
// NB-56
TEST_F(Life, UnboundItStaysConnectedForTheNextDriver)
{
	for (const bool online : {true, false}) {
		Guest g{1};
		g.connect();
		g.dev.online = online;
		g.dev.states.clear();
		netback_close(g.dev.vif);
		EXPECT_EQ(held(), 0);
		EXPECT_EQ(g.dev.states, online ? std::vector<int>{}
					       : std::vector<int>{static_cast<int>(XenbusState::closed)});
	}
}

// --- liars
// --------------------------------------------------------------------------------------------------------

// Everything that is fatal: the vif is off within one poll, told once, cleaned up in process context.
// NB-01
TEST_F(Life, FatalPacketsLatchTheVifOff)
{
	struct Case {
		const char *why;
		std::function<void(Guest &)> lie;
	};
	const auto post = [](Guest &g, TxRequest r) { g.queue[0].tx.post(r); };
	const std::vector<Case> cases = {
		{"req_prod",
		 [](Guest &g) { reinterpret_cast<SharedRingHeader *>(g.queue[0].tx_page)->req_prod += 300; }},
		{"req_prod back",
		 [](Guest &g) { reinterpret_cast<SharedRingHeader *>(g.queue[0].tx_page)->req_prod--; }},
		{"cross page",
		 [&](Guest &g) {
			 post(g, {1, 4000, 0, 0, 200});
		 }},
		{"missing slot",
		 [&](Guest &g) {
			 post(g, {1, 0, NETTXF_more_data, 0, 200});
		 }},
		{"missing extra",
		 [&](Guest &g) {
			 post(g, {1, 0, NETTXF_extra_info, 0, 200});
		 }},
		{"too many slots",
		 [&](Guest &g) {
			 for (int i = 0; i < 30; i++)
				 post(g, {1, 0, NETTXF_more_data, 0, static_cast<u16>(i ? 1 : 1000)});
		 }},
		{"unknown extra",
		 [&](Guest &g) {
			 post(g, {1, 0, NETTXF_extra_info, 0, 200});
			 g.queue[0].tx.post(ExtraInfo{77});
		 }},
	};
	for (const Case &c : cases) {
		SCOPED_TRACE(c.why);
		Guest g{1, 2}, other{2};
		g.connect();
		other.connect();
		works(g);
		c.lie(g);
		if (std::string(c.why).find("req_prod") == std::string::npos)
			g.queue[0].tx.push_requests();
		const u64 copies = host->operations;
		host_schedule(g.back().host, FROM_GUEST);
		host->settle();
		EXPECT_EQ(host->operations, copies); // nothing of it was touched
		EXPECT_TRUE(g.vif().disabled.load());
		EXPECT_EQ(g.dev.fatal_lines, 1u);
		EXPECT_EQ(g.dev.errors.size(), 1u);
		EXPECT_EQ(g.dev.states.back(), static_cast<int>(closing));
		EXPECT_EQ(g.dev.disconnects, 1u);
		EXPECT_EQ(held(), 5) << "the other guest's";
		works(other);
		// It may knock as it likes.
		for (const int state : {4, 1, 4, 5, 1, 4, 7, 3, 4, 6, 1, 4}) {
			g.reset_rings();
			g.frontend_state(static_cast<XenbusState>(state));
			host->settle();
			EXPECT_EQ(g.dev.connects, 1u) << "connected again in state " << state;
		}
		EXPECT_EQ(g.dev.fatal_lines, 1u);
		sk_buff *skb = make_skb(make_frame(60));
		EXPECT_NE(netback_xmit(g.dev.vif, skb, 0), 0);
		free_skb(skb);
	}
}

// Between the poll that caught it and the work that cleans up, the frontend may go on as it likes.
// NB-43
TEST_F(Life, FrontendMovesBeforeTheCleanUp)
{
	for (const std::vector<int> &moves : {std::vector<int>{}, {5}, {6}, {5, 6}, {5, 6, 1}, {1, 4}, {0}}) {
		SCOPED_TRACE(testing::PrintToString(moves));
		Guest g{1};
		g.connect();
		reinterpret_cast<SharedRingHeader *>(g.queue[0].tx_page)->req_prod += 300;
		host->poll_tx(*g.back().host);
		EXPECT_TRUE(g.vif().disabled.load());
		for (const int state : moves)
			g.frontend_state(static_cast<XenbusState>(state));
		host->settle();
		EXPECT_EQ(g.dev.disconnects, 1u);
		EXPECT_EQ(g.dev.connects, 1u);
		EXPECT_EQ(held(), 0);
		// Who is through with closing is not called back to it.
		if (!moves.empty() && moves.back() == static_cast<int>(XenbusState::closed))
			EXPECT_EQ(g.vif().state, closed);
	}
}

// NB-43
TEST_F(Life, FatalOnBothSidesIsToldOnce)
{
	Guest g{1, 3};
	g.connect();
	for (u32 q = 0; q < 3; q++) {
		reinterpret_cast<SharedRingHeader *>(g.queue[q].tx_page)->req_prod += 300;
		reinterpret_cast<SharedRingHeader *>(g.queue[q].rx_page)->req_prod += 300;
		host_schedule(g.back(q).host, FROM_GUEST);
		if (netback_xmit(g.dev.vif, make_skb(make_frame(60)), q))
			FAIL();
	}
	host->settle();
	EXPECT_EQ(g.dev.fatal_lines, 1u);
	EXPECT_EQ(g.dev.errors.size(), 1u);
	EXPECT_EQ(g.dev.disconnects, 1u);
	EXPECT_EQ(held(), 0);
}

// Events without work: each is ended, as spurious, and the vif answers the next one.
// NB-45
TEST_F(Life, EventStorm)
{
	Guest g{1};
	g.connect();
	for (int i = 0; i < 1000; i++) {
		g.back().host->from_guest.pending = g.back().host->to_guest.pending = true;
		host->settle();
	}
	EXPECT_EQ(g.back().host->from_guest.spurious, 1000u);
	EXPECT_EQ(g.back().host->to_guest.spurious, 1000u);
	EXPECT_FALSE(g.back().host->from_guest.owed);
	works(g);
}

// --- lanes
// -----------------------------------------------------------------------------------------------------------

TEST_F(Life, LanesAreMadeForEveryCpuOrNone)
{
	netback_lanes_destroy();
	for (u32 k = 0; k < 2; k++) {
		host->step = 0;
		host->fail_step = k;
		EXPECT_LT(netback_lanes_create(), 0);
		EXPECT_EQ(host->live_memory, 0);
		for (void *lane : host->lane)
			EXPECT_EQ(lane, nullptr);
	}
	host->fail_step = ~0u;
	EXPECT_EQ(netback_lanes_create(), 0);
	EXPECT_EQ(host->lane[1], nullptr);
}

TEST_F(Life, NoMemoryForAVif)
{
	host->step = 0;
	host->fail_step = 0;
	EXPECT_EQ(netback_vif_create(nullptr, 3, 1), nullptr);
	host->fail_step = ~0u;
}

// NB-33
TEST_F(Life, WhatTheDeviceIsTold)
{
	Guest g{1};
	EXPECT_EQ(netback_max_mtu(g.dev.vif), 65535u - 18);
	EXPECT_EQ(netback_state(g.dev.vif), 1);
	g.dev.frontend = {1, 0, 0, 0, 0, 0, 1};
	g.connect();
	EXPECT_EQ(netback_max_mtu(g.dev.vif), 1500u);
	EXPECT_EQ(netback_offloads(g.dev.vif), 0u);
	EXPECT_EQ(netback_state(g.dev.vif), 4);
	Guest h{2};
	h.connect();
	EXPECT_EQ(netback_offloads(h.dev.vif), 31u);
}
} // namespace
