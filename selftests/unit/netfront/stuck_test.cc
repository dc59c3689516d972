// SPDX-License-Identifier: GPL-2.0-only
// A backend that does not answer, an event that was lost, and a backend that is only slow.
#include "tx.hpp"

using namespace ringway;
using namespace ringway::netfront;
using namespace ringway::test;

namespace
{
class StuckTest : public TxTest
{
protected:
	void period()
	{
		ASSERT_EQ(k.watch_later, 5000);
		k.watch_later = -1;
		netfront_watch(vif);
	}
	void answer_all()
	{
		for (auto &packet : b.take_all())
			b.answer(packet);
		b.tx.push_responses();
	}
};
} // namespace

// NF-34
TEST_F(StuckTest, SilentBackendIsRemindedThenLeft)
{
	send(k.new_skb(pattern(60)));
	b.take_all(); // and it says nothing
	period();
	EXPECT_EQ(k.reported.size(), 0u) << "not a period old";
	const int notified = q.tx_notified;
	period();
	EXPECT_EQ(q.tx_notified, notified + 1);
	EXPECT_TRUE(q.scheduled);
	ASSERT_EQ(k.reported, std::vector<bool>{false});
	for (u32 i = 2; i < 12; i++) {
		EXPECT_EQ(k.state, 4u);
		period();
	}
	EXPECT_EQ(q.tx.stuck, 11u);
	EXPECT_EQ(k.reported.size(), 1u) << "one line, not one each period";
	period();
	ASSERT_EQ(k.reported, (std::vector<bool>{false, true}));
	EXPECT_EQ(k.state, 6u);
	EXPECT_FALSE(k.carrier);
	EXPECT_EQ(k.watch_later, -1);
	// It lets go, and is taken back.
	k.backend["state"] = 6;
	netfront_later(vif);
	EXPECT_EQ(k.state, 1u);
	link();
	EXPECT_TRUE(k.carrier);
	send(k.new_skb(pattern(60)));
	EXPECT_EQ(b.take_all().size(), 1u);
	period();
	EXPECT_EQ(k.reported.size(), 2u);
}

TEST_F(StuckTest, PatienceIsTheAdministrators)
{
	send(k.new_skb(pattern(60)));
	b.take_all();
	k.patience = 0;
	for (u32 i = 0; i < 100; i++)
		period();
	EXPECT_EQ(k.state, 4u);
	k.patience = 10;
	period();
	EXPECT_EQ(k.state, 6u);
}

// The queue is full, all is answered, and the event did not come.
// NF-34
TEST_F(StuckTest, LostEventIsMadeUpFor)
{
	while (!q.stopped)
		send(k.new_skb(pattern(60)));
	answer_all();
	q.scheduled = false;
	period();
	EXPECT_TRUE(q.scheduled);
	poll();
	EXPECT_FALSE(q.stopped);
	EXPECT_EQ(q.tx.stuck, 0u);
}

TEST_F(StuckTest, SlowOrIdleBackendIsLeftAlone)
{
	send(frags(54, {{0, 4096}}));
	auto waiting = b.take_all(); // something always waits, and something is answered in each period
	for (u32 i = 0; i < 30; i++) {
		send(frags(54, {{0, 4096}}));
		for (auto &packet : b.take_all())
			waiting.push_back(packet);
		period();
		b.answer(waiting.front());
		waiting.pop_front();
		b.tx.push_responses();
		poll();
	}
	b.answer(waiting.front());
	b.tx.push_responses();
	poll();
	for (u32 i = 0; i < 30; i++)
		period(); // nothing under way
	// Copies that were answered wait for the next poll, and nobody waits for them.
	send(k.new_skb(pattern(60)));
	answer_all();
	q.scheduled = false;
	for (u32 i = 0; i < 30; i++)
		period();
	EXPECT_FALSE(q.scheduled);
	EXPECT_EQ(q.tx.stuck, 0u);
	EXPECT_EQ(k.reported.size(), 0u);
	EXPECT_EQ(k.state, 4u);
}

// Down while something is under way: no queue runs, so nothing is stuck.
TEST_F(StuckTest, InterfaceThatIsDownIsNotStuck)
{
	send(k.new_skb(pattern(60)));
	b.take_all();
	k.stop(vif);
	for (u32 i = 0; i < 30; i++)
		period();
	EXPECT_EQ(k.reported.size(), 0u);
	k.open(vif);
	EXPECT_EQ(k.state, 4u);
}
