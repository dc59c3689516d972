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

} // namespace ringway
