// SPDX-License-Identifier: GPL-2.0-only
// The life cycle: its table, and a vif that lives through it on a kernel that can fail anywhere.
#include "host.hpp"
#include <gtest/gtest.h>

using namespace ringway;
using namespace ringway::netfront;
using namespace ringway::test;

namespace
{
constexpr u32 kStates = 9, kStages = 5;

u32 number(XenbusState state)
{
	return static_cast<u32>(state);
}

class VifTest : public testing::Test
{
protected:
	Kernel k;
	netfront_vif *vif = nullptr;
	u32 limit = k.grants_left; // to be there again in the end

	void SetUp() override
	{
		k.backend = {{"online", 1},
			     {"state", 2},
			     {"feature-rx-copy", 1},
			     {"feature-sg", 1},
			     {"feature-gso-tcpv4", 1},
			     {"feature-split-event-channels", 1}};
	}
	void TearDown() override
	{
		if (vif)
			netfront_destroy(vif);
		EXPECT_EQ(k.granted(), 0u);
		EXPECT_EQ(k.reserved(), 0u);
		EXPECT_EQ(k.grants_left, limit);
		EXPECT_EQ(k.pages.size(), 0u);
		EXPECT_EQ(k.skbs.size(), 0u);
	}
	void make(u32 queues = 1) { vif = netfront_create(&k.host, queues); }
	void backend(XenbusState state)
	{
		k.backend["state"] = number(state);
		netfront_backend_changed(vif, number(state));
	}
	void work()
	{
		k.later = -1;
		netfront_later(vif);
	}
	void link()
	{
		backend(XenbusState::init_wait);
		backend(XenbusState::connected);
	}
	void leave() { netfront_remove(vif); }
};
} // namespace

// NF-18
TEST(NetfrontLifeCycle, EveryPairHasAnAnswerAndNoneLoops)
{
	for (u32 stage = 0; stage < kStages; stage++)
		for (u32 state = 0; state < kStates + 3; state++)
			for (const bool online : {false, true}) {
				const Action a = decide(static_cast<Stage>(stage),
							static_cast<XenbusState>(state), online);
				if (state >= 7 || state == 3 || state == 1)
					EXPECT_EQ(a, Action::nothing) << stage << " " << state;
				if (static_cast<Stage>(stage) == Stage::dead)
					EXPECT_TRUE(a == Action::nothing || a == Action::say_closed);
			}
}

TEST(NetfrontLifeCycle, OrdinaryWay)
{
	EXPECT_EQ(decide(Stage::initialising, XenbusState::init_wait, true), Action::connect);
	EXPECT_EQ(decide(Stage::waiting, XenbusState::connected, true), Action::link_up);
	EXPECT_EQ(decide(Stage::linked, XenbusState::connected, true), Action::nothing);
	EXPECT_EQ(decide(Stage::linked, XenbusState::closing, false), Action::close);
	EXPECT_EQ(decide(Stage::linked, XenbusState::closed, false), Action::close);
	EXPECT_EQ(decide(Stage::closed, XenbusState::closed, false), Action::nothing);
}

// NF-17
TEST(NetfrontLifeCycle, StatesFromBeforeOurTimeChangeNothing)
{
	for (const auto state :
	     {XenbusState::unknown, XenbusState::initialising, XenbusState::connected, XenbusState::closed})
		EXPECT_EQ(decide(Stage::initialising, state, true), Action::nothing);
	EXPECT_EQ(decide(Stage::initialising, XenbusState::closing, true), Action::nothing);
	EXPECT_EQ(decide(Stage::initialising, XenbusState::closing, false), Action::close);
	// InitWait once more while the backend makes up its mind.
	EXPECT_EQ(decide(Stage::waiting, XenbusState::init_wait, true), Action::nothing);
}

// NF-33
TEST(NetfrontLifeCycle, NextDriverOfTheBackend)
{
	EXPECT_EQ(decide(Stage::linked, XenbusState::init_wait, true), Action::hand_over);
	EXPECT_EQ(decide(Stage::handed_over, XenbusState::init_wait, true), Action::nothing);
	EXPECT_EQ(decide(Stage::handed_over, XenbusState::connected, true), Action::taken_up);
	EXPECT_EQ(decide(Stage::handed_over, XenbusState::closing, true), Action::close);
	EXPECT_EQ(decide(Stage::handed_over, XenbusState::closed, true), Action::close_reopen);
	EXPECT_EQ(decide(Stage::handed_over, XenbusState::closed, false), Action::close);
	EXPECT_EQ(decide(Stage::handed_over, XenbusState::unknown, true), Action::link_down);
}

TEST_F(VifTest, ConnectsLinksAndLeaves)
{
	make();
	link();
	EXPECT_EQ(k.state, number(XenbusState::connected));
	EXPECT_TRUE(k.carrier);
	EXPECT_EQ(k.peers_notified, 1);
	EXPECT_EQ(k.ours.at("request-rx-copy"), 1u);
	EXPECT_EQ(k.ours.at("feature-rx-notify"), 1u);
	EXPECT_TRUE(k.ours.count("tx-ring-ref") && k.ours.count("event-channel-tx"));
	EXPECT_FALSE(k.ours.count("multi-queue-num-queues")) << "the backend knows nothing of queues";
	EXPECT_TRUE(netfront_backend_features(vif).tso4);
	EXPECT_FALSE(netfront_backend_features(vif).csum6);
	k.on_sleep = [&] { k.backend["state"] = k.state; };
	leave();
	EXPECT_EQ(k.state, number(XenbusState::closed));
	EXPECT_FALSE(k.carrier);
}

