// SPDX-License-Identifier: GPL-2.0-only
// Linux's words for ports: each does what it says, or is refused by name. None is taken and forgotten.
#include "bridge-lite/types.h"
#include "bridge-lite/settings/port_words.h"
#include "core/types.hpp"
#include <gtest/gtest.h>
#include <set>
#include <string>

using namespace ringway;

namespace
{
bool may_be(u16 attribute, u8 value, u32 length)
{
	const brlite_port_word word = brlite_port_word_of(attribute);
	const u8 bytes[8] = {value};
	return brlite_port_word_may_be(&word, bytes, length);
}
u32 with(u32 policy, u16 attribute, u8 value)
{
	const brlite_port_word word = brlite_port_word_of(attribute);
	return brlite_port_word_in(policy, &word, &value);
}

// A kernel that brings another one does not compile before somebody has said what it does.
TEST(PortWords, EachNumberIsAccountedFor)
{
	for (int number = 1; number <= BRLITE_BRPORT_LAST; number++)
		EXPECT_NE(brlite_port_word_of(static_cast<u16>(number)).kind, BRLITE_WORD_UNKNOWN) << number;
	for (const int number : {0, BRLITE_BRPORT_LAST + 1, int{IFLA_BRLITE_PORT_FDB_MAX}, 0xffff}) {
		EXPECT_EQ(brlite_port_word_of(static_cast<u16>(number)).kind, BRLITE_WORD_UNKNOWN) << number;
		EXPECT_FALSE(may_be(static_cast<u16>(number), 0, 1)) << number;
	}
}

TEST(PortWords, OurOwnNumbersAreFarFromTheirs)
{
	EXPECT_GE(int{IFLA_BRLITE_PORT_FDB_MAX}, 64);
	EXPECT_EQ(int{IFLA_BRLITE_PORT_MAX}, int{IFLA_BRLITE_PORT_LOOP_BLOCK});
}

// What is accepted is in force afterwards: either it is a bit of the policy, or it was so before.
TEST(PortWords, OnIsInForceOrRefused)
{
	u32 bits = 0;
	for (u16 number = 1; number <= BRLITE_BRPORT_LAST; number++) {
		const brlite_port_word word = brlite_port_word_of(number);
		if (word.kind == BRLITE_WORD_FLUSH)
			continue;
		ASSERT_NE(word.refusal, nullptr) << number;
		EXPECT_NE(std::string(word.refusal), "") << number;
		if (word.kind == BRLITE_WORD_STATE) {
			for (u8 state = BR_STATE_DISABLED; state <= BR_STATE_BLOCKING; state++)
				EXPECT_TRUE(may_be(number, state, 1)) << int{state};
			EXPECT_FALSE(may_be(number, BR_STATE_BLOCKING + 1, 1) || may_be(number, 3, 4));
			EXPECT_EQ(with(0x5a, number, 1), 0x5au);
			continue;
		}
		if (word.kind == BRLITE_WORD_ROUTER)
			continue; // has a test of its own
		if (word.kind != BRLITE_WORD_POLICY) {
			for (const u32 length : {1u, 2u, 4u})
				EXPECT_FALSE(may_be(number, 1, length)) << number;
			EXPECT_EQ(with(0x5a, number, 1), 0x5au);
			continue;
		}
		EXPECT_EQ(bits & word.bit, 0u) << number;
		bits |= word.bit;
		EXPECT_TRUE(may_be(number, 0, 1) && may_be(number, 1, 1)) << number;
		EXPECT_FALSE(may_be(number, 2, 1) || may_be(number, 1, 2) || may_be(number, 0, 0)) << number;
		EXPECT_EQ(with(0, number, 1) ^ with(0, number, 0), word.bit) << number;
		EXPECT_EQ(with(~0u, number, 1) ^ with(~0u, number, 0), word.bit) << number;
	}
	EXPECT_EQ(bits, BRLITE_ISOLATED | BRLITE_LOCKED | BRLITE_NO_LEARNING | BRLITE_NO_FLOOD |
				BRLITE_FAST_LEAVE | BRLITE_NEIGH_SUPPRESS);
}

TEST(PortWords, AMulticastRouterIsNeverThereOrHeardOrAlways)
{
	constexpr u32 bits = BRLITE_NEVER_ROUTER | BRLITE_ALWAYS_ROUTER;
	EXPECT_EQ(with(0, IFLA_BRPORT_MULTICAST_ROUTER, 0), BRLITE_NEVER_ROUTER);
	EXPECT_EQ(with(~0u, IFLA_BRPORT_MULTICAST_ROUTER, 1), ~bits);
	EXPECT_EQ(with(BRLITE_NEVER_ROUTER, IFLA_BRPORT_MULTICAST_ROUTER, 2), BRLITE_ALWAYS_ROUTER);
	EXPECT_TRUE(may_be(IFLA_BRPORT_MULTICAST_ROUTER, 2, 1));
	EXPECT_FALSE(may_be(IFLA_BRPORT_MULTICAST_ROUTER, 3, 1) ||
		     may_be(IFLA_BRPORT_MULTICAST_ROUTER, 1, 4));
}

TEST(PortWords, TheBitsAreWhatTheWordsSay)
{
	EXPECT_EQ(with(0, IFLA_BRPORT_ISOLATED, 1), BRLITE_ISOLATED);
	EXPECT_EQ(with(0, IFLA_BRPORT_LOCKED, 1), BRLITE_LOCKED);
	EXPECT_EQ(with(0, IFLA_BRPORT_LEARNING, 0), BRLITE_NO_LEARNING);
	EXPECT_EQ(with(0, IFLA_BRPORT_NEIGH_SUPPRESS, 1), BRLITE_NEIGH_SUPPRESS);
	EXPECT_EQ(with(0, IFLA_BRPORT_UNICAST_FLOOD, 0), BRLITE_NO_UNICAST_FLOOD);
	EXPECT_EQ(with(0, IFLA_BRPORT_MCAST_FLOOD, 0), BRLITE_NO_MULTICAST_FLOOD);
	EXPECT_EQ(with(BRLITE_NO_FLOOD, IFLA_BRPORT_BCAST_FLOOD, 1),
		  BRLITE_NO_UNICAST_FLOOD | BRLITE_NO_MULTICAST_FLOOD);
}

// "hairpin off": that is how a port is.
TEST(PortWords, OffIsAcceptedOfWhatIsNotThere)
{
	for (const u16 number : {IFLA_BRPORT_MODE, IFLA_BRPORT_GUARD, IFLA_BRPORT_PROXYARP}) {
		EXPECT_TRUE(may_be(number, 0, 1));
		EXPECT_FALSE(may_be(number, 0, 4) || may_be(number, 0, 0));
	}
	EXPECT_TRUE(may_be(IFLA_BRPORT_BACKUP_PORT, 0, 4) && may_be(IFLA_BRPORT_GROUP_FWD_MASK, 0, 2));
	// A cost of 0 is none.
	EXPECT_FALSE(may_be(IFLA_BRPORT_COST, 0, 4) || may_be(IFLA_BRPORT_PRIORITY, 0, 2));
}

TEST(PortWords, ARefusalNamesItsWord)
{
	std::set<std::string> reasons;
	for (u16 number = 1; number <= BRLITE_BRPORT_LAST; number++) {
		const brlite_port_word word = brlite_port_word_of(number);
		if (word.kind == BRLITE_WORD_LACKING)
			EXPECT_TRUE(reasons.insert(word.refusal).second) << word.refusal;
	}
	EXPECT_NE(std::string(brlite_port_word_of(IFLA_BRPORT_MODE).refusal).find("hairpin"),
		  std::string::npos);
}
} // namespace
