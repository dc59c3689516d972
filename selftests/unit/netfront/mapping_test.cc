// SPDX-License-Identifier: GPL-2.0-only
// Buffers that the backend maps once: how they are offered, and what goes through them.
#include "mapped.hpp"

using namespace ringway;
using namespace ringway::netfront;
using namespace ringway::test;

namespace
{
using MappingTest = MappedVif;
} // namespace

TEST(NetfrontMapping, DirectionsAreMappedWholeOrNotAtAll)
{
	EXPECT_EQ(buffers_to_map(0), 0u);
	EXPECT_EQ(buffers_to_map(255), 0u);
	EXPECT_EQ(buffers_to_map(256), 256u);
	EXPECT_EQ(buffers_to_map(511), 256u);
	EXPECT_EQ(buffers_to_map(512), 512u);
	EXPECT_EQ(buffers_to_map(0xffffffff), 512u);
}

TEST_F(MappingTest, AllBuffersAreOfferedInOneMessage)
{
	const CtrlRequest size = message();
	EXPECT_EQ(size.type, XEN_NETIF_CTRL_TYPE_GET_GREF_MAPPING_SIZE);
	EXPECT_EQ(size.data[0], 0u);
	reply(size, XEN_NETIF_CTRL_STATUS_SUCCESS, 512);
	const CtrlRequest add = message();
	EXPECT_EQ(add.data[0], 0u);
	EXPECT_EQ(add.data[2], 512u);
	const auto list = list_of(add);
	std::set<u32> refs;
	for (const MapEntry &entry : list) {
		refs.insert(entry.ref);
		EXPECT_EQ(entry.status, 0);
	}
	EXPECT_EQ(refs.size(), 512u);
	EXPECT_EQ(netfront_mapped_queues(vif), 0u);
	map(add);
	const u32 list_ref = add.data[1];
	reply(add, XEN_NETIF_CTRL_STATUS_SUCCESS);
	EXPECT_EQ(k.grants.at(list_ref).granted, nullptr) << "the list was granted for the one message";
	EXPECT_EQ(netfront_mapped_queues(vif), 1u);
	EXPECT_FALSE(asked());
	EXPECT_EQ(mapped(), 512u);
	EXPECT_EQ(host.control_eoi, 2);
	EXPECT_EQ(host.control_spurious, 0);
}

// A slot and a ring position name the same grant for ever, and nothing else is granted.
TEST_F(MappingTest, PacketsGoThroughTheMappedBuffersAlone)
{
	map_all();
	const std::size_t granted = k.granted();
	EXPECT_EQ(granted, 512u + 3) << "and the three rings";
	std::map<u32, u32> tx_refs;
	for (u32 round = 0; round < 40; round++) {
		send(large(66, 100, round % 3 ? 20000 : 65000));
		for (u32 i = 0; i < b.tx.unconsumed().value(); i++) {
			const TxRequest request = b.tx.request(b.tx.req_cons() + i);
			EXPECT_TRUE(k.grants.at(request.gref).mapped);
			EXPECT_EQ(tx_refs.try_emplace(request.id, request.gref).first->second, request.gref);
		}
		answer_all();
	}
	std::map<u32, u32> rx_refs;
	for (u32 round = 0; round < 40; round++) {
		for (u32 i = 0; i < b.rx.unconsumed().value(); i++) {
			const RxRequest request = b.rx.request(b.rx.req_cons() + i);
			EXPECT_TRUE(k.grants.at(request.gref).mapped);
			EXPECT_EQ(rx_refs.try_emplace(request.id, request.gref).first->second, request.gref);
		}
		arrive(pattern(40000, round));
		ASSERT_EQ(q.received.size(), 1u);
		EXPECT_EQ(q.received[0]->bytes(), pattern(40000, round));
		drop_received();
	}
	EXPECT_EQ(rx_refs.size(), 256u);
	expect_traffic();
	EXPECT_EQ(k.granted(), granted);
	EXPECT_EQ(mapped(), 512u);
}

