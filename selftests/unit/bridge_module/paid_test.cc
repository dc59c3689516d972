// SPDX-License-Identifier: GPL-2.0-only
// What a sender answers for: each copy of its packets, wherever it waits, and the time that making them
// takes.
#include "settings_of.hpp"

using namespace ringway;
using namespace ringway::test;

namespace
{
// eth0 takes packets and keeps them.
struct SlowUplink : World {
	int charged = 0; // to the sender
	SlowUplink() { linux_.slow = linux_.find("eth0"); }
	~SlowUplink() { release(); }
	u32 send(const std::vector<FrameBytes> &frames)
	{
		return poll(a(), frames, [this](sk_buff &skb) {
			skb_set_owner_w(&skb, reinterpret_cast<sock *>(&charged));
		});
	}
	void release()
	{
		for (sk_buff *skb : linux_.waiting)
			kfree_skb(skb);
		linux_.waiting.clear();
	}
};

// NB-64: the copy for a slow uplink must not be nobody's.
TEST(Paid, EachCopyOfAFloodIsTheSenders)
{
	SlowUplink w;
	EXPECT_EQ(w.send({frame(kNobody, kStationA), frame(kEverybody, kStationA)}), 2u + 3u)
		<< "to eth0 and b, the second to this host as well";
	EXPECT_EQ(w.linux_.waiting.size(), 2u);
	EXPECT_EQ(w.charged, 2) << "the others are through";
	w.release();
	EXPECT_EQ(w.charged, 0);
}

TEST(Paid, ACopyForAMirrorIsTheSendersToo)
{
	SlowUplink w;
	brlite_port *uplink = nullptr;
	on_port(w, "eth0", [&](brlite_slave &slave) { uplink = &slave.port; });
	on_port(w, "vif1.0", [&](brlite_slave &slave) {
		slave.port.mirror[BRLITE_FROM_GUEST] = uplink;
		slave.port.policy |= BRLITE_MIRROR_FROM;
	});
	w.send({frame(kStationB, kStationA)});
	EXPECT_EQ(w.linux_.waiting.size(), 1u);
	EXPECT_EQ(w.charged, 1);
	on_port(w, "vif1.0", [](brlite_slave &slave) {
		slave.port.policy &= ~BRLITE_MIRROR_FROM;
		slave.port.mirror[BRLITE_FROM_GUEST] = nullptr;
	});
}

// A program of this host that sends to all guests would wait for the slowest of them.
TEST(Paid, AProgramOfThisHostAnswersForOne)
{
	SlowUplink w;
	host_sends(w, frame(kEverybody, kFar));
	EXPECT_EQ(w.linux_.waiting.size(), 1u);
	EXPECT_EQ(w.charged, 0);
}

// NB-16: segments are made by this CPU where the receiver's device does not make them.
TEST(Paid, SegmentsAreCountedWhereTheyAreMade)
{
	SlowUplink w;
	const auto send = [&w] {
		return poll(w.a(), {frame(kFar, kStationA)}, [](sk_buff &skb) {
			skb.gso_size = 100;
			skb.shared = {45, SKB_GSO_TCPV4 | SKB_GSO_DODGY};
		});
	};
	EXPECT_EQ(send(), 45u);
	w.linux_.find("eth0")->features |= netdev_features_t{SKB_GSO_TCPV4} << NETIF_F_GSO_SHIFT;
	w.linux_.find("eth0")->gso_max_segs = 64;
	w.linux_.find("eth0")->gso_max_size = 65536;
	EXPECT_EQ(send(), 1u);
	w.linux_.find("eth0")->gso_max_segs = 44;
	EXPECT_EQ(send(), 45u) << "more than the device takes";
}
} // namespace