// NF-19
TEST_F(VifTest, QueueCountIsClamped)
{
	for (const u32 offered : {0u, 1u, 3u, 4u, 9u, 0xffffffffu}) {
		k.backend["multi-queue-max-queues"] = offered;
		make(4);
		link();
		const u32 expected = offered == 0 ? 1 : offered < 4 ? offered : 4;
		EXPECT_EQ(k.ours.at("multi-queue-num-queues"), expected);
		EXPECT_EQ(k.queues_announced, expected);
		EXPECT_EQ(k.ours.count("queue-0/tx-ring-ref"), expected > 1);
		k.backend["state"] = 0;
		leave();
		netfront_destroy(vif);
		vif = nullptr;
		k.ours.clear();
	}
}

// NF-31
TEST_F(VifTest, FewerQueuesWhenGrantsRunOut)
{
	k.grants_left = limit = 2 * 514 + 100;
	k.backend["multi-queue-max-queues"] = 4;
	make(4);
	link();
	EXPECT_EQ(k.ours.at("multi-queue-num-queues"), 2u);
	k.backend["state"] = 0;
	leave();
}

// A guest's table has room for so many queues as with the stock driver: 256 references for each ring's slots,
// and the two rings.
// NF-31
TEST_F(VifTest, QueueTakesNoMoreGrantsThanStock)
{
	make();
	link();
	EXPECT_EQ(limit - k.grants_left, 256u + 256 + 2);
	k.backend["state"] = 0;
	leave();
}

// NF-19
TEST_F(VifTest, NoCopyingBackendIsRefused)
{
	k.backend.erase("feature-rx-copy");
	make();
	backend(XenbusState::init_wait);
	EXPECT_NE(k.fatal, "");
	EXPECT_EQ(k.state, number(XenbusState::closing));
	backend(XenbusState::closing);
	EXPECT_EQ(k.state, number(XenbusState::closed));
}

TEST_F(VifTest, ConflictsAreTriedAgainButNotForever)
{
	k.conflicts = 3;
	make();
	link();
	EXPECT_TRUE(k.carrier);
	backend(XenbusState::closing);
	k.conflicts = 1000;
	k.backend["state"] = 6;
	backend(XenbusState::closed);
	work();
	backend(XenbusState::init_wait);
	EXPECT_NE(k.fatal, "");
	k.backend["state"] = 0;
	leave();
}

// Whatever fails at whichever step: nothing is left behind, and the device can still be removed.
TEST_F(VifTest, EveryStepOfConnectMayFail)
{
	u32 failed = 0;
	for (int nth = 0;; nth++) {
		make(2);
		ASSERT_NE(vif, nullptr);
		k.backend["multi-queue-max-queues"] = 2;
		k.fatal.clear();
		k.fail_in = nth;
		k.open(vif);
		link();
		const bool done = k.fail_in >= 0;
		k.fail_in = -1;
		failed += k.fatal != "";
		k.stop(vif);
		k.backend["state"] = 0;
		leave();
		netfront_destroy(vif);
		vif = nullptr;
		ASSERT_EQ(k.granted(), 0u) << "step " << nth;
		ASSERT_EQ(k.reserved(), 0u) << "step " << nth;
		ASSERT_EQ(k.pages.size(), 0u) << "step " << nth;
		if (done)
			break;
	}
	EXPECT_GE(failed, 6u);
}

TEST_F(VifTest, AllocationOfTheVifMayFail)
{
	for (int nth = 0; nth < 3; nth++) {
		k.fail_in = nth;
		EXPECT_EQ(netfront_create(&k.host, 2), nullptr);
	}
	k.fail_in = -1;
}

TEST_F(VifTest, NapiRunsExactlyWhileUpAndLinked)
{
	make();
	queue_host &q = k.host.queue[0];
	k.open(vif);
	EXPECT_FALSE(q.enabled);
	link();
	EXPECT_TRUE(q.enabled);
	k.stop(vif);
	EXPECT_FALSE(q.enabled);
	k.open(vif);
	EXPECT_TRUE(q.enabled);
	backend(XenbusState::closing);
	EXPECT_FALSE(q.enabled);
	k.stop(vif);
	k.open(vif);
	EXPECT_FALSE(q.enabled);
	k.backend["state"] = 0;
	leave();
}

