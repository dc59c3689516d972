// SPDX-License-Identifier: GPL-2.0-only
// Receiving through a linked vif.
#pragma once
#include "linked.hpp"

namespace ringway::test
{
class RxTest : public LinkedVif
{
protected:
	RxTest() : LinkedVif("feature-split-event-channels") {}

	// A response that a well-meaning backend would not write.
	void respond(s16 status, u16 offset = 0, u16 flags = 0)
	{
		ASSERT_GT(b.rx.unconsumed().value(), 0u);
		b.rx.consume(1);
		b.rx.respond(RxResponse{0, offset, flags, status});
	}
	void respond_extra(u8 type, u8 flags = 0, u16 size = 1448, u8 gso_type = 1)
	{
		b.rx.consume(1);
		ExtraInfo extra{};
		extra.type = type;
		extra.flags = flags;
		extra.u.gso.size = size;
		extra.u.gso.type = gso_type;
		b.rx.respond(extra);
	}
	// The ring is still in step: an honest packet arrives whole.
	void expect_in_step()
	{
		drop_received();
		b.send(pattern(777, 9));
		b.rx.push_responses();
		poll();
		ASSERT_EQ(q.received.size(), 1u);
		EXPECT_EQ(q.received[0]->bytes(), pattern(777, 9));
		EXPECT_EQ(k.complaint, "");
	}
	u64 bad() const { return q.rx.bad_slot + q.rx.bad_extra + q.rx.bad_frame; }
};
} // namespace ringway::test