// The backend writes on after its response. What went up does not change.
// NF-41
TEST_F(MappingTest, LateWritesChangeNoPacket)
{
	map_all();
	for (const u32 length : {60u, 300u, 1514u, 2049u, 9000u, 65535u}) {
		arrive(pattern(length));
		ASSERT_EQ(q.received.size(), 1u);
		for (const Grant &grant : k.grants)
			if (grant.mapped && !grant.read_only)
				std::memset(grant.granted->data, 0xa5, kPageSize);
		EXPECT_EQ(q.received[0]->bytes(), pattern(length)) << length;
		for (const sk_buff::Frag &frag : q.received[0]->frags)
			for (const Grant &grant : k.grants)
				EXPECT_NE(grant.granted, frag.first);
		drop_received();
	}
}

// Each byte of a mapped buffer is read at most once, so nothing can change between two looks at it. And what
// the backend changes in the moment before it is read is what goes up. NF-41
TEST_F(MappingTest, EachByteIsReadOnce)
{
	map_all();
	static std::set<const u8 *> read;
	struct Unhook {
		~Unhook() { shared::before_copy = nullptr; }
	} unhook;
	shared::before_copy = [](const void *mapped, std::size_t bytes, bool write) {
		auto *byte = static_cast<u8 *>(const_cast<void *>(mapped));
		for (std::size_t i = 0; i < bytes && !write; i++) {
			EXPECT_TRUE(read.insert(byte + i).second);
			byte[i] ^= 0x5a;
		}
	};
	for (const u32 length : {60u, 300u, 1514u, 2049u, 65535u}) {
		read.clear();
		arrive(pattern(length), 4000);
		EXPECT_EQ(read.size(), length);
		auto expected = pattern(length);
		for (u8 &byte : expected)
			byte ^= 0x5a;
		ASSERT_EQ(q.received.size(), 1u);
		EXPECT_EQ(q.received[0]->bytes(), expected);
		drop_received();
	}
}

TEST_F(MappingTest, ShortIsLinearAndTheRestIsSpread)
{
	map_all();
	arrive(pattern(2048), 700);
	EXPECT_EQ(q.received.at(0)->frags.size(), 0u);
	arrive(pattern(2049), 700);
	EXPECT_EQ(q.received.at(1)->linear.size(), 128u);
	EXPECT_EQ(q.received[1]->frags.size(), 1u);
	arrive(pattern(65535), kPageSize, 1448);
	EXPECT_EQ(q.received.at(2)->frags.size(), 16u);
	EXPECT_EQ(q.received[2]->gso_size, 1448);
	EXPECT_EQ(q.received[2]->bytes(), pattern(65535));
	arrive(pattern(18 * kPageSize), kPageSize); // more than an skb holds
	EXPECT_EQ(q.received.size(), 3u);
	EXPECT_EQ(q.rx.bad_slot, 1u);
	EXPECT_EQ(k.granted(), 512u + 3);
}

// Each page and each skb of it may be missing.
TEST_F(MappingTest, NoMemoryForALargePacketDropsIt)
{
	map_all();
	u32 dropped = 0;
	for (int nth = 0; q.received.empty(); nth++, dropped++) {
		k.fail_in = nth;
		arrive(pattern(9000));
		ASSERT_LT(nth, 10);
		EXPECT_EQ(q.rx.no_memory, q.received.empty() ? dropped + 1 : dropped);
	}
	k.fail_in = -1;
	EXPECT_GE(dropped, 4u);
	EXPECT_EQ(q.received[0]->bytes(), pattern(9000));
	EXPECT_EQ(k.skbs.size(), 1u);
}

// Data flows before, while and after buffers are mapped, also frags that were granted before.
TEST_F(MappingTest, TrafficGoesOnMeanwhile)
{
	expect_traffic();
	send(large(66, 0, 30000));
	const auto under_way = b.take_all();
	arrive(pattern(5000)); // its pages go up the stack
	reply_size(512);
	EXPECT_FALSE(asked()) << "a slot still grants a frag";
	EXPECT_GT(k.control_later, 0);
	work();
	EXPECT_FALSE(asked());
	send(large(66, 0, 3000));
	EXPECT_EQ(k.skbs.size(), 2u) << "the first one's frags and what arrived: from now on all is copied";
	b.answer(under_way[0]);
	answer_all();
	work();
	ASSERT_TRUE(asked());
	const CtrlRequest add = message();
	expect_traffic();
	map(add);
	reply(add, XEN_NETIF_CTRL_STATUS_SUCCESS);
	expect_traffic();
	EXPECT_EQ(mapped(), 512u);
}

