// SPDX-License-Identifier: GPL-2.0-only
// Two vifs before anything happens to them, and what must be so when all of it is over.
#include "operations.hpp"

using namespace ringway;
using namespace ringway::test;

World::World()
{
	control.init(control_page.data(), 0);
	b.dev.ctrl_page = control_page.data();
	a_control.init(a_control_page.data(), 0);
	a.dev.ctrl_page = a_control_page.data();
	b.dev.frontend.queues = 1;
	a.connect();
	b.connect();
	a.join_switch([this](const brlite_frame &) {
		if (!b.port.owner)
			return brlite_verdict{BRLITE_DROP, 0, 0, 0, nullptr, nullptr};
		return brlite_verdict{BRLITE_PORT, BRLITE_FORWARDED, 0, 0, b.port.owner, &b.port};
	});
	b.join_switch([](const brlite_frame &) { return brlite_verdict{}; });
	b.post_buffers(16);
	for (u32 i = 0; i < 3; i++)
		a.post(make_frame(i == 2 ? 1400 : 64, i));
	a.push();
}

void World::come_to_rest()
{
	for (Guest *g : {&a, &b}) {
		g->dev.watched = false;
		if (g->dev.vif) {
			for (u32 which = 0; which < NETBACK_LIMITS; which++)
				netback_set_limit(g->dev.vif, which, nullptr);
			const netback_coalesce off{};
			netback_set_coalesce(g->dev.vif, &off);
		}
	}
	host->settle();
	host->micros += 2000000;
	host->jiffies += 2000;
	host->settle();
	for (const Guest *g : {&a, &b})
		if (!g->dev.vif || g->dev.vif->disabled.load() || !g->dev.vif->running.load())
			return;
	if (!b.port.owner || a.dev.vif->port.load() == nullptr)
		return;
	const u32 queues = b.dev.vif->queue_count.load();
	const auto receive = [&] {
		size_t came = 0;
		for (u32 q = 0; q < queues; q++)
			came += b.receive(q).size();
		return came;
	};
	// What waits goes first; a carrier that went comes back with the buffers.
	for (size_t i = 0, came = 1; i < 60 && came; i++) {
		a.responses();
		for (u32 q = 0; q < queues; q++)
			b.post_buffers(8, q);
		host->jiffies += 1000;
		host->settle();
		came = receive();
	}
	EXPECT_TRUE(b.dev.carrier) << "no carrier, although it has buffers";
	// On the CPUs that took part, too: each has pages of its own for packets on their way.
	for (const u32 cpu : {host->cpu, kFirstCpu, kFirstCpu + 1}) {
		host->cpu = cpu;
		a.send(make_frame(64, 77));
		host->settle();
		EXPECT_EQ(receive(), 1u) << "a packet that got lost, or waits for ever (CPU " << cpu << ")";
	}
}