// NF-33
TEST_F(VifTest, RestartedBackendIsTakenBack)
{
	make();
	link();
	backend(XenbusState::closing);
	EXPECT_EQ(k.state, number(XenbusState::closed));
	EXPECT_EQ(k.granted(), 0u);
	backend(XenbusState::closed);
	EXPECT_GE(k.later, 100) << "not in a loop with a backend that flaps";
	work();
	EXPECT_EQ(k.state, number(XenbusState::initialising));
	link();
	EXPECT_TRUE(k.carrier);
	// A restart that went by unseen.
	const u32 ring = k.ours.at("tx-ring-ref");
	backend(XenbusState::init_wait);
	EXPECT_EQ(k.later, 20000);
	work();
	EXPECT_EQ(k.state, number(XenbusState::connected));
	EXPECT_NE(k.ours.at("tx-ring-ref"), ring);
	EXPECT_FALSE(k.carrier);
	backend(XenbusState::connected);
	EXPECT_TRUE(k.carrier);
	k.backend["state"] = 0;
	leave();
}

// A host changes its netback: nothing is taken from under the driver that finds us connected.
// NF-33
TEST_F(VifTest, NextDriverTakesUpTheRings)
{
	make();
	k.open(vif);
	link();
	const auto nodes = k.ours;
	const u32 granted = k.granted();
	for (int driver = 1; driver <= 3; driver++) {
		backend(XenbusState::init_wait);
		EXPECT_EQ(k.state, number(XenbusState::connected));
		EXPECT_TRUE(k.carrier) << "the guest notices nothing";
		EXPECT_TRUE(k.host.queue[0].enabled);
		k.watch_later = -1;
		backend(XenbusState::connected);
		EXPECT_EQ(k.peers_notified, 1 + driver) << "bridges have to learn where we are";
		EXPECT_EQ(k.watch_later, 5000);
		work();
		EXPECT_EQ(k.ours, nodes);
		EXPECT_EQ(k.granted(), granted);
		EXPECT_EQ(k.state, number(XenbusState::connected));
	}
	// One that goes on to close, is detached, or breaks the protocol in between.
	backend(XenbusState::init_wait);
	backend(XenbusState::closing);
	EXPECT_EQ(k.state, number(XenbusState::closed));
	EXPECT_EQ(k.granted(), 0u);
	k.stop(vif);
	k.backend["state"] = 0;
	leave();
}

TEST_F(VifTest, RemovedBeforeTheNextDriverCame)
{
	make();
	link();
	backend(XenbusState::init_wait);
	k.on_sleep = [&] { k.backend["state"] = k.state; };
	leave();
	EXPECT_EQ(k.state, number(XenbusState::closed));
	EXPECT_EQ(k.granted(), 0u);
	work();
	EXPECT_EQ(k.state, number(XenbusState::closed));
}

TEST_F(VifTest, DetachedDeviceStaysClosed)
{
	make();
	link();
	k.backend["online"] = 0;
	backend(XenbusState::closing);
	backend(XenbusState::closed);
	EXPECT_EQ(k.later, -1);
	work();
	EXPECT_EQ(k.state, number(XenbusState::closed));
	leave();
}

// NF-25
TEST_F(VifTest, ResumeStartsAfreshAndSilentBackendCanBeRemoved)
{
	make();
	k.open(vif);
	link();
	EXPECT_FALSE(k.detached);
	netfront_resume(vif);
	EXPECT_TRUE(k.detached) << "nobody configures a device that is not there";
	EXPECT_EQ(k.granted(), 0u);
	k.state = 1;
	k.stop(vif);
	k.open(vif);
	link();
	EXPECT_FALSE(k.detached);
	EXPECT_TRUE(k.carrier);
	netfront_resume(vif);
	k.backend["state"] = 4;
	leave(); // the backend never answers
	EXPECT_GT(k.slept, 0u);
	EXPECT_LT(k.slept, 10000u);
}

// NF-28
TEST_F(VifTest, BackendThatNeverLetsGoDoesNotHoldUpRemoval)
{
	make();
	link();
	for (Grant &grant : k.grants)
		grant.mapped = grant.granted != nullptr;
	leave();
	EXPECT_LT(k.slept, 10000u);
	EXPECT_GT(k.custody.size(), 200u) << "ring pages and buffers in use must be kept from everybody";
	for (page *page : std::set<::page *>(k.custody)) {
		EXPECT_EQ(page->references, 1);
		k.put_page(page);
	}
	for (Grant &grant : k.grants)
		grant = {};
	limit = k.grants_left;
}

// Any state at any time, and the vif still links in the end.
// NF-18
TEST_F(VifTest, RandomWalk)
{
	std::srand(1);
	for (int round = 0; round < 100; round++) {
		make(2);
		bool up = false;
		for (int step = 0; step < 30; step++) {
			k.backend["online"] = std::rand() % 2;
			const int what = std::rand() % 12;
			if (what < 9)
				backend(static_cast<XenbusState>(what));
			else if (what == 9)
				work();
			else if (what == 10)
				netfront_resume(vif), k.state = 1;
			else if ((up = !up))
				k.open(vif);
			else
				k.stop(vif);
			EXPECT_EQ(k.host.queue[0].enabled, up && k.host.queue[0].bound);
		}
		netfront_resume(vif);
		link();
		EXPECT_TRUE(k.carrier);
		k.backend["state"] = 0;
		leave();
		if (up)
			k.stop(vif);
		netfront_destroy(vif);
		vif = nullptr;
	}
}
