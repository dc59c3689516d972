// SPDX-License-Identifier: GPL-2.0-only
//
// Two vifs of one guest with one address, each on its own bridge: what is kept of one would be the other's.
#include "attach_fixture.hpp"
#include "verbs/commands.hpp"
#include "verbs/limit.hpp"
#include "vif/detach.hpp"

namespace ringway
{

class Twin : public Attach
{
protected:
	Twin() { world.links.add("xenbr1", "brlite"); }
	bool kept() { return std::filesystem::exists(world.root / World::policy_file(3)); }
};

TEST_F(Twin, IsNotAttached)
{
	go();
	expect_in("mac 00:16:3e:00:00:01: vif 3.0, of the same guest, has it on bridge xenbr0",
		  fails(Exit::conflict, "mac=00:16:3e:00:00:01,bridge=xenbr1"));
	world.add_domain(4, "db");
	EXPECT_EQ(go("mac=00:16:3e:00:00:01,bridge=xenbr1", "db").domid, 4u) << "of another guest it is";
}

// As xl makes it.
TEST_F(Twin, HasNothingKeptForItAlone)
{
	go();
	vif_set(context, {}, "web", "0", {"isolated=on"});
	go("mac=00:16:3e:00:00:02,bridge=xenbr1");
	world.store.put("/libxl/3/device/vif/1/mac", "00:16:3e:00:00:01");
	for (const char *vif : {"0", "1"}) {
		expect_in("of the same guest, has its address 00:16:3e:00:00:01 too",
			  refusal([&] { vif_set(context, {}, "web", vif, {"mac_lock=on"}); }));
		EXPECT_EQ(refused_with, Exit::conflict);
		refusal([&] { vif_limit(context, {}, "web", vif, {"pps=5"}); });
		EXPECT_EQ(refused_with, Exit::conflict);
		Output dry;
		dry.dry_run = true;
		refusal([&] { vif_set(context, dry, "web", vif, {"isolated=default"}); });
		EXPECT_EQ(refused_with, Exit::conflict);
	}
	detach(context, "web", "1", {});
	EXPECT_TRUE(kept()) << "it is the other one's";
	vif_set(context, {}, "web", "0", {"mac_lock=on"});
	detach(context, "web", "0", {});
	EXPECT_FALSE(kept());
}

} // namespace ringway
