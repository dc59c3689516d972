// SPDX-License-Identifier: GPL-2.0-only
#include <gtest/gtest.h>
#include <sys/utsname.h>
#include "fake/world.hpp"

namespace ringway
{

using test::World;

TEST(HostFacts, SeesXenAndItsControlDomain)
{
	World world;
	EXPECT_TRUE(world.host.on_xen());
	EXPECT_TRUE(world.host.in_control_domain());
	world.add_file("proc/xen/capabilities", "");
	EXPECT_TRUE(world.host.on_xen());
	EXPECT_FALSE(world.host.in_control_domain());
	world.remove_file("proc");
	world.remove_file("sys");
	EXPECT_FALSE(world.host.on_xen());
}

TEST(HostFacts, NamesTheModuleBehindTheDriver)
{
	World world;
	EXPECT_EQ(world.host.backend_driver(), "ringway_netback");
	world.load_driver("xen_netback");
	EXPECT_EQ(world.host.backend_driver(), "xen_netback");
	world.remove_file("sys/bus/xen-backend/drivers/vif/module");
	EXPECT_EQ(world.host.backend_driver(), "built-in");
	world.remove_file("sys/bus/xen-backend/drivers/vif");
	EXPECT_EQ(world.host.backend_driver(), std::nullopt);
}

TEST(HostFacts, FindsADeviceByItsVifWhateverItsName)
{
	World world;
	EXPECT_EQ(world.host.vif_device(3, 0), std::nullopt);
	world.add_file("sys/bus/xen-backend/devices/vif-3-0/net/web0/ifindex", "7");
	EXPECT_EQ(world.host.vif_device(3, 0), "web0");
	EXPECT_EQ(world.host.vif_device(3, 1), std::nullopt);
}

TEST(HostFacts, KnowsWhichModulesCouldBeLoaded)
{
	World world;
	utsname names{};
	ASSERT_EQ(uname(&names), 0);
	world.add_file(std::string("lib/modules/") + names.release + "/modules.dep",
		       "kernel/drivers/net/xen-netback/xen-netback.ko.xz: kernel/x.ko\nupdates/other.ko: "
		       "updates/ringway-netback.ko\n");
	EXPECT_TRUE(world.host.module_available("xen-netback"));
	EXPECT_FALSE(world.host.module_available("ringway-netback")) << "named as somebody's need only";
}

TEST(HostFacts, ReadsTheVersionOutOfAModulesFile)
{
	World world;
	EXPECT_EQ(world.host.file_version("bridge_lite"), std::nullopt);
	world.add_module("bridge-lite", "0.1.0");
	EXPECT_EQ(world.host.file_version("bridge_lite"), "0.1.0");
	EXPECT_EQ(world.host.file_version("bridge"), std::nullopt) << "another module";
	EXPECT_EQ(world.host.loaded_version("bridge_lite"), std::nullopt);
	world.add_file("sys/module/bridge_lite/version", "0.2.0\n");
	EXPECT_EQ(world.host.loaded_version("bridge_lite"), "0.2.0");
}

TEST(HostFacts, TakesTheDefaultBridgeFromXlsConfiguration)
{
	World world;
	EXPECT_EQ(world.host.default_bridge(), "xenbr0");
	for (const auto &[text, bridge] : std::vector<std::pair<std::string, std::string>>{
		     {"vif.default.bridge=\"br1\"\n", "br1"},
		     {"# a comment\n\tvif.default.bridge = 'br1' # and one more\nautoballoon=\"auto\"\n",
		      "br1"},
		     {"#vif.default.bridge=\"br1\"\n", "xenbr0"},
		     {"vif.default.bridge=br1\n", "xenbr0"},
		     {"vif.default.bridge=\"br1; rm -rf\"\n", "xenbr0"},
		     {"vif.default.bridge=\"\"\n", "xenbr0"},
		     {"vif.default.bridge=\n", "xenbr0"},
		     {"vif.default.bridge=\"br1\n", "xenbr0"},
		     {"defaultbridge=\"br2\"\n", "br2"}}) {
		world.add_file("etc/xen/xl.conf", text);
		EXPECT_EQ(world.host.default_bridge(), bridge) << text;
	}
}

TEST(HostFacts, PrefersItsOwnScriptWhereInstalled)
{
	World world;
	EXPECT_EQ(world.host.hotplug_script(), "/etc/xen/scripts/vif-bridge");
	world.add_file("etc/xen/scripts/vif-bridge-lite", "#!/bin/bash\n");
	EXPECT_EQ(world.host.hotplug_script(), "/etc/xen/scripts/vif-bridge-lite");
}

} // namespace ringway
