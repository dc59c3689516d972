// SPDX-License-Identifier: GPL-2.0-only
#include "verbs/apply_fixture.hpp"

namespace ringway
{

using test::Words;

class ApplyStop : public test::ApplyTest
{
};

TEST_F(ApplyStop, ASignalLeavesTheRestAsItIs)
{
	world.add_domain(4, "db", test::Guest::silent); // that is waited for
	world.clock.interrupt_at = world.clock.time + std::chrono::seconds(1);
	const Applied done = apply_text(R"(
[[vif]]
guest = "db"
mac = "00:16:3e:00:00:07"
bridge = "xenbr0"
[[vif]]
guest = "web"
mac = "00:16:3e:00:00:02"
bridge = "xenbr0"
[[vif]]
guest = "web"
mac = "00:16:3e:00:00:03"
bridge = "xenbr0"
)");
	EXPECT_EQ(done.code, Exit::failed);
	EXPECT_EQ(actions(done), (Words{"fail", "fail", "fail"})) << done.answer.text;
	EXPECT_EQ(done.answer.json["objects"][1]["error"]["message"], "interrupted");
	expect_in("! vif web 00:16:3e:00:00:03: interrupted\n", done.answer.text);
	EXPECT_FALSE(read_record(world.store, 3, 1));
}

} // namespace ringway
