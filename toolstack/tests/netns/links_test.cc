// SPDX-License-Identifier: GPL-2.0-only
// What this machine's kernel says of devices that are not there.

#include <gtest/gtest.h>
#include "world/nl_links.hpp"

namespace ringway::test
{

// The tap of a vif whose name leaves no room for it, as emulated_port() looks for it.
TEST(NlLinksTest, ANameThatIsTooLongIsThatOfNoDevice)
{
	NlLinks links;
	EXPECT_TRUE(links.find("lo"));
	EXPECT_FALSE(links.find("vif4095.0-emu"));
	EXPECT_FALSE(links.find("db01-emu-of-15."));
	EXPECT_FALSE(links.find("production-db01-emu"));
}

} // namespace ringway::test
