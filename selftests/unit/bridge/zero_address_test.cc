// SPDX-License-Identifier: GPL-2.0-only
// The address zero is no station's, and the FDB marks free slots with it: whoever asks for it finds nothing.
#include "bridge-lite/judge/switch.hpp"
#include <gtest/gtest.h>
#include <memory>

using namespace ringway;
using namespace ringway::brlite;

namespace
{
struct Env {
	static u32 now() { return 1000; }
	static u64 nanoseconds() { return 1000000000000; }
	static void lock(fdb_lock *) {}
	static void unlock(fdb_lock *) {}
	static void count(Port &port, u32 counter) { port.counters->n[counter]++; }
	static void tell(Port &, brlite_news, u64) {}
	static void changed(Port &, u64, FdbTarget, bool) {}
	static void count_vlan(Port &, u32, brlite_direction, s32, s32) {}
	static void count_rule(brlite_rule_hits *, u32) {}
};

class ZeroAddress : public testing::Test
{
protected:
	static constexpr u32 kLimit = 100;
	std::unique_ptr<FdbBucket[]> buckets{new FdbBucket[Fdb::buckets_for(kLimit)]()};
	std::unique_ptr<Switch<Env>> made = std::make_unique<Switch<Env>>();
	Port local{}, one{}, two{};
	brlite_counters counters{};

	void SetUp() override
	{
		made->init(buckets.get(), kLimit, 0, nullptr, {0x9e3779b97f4a7c15, 0xbf58476d1ce4e5b9});
		made->set_ageing(300);
		for (Port *port : {&local, &one, &two}) {
			port->counters = &counters;
			port->max_frame = 1518;
			port->learn_limit = 10;
			ASSERT_TRUE(made->attach(*port, port == &local));
			made->set_up(*port, true);
		}
	}
};

// HOSTILE: a guest sends to 00:00:00:00:00:00. Nobody lives there, so it is flooded like any unknown address.
TEST_F(ZeroAddress, IsUnknownAsADestination)
{
	u8 bytes[64] = {};
	mac_store(bytes + 6, mac_of(0, 0x16, 0x3e, 0, 0, 1));
	const Frame frame{bytes, 60, 60, 0};
	Verdict verdict{};
	made->classify(one, &frame, &verdict, 1);
	EXPECT_EQ(verdict.action, BRLITE_FLOOD);
	EXPECT_EQ(verdict.reason, BRLITE_FLOODED);
	EXPECT_EQ(verdict.port, nullptr);
}

TEST_F(ZeroAddress, CannotBeErased)
{
	EXPECT_EQ(made->set(one, fdb_key(mac_of(0, 0x16, 0x3e, 0, 0, 1)), FdbTarget::kStatic, false),
		  Error::none);
	EXPECT_EQ(made->erase(nullptr, fdb_key(0)), Error::missing);
	EXPECT_EQ(made->erase(&local, fdb_key(0)), Error::missing);
	EXPECT_EQ(made->entries(), 1u);
	EXPECT_EQ(local.learned, 0u);
}

// BR-04
TEST_F(ZeroAddress, IsNotInTheTable)
{
	EXPECT_FALSE(made->fdb().find(0));
}
} // namespace
