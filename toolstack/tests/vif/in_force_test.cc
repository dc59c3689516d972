// SPDX-License-Identifier: GPL-2.0-only
//
// What is put in force again by itself, and what is the administrator's affair, or another command's.
#include "vif/in_force.hpp"
#include "guest_test.hpp"
#include "verbs/check.hpp"
#include "verbs/commands.hpp"

namespace ringway
{

class InForce : public test::VifTest
{
protected:
	void set(const std::vector<std::string> &words) { vif_set(context, {}, "web", "0", words); }
	std::string findings(bool fix = false) { return check_answer(check_vifs(context, fix)).text; }
	test::PortPolicy &port(const std::string &name = "vif3.0") { return world.links.policies[name]; }
};

// The device is there before its script, or another command, has put it into the bridge.
TEST_F(InForce, AVifThatIsBeingWiredUpIsLeftAlone)
{
	set({"mac_lock=on"});
	const std::string status = "/local/domain/0/backend/vif/3/0/hotplug-status";
	for (const char *meanwhile : {"", "error"}) {
		world.store.put(status, meanwhile);
		world.links.policies.clear();
		world.links.at("vif3.0").master = 0;
		world.links.at("vif3.0").up = false;
		EXPECT_EQ(findings(true).find("put in force"), std::string::npos);
		EXPECT_EQ(findings().find("problem  policy"), std::string::npos) << findings();
		EXPECT_EQ(world.links.at("vif3.0").master, 0);
		EXPECT_FALSE(world.links.at("vif3.0").up);
		EXPECT_TRUE(world.links.policies.empty());
	}
	world.store.put(status, "connected");
	expect_in("put in force again", findings(true));
	EXPECT_TRUE(world.links.at("vif3.0").up && port().has_mac);
}

} // namespace ringway
