// SPDX-License-Identifier: GPL-2.0-only
//
// A guest that changes its rings while netback works on them, on every way through the backend: whatever it
// does and whenever, each request is answered at most once, nothing but the guest's own bytes is delivered, a
// response is only written where a buffer was posted, and another guest sees nothing of it.
//
// The hook of core/shared.hpp runs before each single read of shared memory (peer.hpp): that is the finest
// grain at which a second CPU of the guest could interfere.
#include "fake.hpp"
#include "peer.hpp"
#include <functional>
#include <random>

using namespace ringway;
using namespace ringway::test;

namespace
{
SharedRingHeader &header(u8 *page)
{
	return *reinterpret_cast<SharedRingHeader *>(page);
}
template <typename T>
T &slot(u8 *page, u32 index)
{
	return *reinterpret_cast<T *>(page + sizeof(SharedRingHeader) +
				      (index % TxBackRing::kSize) * sizeof(TxRequest));
}

// Where the field lies in its slot, and what an attacker writes there.
struct Field {
	const char *name;
	u32 offset, size;
	std::vector<u32> values;
};
const std::vector<Field> kRequestFields = {
	{"gref", offsetof(TxRequest, gref), 4, {0, 0xffffffff}},
	{"offset", offsetof(TxRequest, offset), 2, {0, 4095, 65535}},
	{"flags",
	 offsetof(TxRequest, flags),
	 2,
	 {0, 0xffff, NETTXF_more_data, NETTXF_extra_info, NETTXF_csum_blank}},
	{"id", offsetof(TxRequest, id), 2, {0xffff}},
	{"size", offsetof(TxRequest, size), 2, {0, 13, 4096, 65535}},
};
const std::vector<Field> kExtraFields = {
	{"type", offsetof(ExtraInfo, type), 1, {0, 2, 5, 255}},
	{"extra flags", offsetof(ExtraInfo, flags), 1, {1, 255}},
	{"gso size", offsetof(ExtraInfo, u.gso.size), 2, {0, 1, 65535}},
	{"gso type", offsetof(ExtraInfo, u.gso.type), 1, {0, 2, 255}},
};

// Guest A sends three packets: one slot, several, and a large one with an extra info. B is honest.
struct World {
	static constexpr u32 kStart = 0xfffffffc; // the indices wrap on the way
	static constexpr u32 kExtraAt = 5;        // of the slots posted: the one that holds the extra info
	Host machine;
	Guest a{1, 1, kStart}, b{2};
	bool up;
	u32 posted = 0;
	u8 *ring;

	explicit World(bool goes_up) : up(goes_up)
	{
		a.connect();
		b.connect();
		if (!up)
			a.join_switch([this](const brlite_frame &) { return b.verdict(); });
		b.post_buffers(64);
		ring = a.queue[0].tx_page;
		a.post(make_frame(60, 1));
		a.post(make_frame(1500, 2), {{100, 700, 700}});
		a.post(make_frame(9000, 3),
		       {{200, 4000, 4000, 800}, NETTXF_csum_blank, XEN_NETIF_GSO_TYPE_TCPV4, 1448});
		posted = a.queue[0].tx.req_prod() - kStart;
		a.push();
	}

	// What dom0's own pages hold before anything is written to them (fake.cc): must not get out.
	static bool has_foreign_bytes(const Bytes &bytes)
	{
		u32 run = 0;
		for (const u8 byte : bytes) {
			run = byte == 0xdb ? run + 1 : 0;
			if (run == 8)
				return true;
		}
		return false;
	}

