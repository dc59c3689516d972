// SPDX-License-Identifier: GPL-2.0-only
#include "guest_test.hpp"
#include "verbs/check.hpp"

namespace ringway
{

class Check : public test::VifTest
{
protected:
	std::string all(bool root = true)
	{
		auto findings = check_host(world.host, root, "1.2.3");
		if (worth_going_on(findings)) {
			for (const Finding &finding : check_vifs(context)) {
				findings.push_back(finding);
			}
		}
		is_healthy = healthy(findings);
		return check_answer(findings).text;
	}
	void expect_problem(const std::string &part)
	{
		const std::string text = all();
		EXPECT_NE(text.find(part), std::string::npos) << text;
		EXPECT_FALSE(is_healthy) << text;
	}
	bool is_healthy = false;
};

TEST_F(Check, AHealthyHostIsOk)
{
	const std::string text = all();
	EXPECT_TRUE(is_healthy) << text;
	EXPECT_EQ(text.find("problem"), std::string::npos) << text;
}

// CL-18
TEST_F(Check, NamesWhatIsWrongWithTheHost)
{
	EXPECT_NE(all(false).find("not root"), std::string::npos);
	EXPECT_FALSE(is_healthy);
	world.remove_file("sys/bus/xen-backend/drivers/vif");
	expect_problem("modprobe");
	world.add_file("proc/xen/capabilities", "\n");
	expect_problem("dom0");
	world.remove_file("proc/xen/capabilities");
	world.remove_file("sys/hypervisor/type");
	expect_problem("does not run on Xen");
}

TEST_F(Check, TwoBackendsAreAWarning)
{
	world.add_file("sys/module/xen_netback/refcnt", "0");
	const std::string text = all();
	EXPECT_NE(text.find("modprobe -r xen_netback"), std::string::npos) << text;
	EXPECT_TRUE(is_healthy);
}

TEST_F(Check, ShowsVersions)
{
	expect_in("ok       ringway: version 1.2.3\n", all());
	EXPECT_EQ(all().find("bridge_lite"), std::string::npos) << "it is not loaded";
	world.add_file("sys/module/bridge_lite/version", "0.1.0\n");
	expect_in("ok       module bridge_lite: version 0.1.0\n", all());
	expect_in("ok       module ringway_netback: does not say its version\n", all());
}

TEST_F(Check, AModuleThatIsNotTheOneOnDiskIsAWarning)
{
	world.add_file("sys/module/bridge_lite/version", "0.1.0\n");
	world.add_module("bridge-lite", "0.1.0");
	expect_in("ok       module bridge_lite: version 0.1.0\n", all());
	world.add_module("bridge-lite", "0.2.0");
	const std::string text = all();
	expect_in("warning  module bridge_lite: version 0.1.0, but its file on disk is version 0.2.0\n",
		  text);
	expect_in("modprobe -r bridge_lite && modprobe bridge_lite", text);
	EXPECT_TRUE(is_healthy);
}

TEST_F(Check, NamesWhatIsWrongWithVifs)
{
	world.links.set_master(*world.links.find("vif3.0"), Link());
	expect_problem("ip link set vif3.0 master xenbr0");
	world.links.set_master(*world.links.find("vif3.0"), *world.links.find("xenbr0"));
	world.links.set_up(*world.links.find("vif3.0"), false);
	expect_problem("ip link set vif3.0 up");
	world.links.set_up(*world.links.find("vif3.0"), true);
	world.links.set_up(*world.links.find("xenbr0"), false);
	expect_problem("ip link set xenbr0 up");
	world.links.set_up(*world.links.find("xenbr0"), true);
	all();
	EXPECT_TRUE(is_healthy);
	world.backend_alive = false;
	world.store.put("/local/domain/0/backend/vif/3/0/state", "6");
	world.store.put("/local/domain/0/error/backend/vif/3/0/error", "22 \x1b[1mbad");
	expect_problem("22 \\x1b[1mbad");
	world.store.drop("/local/domain/3");
	expect_problem("ringway vif detach 3 0");
}

} // namespace ringway