TEST_F(MappingTest, OldBackendsGoOnAsBefore)
{
	reply(message(), XEN_NETIF_CTRL_STATUS_NOT_SUPPORTED);
	EXPECT_FALSE(asked());
	const std::size_t granted = k.granted();
	EXPECT_EQ(granted, 256u + 3) << "no buffer is made before somebody sends";
	expect_traffic();
	send(large(66, 0, 30000));
	EXPECT_EQ(k.skbs.size(), 1u) << "frags are granted";
	answer_all();
	EXPECT_EQ(k.logged.size(), 0u);
}

TEST_F(MappingTest, BackendWithoutAControlRingSeesNone)
{
	backend(5);
	backend(6);
	k.backend.erase("feature-ctrl-ring");
	netfront_later(vif);
	k.backend["state"] = 2;
	link();
	EXPECT_FALSE(k.ours.count("ctrl-ring-ref") || k.ours.count("event-channel-ctrl"))
		<< "the nodes of the connection before";
	EXPECT_FALSE(host.control_bound);
	EXPECT_EQ(k.granted(), 256u + 2);
	expect_traffic();
}

TEST_F(MappingTest, ParameterSwitchesItOffFromTheNextConnectionOn)
{
	k.map_buffers = false;
	map_all();
	EXPECT_EQ(mapped(), 512u);
	backend(5);
	unmap_all();
	backend(6);
	netfront_later(vif);
	k.backend["state"] = 2;
	link();
	EXPECT_FALSE(k.ours.count("ctrl-ring-ref"));
	EXPECT_EQ(netfront_mapped_queues(vif), 0u);
	expect_traffic();
}

TEST_F(MappingTest, SmallTableTakesTheSendersBuffers)
{
	map_all(300);
	EXPECT_EQ(mapped(), 256u);
	expect_traffic();
	arrive(pattern(5000));
	EXPECT_EQ(q.received.at(0)->bytes(), pattern(5000));
	poll();
	EXPECT_EQ(k.granted(), 512u + 3 - 2) << "pages of what arrives are lent as ever";
}

// A program judges a copy: the backend may write to the buffer at any time.
TEST_F(MappingTest, ProgramsJudgeCopies)
{
	map_all();
	std::vector<u8> seen;
	k.program = [&](xdp_area &area) {
		const u8 *bytes = area.page->data + area.offset;
		seen.assign(bytes, bytes + area.length);
		return XDP_SAYS_PASS;
	};
	host_rtnl_lock();
	netfront_set_xdp(vif, true);
	host_rtnl_unlock();
	for (const u32 offset : {0u, 256u})
		for (const u32 length : {60u, 1514u, 3520u}) {
			arrive(pattern(length, offset), kPageSize, 0, offset);
			ASSERT_EQ(q.received.size(), 1u);
			EXPECT_EQ(seen, pattern(length, offset));
			EXPECT_EQ(q.received[0]->bytes(), seen);
			drop_received();
		}
	EXPECT_EQ(mapped(), 512u);
	EXPECT_EQ(k.granted(), 512u + 3);
}

TEST_F(MappingTest, UntrustedBackendMapsZeroedPages)
{
	backend(5);
	backend(6);
	k.ours["trusted"] = 0;
	netfront_later(vif);
	k.backend["state"] = 2;
	link();
	connect_control();
	map_all();
	for (const Grant &grant : k.grants)
		for (u32 i = 0; grant.mapped && i < kPageSize; i++)
			ASSERT_EQ(grant.granted->data[i], 0);
	expect_traffic();
}

// An interface that is down has its buffers mapped as well.
TEST_F(MappingTest, DownMeanwhile)
{
	k.stop(vif);
	map_all();
	EXPECT_EQ(mapped(), 512u);
	k.open(vif);
	poll();
	expect_traffic();
}
