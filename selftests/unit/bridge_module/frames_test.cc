// SPDX-License-Identifier: GPL-2.0-only
// Frames that Linux hands over in another shape than a NIC's driver does.
#include "settings_of.hpp"

using namespace ringway;
using namespace ringway::test;

namespace
{
// A VLAN device with reorder_hdr off, while bridge.ko is there: Linux puts the tag in front of the data
// again.
TEST(Frames, ATagThatThePortsDevicePutBackIsNotSeen)
{
	World w;
	const FrameBytes whole = frame(kStationA, kFar);
	std::vector<FrameBytes> seen;
	w.linux_.on_the_wire = [&](const sk_buff &skb) { seen.emplace_back(skb.data, skb.data + skb.len); };
	for (const bool puts_tag_back : {false, true}) {
		sk_buff *skb = linux_skb_new(static_cast<u32>(whole.size()));
		memcpy(skb->data, whole.data(), whole.size());
		w.linux_.receive(w.linux_.find("eth0"), skb, puts_tag_back);
	}
	ASSERT_EQ(seen.size(), 2u);
	EXPECT_EQ(seen[0], whole);
	EXPECT_EQ(seen[1], whole);
}
} // namespace
