// SPDX-License-Identifier: GPL-2.0-only
// ringway perf [-t SECONDS] [--compare FILE] [--record FILE] [--frequency HZ]

#include <memory>
#include "context/interrupts.hpp"
#include "line/line.hpp"
#include "verbs/perf.hpp"
#include "world/perf_events.hpp"
#include "world/world.hpp"
#include "world/xen_times.hpp"

namespace ringway
{

void add_perf(CLI::App &app, Line &line)
{
	CLI::App *verb =
		app.add_subcommand("perf", "Measure what a packet costs this host and its guests now")
			->fallthrough();
	const auto typed = std::make_shared<PerfOptions>();
	verb->add_option("-t,--time", typed->seconds, "Seconds to measure (5)")
		->check(CLI::Range(1u, longest_timeout));
	verb->add_option("--compare", typed->compare,
			 "Put an earlier run beside it, saved from 'ringway -j perf'");
	verb->add_option("--record", typed->record, "Leave what was sampled in this file, for perf(1)");
	verb->add_option("--frequency", typed->frequency, "Samples a second and CPU (199)")
		->check(CLI::Range(1u, 10'000u));
	verb->callback([&line, typed] {
		line.run = [&line, typed] {
			World world;
			Context context = world.open();
			LibXenTimes times(context.host.root());
			PerfEvents profiler(online_cpus(context.host.root()), typed->frequency);
			print(line.output, perf(context, line.output, times, profiler, *typed));
			return static_cast<int>(Exit::ok);
		};
	});
}

} // namespace ringway
