// SPDX-License-Identifier: GPL-2.0-only
// What holds a sender back: skbs of packets that were copied are held while many are under way.
#include "tx.hpp"

using namespace ringway;
using namespace ringway::netfront;
using namespace ringway::test;

namespace
{
class HeldTest : public TxTest
{
protected:
	std::deque<Backend::Packet> taken;

	void packet() { ASSERT_TRUE(send(k.new_skb(pattern(60)))); }
	// The backend answers so many, one after the other. True: an event came.
	bool answer(u32 count)
	{
		bool event = false;
		for (auto &packet : b.take_all())
			taken.push_back(packet);
		for (; count && !taken.empty(); count--, taken.pop_front()) {
			b.answer(taken.front());
			event |= b.tx.push_responses();
		}
		return event;
	}
	// A socket whose send buffer has room for so many: it sends as long as there is some.
	u32 send_with_buffer_of(u32 packets)
	{
		u32 sent = 0;
		for (; k.skbs.size() < packets && !q.stopped; sent++)
			packet();
		return sent;
	}
};
} // namespace

TEST_F(HeldTest, FewUnderWayAreDoneAtOnce)
{
	for (u32 i = 0; i < 16; i++)
		packet();
	EXPECT_EQ(k.skbs.size(), 0u);
	packet();
	EXPECT_EQ(k.skbs.size(), 1u);
	EXPECT_TRUE(answer(17)) << "it waits, so there is an event";
	poll();
	EXPECT_EQ(k.skbs.size(), 0u);
	// Each alone: the answers are taken on the way, without an event.
	for (u32 i = 0; i < 1000; i++) {
		packet();
		EXPECT_EQ(k.skbs.size(), 0u);
		EXPECT_FALSE(answer(1) && i % 128 != 127) << i;
	}
}

TEST_F(HeldTest, SendBufferBoundsWhatIsUnderWay)
{
	EXPECT_EQ(send_with_buffer_of(40), 16u + 40);
	EXPECT_FALSE(q.stopped) << "the socket waits, not the queue";
	EXPECT_EQ(b.tx.unconsumed().value(), 56u);
	EXPECT_TRUE(answer(42)) << "an event at three quarters";
	poll();
	EXPECT_EQ(k.skbs.size(), 14u);
	EXPECT_EQ(send_with_buffer_of(40), 2u + 26) << "two more find fewer than 16 under way";
	EXPECT_EQ(q.tx.stopped, 0u);
}

TEST_F(HeldTest, TransmitTakesTheAnswers)
{
	for (u32 i = 0; i < 100; i++)
		packet();
	EXPECT_EQ(k.skbs.size(), 84u);
	answer(100);
	packet();
	EXPECT_EQ(k.skbs.size(), 0u);
	// And for ever, as long as the backend keeps up.
	for (u32 i = 0; i < 2000; i++) {
		packet();
		if (i % 10 == 9)
			answer(10);
	}
	EXPECT_LE(k.skbs.size(), 12u);
	EXPECT_EQ(q.tx.stopped, 0u);
}

// A sender that stops: each skb is freed, with few events.
TEST_F(HeldTest, TheLastOnesAreFreedToo)
{
	for (const u32 count : {17u, 18u, 20u, 100u, 237u}) {
		for (u32 i = 0; i < count; i++)
			packet();
		u32 events = 0;
		for (u32 i = 0; i < count; i++)
			if (answer(1)) {
				events++;
				poll();
			}
		EXPECT_EQ(k.skbs.size(), 0u) << count;
		EXPECT_LE(events, 8u) << count;
		poll();
	}
}

// A transmit takes the answers that the event was asked for, and the poll finds nothing.
TEST_F(HeldTest, EventIsAskedForAgain)
{
	for (u32 round = 0; round < 20; round++) {
		for (u32 i = 0; i < 40; i++)
			packet();
		answer(40);
		packet();
		poll();
		for (u32 i = 0; i < 40; i++)
			packet();
		ASSERT_GT(k.skbs.size(), 0u);
		q.scheduled = false;
		EXPECT_TRUE(answer(41) || q.scheduled) << round;
		poll();
		EXPECT_EQ(k.skbs.size(), 0u);
	}
}

TEST_F(HeldTest, LargePacketsAndCopiesMixed)
{
	std::srand(1);
	for (u32 i = 0; i < 3000; i++) {
		if (!q.stopped) {
			if (std::rand() % 3 == 0)
				send(frags(66, {{static_cast<u32>(std::rand() % 4096), 5000}}));
			else
				packet();
		}
		if ((std::rand() % 4 == 0 && answer(static_cast<u32>(std::rand() % 12))) || q.scheduled)
			poll();
	}
	do {
		if (answer(1) || q.scheduled)
			poll();
	} while (!taken.empty());
	EXPECT_EQ(k.skbs.size(), 0u);
	EXPECT_EQ(k.complaint, "");
}

// Never answered: nothing is lost when the vif goes (SetUp and TearDown count).
TEST_F(HeldTest, DisconnectFreesWhatIsHeld)
{
	for (u32 i = 0; i < 200; i++)
		packet();
	EXPECT_EQ(k.skbs.size(), 184u);
	netfront_backend_changed(vif, 5);
	EXPECT_EQ(k.skbs.size(), 0u);
}

// The answers' index is beyond what was asked: transmit, too, believes it no more.
// NF-02
TEST_F(HeldTest, TransmitMeetsAnImpossibleIndex)
{
	for (u32 i = 0; i < 20; i++)
		packet();
	shared::store(&reinterpret_cast<SharedRingHeader *>(b.ring_bytes("tx-ring-ref"))->rsp_prod, 1000);
	send(k.new_skb(pattern(60)));
	EXPECT_EQ(q.tx.dropped, 1u);
	expect_broken();
}
