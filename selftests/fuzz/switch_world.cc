// SPDX-License-Identifier: GPL-2.0-only
#define brlite_port switch_port // another type than the fake kernel's
#include "switch_env.hpp"
#include "switch_world.hpp"
#include <memory>

using namespace ringway;
using namespace ringway::brlite;
using namespace ringway::fuzz;

struct SwitchWorld::Inside {
	std::unique_ptr<FdbBucket[]> buckets{new FdbBucket[Fdb::buckets_for(kLimit)]()};
	Switch<Env> made;
	Port port[kPorts + 1] = {}; // this host's first
	brlite_counters counters{};
};

SwitchWorld::SwitchWorld() : inside_(new Inside)
{
	seconds = 1000;
	inside_->made.init(inside_->buckets.get(), kLimit, 0, nullptr,
			   {0x9e3779b97f4a7c15, 0xbf58476d1ce4e5b9});
	inside_->made.set_ageing(300);
	for (Port &port : inside_->port) {
		port.counters = &inside_->counters;
		port.max_frame = ~0u;
		port.learn_limit = kPortLimit;
		(void)inside_->made.attach(port, &port == inside_->port);
		inside_->made.set_up(port, true);
	}
}

SwitchWorld::~SwitchWorld()
{
	delete inside_;
}

Judged SwitchWorld::judge(u32 in, const void *data, u32 len, u16 staged, u16 flags)
{
	const Frame frame{data, len, staged, flags};
	Verdict verdict{};
	inside_->made.classify(inside_->port[in + 1], &frame, &verdict, 1);
	return {verdict.action, verdict.reason, verdict.flags,
		verdict.port ? verdict.port->index - 1u : kPorts};
}

void SwitchWorld::pass(u32 more)
{
	seconds += more;
	inside_->made.age();
}

bool SwitchWorld::within_limits() const
{
	bool fine = inside_->made.entries() <= kLimit;
	for (const Port &port : inside_->port)
		fine &= port.learned <= kPortLimit;
	return fine;
}
