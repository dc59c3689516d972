// SPDX-License-Identifier: GPL-2.0-only
// Buffers that stay mapped: what a guest may ask for, what of it fails, and what is left of it then: nothing.
#include "mapped.hpp"

using namespace ringway;
using namespace ringway::test;

namespace
{
class Mapping1 : public testing::Test
{
protected:
	Host machine;
	Guest g{1, 2};
	Mapper m{g};

	void SetUp() override { g.connect(); }
	u64 mapped() const { return host->mappings.size(); }
	u64 gauge()
	{
		std::vector<uint64_t> values(netback_stat_count(kMostQueues));
		netback_vif_stats(g.dev.vif, values.data());
		for (u32 i = 0; i < netback_stat_count(0); i++) {
			char name[NETBACK_STAT_NAME];
			netback_stat_name(i, name);
			if (!std::strcmp(name, "mapped_buffers"))
				return values[i];
		}
		ADD_FAILURE() << "no such counter";
		return 0;
	}
	// Refused, and everything is as it was.
	void refused(const GrefEntries &list, u32 status = kBad, u32 queue = 0)
	{
		const u64 before = mapped();
		const s64 addresses = host->live_addresses;
		const MappedBuffers *table = queue < 2 ? g.back(queue).buffers.load() : nullptr;
		EXPECT_EQ(m.say_list(kAdd, list, queue), status);
		EXPECT_EQ(mapped(), before);
		EXPECT_EQ(netback_mapped_buffers(), before) << "of the budget";
		EXPECT_EQ(host->live_addresses, addresses);
		if (queue < 2)
			EXPECT_EQ(g.back(queue).buffers.load(), table);
	}
	void second_passes()
	{
		host->micros += 1000000;
		host->jiffies += 1000;
	}
};

TEST_F(Mapping1, AddAndDelete)
{
	EXPECT_EQ(m.say(kGet, 0), kOk);
	EXPECT_EQ(m.last_data, 512u);
	const GrefEntries tx = m.mapped(256, true), rx = m.mapped(256, false);
	EXPECT_EQ(mapped(), 512u);
	EXPECT_EQ(gauge(), 512u);
	EXPECT_EQ(netback_mapped_buffers(), 512u);
	MappedBuffers *buffers = g.back().buffers.load();
	ASSERT_NE(buffers, nullptr);
	for (u32 i = 0; i < 256; i++) {
		const u16 id = static_cast<u16>(i);
		EXPECT_EQ(buffers->readable(tx[i].ref, id), g.page_of(tx[i].ref));
		EXPECT_EQ(buffers->writable(tx[i].ref, id), nullptr) << "it was granted to be read";
		EXPECT_EQ(buffers->writable(rx[i].ref, id), g.page_of(rx[i].ref));
	}
	EXPECT_EQ(m.say(kGet, 0), kOk);
	EXPECT_EQ(m.last_data, 512u) << "what the table may have, not what is left";
	EXPECT_EQ(m.say_list(kDel, tx), kOk);
	EXPECT_EQ(m.last_data, 256u);
	for (const GrefListEntry &entry : m.last_list)
		EXPECT_EQ(entry.status, kOk);
	EXPECT_EQ(mapped(), 256u);
	buffers = g.back().buffers.load();
	EXPECT_EQ(buffers->readable(tx[0].ref, 0), nullptr);
	EXPECT_EQ(buffers->writable(rx[5].ref, 0), g.page_of(rx[5].ref));
	EXPECT_EQ(m.say_list(kDel, rx), kOk);
	EXPECT_EQ(mapped(), 0u);
	EXPECT_EQ(gauge(), 0u);
	EXPECT_EQ(g.back().buffers.load(), nullptr);
	EXPECT_EQ(host->live_addresses, 0);
	m.mapped(3, false); // and again
}

// Entries that are not there are told apart from those that are; one that is named twice goes once.
TEST_F(Mapping1, DeleteGoesEntryByEntry)
{
	const GrefEntries some = m.mapped(40, false);
	GrefEntries list{some[3], {0x7777777, 0, 9}, some[5], some[3], {0xffffffff, 0xffff, 0xffff},
			 some[39]};
	EXPECT_EQ(m.say_list(kDel, list), kOk);
	EXPECT_EQ(m.last_data, 3u);
	const u16 expected[] = {kOk, kBad, kOk, kBad, kBad, kOk};
	for (u32 i = 0; i < std::size(expected); i++)
		EXPECT_EQ(m.last_list[i].status, expected[i]) << i;
	EXPECT_EQ(mapped(), 37u);
	EXPECT_EQ(m.say_list(kDel, list), kOk);
	EXPECT_EQ(m.last_data, 0u);
	EXPECT_EQ(m.say_list(kDel, some, 1), kOk) << "another queue has none of them";
	EXPECT_EQ(m.last_data, 0u);
	EXPECT_EQ(mapped(), 37u);
}

// The statuses cannot be written: the guest is told so, and what could go is gone.
TEST_F(Mapping1, DeleteWithAListToReadOnly)
{
	const GrefEntries some = m.mapped(40, false);
	EXPECT_EQ(m.say_list(kDel, some, 0, true), kBad);
	EXPECT_EQ(m.last_data, 40u);
	EXPECT_EQ(mapped(), 0u);
	EXPECT_EQ(m.say_list(kAdd, some, 0, true), kOk) << "to add, nothing is written";
}

// NB-68
TEST_F(Mapping1, RefusesWhatIsThereAlready)
{
	const GrefEntries some = m.mapped(20, false);
	refused(some);
	GrefEntries more = m.buffers(30, false);
	more.push_back(some[7]);
	refused(more);
	more.back() = more[2];
	refused(more); // twice in the list
	more.back() = {more[29].ref, XEN_NETIF_CTRLF_GREF_readonly, 0};
	refused(more); // with other flags
	more.pop_back();
	EXPECT_EQ(m.say_list(kAdd, more), kOk);
	EXPECT_EQ(m.say_list(kAdd, some, 1), kOk) << "another queue's table is another one";
	EXPECT_EQ(mapped(), 70u);
}

// NB-68
TEST_F(Mapping1, RefusesFlagsAndGrantsThatAreNone)
{
	for (u32 bit = 1; bit < 16; bit++) {
		GrefEntries list = m.buffers(5, true);
		list[3].flags |= static_cast<u16>(1u << bit);
		refused(list);
	}
	GrefEntries list = m.buffers(5, true);
	list[4].flags = 0; // granted to be read, to be mapped for writing
	refused(list);
	list[4] = {0x00fffff0, 0, 0};
	refused(list);
	list.pop_back();
	EXPECT_EQ(m.say_list(kAdd, list), kOk);
}

// NB-68
TEST_F(Mapping1, RefusesListsThatAreNone)
{
	const GrefEntries list = m.buffers(3, false);
	EXPECT_EQ(m.say(kAdd, 0, 0x00fffff0, 3), kBad);
	EXPECT_EQ(m.say(kDel, 0, 0x00fffff0, 3), kBad);
	for (const u16 type : {kAdd, kDel}) {
		const u32 page = g.grant(reinterpret_cast<const u8 *>(list.data()), 24, 0, false);
		for (const u32 count : {0u, 513u, 0x20000000u, 0xffffffffu})
			EXPECT_EQ(m.say(type, 0, page, count), kBad) << count;
		for (const u32 queue : {2u, 64u, 0xffffffffu})
			EXPECT_EQ(m.say(type, queue, page, 3), kBad) << queue;
		g.revoke(page);
	}
	EXPECT_EQ(m.say(kGet, 2), kBad);
	EXPECT_EQ(mapped(), 0u);
}

// The n-th map fails, for each n, with each reason that the hypervisor may give; and the whole batch. NB-69
TEST_F(Mapping1, AllOrNothing)
{
	const GrefEntries list = m.buffers(70, false);
	constexpr s16 kReasons[] = {GNTST_general_error,
				    GNTST_bad_domain,
				    GNTST_bad_gntref,
				    GNTST_bad_handle,
				    GNTST_bad_virt_addr,
				    GNTST_bad_dev_addr,
				    GNTST_no_device_space,
				    GNTST_permission_denied,
				    GNTST_bad_page,
				    GNTST_bad_copy_arg,
				    GNTST_address_too_big,
				    GNTST_eagain,
				    1};
	for (u64 n = 0; n < 70; n++) {
		second_passes();
		const u64 from = host->maps;
		host->refuse_map = [&](u64 nth, u32) {
			return nth - from == n ? kReasons[n % std::size(kReasons)] : s16{GNTST_okay};
		};
		refused(list);
	}
	for (const s16 reason : kReasons) {
		second_passes();
		host->refuse_map = [&](u64, u32) { return reason; };
		refused(list);
	}
	host->refuse_map = nullptr;
	for (u64 batch = 0; batch < 3; batch++) {
		second_passes();
		const u64 from = host->map_batches;
		host->refuse_map_batch = [&](u64 nth) { return nth - from == batch; };
		refused(list);
	}
	host->refuse_map_batch = nullptr;
	second_passes();
	EXPECT_EQ(m.say_list(kAdd, list), kOk);
}

// No address, no page, no memory at any step, for ADD and for DEL. NB-69
TEST_F(Mapping1, WithoutMemoryNothingChanges)
{
	const GrefEntries list = m.buffers(70, false);
	for (const s64 left : {0, 31, 32, 63, 64, 69}) {
		second_passes();
		host->mapping_pages_left = left;
		refused(list);
		EXPECT_EQ(host->mapping_pages_left, left);
	}
	host->mapping_pages_left = 1000;
	for (u32 step = 0; step < 2; step++) {
		second_passes();
		host->fail_step = host->step + step;
		refused(list);
	}
	second_passes();
	host->fail_step = ~0u;
	ASSERT_EQ(m.say_list(kAdd, list), kOk);
	const MappedBuffers *table = g.back().buffers.load();
	for (u32 step = 0; step < 2; step++) {
		second_passes();
		host->fail_step = host->step + step;
		EXPECT_EQ(m.say_list(kDel, list), kBad);
		EXPECT_EQ(m.last_data, 0u);
		EXPECT_EQ(g.back().buffers.load(), table);
		EXPECT_EQ(mapped(), 70u);
	}
	host->fail_step = ~0u;
	second_passes();
	EXPECT_EQ(m.say_list(kDel, list), kOk);
	EXPECT_EQ(m.last_data, 70u);
	host->pages_left = 0; // nowhere to put the list
	EXPECT_EQ(m.say_list(kAdd, list), kBad);
	EXPECT_EQ(m.say_list(kDel, list), kBad);
}

// References that want the same place. NB-70
TEST_F(Mapping1, CollisionsAreRefused)
{
	u32 inverse = 1;
	for (u32 i = 0; i < 5; i++)
		inverse *= 2 - 0x9e3779b1u * inverse;
	GrefEntries list;
	for (u32 i = 1; i <= 9; i++)
		list.push_back({inverse * i, 0, 0});
	const u64 maps = host->maps;
	refused(list);
	EXPECT_EQ(host->maps, maps) << "found out before anything is mapped";
}

// NB-71
TEST_F(Mapping1, BoundsOfQueueVifAndHost)
{
	EXPECT_EQ(m.say_list(kAdd, m.buffers(512, false)), kOk);
	refused(m.buffers(1, false));
	Guest other{2, 8};
	Mapper o{other};
	other.connect();
	host_params.mapped_total = 4096; // 1024 for one
	for (u32 q = 0; q < 2; q++)
		EXPECT_EQ(o.say_list(kAdd, o.buffers(512, false), q), kOk);
	EXPECT_EQ(o.say(kGet, 2), kOk);
	EXPECT_EQ(o.last_data, 0u);
	EXPECT_EQ(o.say(kGet, 1), kOk);
	EXPECT_EQ(o.last_data, 512u);
	EXPECT_EQ(o.say_list(kAdd, o.buffers(1, false), 2), kBad);
	host_params.mapped_total = 1536 + 4; // for all
	EXPECT_EQ(m.say(kGet, 1), kOk);
	EXPECT_EQ(m.last_data, 0u) << "a vif gets a quarter";
	host_params.mapped_total = 0;
	EXPECT_EQ(m.say(kGet, 1), kOk);
	EXPECT_EQ(m.last_data, 0u);
	other.frontend_state(XenbusState::closing);
	EXPECT_EQ(mapped(), 512u);
	host_params.mapped_total = 4096;
	EXPECT_EQ(m.say_list(kAdd, m.buffers(512, false), 1), kOk)
		<< "what one gave back another one may have";
}

TEST_F(Mapping1, NothingIsOfferedWhereItIsOffOrDangerous)
{
	const GrefEntries list = m.buffers(5, false);
	g.dev.devices = GUEST_HAS_DEVICES;
	refused(list, kNo);
	EXPECT_EQ(m.say(kGet, 0), kNo);
	g.dev.devices = GUEST_HAS_NO_DEVICES;
	host_params.mapped_buffers = 0;
	refused(list, kNo);
	EXPECT_EQ(m.say(kGet, 0), kNo);
	EXPECT_EQ(m.say_list(kDel, list), kNo);
}

// A driver domain may not be allowed to read which guests have devices. What was mapped when it was allowed
// to goes as always. NB-80
TEST_F(Mapping1, NothingIsOfferedWhereDevicesAreUnknown)
{
	const GrefEntries before = m.mapped(7, false), list = m.buffers(5, false);
	g.dev.devices = GUEST_DEVICES_UNKNOWN;
	refused(list, kNo);
	EXPECT_EQ(m.say(kGet, 0), kNo);
	EXPECT_EQ(m.say_list(kDel, before), kOk);
	EXPECT_EQ(mapped(), 0u);
	g.dev.devices = GUEST_HAS_NO_DEVICES;
	EXPECT_EQ(m.say_list(kAdd, list), kOk);
}

// A guest that maps and unmaps without end gets so much of it in a second, and waits in its ring. NB-72
TEST_F(Mapping1, AStormIsBounded)
{
	const GrefEntries list = m.buffers(512, false);
	const u32 page = g.grant(reinterpret_cast<const u8 *>(list.data()), kPageSize, 0, false);
	u32 handled = 0;
	for (u32 i = 0; i < 40; i++)
		m.post(i % 2 ? kDel : kAdd, 0, page, 512);
	netback_control result;
	while ((result = m.poll()) == NETBACK_CONTROL_MORE)
		;
	EXPECT_EQ(result, NETBACK_CONTROL_LATER);
	handled += static_cast<u32>(m.answers().size());
	EXPECT_EQ(handled, 16u);
	EXPECT_EQ(m.poll(), NETBACK_CONTROL_LATER);
	EXPECT_TRUE(m.answers().empty());
	host->micros += 500000;
	while ((result = m.poll()) == NETBACK_CONTROL_MORE)
		;
	handled += static_cast<u32>(m.answers().size());
	EXPECT_EQ(handled, 24u);
	g.frontend_state(XenbusState::closing); // with messages that wait
	EXPECT_EQ(mapped(), 0u);
	// Nor does it get more by connecting again.
	g.frontend_state(XenbusState::closed);
	g.reset_rings();
	m.begin();
	g.connect();
	m.post(kAdd, 0, page, 512);
	EXPECT_EQ(m.poll(), NETBACK_CONTROL_LATER);
	host->micros += 1000000;
	EXPECT_EQ(m.poll(), NETBACK_CONTROL_DONE);
	EXPECT_EQ(m.answers(), std::vector<u32>{kOk});
}

// However it ends, everything is unmapped before Closed is shown. NB-73
TEST_F(Mapping1, ClosesWithBuffersMapped)
{
	enum { closing, closed, gone, detached, ends };
	for (u32 how = closing; how < ends; how++) {
		second_passes();
		for (u32 q = 0; q < 2; q++)
			m.mapped(100, q, q);
		ASSERT_EQ(mapped(), 200u);
		switch (how) {
		case closing:
			g.frontend_state(XenbusState::closing);
			break;
		case closed:
			g.frontend_state(XenbusState::closed);
			break;
		case gone: // the guest died: its directory is away
			g.frontend_state(XenbusState::unknown);
			break;
		case detached:
			g.remove();
			break;
		}
		EXPECT_EQ(mapped(), 0u) << how;
		EXPECT_EQ(netback_mapped_buffers(), 0u) << how;
		EXPECT_EQ(host->live_addresses, 0) << how;
		if (how == detached)
			return;
		g.frontend_state(XenbusState::closed);
		g.reset_rings();
		m.begin();
		g.connect();
	}
}

// NB-73
TEST_F(Mapping1, LiesWithBuffersMapped)
{
	m.mapped(100, false);
	*reinterpret_cast<u32 *>(g.queue[0].tx_page) += 1000; // its producer index
	g.back().host->from_guest.pending = true;
	host->settle();
	EXPECT_TRUE(g.vif().disabled.load());
	EXPECT_EQ(mapped(), 0u);
}

// Connecting fails at every step, with a guest that maps as soon as it can. NB-73
TEST(MappingLife, HalfBuiltQueues)
{
	for (u32 step = 0; step < 40; step++) {
		Host machine;
		Guest g{1, 2};
		Mapper m{g};
		host->fail_step = host->step + step;
		g.frontend_state(XenbusState::initialising);
		g.frontend_state(XenbusState::connected);
		host->fail_step = ~0u;
		if (g.vif().state == BackendState::connected)
			m.mapped(50, false, 1);
		else
			EXPECT_TRUE(host->mappings.empty());
	}
}

// The list is fetched once: what the guest writes there afterwards counts for nothing. NB-74
TEST_F(Mapping1, ListThatChangesWhileItIsUsed)
{
	GrefEntries list = m.buffers(40, false);
	const u32 page = g.grant(reinterpret_cast<const u8 *>(list.data()), 320, 0, false);
	host->refuse_map = [&](u64, u32) {
		std::memset(g.page_of(page), 0xff, kPageSize);
		return s16{GNTST_okay};
	};
	EXPECT_EQ(m.say(kAdd, 0, page, 40), kOk);
	for (const GrefListEntry &entry : list)
		EXPECT_NE(g.back().buffers.load()->map().find(entry.ref), nullptr);
	g.revoke(page);
}

// What is mapped cannot be revoked: the guest's pages stay its own until they are unmapped. NB-75
TEST_F(Mapping1, RevokedWhileMapped)
{
	const GrefEntries list = m.mapped(5, false);
	g.revoke(list[2].ref);
	EXPECT_TRUE((host->grants.contains({g.domain, list[2].ref})));
	EXPECT_EQ(m.say_list(kDel, list), kOk);
	g.revoke(list[2].ref);
	EXPECT_FALSE((host->grants.contains({g.domain, list[2].ref})));
}
} // namespace
