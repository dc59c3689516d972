// SPDX-License-Identifier: GPL-2.0-only
// Two CPUs: one has just given its NAPI back and is about to arm a timer, the other one takes the vif down.
// napi_disable() does not wait for such a poll, so what was cancelled then is armed again. The fake kernel
// complains when a queue is freed with a timer armed. (interleave_test.cc has every pair at every call.)
#include "operations.hpp"

using namespace ringway;
using namespace ringway::test;

namespace
{
class Race : public TwoGuests
{
protected:
	// Polls, and once the poll has given its NAPI back, before it arms its timer, the device goes down.
	void goes_down_behind(Guest &guest, guest_side side)
	{
		queue_host *q = guest.back().host;
		Cpus machine;
		machine.add("poll", [&] { host->poll(*q, side); });
		Task &down = machine.add("down", [&] {
			happened_ = true;
			guest.set_up(false);
		});
		machine.choose = [&](Task &now) {
			return !happened_ && !now.before && std::string(now.at) == "host_complete" ? &down
												   : nullptr;
		};
		machine.run();
	}
	void post(u32 n)
	{
		for (u32 i = 0; i < n; i++)
			a.post(make_frame(64, i));
		a.push();
	}
	bool happened_ = false;
};

// The pause for a receiver that falls behind, which any sender may get. NB-59
TEST_F(Race, PauseIsArmedBehindDown)
{
	b.post_buffers(100); // fewer than for two batches
	post(64);
	queue_host *q = a.back().host;
	goes_down_behind(a, FROM_GUEST);
	ASSERT_TRUE(happened_);
	EXPECT_NE(q->from_guest.hold, 0u) << "or this test has lost its subject";
	a.frontend_state(XenbusState::closing); // grace period, unbind, free
}

// NB-59
TEST_F(Race, RateTimerIsArmedBehindDown)
{
	b.post_buffers(250);
	ASSERT_EQ(netback_set_limit(a.dev.vif, NETBACK_LIMIT_FROM_PACKETS, "1"), 0);
	post(200);
	queue_host *q = a.back().host;
	host->poll_tx(*q);
	goes_down_behind(a, FROM_GUEST);
	ASSERT_TRUE(happened_);
	EXPECT_NE(q->from_guest.timer, 0u) << "or this test has lost its subject";
	a.frontend_state(XenbusState::closing);
}

// NB-59
TEST_F(Race, ReceiversRateTimerIsArmedBehindDown)
{
	b.post_buffers(250);
	ASSERT_EQ(netback_set_limit(b.dev.vif, NETBACK_LIMIT_TO_PACKETS, "1"), 0);
	for (u32 i = 0; i < 100; i++) {
		sk_buff *skb = make_skb(make_frame(64, i));
		if (netback_xmit(b.dev.vif, skb, 0) != NETBACK_TAKEN) {
			free_skb(skb);
			break;
		}
	}
	queue_host *q = b.back().host;
	host->poll_rx(*q);
	q->to_guest.timer = 0; // it is due
	goes_down_behind(b, TO_GUEST);
	ASSERT_TRUE(happened_);
	EXPECT_NE(q->to_guest.timer, 0u) << "or this test has lost its subject";
	b.frontend_state(XenbusState::closing);
}

class TearDown : public testing::TestWithParam<u32>
{
};

// A guest with many queues holds the thread that handles everybody's watches no longer than one with a single
// queue: a grace period. RL-19
TEST_P(TearDown, TakesOneGracePeriod)
{
	Host machine;
	Guest g{1, GetParam()};
	g.connect();
	const u32 before = host->grace_periods;
	g.frontend_state(XenbusState::closing);
	EXPECT_EQ(host->grace_periods, before + 1);
}
INSTANTIATE_TEST_SUITE_P(Queues, TearDown, testing::Values(1, 2, 8));

// Nor with a control ring full of messages, each of which waits for a grace period. RL-19
TEST(TearDownControl, WaitsForOneMessageAndNotForAll)
{
	World world;
	u16 id = 0;
	const auto say = [&](u16 type, u32 value) {
		world.control.post(CtrlRequest{id++, type, {value, 0, 0}});
		(void)world.control.push_requests();
	};
	say(XEN_NETIF_CTRL_TYPE_SET_HASH_ALGORITHM, 1);
	for (u32 i = 0; i < 12; i++)
		say(XEN_NETIF_CTRL_TYPE_SET_HASH_FLAGS, i & 1 ? 0 : kHashTypes);
	const u32 before = host->grace_periods;
	Cpus machine;
	machine.add("messages", [&] { control_work(world.b); });
	Task &closes = machine.add("closes", [&] { frontend(world.b, XenbusState::closing); });
	machine.choose = [&](Task &now) {
		return now.before && std::string(now.at) == "host_grace_period" ? &closes : nullptr;
	};
	machine.run();
	EXPECT_TRUE(closes.waited) << "or this test has lost its subject";
	EXPECT_LE(host->grace_periods, before + 2);
}

} // namespace
