// SPDX-License-Identifier: GPL-2.0-only
// Mapped buffers over connections, and backends that answer late, never, twice, or what was not asked.
#include "mapped.hpp"

using namespace ringway;
using namespace ringway::netfront;
using namespace ringway::test;

namespace
{
class MappingLifeTest : public MappedVif
{
protected:
	void period()
	{
		ASSERT_EQ(k.watch_later, 5000);
		k.watch_later = -1;
		netfront_watch(vif);
		if (k.control_later == 0)
			work();
	}
	void expect_broken()
	{
		EXPECT_NE(k.complaint, "");
		EXPECT_EQ(k.later, 0);
		const int eoi = host.control_eoi;
		netfront_control_event(vif);
		netfront_control_later(vif);
		EXPECT_EQ(host.control_eoi, eoi) << "the channel stays masked";
		unmap_all();
		netfront_later(vif);
		EXPECT_EQ(k.fatal, k.complaint);
		EXPECT_FALSE(k.carrier);
	}
};
} // namespace

// A backend unmaps when it sees us closed. Until it says so, nothing is revoked.
TEST_F(MappingLifeTest, BuffersWaitUntilTheBackendHasLetGo)
{
	map_all();
	backend(5);
	EXPECT_EQ(k.state, 6u);
	EXPECT_FALSE(q.bound || host.control_bound || q.enabled);
	EXPECT_EQ(k.granted(), 512u + 3);
	EXPECT_EQ(k.custody.size(), 0u);
	unmap_all();
	backend(6);
	EXPECT_EQ(k.granted(), 0u);
	EXPECT_EQ(k.pages.size(), 0u);
	netfront_later(vif);
	EXPECT_EQ(k.state, 1u);
	for (u32 i = 0; i < 20; i++) { // everything anew, each time
		k.backend["state"] = 2;
		link();
		connect_control();
		map_all();
		EXPECT_EQ(mapped(), 512u);
		EXPECT_EQ(netfront_mapped_queues(vif), 1u);
		expect_traffic();
		backend(5);
		unmap_all();
		backend(6);
		netfront_later(vif);
	}
	EXPECT_EQ(k.custody.size(), 0u);
	EXPECT_EQ(k.complaint, "");
}

