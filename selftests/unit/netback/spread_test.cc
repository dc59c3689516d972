// SPDX-License-Identifier: GPL-2.0-only
// Which of a receiver's queues a packet goes to: all of them are used, a flow stays in one, and it is the
// same one whichever way the packet takes.
#include "core/flow_hash.hpp"
#include "fake.hpp"
#include <random>

using namespace ringway;
using namespace ringway::test;

namespace
{
// Packet `number` of a TCP flow.
Bytes flow_frame(u32 flow, u32 number, u32 len = 100)
{
	Bytes frame = make_frame(len, 1);
	frame[26] = 10; // from 10.0.0.x, to 10.0.1.1
	frame[29] = static_cast<u8>(flow >> 4);
	frame[30] = 10;
	frame[32] = frame[33] = 1;
	frame[34] = 0x80;
	frame[35] = static_cast<u8>(flow);
	frame[36] = 0x13;
	frame[37] = 0x89;
	std::memcpy(&frame[80], &flow, sizeof flow);
	std::memcpy(&frame[84], &number, sizeof number);
	return frame;
}

// A sender and a receiver with any number of queues, on one switch.
struct Pair {
	Guest from, to;
	std::map<u32, u32> queue_of;  // by flow: where it arrived, the last time
	std::map<u32, u32> number_of; // the number that has to come next
	std::vector<u64> packets;     // by queue

