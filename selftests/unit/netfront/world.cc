// SPDX-License-Identifier: GPL-2.0-only
// A vif before anything happens to it, and what must be so when all of it is over.
#include "machine.hpp"

using namespace ringway;
using namespace ringway::test;

namespace
{
constexpr u32 number(XenbusState state)
{
	return static_cast<u32>(state);
}
} // namespace

World::World()
{
	k.backend = {{"online", 1},
		     {"state", 2},
		     {"carrier", 1},
		     {"feature-rx-copy", 1},
		     {"feature-sg", 1},
		     {"feature-split-event-channels", 1},
		     {"feature-xdp-headroom", 1},
		     {"feature-ctrl-ring", 1},
		     {"multi-queue-max-queues", kQueues}};
	// A backend that is told goodbye answers, and lets go.
	k.on_sleep = [this] {
		k.backend["state"] = k.state;
		if (k.state == number(XenbusState::closed))
			for (Grant &grant : k.grants)
				grant.mapped = false;
	};
	vif = netfront_create(&k.host, kQueues);
	open(*this);
	EXPECT_TRUE(becomes_linked());
	attach_ends();
	for (u32 i = 0; i < kQueues; i++)
		poll(*this, i);
}

World::~World()
{
	if (vif)
		netfront_destroy(vif);
}

bool World::is_linked()
{
	const u32 state = k.backend["state"];
	return k.carrier && k.state == number(XenbusState::connected) &&
	       (state == number(XenbusState::connected) || state == number(XenbusState::reconfigured));
}

bool World::becomes_linked()
{
	for (u32 i = 0; i < 20 && !is_linked(); i++) {
		const u32 shows = k.backend["state"];
		switch (static_cast<XenbusState>(k.state)) {
		case XenbusState::initialising:
			backend(*this, XenbusState::init_wait);
			break;
		case XenbusState::connected:
			backend(*this, XenbusState::connected);
			break;
		case XenbusState::reconfiguring:
			backend(*this, XenbusState::reconfigured);
			break;
		case XenbusState::closing:
		case XenbusState::closed:
			if (!k.backend["online"] && shows == number(XenbusState::closed))
				return false;
			backend(*this, XenbusState::closed);
			later(*this);
			break;
		default:
			ADD_FAILURE() << "a state that no frontend shows: " << k.state;
		}
	}
	return is_linked();
}

// The backend reads where it was from the rings.
void World::attach_ends()
{
	for (Backend &end : this->end)
		end.connect();
	control = {};
	seen = control_page();
	EXPECT_TRUE(control.attach(seen->data).ok());
}

page *World::control_page() const
{
	return k.grants.at(k.ours.at("ctrl-ring-ref")).granted;
}

void World::come_to_rest()
{
	k.backend["carrier"] = 1;
	link_event(*this);
	for (u32 i = 0; i < 4; i++) {
		if (k.state == number(XenbusState::closed))
			backend(*this, XenbusState::closed); // in time
		run_works(*this);
		for (u32 q = 0; q < kQueues; q++)
			poll(*this, q);
	}
	EXPECT_EQ(k.fatal, "") << "given up, although the backend did nothing wrong";
	if (vif) {
		open(*this);
		if (becomes_linked()) {
			attach_ends();
			for (u32 i = 0; i < 8 && answer_control(*this); i++)
				control_later(*this);
			for (u32 q = 0; q < kQueues; q++)
				expect_traffic(q);
		} else {
			EXPECT_EQ(k.backend["online"], 0u) << "it stays away: shows " << k.state
							   << ", its backend " << k.backend["state"];
		}
		remove(*this);
	}
	expect_nothing_left();
}

void World::expect_traffic(u32 q)
{
	for (u32 i = 0; i < 3; i++) { // what waits goes first
		answer(*this, q);
		event(*this, q);
		poll(*this, q);
	}
	EXPECT_TRUE(k.host.queue[q].enabled);
	EXPECT_FALSE(k.host.queue[q].stopped) << "queue " << q << " does not send any more";
	send(*this, q);
	EXPECT_EQ(end[q].take_all().size(), 1u) << "queue " << q;
	const auto packets = k.host.queue[q].rx.packets + k.host.queue[q].rx.xdp_drop;
	end[q].connect();
	answer(*this, q);
	arrive(*this, q);
	event(*this, q);
	poll(*this, q);
	EXPECT_EQ(k.host.queue[q].rx.packets + k.host.queue[q].rx.xdp_drop, packets + 1) << "queue " << q;
}

void World::expect_nothing_left()
{
	EXPECT_EQ(k.granted(), 0u);
	EXPECT_EQ(k.reserved(), 0u);
	EXPECT_EQ(k.grants_left, limit);
	EXPECT_EQ(k.pages.size(), 0u);
	EXPECT_EQ(k.skbs.size(), 0u);
	EXPECT_EQ(k.custody.size(), 0u) << "a page was taken from a backend that was about to let go";
}
