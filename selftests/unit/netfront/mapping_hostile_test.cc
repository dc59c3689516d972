// SPDX-License-Identifier: GPL-2.0-only
// Backends that answer over the control ring late, never, twice, or what was not asked, and that never unmap.
#include "mapped.hpp"

using namespace ringway;
using namespace ringway::netfront;
using namespace ringway::test;

namespace
{
using MappingHostileTest = MappedVif;
} // namespace

// NF-40
TEST_F(MappingHostileTest, BackendThatStaysMappedIsNotWaitedForForever)
{
	map_all();
	backend(5);
	for (u32 look = 0; look < 2; look++) {
		EXPECT_EQ(k.granted(), 512u + 3);
		EXPECT_EQ(k.custody.size(), 0u);
		EXPECT_EQ(k.watch_later, 2500);
		k.watch_later = -1;
		netfront_watch(vif);
	}
	EXPECT_EQ(k.watch_later, -1);
	EXPECT_GE(k.custody.size(), 512u) << "kept from everybody until it lets go";
	EXPECT_EQ(k.slept, 0u);
	for (page *page : std::set<::page *>(k.custody)) {
		EXPECT_EQ(page->references, 1);
		k.put_page(page);
	}
	k.custody.clear();
	for (Grant &grant : k.grants)
		grant = {};
	// It comes back all the same.
	backend(6);
	netfront_later(vif);
	k.backend["state"] = 2;
	link();
	connect_control();
	map_all();
	expect_traffic();
}

// NF-38
TEST_F(MappingHostileTest, BackendThatSaysYesAndMapsNothing)
{
	reply_size(512);
	reply(message(), XEN_NETIF_CTRL_STATUS_SUCCESS);
	EXPECT_EQ(mapped(), 0u);
	expect_traffic();
	backend(5);
	backend(6);
	EXPECT_EQ(k.granted(), 0u);
}

// NF-38
TEST_F(MappingHostileTest, RefusedListGivesTheOldWayBack)
{
	reply_size(512);
	const CtrlRequest add = message();
	reply(add, XEN_NETIF_CTRL_STATUS_INVALID_PARAMETER);
	EXPECT_FALSE(asked());
	EXPECT_EQ(k.logged.size(), 1u);
	EXPECT_EQ(k.grants.at(add.data[1]).granted, nullptr);
	expect_traffic();
	send(large(66, 0, 30000));
	EXPECT_EQ(k.skbs.size(), 1u) << "frags are granted again";
	answer_all();
	arrive(pattern(5000));
	EXPECT_LT(k.granted(), 512u + 3 - 8) << "and pages lent";
}

// NF-39
TEST_F(MappingHostileTest, SilentBackendCostsTheMappingAlone)
{
	const CtrlRequest size = message();
	period();
	EXPECT_EQ(k.logged.size(), 0u);
	period();
	EXPECT_EQ(k.logged.size(), 1u);
	for (u32 i = 0; i < 20; i++)
		period();
	EXPECT_EQ(k.logged.size(), 1u) << "one line";
	EXPECT_EQ(k.state, 4u);
	expect_traffic();
	reply(size, XEN_NETIF_CTRL_STATUS_SUCCESS, 512);
	EXPECT_FALSE(asked()) << "it had its time";
	EXPECT_EQ(k.complaint, "");
	expect_traffic();
}

// The list is with the backend, which may map it at any time: nothing may be lent meanwhile.
// NF-39
TEST_F(MappingHostileTest, SilentAboutAList)
{
	reply_size(512);
	const CtrlRequest add = message();
	for (u32 i = 0; i < 5; i++)
		period();
	EXPECT_EQ(k.logged.size(), 1u);
	map(add);
	expect_traffic();
	EXPECT_NE(k.grants.at(add.data[1]).granted, nullptr) << "it may still read the list";
	reply(add, XEN_NETIF_CTRL_STATUS_SUCCESS); // slow, not silent
	EXPECT_EQ(netfront_mapped_queues(vif), 1u);
	EXPECT_EQ(k.grants.at(add.data[1]).granted, nullptr);
	expect_traffic();
	EXPECT_EQ(mapped(), 512u);
}

// NF-42
TEST_F(MappingHostileTest, SizesThatAreNone)
{
	reply_size(0);
	EXPECT_FALSE(asked());
	expect_traffic();
	EXPECT_EQ(k.complaint, "");
}

// NF-42
TEST_F(MappingHostileTest, HugeSizesAreCapped)
{
	reply_size(0xffffffff);
	EXPECT_EQ(message().data[2], 512u);
}

// NF-43
TEST_F(MappingHostileTest, AnswersThatWereNotAskedFor)
{
	const CtrlRequest size = message();
	control.respond(CtrlResponse{static_cast<u16>(size.id + 1), size.type, 0, 512});
	control.push_responses();
	event();
	expect_broken();
}

// NF-43
TEST_F(MappingHostileTest, AnswerOfAnotherType)
{
	const CtrlRequest size = message();
	control.respond(CtrlResponse{size.id, XEN_NETIF_CTRL_TYPE_ADD_GREF_MAPPING, 0, 512});
	control.push_responses();
	event();
	expect_broken();
}

// NF-43
TEST_F(MappingHostileTest, AnswerTwice)
{
	const CtrlRequest size = message();
	reply(size, XEN_NETIF_CTRL_STATUS_NOT_SUPPORTED);
	EXPECT_EQ(k.complaint, "");
	control.respond(CtrlResponse{size.id, size.type, 0, 512});
	control.push_responses();
	event();
	expect_broken();
}

// The same while the next message is outstanding: it is taken for the answer to that, and is not.
// NF-43
TEST_F(MappingHostileTest, AnswerTwiceWhileTheNextIsAsked)
{
	const CtrlRequest size = message();
	reply(size, XEN_NETIF_CTRL_STATUS_SUCCESS, 512);
	message();
	control.respond(CtrlResponse{size.id, size.type, 0, 512});
	control.push_responses();
	event();
	expect_broken();
}

// NF-16
TEST_F(MappingHostileTest, EventsWithoutAnswersAreSpurious)
{
	map_all();
	for (u32 i = 0; i < 10; i++)
		event();
	EXPECT_EQ(host.control_spurious, 10);
	EXPECT_EQ(k.complaint, "");
}