	Pair(u32 senders, u32 receivers) : from(11, senders), to(12, receivers), packets(receivers)
	{
		from.connect();
		to.connect();
		from.join_switch([this](const brlite_frame &) { return to.verdict(); });
		fill();
	}
	void fill()
	{
		for (u32 q = 0; q < to.queue.size(); q++)
			to.post_buffers(to.queue[q].rx.free_slots(), q);
		host->settle();
	}
	void collect()
	{
		for (u32 q = 0; q < to.queue.size(); q++)
			for (const Received &got : to.receive(q)) {
				u32 flow, number;
				ASSERT_FALSE(got.error);
				std::memcpy(&flow, &got.bytes[80], sizeof flow);
				std::memcpy(&number, &got.bytes[84], sizeof number);
				const auto known = queue_of.try_emplace(flow, q).first;
				EXPECT_EQ(known->second, q) << "flow " << flow << " changed its queue";
				EXPECT_EQ(number, number_of[flow]++) << "flow " << flow;
				packets[q]++;
			}
	}
};

class SpreadTest : public testing::Test
{
protected:
	Host machine;
};

TEST_F(SpreadTest, ASingleQueueFillsAllOfTheReceivers)
{
	Pair pair(1, 8);
	for (u32 round = 0; round < 64; round++) {
		for (u32 i = 0; i < 64; i++)
			pair.from.post(flow_frame(round * 4 + i % 4, i / 4));
		pair.from.push();
		host->settle();
		pair.collect();
		EXPECT_EQ(pair.from.responses().size(), 64u);
		pair.fill();
	}
	EXPECT_EQ(pair.from.back().from_guest_stats.path_direct, 64u * 64);
	for (u32 q = 0; q < 8; q++) {
		EXPECT_GT(pair.packets[q], 256u) << q; // of 512 on average
		EXPECT_LT(pair.packets[q], 1024u) << q;
	}
}

// Every number of queues against every other one, directly and as an skb.
TEST_F(SpreadTest, BothWaysLeadToTheSameQueue)
{
	for (u32 senders = 1; senders <= 8; senders++)
		for (u32 receivers = 1; receivers <= 8; receivers++) {
			SCOPED_TRACE(testing::Message() << senders << " to " << receivers);
			Pair pair(senders, receivers);
			const u32 flows = 64;
			for (u32 number = 0; number < 4; number++) {
				pair.to.dev.shaped = number % 2;
				for (u32 flow = 0; flow < flows; flow++)
					pair.from.send(flow_frame(flow, number), {}, flow % senders);
				host->settle();
				pair.collect();
				for (u32 q = 0; q < senders; q++)
					pair.from.responses(q);
				pair.fill();
			}
			EXPECT_EQ(pair.number_of.size(), flows);
			EXPECT_EQ(pair.from.port.forwarded.size(), 2 * flows);
			if (senders % receivers == 0)
				for (const auto &[flow, queue] : pair.queue_of)
					EXPECT_EQ(queue, flow % senders % receivers);
			for (u32 q = 0; q < receivers; q++)
				EXPECT_GT(pair.packets[q], 0u) << q;
		}
}

// Paths change under the packets: buffers run out, somebody shapes the receiver or watches it.
TEST_F(SpreadTest, AFlowKeepsItsOrderWhilePathsChange)
{
	for (const u32 senders : {1u, 3u}) {
		Pair pair(senders, 8);
		std::mt19937 random{7};
		std::map<u32, u32> sent;
		u32 total = 0;
		for (u32 round = 0; round < 400; round++) {
			pair.to.dev.watched = random() % 5 == 0;
			pair.to.dev.shaped = random() % 7 == 0;
			for (u32 n = random() % 40; n; n--, total++) {
				const u32 flow = random() % 60;
				pair.from.post(flow_frame(flow, sent[flow]++, random() % 6 ? 100 : 5000), {},
					       flow % senders);
			}
			for (u32 q = 0; q < senders; q++)
				pair.from.push(q);
			if (random() % 2)
				host->settle();
			for (u32 q = 0; q < 8; q++)
				if (random() % 2)
					pair.to.post_buffers(pair.to.queue[q].rx.free_slots() / 4, q);
			host->settle();
			pair.collect();
			for (u32 q = 0; q < senders; q++)
				pair.from.responses(q);
		}
		for (u32 i = 0; i < 20; i++) {
			pair.fill();
			pair.collect();
		}
		u32 arrived = 0;
		for (const u64 n : pair.packets)
			arrived += static_cast<u32>(n);
		EXPECT_EQ(arrived, total);
		EXPECT_GT(pair.from.port.forwarded.size(), 500u);
		EXPECT_GT(pair.from.back().from_guest_stats.path_direct, 500u);
	}
}

// What is flooded goes where the same flow goes when its destination is known; each port gets all of it.
TEST_F(SpreadTest, FloodsTakeTheFlowsQueue)
{
	Pair pair(1, 8);
	Guest other{13, 3}, single{14};
	other.connect();
	single.connect();
	pair.from.port.flood = {&pair.to.port, &other.port, &single.port};
	const auto known = pair.from.port.decide;
	for (u32 number = 0; number < 6; number++) {
		pair.to.dev.shaped = number >= 4;
		pair.from.port.decide = known;
		if (number % 2)
			pair.from.port.decide = [](const brlite_frame &) {
				return brlite_verdict{BRLITE_FLOOD, BRLITE_FLOODED};
			};
		for (u32 q = 0; q < 3; q++)
			other.post_buffers(other.queue[q].rx.free_slots(), q);
		single.post_buffers(single.queue[0].rx.free_slots());
		for (u32 flow = 0; flow < 50; flow++)
			pair.from.post(flow_frame(flow, number));
		pair.from.push();
		host->settle();
		pair.collect();
		pair.from.responses();
		pair.fill();
		u32 others = 0;
		for (u32 q = 0; q < 3; q++)
			others += static_cast<u32>(other.receive(q).size());
		EXPECT_EQ(others, number % 2 ? 50u : 0u);
		const auto got = single.receive();
		EXPECT_EQ(got.size(), number % 2 ? 50u : 0u);
		for (u32 i = 0; i < got.size(); i++)
			EXPECT_EQ(got[i].bytes, flow_frame(i, number));
	}
	EXPECT_EQ(pair.number_of.size(), 50u);
	for (const auto &[flow, number] : pair.number_of)
		EXPECT_EQ(number, 6u) << flow;
}

// A tap at the sender: its packets go up, and the switch finds the queue by what came with them.
TEST_F(SpreadTest, AWatchedSendersPacketsAreMarked)
{
	Pair pair(1, 8);
	pair.from.dev.watched = true;
	const Bytes frame = flow_frame(5, 0);
	pair.from.send(frame);
	host->settle();
	ASSERT_EQ(pair.from.dev.received.size(), 1u);
	EXPECT_EQ(pair.from.dev.received[0].hash_of, HOST_HASH_QUEUE);
	EXPECT_EQ(pair.from.dev.received[0].hash % 8, flow_hash(frame.data(), 100) % 8);
}

// A hash is made only for who has several queues.
TEST_F(SpreadTest, NobodyElsePaysForAHash)
{
	Pair pair(1, 1);
	pair.to.dev.shaped = true;
	pair.from.send(flow_frame(1, 0));
	host->settle();
	pair.from.port.decide = [](const brlite_frame &) { return brlite_verdict{BRLITE_PORT}; };
	pair.from.send(flow_frame(1, 1)); // an uplink
	host->settle();
	ASSERT_EQ(pair.from.port.forwarded.size(), 2u);
	EXPECT_FALSE(pair.from.port.forwarded[0].hash_of.has_value());
	EXPECT_FALSE(pair.from.port.forwarded[1].hash_of.has_value());
}

// --- hashes that the guest sends along
// ----------------------------------------------------------------------

// NB-66
TEST_F(SpreadTest, TheGuestsHashReachesLinux)
{
	Pair pair(1, 8);
	pair.from.port.decide = [](const brlite_frame &) { return brlite_verdict{BRLITE_PORT}; };
	struct Case {
		u8 type; // of the wire
		std::optional<host_hash> expected;
	};
	for (const Case &c : {Case{_XEN_NETIF_CTRL_HASH_TYPE_IPV4, HOST_HASH_ADDRESSES},
			      Case{_XEN_NETIF_CTRL_HASH_TYPE_IPV4_TCP, HOST_HASH_PORTS},
			      Case{_XEN_NETIF_CTRL_HASH_TYPE_IPV6, HOST_HASH_ADDRESSES},
			      Case{_XEN_NETIF_CTRL_HASH_TYPE_IPV6_TCP, HOST_HASH_PORTS},
			      Case{4, std::nullopt}, Case{0xfe, std::nullopt}}) {
		SCOPED_TRACE(c.type);
		pair.from.port.forwarded.clear();
		Send how;
		how.hash_type = static_cast<u8>(c.type + 1);
		how.hash = 0x12345678;
		pair.from.send(flow_frame(1, 0), how);
		host->settle();
		ASSERT_EQ(pair.from.port.forwarded.size(), 1u);
		EXPECT_EQ(pair.from.port.forwarded[0].hash_of, c.expected);
		if (c.expected)
			EXPECT_EQ(pair.from.port.forwarded[0].hash, 0x12345678u);
		pair.from.responses();
	}
}

// What the guest says decides, on both ways.
// NB-66
TEST_F(SpreadTest, TheGuestsHashDecidesAboutTheQueue)
{
	Pair pair(1, 8);
	for (u32 hash = 0; hash < 8; hash++)
		for (u32 number = 0; number < 4; number++) {
			pair.to.dev.shaped = number % 2;
			Send how;
			how.hash_type = _XEN_NETIF_CTRL_HASH_TYPE_IPV4_TCP + 1;
			how.hash = hash;
			pair.from.send(flow_frame(hash, number), how);
			host->settle();
			pair.collect();
			pair.from.responses();
			pair.fill();
			EXPECT_EQ(pair.queue_of[hash], hash);
		}
}
} // namespace
