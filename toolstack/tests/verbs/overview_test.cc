// SPDX-License-Identifier: GPL-2.0-only
#include "guest_test.hpp"
#include "verbs/overview.hpp"

namespace ringway
{

namespace
{

Overview host_that_is_well()
{
	Overview out;
	out.version = "1.2.3";
	out.driver = "ringway_netback";
	out.links.emplace();
	for (const auto &[index, name, kind, master] :
	     {std::tuple(2, "xenbr0", "brlite", 0), std::tuple(3, "eth0", "", 2),
	      std::tuple(4, "vif1.0", "", 2)}) {
		Link link;
		link.index = index;
		link.name = name;
		link.kind = kind;
		link.master = master;
		out.links->push_back(link);
	}
	out.vifs = 3;
	out.guests = 2;
	out.findings = {{Level::ok, "Xen", "control domain", ""}};
	return out;
}

void expect_said(const std::string &part, const Overview &seen)
{
	const std::string text = overview_text(seen);
	EXPECT_NE(text.find(part), text.npos) << text;
}

} // namespace

TEST(OverviewTest, OfAHostThatIsWell)
{
	EXPECT_EQ(overview_text(host_that_is_well()),
		  "ringway 1.2.3\n"
		  "    driver   Ringway (ringway_netback)\n"
		  "    bridges  xenbr0 (brlite, 2 ports)\n"
		  "    vifs     3, of 2 guests\n"
		  "    check    all is well\n"
		  "\n"
		  "    ringway vif list                         each interface of each guest\n"
		  "    ringway top                              what they do now\n"
		  "    ringway bridge show                      bridges with their settings and ports\n"
		  "    ringway help                             all commands; see ringway(8)\n");
}

TEST(OverviewTest, NamesTheFirstProblem)
{
	Overview seen = host_that_is_well();
	seen.findings.push_back({Level::warning, "module", "older", "reload it"});
	expect_said("check    0 problems, 1 warning; the first: module: older\n", seen);
	seen.findings.push_back({Level::problem, "vif 3.0", "it is down", "up"});
	expect_said("check    1 problem, 1 warning; the first: vif 3.0: it is down\n", seen);
	expect_said("\n    ringway check ", seen);
}

TEST(OverviewTest, WithTheStockDriverAndNoVifs)
{
	Overview seen = host_that_is_well();
	seen.driver = "xen_netback";
	seen.vifs = seen.guests = 0;
	seen.links->clear();
	expect_said("driver   the stock one (xen_netback)\n    bridges  none\n    vifs     none\n", seen);
	expect_said("ringway -N use ringway", seen);
	expect_said("ringway vif attach GUEST", seen);
}

TEST(OverviewTest, WithoutRootOrXenItSaysSo)
{
	test::World world;
	Overview seen = host_that_is_well();
	seen.vifs = seen.guests = std::nullopt;
	seen.findings = check_host(world.host, false, "1.2.3");
	expect_said("vifs     not known: not root\n", seen);
	expect_said("\n    sudo ringway ", seen);
	world.remove_file("proc/xen/capabilities");
	world.remove_file("sys/hypervisor/type");
	seen.driver.reset();
	seen.links.reset();
	seen.findings = check_host(world.host, true, "1.2.3");
	expect_said("driver   no vif backend driver is loaded\n", seen);
	expect_said("bridges  not known", seen);
	expect_said("vifs     not known: this system does not run on Xen\n", seen);
	expect_said("\n    ringway check ", seen);
}

} // namespace ringway
