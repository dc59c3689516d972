// SPDX-License-Identifier: GPL-2.0-only
// Interrupt mitigation: what waits, for how long, and that nothing waits for ever.
#include "fake.hpp"

using namespace ringway;
using namespace ringway::test;

namespace
{
class Coalesced : public TwoGuests
{
protected:
	void SetUp() override
	{
		TwoGuests::SetUp();
		b.post_buffers(250);
		host->settle();
	}
	void from_guest(u32 micros, u32 slots) { set(a, {micros, slots, 0, 0}); }
	void to_guest(u32 micros, u32 slots) { set(b, {0, 0, micros, slots}); }
	static void set(Guest &guest, netback_coalesce wanted)
	{
		netback_set_coalesce(guest.dev.vif, &wanted);
		netback_coalesce now{};
		netback_get_coalesce(guest.dev.vif, &now);
		EXPECT_EQ(std::memcmp(&now, &wanted, sizeof now), 0);
	}
	size_t send(u32 n)
	{
		for (u32 i = 0; i < n; i++)
			a.send(make_frame(100, i));
		host->settle();
		return b.receive().size();
	}
	size_t later(u64 micros)
	{
		host->micros += micros;
		host->settle();
		return b.receive().size();
	}
	u32 wakeups() { return b.back().host->to_guest.notified; }
	// The guest looks at its ring and asks for the next event.
	void b_rests() { b.queue[0].rx.ask_response_event(); }
};

TEST_F(Coalesced, OffByDefault)
{
	netback_coalesce now{1, 1, 1, 1};
	netback_get_coalesce(a.dev.vif, &now);
	EXPECT_EQ(now.from_guest_micros | now.from_guest_slots | now.to_guest_micros | now.to_guest_slots,
		  0u);
	EXPECT_EQ(send(1), 1u);
	EXPECT_EQ(send(1), 1u);
	EXPECT_EQ(a.back().host->from_guest.hold | b.back().host->to_guest.hold, 0u);
}

// The first packet after silence is not delayed, what follows waits for the time or the number.
TEST_F(Coalesced, FromGuestTheFirstIsNotDelayed)
{
	from_guest(100, 8);
	EXPECT_EQ(send(1), 1u);
	EXPECT_EQ(send(1), 0u);
	EXPECT_EQ(later(99), 0u);
	EXPECT_EQ(later(1), 1u);
	EXPECT_EQ(later(100), 0u); // found nothing: silence
	EXPECT_EQ(send(1), 1u);
}

TEST_F(Coalesced, FromGuestTheNumberEndsTheWait)
{
	from_guest(100, 8);
	EXPECT_EQ(send(1), 1u);
	EXPECT_EQ(send(7), 0u);
	EXPECT_EQ(send(1), 8u);
	EXPECT_GE(a.back().from_guest_stats.held, 2u);
}

// A stream of one packet every 10 us costs an interrupt or a timer per 100 us, and arrives whole.
TEST_F(Coalesced, AStreamCostsFewerPolls)
{
	from_guest(100, 128);
	u64 got = send(1);
	const u64 before = a.back().from_guest_stats.batches;
	for (u32 i = 0; i < 200; i++) {
		a.send(make_frame(100, i));
		got += later(10);
		a.responses();
		if (b.queue[0].rx.free_slots() > 100)
			b.post_buffers(100);
	}
	got += later(100);
	EXPECT_EQ(got, 201u);
	EXPECT_LE(a.back().from_guest_stats.batches - before, 22u);
}

TEST_F(Coalesced, ToGuestWaitsForTheNumberOrTheTime)
{
	to_guest(100, 4);
	const u32 before = wakeups();
	b_rests();
	send(1);
	EXPECT_EQ(wakeups(), before);
	send(2);
	EXPECT_EQ(wakeups(), before);
	send(1);
	EXPECT_EQ(wakeups(), before + 1);
	b_rests();
	send(1);
	EXPECT_EQ(wakeups(), before + 1);
	later(99);
	EXPECT_EQ(wakeups(), before + 1);
	later(1);
	EXPECT_EQ(wakeups(), before + 2);
	later(1000);
	EXPECT_EQ(wakeups(), before + 2);
}

// A guest that is awake did not ask to be woken, and is not.
TEST_F(Coalesced, ToGuestOnlyWhenItAsked)
{
	to_guest(100, 4);
	b_rests();
	send(1);
	later(100);
	const u32 before = wakeups();
	b.queue[0].rx.ask_response_event(200);
	send(20);
	later(1000);
	EXPECT_EQ(wakeups(), before);
}

// Switched off while an event is held: the next push or the timer still delivers it.
TEST_F(Coalesced, ToGuestSwitchedOffWhileHolding)
{
	to_guest(100, 4);
	b_rests();
	const u32 before = wakeups();
	send(1);
	to_guest(0, 0);
	EXPECT_EQ(wakeups(), before);
	send(1);
	EXPECT_EQ(wakeups(), before + 1);
	b_rests();
	send(1);
	EXPECT_EQ(wakeups(), before + 2);
	later(100); // the old timer: nothing is held any more
	EXPECT_EQ(wakeups(), before + 2);
}

TEST_F(Coalesced, DisconnectWhileHolding)
{
	from_guest(100, 8);
	to_guest(100, 8);
	send(2);
	a.frontend_state(XenbusState::closing);
	b.frontend_state(XenbusState::closing);
	host->settle();
	later(1000);
	EXPECT_EQ(a.dev.disconnects, 1u);
}
} // namespace
