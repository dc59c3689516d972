// SPDX-License-Identifier: GPL-2.0-only
// Addresses that this host has besides its own, and those that were entered by hand.
#include "settings_of.hpp"

using namespace ringway;
using namespace ringway::test;

namespace
{
// A guest that is locked to its address is not cut off by a macvlan that has the same for a moment.
TEST(HostAddress, WhatWasEnteredByHandForAStationStaysTheStations)
{
	World w;
	brlite *bridge = static_cast<brlite *>(netdev_priv(w.bridge()));
	brlite_fdb_entry by_hand{}, entry;
	by_hand.is_static = true;
	mac_store(by_hand.mac, kNobody);
	on_port(w, "vif1.0",
		[&](brlite_slave &slave) { EXPECT_EQ(brlite_fdb_set(&slave.port, &by_hand, false), 0); });
	for (const bool on : {true, false}) {
		host_has_address(w, kNobody, on);
		ASSERT_EQ(brlite_fdb_get(bridge->core, by_hand.mac, 0, &entry), 0) << on;
		EXPECT_FALSE(entry.is_local);
		EXPECT_STREQ(brlite_port_at(bridge->core, entry.port)->dev->name, "vif1.0");
	}
}
} // namespace
