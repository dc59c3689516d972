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

} // namespace ringway
