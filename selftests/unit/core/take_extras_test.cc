// SPDX-License-Identifier: GPL-2.0-only
// take: extra infos, right and wrong.
#include "take_fixture.hpp"

using namespace ringway;
using namespace ringway::test;

namespace
{
TEST_P(Take, Gso)
{
	for (const u8 type : {XEN_NETIF_GSO_TYPE_TCPV4, XEN_NETIF_GSO_TYPE_TCPV6})
		for (const u16 size : {8, 536, 1448, 65535}) {
			EXPECT_EQ(fate({100, 4096, 4096}, NETTXF_csum_blank, {gso(size, type)}),
				  Fate::pending);
			EXPECT_EQ(only().gso_type, type);
			EXPECT_EQ(only().gso_size, size);
			EXPECT_EQ(only().extra_count, 1u);
			EXPECT_EQ(only().slot_count, 3u);
			EXPECT_EQ(back.req_cons(), GetParam() + 4);
			check_sound(batch);
		}
}

// NB-16: a packet of 64 KiB would be 65 000 of one byte.
TEST_P(Take, GsoThatNoTcpMakes)
{
	for (const u16 size : {1, 7}) {
		EXPECT_EQ(fate({100, 4096, 4096}, NETTXF_csum_blank, {gso(size, XEN_NETIF_GSO_TYPE_TCPV4)}),
			  Fate::bad);
		EXPECT_EQ(fate({100}, NETTXF_csum_blank, {gso(size, XEN_NETIF_GSO_TYPE_TCPV6)}), Fate::bad);
		check_sound(batch);
	}
}

// NB-16
TEST_P(Take, GsoThatIsNone)
{
	EXPECT_EQ(error({100}, {gso(0, XEN_NETIF_GSO_TYPE_TCPV4)}), Error::gso_invalid);
	EXPECT_EQ(error({100}, {gso(0, XEN_NETIF_GSO_TYPE_TCPV6)}), Error::gso_invalid);
	EXPECT_EQ(error({100}, {gso(1448, XEN_NETIF_GSO_TYPE_NONE)}), Error::gso_invalid);
	for (u32 type = 3; type < 256; type++)
		EXPECT_EQ(error({100}, {gso(1448, static_cast<u8>(type))}), Error::gso_invalid) << type;
}

// NB-15
TEST_P(Take, ExtraTypes)
{
	for (u32 type = 0; type < 256; type++) {
		if (type == XEN_NETIF_EXTRA_TYPE_GSO)
			continue;
		SCOPED_TRACE(type);
		if (type == XEN_NETIF_EXTRA_TYPE_NONE || type >= kExtraTypeCount) {
			EXPECT_EQ(error({100}, {extra_of(static_cast<u8>(type))}), Error::extra_unknown);
			continue;
		}
		const bool multicast =
			type == XEN_NETIF_EXTRA_TYPE_MCAST_ADD || type == XEN_NETIF_EXTRA_TYPE_MCAST_DEL;
		EXPECT_EQ(fate({100}, 0, {extra_of(static_cast<u8>(type))}),
			  multicast ? Fate::done : Fate::pending);
		EXPECT_EQ(batch.change_count, multicast);
	}
}

// NB-15
TEST_P(Take, ExtraIsMissing)
{
	front.post(TxRequest{1, 0, NETTXF_extra_info, 0, 60});
	front.push_requests();
	EXPECT_EQ(run().error(), Error::slot_missing);
}

// NB-15
TEST_P(Take, ExtrasThatNeverEnd)
{
	for (u32 n = 1; n <= 255; n += n < 8 ? 1 : 31) {
		restart();
		front.post(TxRequest{1, 0, NETTXF_extra_info, 0, 60});
		for (u32 i = 0; i < n; i++)
			front.post(gso(1448, XEN_NETIF_GSO_TYPE_TCPV4, true));
		front.push_requests();
		EXPECT_EQ(run().error(), Error::slot_missing) << n;
	}
}

// NB-15
TEST_P(Take, RepeatedExtraTheLastWins)
{
	std::vector<ExtraInfo> extras;
	for (u16 i = 1; i <= 255; i++)
		extras.push_back(
			gso(i, i % 2 ? XEN_NETIF_GSO_TYPE_TCPV4 : XEN_NETIF_GSO_TYPE_TCPV6, i < 255));
	EXPECT_EQ(fate({100}, 0, extras), Fate::pending);
	EXPECT_EQ(only().extra_count, 255u);
	EXPECT_EQ(only().gso_size, 255u);
	EXPECT_EQ(only().gso_type, XEN_NETIF_GSO_TYPE_TCPV4);
	EXPECT_EQ(back.req_cons(), GetParam() + 256);
}

TEST_P(Take, HashIsKept)
{
	ExtraInfo hash = extra_of(XEN_NETIF_EXTRA_TYPE_HASH);
	hash.u.hash.type = 2;
	const u32 value = 0x11223344;
	std::memcpy(hash.u.hash.value, &value, sizeof value);
	EXPECT_EQ(fate({100}, 0, {hash}), Fate::pending);
	EXPECT_EQ(only().hash, value);
	EXPECT_EQ(only().hash_type, 3u);
}

TEST_P(Take, MulticastControlIsAnsweredAndNoPacket)
{
	const auto add = extra_of(XEN_NETIF_EXTRA_TYPE_MCAST_ADD, true);
	EXPECT_EQ(fate({100}, 0, {add, gso(1448, XEN_NETIF_GSO_TYPE_TCPV4)}), Fate::done);
	EXPECT_EQ(only().extra_count, 2u);
	ASSERT_EQ(batch.change_count, 1u);
	EXPECT_EQ(batch.changes[0].packet, 0u);
	EXPECT_TRUE(batch.changes[0].add);
}

// Of several addresses the last one counts, and adding counts more than taking off.
TEST_P(Take, MulticastControlOfSeveralExtras)
{
	const auto change = [](u8 type, u8 last, bool more) {
		ExtraInfo extra = extra_of(type, more);
		const u8 address[6] = {1, 0, 0x5e, 0, 0, last};
		std::memcpy(extra.u.mcast.addr, address, sizeof address);
		return extra;
	};
	constexpr u8 kAdd = XEN_NETIF_EXTRA_TYPE_MCAST_ADD, kDel = XEN_NETIF_EXTRA_TYPE_MCAST_DEL;
	struct {
		std::vector<ExtraInfo> extras;
		bool add;
		u8 last;
	} const cases[] = {
		{{change(kAdd, 1, true), change(kAdd, 2, false)}, true, 2},
		{{change(kDel, 1, true), change(kDel, 2, false)}, false, 2},
		{{change(kAdd, 1, true), change(kDel, 2, false)}, true, 1},
		{{change(kDel, 1, true), change(kAdd, 2, false)}, true, 2},
	};
	for (const auto &one : cases) {
		EXPECT_EQ(fate({100}, 0, one.extras), Fate::done);
		ASSERT_EQ(batch.change_count, 1u);
		EXPECT_EQ(batch.changes[0].add, one.add);
		EXPECT_EQ(batch.changes[0].address, mac_of(1, 0, 0x5e, 0, 0, one.last));
	}
}

// A dummy request's size, place and further slots mean nothing: what follows is a packet of its own.
TEST_P(Take, MulticastControlHasNoFurtherSlots)
{
	restart();
	front.post(TxRequest{1, 4000, NETTXF_extra_info | NETTXF_more_data, 7, 500});
	front.post(extra_of(XEN_NETIF_EXTRA_TYPE_MCAST_DEL));
	post({60});
	ASSERT_EQ(run().value(), 2u);
	EXPECT_EQ(batch.packets[0].fate, Fate::done);
	EXPECT_EQ(batch.packets[0].slots_on_ring(), 2u);
	EXPECT_EQ(batch.packets[1].fate, Fate::pending);
	EXPECT_EQ(batch.packets[1].len, 60u);
	ASSERT_EQ(batch.change_count, 1u);
	EXPECT_FALSE(batch.changes[0].add);
}

// As many as a batch holds, and the next batch begins with none.
TEST_P(Take, MulticastControlFillsABatch)
{
	restart();
	for (u32 i = 0; i < kBatchPackets; i++) {
		front.post(TxRequest{1, 0, NETTXF_extra_info, 7, 60});
		front.post(extra_of(XEN_NETIF_EXTRA_TYPE_MCAST_ADD));
	}
	post({60});
	ASSERT_EQ(run().value(), kBatchPackets);
	EXPECT_EQ(batch.change_count, kBatchPackets);
	EXPECT_EQ(batch.changes[kBatchPackets - 1].packet, kBatchPackets - 1);
	ASSERT_EQ(run().value(), 1u);
	EXPECT_EQ(batch.change_count, 0u);
}
} // namespace