	void expect_sound()
	{
		const u32 answered = header(ring).rsp_prod - kStart;
		EXPECT_LE(answered, posted);
		const bool off = a.vif().disabled.load();
		if (!off)
			EXPECT_EQ(a.back().from_guest_ring.req_cons(), header(ring).rsp_prod)
				<< "a slot was taken and not answered";
		EXPECT_LE(a.dev.fatal_lines, 1u);
		// B: as many responses as buffers at most, each a whole packet of A's bytes or an error.
		const auto got = b.receive();
		EXPECT_LE(got.size(), up ? 0u : posted); // a chain that is cut makes two packets of one
		for (const Received &packet : got)
			EXPECT_FALSE(has_foreign_bytes(packet.bytes));
		for (const Forwarded &packet : a.dev.received) {
			EXPECT_FALSE(has_foreign_bytes(packet.bytes));
			EXPECT_GE(packet.bytes.size(), 14u);
			EXPECT_GE(packet.linear, packet.bytes.size() < 256 ? packet.bytes.size() : 256u);
		}
		EXPECT_FALSE(b.vif().disabled.load());
		EXPECT_TRUE(b.dev.carrier);
	}
};

u32 reads_of_a_clean_run(bool up)
{
	World world(up);
	BeforeRead count;
	host->settle();
	EXPECT_FALSE(world.a.vif().disabled.load());
	return count.reads();
}

class Hostile : public testing::TestWithParam<bool>
{
};
INSTANTIATE_TEST_SUITE_P(Ways, Hostile, testing::Bool(),
			 [](const auto &info) { return info.param ? "up" : "direct"; });

void for_each_field(const std::function<void(u32 at, const Field &, u32 value)> &act)
{
	for (const u32 at : {0u, 1u, 2u, 4u, World::kExtraAt, 6u})
		for (const Field &field : at == World::kExtraAt ? kExtraFields : kRequestFields)
			for (const u32 value : field.values)
				act(at, field, value);
}

// Each field of each kind of slot takes each bad value before the n-th read, for every n.
// NB-03, NB-04, NB-57
TEST_P(Hostile, EachFieldChangesBeforeAnyRead)
{
	const u32 reads = reads_of_a_clean_run(GetParam());
	ASSERT_GT(reads, 20u);
	u32 off = 0, cases = 0;
	for_each_field([&](u32 at, const Field &field, u32 value) {
		// Before and behind the reads of its own slot nothing changes: some of those are enough.
		for (u32 nth = 0; nth < reads && !HasFailure(); nth++) {
			SCOPED_TRACE(testing::Message() << field.name << " of slot " << at << " becomes "
							<< value << " before read " << nth);
			World world(GetParam());
			{
				BeforeRead peer([&](u32 now) {
					if (now == nth)
						std::memcpy(&slot<u8>(world.ring, World::kStart + at) +
								    field.offset,
							    &value, field.size);
				});
				host->settle();
			}
			world.expect_sound();
			off += world.a.vif().disabled.load();
			cases++;
		}
	});
	EXPECT_GT(off, 0u); // both ends of the scale were seen
	EXPECT_LT(off, cases);
}

// Each field toggles with every read: what was checked and what is used would differ.
// NB-03, NB-04
TEST_P(Hostile, EachFieldTogglesWithEveryRead)
{
	for_each_field([&](u32 at, const Field &field, u32 value) {
		for (const u32 phase : {0u, 1u}) {
			SCOPED_TRACE(testing::Message()
				     << field.name << " of slot " << at << " toggles to " << value);
			World world(GetParam());
			u8 *where = &slot<u8>(world.ring, World::kStart + at) + field.offset;
			u32 honest = 0;
			std::memcpy(&honest, where, field.size);
			{
				BeforeRead peer([&](u32 now) {
					std::memcpy(where, now % 2 == phase ? &value : &honest, field.size);
				});
				host->settle();
			}
			world.expect_sound();
		}
	});
}

// The producer index moves while a poll works on what it showed at first: nothing is taken twice, nothing
// that was not there, and the next poll finds the liar out. NB-02
TEST_P(Hostile, ProducerIndexMovesDuringAPoll)
{
	const u32 reads = reads_of_a_clean_run(GetParam());
	for (const u32 becomes : {World::kStart - 1, World::kStart, World::kStart + 2,
				  World::kStart + 0x80000000u, World::kStart + 257, World::kStart + 200})
		for (u32 nth = 0; nth < reads; nth++) {
			SCOPED_TRACE(testing::Message() << becomes << " before read " << nth);
			World world(GetParam());
			{
				BeforeRead peer([&](u32 now) {
					if (now == nth)
						header(world.ring).req_prod = becomes;
				});
				host->settle();
			}
			EXPECT_LE(world.a.dev.received.size(), 3u + 200u);
			const auto got = world.b.receive();
			for (size_t i = 0; i < got.size() && i < 3; i++)
				if (!got[i].error)
					EXPECT_EQ(got[i].bytes[5], i + 1) << "doubled or out of order";
			EXPECT_LE(world.a.dev.fatal_lines, 1u);
			EXPECT_FALSE(world.b.vif().disabled.load());
		}
}

// The receiver's index moves while others fill its ring: never a response beyond what it has shown.
// NB-31
TEST_P(Hostile, ReceiversIndexMovesWhileItIsServed)
{
	const bool backlog = GetParam();
	for (const u32 becomes : {0u, 1u, 5u, 200u, 256u, 257u, 0x80000000u, 0xffffffffu})
		for (u32 nth = 0; nth < 40; nth++) {
			SCOPED_TRACE(testing::Message() << becomes << " before read " << nth);
			Host machine;
			Guest a{1}, liar{2}, other{3};
			for (Guest *g : {&a, &liar, &other})
				g->connect();
			a.join_switch([&](const brlite_frame &frame) {
				Guest &to = static_cast<const u8 *>(frame.data)[5] % 2 ? liar : other;
				return to.verdict();
			});
			liar.dev.shaped = other.dev.shaped = backlog;
			liar.post_buffers(8);
			other.post_buffers(8);
			for (u32 i = 0; i < 12; i++)
				a.post(make_frame(100, i));
			a.push();
			u8 *page = liar.queue[0].rx_page;
			{
				BeforeRead peer([&](u32 now) {
					if (now == nth)
						header(page).req_prod = becomes;
				});
				host->settle();
			}
			// Eight were there; a number within the ring may have been believed.
			EXPECT_LE(header(page).rsp_prod, becomes <= 256 && becomes > 8 ? becomes : 8u);
			const auto got = other.receive();
			EXPECT_EQ(got.size(), 6u);
			for (u32 i = 0; i < got.size(); i++)
				EXPECT_EQ(got[i].bytes, make_frame(100, 2 * i));
			EXPECT_EQ(a.responses().size(), 12u);
		}
}

// --- packets
// -----------------------------------------------------------------------------------------------------

// Headers as they may be stacked, 400 bytes with a payload behind them.
std::vector<std::pair<const char *, Bytes>> stacked_headers()
{
	std::vector<std::pair<const char *, Bytes>> all = {
		{"ipv4", make_frame(400, 1)},
		{"ipv6", make_frame(400, 2, 0x86dd)},
		{"vlan", make_frame(400, 3, 0x8100)},
		{"arp", make_frame(400, 4, 0x0806)},
	};
	Bytes qinq = make_frame(400, 5, 0x8100);
	const u8 outer[] = {0x88, 0xa8, 0, 7};
	qinq.insert(qinq.begin() + 12, outer, outer + sizeof outer);
	all.emplace_back("qinq", qinq);
	// IPv6: hop-by-hop, routing and destination options, TCP behind them.
	Bytes chain = make_frame(400, 6, 0x86dd);
	chain[20] = 0;
	const u8 options[] = {43, 0, 1, 4, 0, 0, 0, 0, 60, 0, 1, 4, 0, 0, 0, 0, 6, 0, 1, 4, 0, 0, 0, 0};
	chain.insert(chain.begin() + 54, options, options + sizeof options);
	all.emplace_back("ipv6 options", chain);
	return all;
}

// Cut at each byte of the headers, also into three pieces. A first slot without a whole Ethernet header is
// refused. NB-14
TEST_P(Hostile, EveryHeaderCutAtEveryByte)
{
	const bool up = GetParam();
	Host machine;
	Guest a{1}, b{2};
	a.connect();
	b.connect();
	if (!up)
		a.join_switch([&](const brlite_frame &) { return b.verdict(); });
	for (const auto &[name, frame] : stacked_headers())
		for (u32 cut = 1; cut < 128; cut++)
			for (const u32 second : {0u, 1u, 40u}) {
				SCOPED_TRACE(testing::Message()
					     << name << " at " << cut << " and " << second);
				const u32 rest = static_cast<u32>(frame.size()) - cut - second;
				b.post_buffers(b.queue[0].rx.free_slots());
				a.send(frame, {{cut, second, rest}});
				host->settle();
				const auto got = b.receive();
				const auto received = std::exchange(a.dev.received, {});
				ASSERT_EQ(got.size() + received.size(), cut < 14 ? 0u : 1u);
				for (const Received &packet : got)
					ASSERT_EQ(packet.bytes, frame);
				for (const Forwarded &packet : received) {
					ASSERT_EQ(packet.bytes, frame);
					ASSERT_GE(packet.linear, 256u);
				}
				for (const TxResponse &response : a.responses())
					ASSERT_EQ(response.status,
						  cut < 14 ? NETIF_RSP_ERROR : NETIF_RSP_OKAY);
			}
}

// One grant and one id in all slots: nothing in here is found by either.
// NB-24
TEST_P(Hostile, OneIdAndOneGrantInEverySlot)
{
	World world(GetParam());
	host->settle();
	world.b.receive();
	world.a.responses();
	world.a.dev.received.clear();
	world.b.post_buffers(world.b.queue[0].rx.free_slots());
	const Bytes frame = make_frame(60, 9);
	const u32 gref = world.a.grant(frame.data(), 60, 0, true);
	const u32 before = header(world.ring).rsp_prod;
	for (u32 i = 0; i < 256; i++)
		world.a.queue[0].tx.post(TxRequest{gref, 0, 0, 7, 60});
	world.a.push();
	host->settle();
	EXPECT_EQ(header(world.ring).rsp_prod - before, 256u);
	for (u32 i = 0; i < 256; i++) {
		const auto &response = slot<TxResponse>(world.ring, before + i);
		EXPECT_EQ(response.id, 7u);
		EXPECT_EQ(response.status, NETIF_RSP_OKAY);
	}
	u32 arrived = static_cast<u32>(world.a.dev.received.size());
	for (const Received &packet : world.b.receive())
		arrived += packet.bytes == frame;
	EXPECT_GE(arrived, 250u); // B has 256 buffers less those of its packets before
	world.a.revoke(gref);
}

// What is the backend's to write is written over before every read: it goes by its own indices.
// NB-26, NB-27
TEST_P(Hostile, TheBackendsSideOfTheRingIsScribbledOver)
{
	std::mt19937 random{5};
	for (int round = 0; round < 50; round++) {
		World world(GetParam());
		{
			BeforeRead peer([&](u32) {
				header(world.ring).rsp_prod = static_cast<u32>(random());
				header(world.ring).rsp_event = static_cast<u32>(random());
				header(world.ring).req_event = static_cast<u32>(random());
				header(world.a.queue[0].rx_page).rsp_prod = static_cast<u32>(random());
			});
			host->settle();
		}
		EXPECT_FALSE(world.a.vif().disabled.load());
		EXPECT_EQ(world.a.back().from_guest_ring.req_cons(), World::kStart + world.posted);
		EXPECT_EQ(world.b.receive().size() + world.a.dev.received.size(), 3u);
		EXPECT_LE(world.a.back().host->from_guest.notified, world.posted);
	}
}

// --- rings and vifs
// ------------------------------------------------------------------------------------------------

class HostileVif : public testing::Test
{
protected:
	Host machine;
};

// Requests of one kind are responses of the other: whatever comes of it, it stays in that page.
// NB-39
TEST_F(HostileVif, OnePageForBothRings)
{
	for (u32 packets = 0; packets < 40; packets += 3) {
		Guest liar{1}, other{2};
		other.connect();
		u8 *own = std::exchange(liar.queue[0].rx_page, liar.queue[0].tx_page);
		liar.connect();
		for (u32 i = 0; i < packets; i++)
			liar.post(make_frame(100, i));
		liar.push();
		for (u32 i = 0; i < 8; i++)
			if (sk_buff *skb = make_skb(make_frame(100)); netback_xmit(liar.dev.vif, skb, 0))
				free_skb(skb);
		host->settle();
		host->jiffies += 2 * host_params.stall_msecs;
		host->settle();
		other.post_buffers(2);
		ASSERT_EQ(netback_xmit(other.dev.vif, make_skb(make_frame(70)), 0), 0);
		host->settle();
		EXPECT_EQ(other.receive().size(), 1u);
		liar.frontend_state(XenbusState::closing);
		liar.queue[0].rx_page = own;
	}
}

// In softirq nothing but a latch and a kick: whoever holds the kernel's big locks delays the cleaning up,
// nobody else. NB-44
TEST_F(HostileVif, FatalOnlyLatchesInSoftirq)
{
	Guest liar{1};
	liar.connect();
	const u32 grace = host->grace_periods;
	const auto states = liar.dev.states;
	header(liar.queue[0].tx_page).req_prod += 300;
	host->poll_tx(*liar.back().host);
	EXPECT_TRUE(liar.vif().disabled.load());
	EXPECT_TRUE(liar.dev.kicked);
	EXPECT_EQ(liar.dev.disconnects, 0u);
	EXPECT_EQ(host->grace_periods, grace);
	EXPECT_EQ(liar.dev.states, states);
	EXPECT_TRUE(liar.dev.errors.empty());
	// As long as the work does not come, nothing of the liar's is looked at.
	for (int i = 0; i < 100; i++) {
		BeforeRead reads;
		host->poll_tx(*liar.back().host);
		EXPECT_EQ(reads.reads(), 0u);
		sk_buff *skb = make_skb(make_frame(60));
		EXPECT_NE(netback_xmit(liar.dev.vif, skb, 0), 0);
		free_skb(skb);
	}
	host->settle();
	EXPECT_EQ(liar.dev.disconnects, 1u);
}

// A liar is caught and taken away, again and again, while another one works.
// NB-43
TEST_F(HostileVif, CaughtAndDetachedAThousandTimes)
{
	Guest other{2};
	other.connect();
	for (u32 i = 0; i < 1000; i++) {
		Guest liar{1, 2};
		liar.connect();
		header(i % 2 ? liar.queue[i / 2 % 2].tx_page : liar.queue[i / 2 % 2].rx_page).req_prod += 300;
		if (sk_buff *skb = make_skb(make_frame(60)); netback_xmit(liar.dev.vif, skb, i / 2 % 2))
			free_skb(skb);
		if (i % 3)
			host->poll_tx(*liar.back(i / 2 % 2).host);
		if (i % 5 == 0)
			host->settle();
	} // its destructor is the detaching
	other.send(make_frame(100));
	host->settle();
	EXPECT_EQ(other.dev.received.size(), 1u);
	EXPECT_EQ(host->live_queues, 1);
}

// Stalls and their ends cost a line and a change of carrier each: no more of them than the time-out allows.
// NB-32
TEST_F(HostileVif, StallsAsOftenAsItCan)
{
	Guest liar{1};
	liar.connect();
	u32 changes = 0;
	bool carrier = true;
	const unsigned long begin = host->jiffies;
	while (host->jiffies - begin < 20 * 60000) {
		// Linux sends nothing to a device without carrier.
		if (liar.dev.carrier && netback_xmit(liar.dev.vif, make_skb(make_frame(100)), 0))
			FAIL();
		host->jiffies += 250;
		host->settle();
		changes += carrier != liar.dev.carrier;
		carrier = liar.dev.carrier;
		if (!carrier && liar.queue[0].rx.free_slots())
			liar.post_buffers(1);
		host->settle();
		liar.receive();
	}
	const u32 most = 20 * 60000 / host_params.stall_msecs;
	EXPECT_GT(changes, 2u);
	EXPECT_LE(changes, 2 * most);
	EXPECT_LE(liar.dev.stall_lines, 2 * most);
}
} // namespace
