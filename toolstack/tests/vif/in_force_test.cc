// SPDX-License-Identifier: GPL-2.0-only
//
// What is put in force again by itself, and what is the administrator's affair, or another command's.
#include "vif/in_force.hpp"
#include <fstream>
#include "guest_test.hpp"
#include "verbs/check.hpp"
#include "verbs/commands.hpp"
#include "verbs/limit.hpp"

namespace ringway
{

class InForce : public test::VifTest
{
protected:
	void set(const std::vector<std::string> &words) { vif_set(context, {}, "web", "0", words); }
	std::string findings(bool fix = false) { return check_answer(check_vifs(context, fix)).text; }
	test::PortPolicy &port(const std::string &name = "vif3.0") { return world.links.policies[name]; }
	void state(const std::string &text)
	{
		world.backend_alive = false;
		world.store.put("/local/domain/0/backend/vif/3/0/state", text);
	}
	void add_card(const std::string &name = "vif3.0-emu")
	{
		world.links.add(name, "tun");
		world.links.at(name).master = world.links.at("xenbr0").index;
	}
	void remove_card(const std::string &name = "vif3.0-emu")
	{
		std::erase_if(world.links.all, [&](const Link &link) { return link.name == name; });
	}
};

TEST_F(InForce, TheVifGetsTheAddressesOfACardThatWent)
{
	add_card();
	state("2");
	set({"mac_lock=on", "ip=10.0.0.1"});
	ASSERT_FALSE(port().has_mac);
	remove_card();
	port().isolated = true; // bridge(8)'s
	emulated_card_went(context, "vif3.0-emu");
	EXPECT_TRUE(port().has_mac && port().isolated);
	EXPECT_EQ(port().ip_lock, IpLock{"10.0.0.1"});
	EXPECT_TRUE(world.links.at("vif3.0").up);
}

TEST_F(InForce, AlsoOfOneWithANameOfItsOwn)
{
	attach_vif("mac=00:16:3e:00:00:02,vifname=front");
	add_card("front-emu");
	vif_set(context, {}, "web", "1", {"mac_lock=on"});
	port("front").has_mac = false;
	remove_card("front-emu");
	emulated_card_went(context, "front-emu");
	EXPECT_TRUE(port("front").has_mac);
}

// What the administrator shut stays shut, whoever's card goes.
TEST_F(InForce, APortThatIsDownOrOutsideItsBridgeStaysSoWhenACardGoes)
{
	attach_vif("mac=00:16:3e:00:00:02");
	set({"mac_lock=on"});
	port().has_mac = false;
	for (const std::string card : {"vif3.0-emu", "vif3.1-emu", "vif9.0-emu", "-emu", ""}) {
		world.links.at("vif3.0").up = false;
		emulated_card_went(context, card);
		EXPECT_FALSE(world.links.at("vif3.0").up) << card;
		EXPECT_EQ(port().has_mac, card == "vif3.0-emu") << card;
		port().has_mac = false;
		world.links.at("vif3.0").master = 0;
		emulated_card_went(context, card);
		EXPECT_EQ(world.links.at("vif3.0").master, 0) << card;
		EXPECT_FALSE(world.links.at("vif3.0").up) << card;
		EXPECT_FALSE(port().has_mac) << card;
		world.links.at("vif3.0").master = world.links.at("xenbr0").index;
	}
	std::ifstream in(RINGWAY_TOP "/packaging/udev/70-ringway.rules");
	expect_in("check --card-gone=$env{INTERFACE}", {std::istreambuf_iterator<char>(in), {}});
}

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
		emulated_card_went(context, "vif3.0-emu");
		EXPECT_EQ(world.links.at("vif3.0").master, 0);
		EXPECT_FALSE(world.links.at("vif3.0").up);
		EXPECT_TRUE(world.links.policies.empty());
	}
	world.store.put(status, "connected");
	expect_in("put in force again", findings(true));
	EXPECT_TRUE(world.links.at("vif3.0").up && port().has_mac);
}

// libxl makes the vif anew from its own configuration, which has no limits of `vif limit`. On an ordinary
// bridge too, whatever else cannot be in force there.
TEST_F(InForce, LimitsThatWereLostAreNamedAndMended)
{
	const auto lose = [&] {
		for (const std::string place :
		     {"/local/domain/0/backend/vif/3/0/", "/libxl/3/device/vif/0/"}) {
			world.store.drop(place + "rate");
		}
	};
	vif_limit(context, {}, "web", "0", {"rate=10Mb/s"});
	EXPECT_EQ(findings().find("rate"), std::string::npos) << findings();
	for (const char *kind : {"brlite", "bridge"}) {
		world.links.at("xenbr0").kind = kind;
		lose();
		expect_in("problem  policy of vif 3.0: rate should be 10Mb/s and is none\n", findings());
		expect_in("put in force again", findings(true));
		EXPECT_EQ(node("rate"), "62500,50000");
	}
	world.links.at("xenbr0").kind = "brlite";
	set({"isolated=on"});
	world.links.at("xenbr0").kind = "bridge";
	lose();
	const std::string said = refusal([&] { set({}); });
	EXPECT_EQ(node("rate"), "62500,50000");
	EXPECT_EQ(refused_with, Exit::host);
	const std::string first = said.substr(0, said.find("what is wanted"));
	ASSERT_EQ(first, "only a brlite bridge can do ");
	std::ifstream in(RINGWAY_TOP "/packaging/scripts/vif-post.d/ringway.hook");
	expect_in("\"ringway: " + first + "\"*", {std::istreambuf_iterator<char>(in), {}});
}

} // namespace ringway
