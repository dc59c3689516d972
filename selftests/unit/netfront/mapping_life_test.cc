// SPDX-License-Identifier: GPL-2.0-only
// Mapped buffers over connections, and with little memory.
#include "mapped.hpp"

using namespace ringway;
using namespace ringway::netfront;
using namespace ringway::test;

namespace
{
using MappingLifeTest = MappedVif;
} // namespace

// A backend unmaps when it sees us closed. Until it says so, nothing is revoked.
TEST_F(MappingLifeTest, BuffersWaitUntilTheBackendHasLetGo)
{
	map_all();
	for (u32 i = 0; i < 40; i++)
		send(k.new_skb(pattern(60)));
	EXPECT_EQ(k.skbs.size(), 24u);
	backend(5);
	EXPECT_EQ(k.state, 6u);
	EXPECT_EQ(k.skbs.size(), 0u) << "no socket waits for it";
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

// A look of the watch may be under way while the vif closes, and comes right behind that.
// NF-44
TEST_F(MappingLifeTest, ALookUnderWayDoesNotTakeTheBackendsTime)
{
	map_all();
	backend(5);
	netfront_watch(vif);
	EXPECT_EQ(k.granted(), 512u + 3);
	EXPECT_EQ(k.custody.size(), 0u);
	unmap_all();
	backend(6);
	EXPECT_EQ(k.granted(), 0u);
}

// Work that XenStore kept waiting over the suspend shows its state after xenbus has shown Initialising.
// NF-44
TEST_F(MappingLifeTest, ResumeShowsWhereItIs)
{
	for (const u32 late : {4u, 6u, 7u}) {
		k.state = late;
		netfront_resume(vif);
		EXPECT_EQ(k.state, 1u);
	}
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

// A host changes its netback under the running guest: the new one has nothing mapped.
// NF-33
TEST_F(MappingLifeTest, NextDriverOfTheBackendIsAskedAnew)
{
	map_all();
	EXPECT_EQ(netfront_mapped_queues(vif), 1u);
	for (const u32 entries : {512u, 0u, 256u, 512u}) {
		unmap_all();
		backend(2);
		EXPECT_FALSE(asked());
		backend(4);
		connect_control();
		EXPECT_EQ(netfront_mapped_queues(vif), 0u);
		map_all(entries);
		EXPECT_EQ(netfront_mapped_queues(vif), entries != 0);
		EXPECT_EQ(mapped(), entries);
		EXPECT_FALSE(asked());
	}
}

// What one driver was asked, the next one answers; then it is asked what it has room for itself.
// NF-33
TEST_F(MappingLifeTest, NextDriverAnswersForTheOneBeforeIt)
{
	for (const bool list : {false, true}) {
		if (list) {
			reply_size(512);
			(void)message(); // an ADD that nobody answers
		}
		backend(2);
		backend(4);
		connect_control();
		const CtrlRequest left = message();
		EXPECT_EQ(left.type, list ? XEN_NETIF_CTRL_TYPE_ADD_GREF_MAPPING
					  : XEN_NETIF_CTRL_TYPE_GET_GREF_MAPPING_SIZE);
		reply(left, XEN_NETIF_CTRL_STATUS_NOT_SUPPORTED);
		EXPECT_EQ(netfront_mapped_queues(vif), 0u);
		ASSERT_TRUE(asked()) << "from the beginning";
	}
	map_all();
	EXPECT_EQ(netfront_mapped_queues(vif), 1u);
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
