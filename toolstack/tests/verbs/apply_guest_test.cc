// SPDX-License-Identifier: GPL-2.0-only
// Guests that are called by a number, or are not there yet.
#include "verbs/apply_fixture.hpp"

namespace ringway
{

using test::Words;

class ApplyGuest : public test::ApplyTest
{
};

TEST_F(ApplyGuest, AGuestIsKnownByItsNameAlsoWhereThatIsANumber)
{
	const std::string text = R"(
[[vif]]
guest = "3"
mac = "00:16:3e:00:00:07"
bridge = "xenbr0"
)";
	const Applied skipped = apply_text(text); // domain 3 is called "web"
	EXPECT_EQ(actions(skipped), (Words{"skip"}));
	expect_in("domain '3' is not running", skipped.answer.text);
	EXPECT_FALSE(read_record(world.store, 3, 1));
	world.add_domain(4, "3");
	const Applied done = apply_text(text);
	EXPECT_EQ(done.code, Exit::ok) << done.answer.text;
	EXPECT_FALSE(read_record(world.store, 3, 1));
	const auto record = read_record(world.store, 4, 0);
	ASSERT_TRUE(record);
	EXPECT_EQ(record->mac->text(), "00:16:3e:00:00:07");
	expect_done(text);
}

// At boot the host is made what the file says before any guest runs.
TEST_F(ApplyGuest, AnUplinkJoinsAlsoWhenItsMirrorIsNotThere)
{
	const std::string text = R"(
[[uplink]]
device = "eth1"
bridge = "xenbr0"
broadcast = 100
mirror = "vif9.0"
)";
	const std::string said =
		"uplink 'eth1': mirror 'vif9.0': not another port of xenbr0, so nothing is copied";
	diff(text);
	ASSERT_FALSE(world.notes.empty());
	expect_in(said, world.notes.back());
	world.notes.clear();
	const Applied done = apply_text(text);
	EXPECT_EQ(done.code, Exit::ok) << done.answer.text;
	ASSERT_FALSE(world.notes.empty());
	expect_in(said, world.notes.back());
	EXPECT_EQ(world.links.at("eth1").master, world.links.at("xenbr0").index);
	EXPECT_EQ(world.links.policies["eth1"].storm.broadcast.rate, 100u);
	EXPECT_EQ(world.links.policies["eth1"].mirror_to, 0);
	expect_done(text);

	world.add_domain(9, "sensor");
	attach_vif("mac=00:16:3e:00:00:09", {}, "sensor");
	EXPECT_EQ(changes(apply_text(text)), (std::vector<Change>{{"mirror", "none", "vif9.0"}}));
	EXPECT_EQ(world.links.policies["eth1"].mirror_to, world.links.at("vif9.0").index);
	expect_done(text);
}

} // namespace ringway