// NF-40
TEST_F(MappingLifeTest, BackendThatStaysMappedIsNotWaitedForForever)
{
	map_all();
	backend(5);
	EXPECT_EQ(k.granted(), 512u + 3);
	period();
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

TEST_F(MappingLifeTest, ResumeStartsAfresh)
{
	map_all();
	send(k.new_skb(pattern(60)));
	unmap_all(); // that host is gone
	netfront_resume(vif);
	EXPECT_EQ(k.granted(), 0u);
	k.state = 1;
	k.backend["state"] = 2;
	link();
	connect_control();
	EXPECT_EQ(netfront_mapped_queues(vif), 0u);
	map_all();
	expect_traffic();
	// And while a message is under way.
	unmap_all();
	netfront_resume(vif);
	k.backend["state"] = 2;
	link();
	connect_control();
	reply_size(512);
	EXPECT_TRUE(asked());
	netfront_resume(vif);
	EXPECT_EQ(k.granted(), 0u);
	k.control_later = -1;
	netfront_control_later(vif); // work that was under way
	k.backend["state"] = 2;
	link();
	connect_control();
	map_all();
	expect_traffic();
}

TEST_F(MappingLifeTest, EachQueueIsOneMessage)
{
	backend(5);
	backend(6);
	netfront_destroy(vif);
	k.ours.clear();
	vif = netfront_create(&k.host, 3);
	k.backend["multi-queue-max-queues"] = 3;
	k.backend["state"] = 2;
	k.open(vif);
	link();
	connect_control();
	reply_size(512);
	for (u32 i = 0; i < 3; i++) {
		EXPECT_EQ(netfront_mapped_queues(vif), i);
		const CtrlRequest add = message();
		EXPECT_EQ(add.data[0], i);
		map(add);
		reply(add, XEN_NETIF_CTRL_STATUS_SUCCESS);
	}
	EXPECT_FALSE(asked());
	EXPECT_EQ(mapped(), 3u * 512);
	EXPECT_EQ(netfront_mapped_queues(vif), 3u);
	expect_traffic();
}

// NF-38
TEST_F(MappingLifeTest, BackendThatSaysYesAndMapsNothing)
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
TEST_F(MappingLifeTest, RefusedListGivesTheOldWayBack)
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
TEST_F(MappingLifeTest, SilentBackendCostsTheMappingAlone)
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
TEST_F(MappingLifeTest, SilentAboutAList)
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

TEST_F(MappingLifeTest, FragsThatNeverReturnEndTheWaiting)
{
	send(large(66, 0, 30000));
	const auto under_way = b.take_all();
	reply_size(512);
	EXPECT_FALSE(asked());
	k.patience = 0;
	for (u32 i = 0; i < 3; i++)
		period();
	EXPECT_EQ(k.logged.size(), 1u);
	b.answer(under_way[0]);
	answer_all();
	work();
	EXPECT_FALSE(asked());
	send(large(66, 0, 30000));
	EXPECT_EQ(k.skbs.size(), 1u) << "frags are granted again";
	answer_all();
}

// NF-42
TEST_F(MappingLifeTest, SizesThatAreNone)
{
	reply_size(0);
	EXPECT_FALSE(asked());
	expect_traffic();
	EXPECT_EQ(k.complaint, "");
}

// NF-42
TEST_F(MappingLifeTest, HugeSizesAreCapped)
{
	reply_size(0xffffffff);
	EXPECT_EQ(message().data[2], 512u);
}

// NF-43
TEST_F(MappingLifeTest, AnswersThatWereNotAskedFor)
{
	const CtrlRequest size = message();
	control.respond(CtrlResponse{static_cast<u16>(size.id + 1), size.type, 0, 512});
	control.push_responses();
	event();
	expect_broken();
}

// NF-43
TEST_F(MappingLifeTest, AnswerOfAnotherType)
{
	const CtrlRequest size = message();
	control.respond(CtrlResponse{size.id, XEN_NETIF_CTRL_TYPE_ADD_GREF_MAPPING, 0, 512});
	control.push_responses();
	event();
	expect_broken();
}

// NF-43
TEST_F(MappingLifeTest, AnswerTwice)
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
TEST_F(MappingLifeTest, AnswerTwiceWhileTheNextIsAsked)
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
TEST_F(MappingLifeTest, EventsWithoutAnswersAreSpurious)
{
	map_all();
	for (u32 i = 0; i < 10; i++)
		event();
	EXPECT_EQ(host.control_spurious, 10);
	EXPECT_EQ(k.complaint, "");
}

// The event is lost, the answer is there.
TEST_F(MappingLifeTest, LostEventIsMadeUpFor)
{
	const CtrlRequest size = message();
	control.respond(CtrlResponse{size.id, size.type, 0, 512});
	control.push_responses();
	period();
	EXPECT_TRUE(asked());
}

// Whatever fails at whichever step, the vif works as it did.
TEST_F(MappingLifeTest, EveryStepMayFail)
{
	u32 failed = 0;
	for (int nth = 0; nth < 300; nth = nth < 5 ? nth + 1 : nth + 40) {
		unmap_all();
		netfront_resume(vif);
		k.backend["state"] = 2;
		link();
		connect_control();
		k.logged.clear();
		k.fail_in = nth;
		map_all();
		const bool done = k.fail_in >= 0;
		k.fail_in = -1;
		EXPECT_EQ(mapped(), done ? 512u : 0u);
		EXPECT_EQ(k.logged.size(), done ? 0u : 1u);
		failed += !done;
		expect_traffic();
	}
	EXPECT_GE(failed, 6u);
}

// The control ring itself cannot be made: as with a backend that has none.
TEST_F(MappingLifeTest, NoControlRing)
{
	u32 without = 0;
	for (int nth = 0;; nth++) {
		netfront_resume(vif);
		k.fatal.clear();
		k.backend["state"] = 2;
		k.fail_in = nth;
		netfront_backend_changed(vif, 2);
		const bool done = k.fail_in >= 0;
		k.fail_in = -1;
		if (k.fatal != "")
			continue;
		backend(4);
		EXPECT_TRUE(k.carrier);
		without += !k.ours.count("ctrl-ring-ref");
		if (done)
			break;
	}
	EXPECT_EQ(without, 2u) << "its page, its event channel";
	b.connect();
	poll();
	expect_traffic();
}
