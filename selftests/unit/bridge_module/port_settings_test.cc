// SPDX-License-Identifier: GPL-2.0-only
// What a port was told stays, whoever says something else: another word, in another language, or to the
// bridge.
#include "settings_of.hpp"
extern "C" {
#include "bridge-lite/lookup.h"
#include "bridge-lite/settings/port_words.h"
}

using namespace ringway;
using namespace ringway::test;

namespace
{
u32 learn_limit(World &w, const char *port)
{
	u32 is = 0;
	on_port(w, port, [&](brlite_slave &slave) { is = slave.port.learn_limit; });
	return is;
}
bool is_locked_to_addresses(World &w, const char *port)
{
	bool is = false;
	on_port(w, port, [&](brlite_slave &slave) { is = slave.port.policy & BRLITE_ADDRESS_LOCKED; });
	return is;
}

template <typename T>
int set(World &w, const char *port, const Kinds &kinds, int attribute, const T &value)
{
	return change_port(w, port, kinds, [&](Message &m) { m.put(attribute, value); });
}
int set_of_bridge(World &w, int attribute, u32 value)
{
	int err = 0;
	on_bridge(w, [&](brlite &bridge) {
		Message message;
		nlattr *tb[IFLA_MAX + 1]{}, *data[IFLA_BRLITE_MAX + 1]{};
		data[attribute] = message.put(attribute, value);
		err = bridge.dev->rtnl_link_ops->changelink(bridge.dev, tb, data, nullptr);
	});
	return err;
}

// A lock to IP addresses has the number that "hairpin" once had here too: whoever said "hairpin off" lifted
// it.
TEST(PortSettings, AnAddressLockIsNotLiftedByWordsOfLinuxBridge)
{
	World w;
	lock_a(w);
	ASSERT_TRUE(is_locked_to_addresses(w, "vif1.0"));
	const Kinds by_bridge{"bridge", nullptr}, by_ip{nullptr, "bridge_slave"};
	for (const Kinds &kinds : {by_bridge, by_ip}) {
		for (int number = 1; number <= BRLITE_BRPORT_LAST; number++)
			for (const u8 value : {u8{0}, u8{1}})
				(void)set(w, "vif1.0", kinds, number, value);
		EXPECT_TRUE(is_locked_to_addresses(w, "vif1.0"));
		EXPECT_EQ(set(w, "vif1.0", kinds, IFLA_BRPORT_MODE, u8{0}), 0) << "which it is";
		EXPECT_EQ(set(w, "vif1.0", kinds, IFLA_BRPORT_MODE, u8{1}), -EOPNOTSUPP);
	}
}

// rtnetlink gives what is for any kind of port to the master of the device.
TEST(PortSettings, WordsOfNoKindOrOfAnotherAreRefused)
{
	World w;
	lock_a(w);
	for (const Kinds &kinds :
	     {Kinds{}, Kinds{"team", nullptr}, Kinds{"bond", "bridge_slave"}, Kinds{nullptr, "bond_slave"}})
		for (const int number : {int{IFLA_BRPORT_MODE}, int{IFLA_BRPORT_ISOLATED},
					 int{IFLA_BRLITE_PORT_ADDRESS_LOCK}, int{IFLA_BRLITE_PORT_FDB_MAX}})
			EXPECT_EQ(set(w, "vif1.0", kinds, number, u8{0}), -EINVAL) << number;
	EXPECT_TRUE(is_locked_to_addresses(w, "vif1.0"));
}

TEST(PortSettings, AGuestIsLearnedALittleOfAndANetworkAll)
{
	World w;
	EXPECT_EQ(learn_limit(w, "vif1.0"), u32{BRLITE_FDB_PORT_MAX_DEFAULT});
	EXPECT_EQ(learn_limit(w, "eth0"), ~0u);
	EXPECT_EQ(set_of_bridge(w, IFLA_BRLITE_FDB_PORT_MAX, 16), 0);
	EXPECT_EQ(learn_limit(w, "vif1.0"), 16u);
	EXPECT_EQ(learn_limit(w, "eth0"), ~0u);
}

TEST(PortSettings, AnOwnLimitStaysWhateverTheBridgeIsTold)
{
	World w;
	const Kinds ours{BRLITE_KIND, nullptr};
	EXPECT_EQ(set(w, "vif1.0", ours, IFLA_BRLITE_PORT_FDB_MAX, u32{7}), 0);
	EXPECT_EQ(set(w, "eth0", ours, IFLA_BRLITE_PORT_FDB_MAX, u32{5000}), 0);
	for (const int number : {int{IFLA_BRLITE_AGEING_TIME}, int{IFLA_BRLITE_VLAN_FILTERING},
				 int{IFLA_BRLITE_FDB_PORT_MAX}, int{IFLA_BRLITE_VLAN_FILTERING}})
		EXPECT_EQ(set_of_bridge(w, number, 1), 0) << number;
	EXPECT_EQ(learn_limit(w, "vif1.0"), 7u);
	EXPECT_EQ(learn_limit(w, "eth0"), 5000u);
	EXPECT_EQ(learn_limit(w, "vif2.0"), 1u);
}
} // namespace
