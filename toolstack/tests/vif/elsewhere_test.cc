// SPDX-License-Identifier: GPL-2.0-only
//
// Vifs whose backend, and whose bridge, are in a driver domain.
#include "guest_test.hpp"
#include "verbs/commands.hpp"
#include "verbs/vif_ensure.hpp"
#include "vif/ensure.hpp"

namespace ringway
{

class Elsewhere : public test::GuestTest
{
protected:
	Elsewhere() { world.add_domain(5, "net"); }
	static AttachOptions no_wait() { return {Millis(5000), false}; }
	std::string planned(const KeyValues &words)
	{
		VifWish wish = VifWish::of("web", VifSpec::parse("mac=00:16:3e:00:00:01,backend=net"));
		wish.words = words;
		return refusal([&] { (void)plan_ensure(context, wish); });
	}
};

// It would be kept on this host's disk, and be in force nowhere.
TEST_F(Elsewhere, APolicyIsRefusedBeforeAnythingIsChanged)
{
	for (const bool there : {false, true}) {
		for (const auto &[key, value] :
		     KeyValues{{"mac_lock", "on"}, {"isolated", "on"}, {"broadcast", "200/50"}}) {
			expect_in(key + " '" + value +
					  "': the vif's backend is domain 5, and so is its bridge",
				  planned({{key, value}, {"rate", "10Mb/s"}}));
			EXPECT_EQ(refused_with, Exit::usage);
		}
		EXPECT_EQ(planned({{"mac_lock", "off"}, {"rate", "10Mb/s"}}), "(accepted)");
		attach_vif("mac=00:16:3e:00:00:0" + std::string(there ? "2" : "1") + ",backend=net",
			   no_wait());
	}
	expect_in("bridge(8)", refusal([&] { vif_set(context, {}, "web", "0", {"isolated=on"}); }));
	EXPECT_FALSE(std::filesystem::exists(world.root / world.policy_file(3)));
}

TEST_F(Elsewhere, WhoLocksAPortToItsAddressesIsSaid)
{
	attach_vif("mac=00:16:3e:00:00:01,backend=net,ip=192.0.2.7", no_wait());
	ASSERT_EQ(world.notes.size(), 1u);
	expect_in("ip '192.0.2.7': whether the port is locked to it is up to domain", world.notes[0]);
	expect_in("net", world.notes[0]);
	const VifSpec again = VifSpec::parse("mac=00:16:3e:00:00:01,backend=net,ip=192.0.2.7");
	EXPECT_EQ(vif_ensure(context, {}, "web", again, no_wait()).json.at("action"), "none");
}

TEST_F(Elsewhere, TheBackendOfXlConfIsThatOfWhoNamesNone)
{
	world.add_file("etc/xen/xl.conf", "vif.default.backend=\"net\"\n");
	EXPECT_EQ(attach_vif("mac=00:16:3e:00:00:01", no_wait()).backend, 5u);
	EXPECT_EQ(attach_vif("mac=00:16:3e:00:00:02,backend=0", no_wait()).backend, 0u);
	const std::string third = "mac=00:16:3e:00:00:03";
	vif_ensure(context, {}, "web", VifSpec::parse(third), no_wait());
	EXPECT_EQ(find_record(world.store, 3, third.substr(4)).backend, 5u);
	Output dry;
	dry.dry_run = true;
	expect_in("/local/domain/5/backend/vif/3/3",
		  vif_attach(context, dry, "web", VifSpec::parse("mac=00:16:3e:00:00:04"), {}).text);
	world.add_file("etc/xen/xl.conf", "vif.default.backend=\"gone\"\n");
	expect_in("'gone'", refusal([&] { attach_vif("mac=00:16:3e:00:00:05", no_wait()); }));
}

} // namespace ringway
