// SPDX-License-Identifier: GPL-2.0-only
// ringway monitor [-n EVENTS] [-t SECONDS]

#include <memory>
#include "line/line.hpp"
#include "verbs/monitor.hpp"
#include "world/nl_events.hpp"
#include "world/world.hpp"

namespace ringway
{

namespace
{

Millis wall_clock()
{
	return std::chrono::duration_cast<Millis>(std::chrono::system_clock::now().time_since_epoch());
}

} // namespace

void add_monitor(CLI::App &app, Line &line)
{
	CLI::App *verb =
		app.add_subcommand("monitor", "Print what happens to vifs, bridges and ports, as it happens")
			->fallthrough();
	const auto typed = std::make_shared<MonitorOptions>();
	verb->add_option("-n,--events", typed->count, "End after so many events")
		->check(CLI::Range(1u, 1'000'000'000u));
	verb->add_option("-t,--timeout", typed->seconds, "End after so many seconds")
		->check(CLI::Range(1u, longest_timeout));
	verb->callback([&line, typed] {
		line.run = [&line, typed] {
			Output output = line.output;
			output.pretty = false; // one event, one line
			World world;
			Context context = world.open();
			NlEvents links;
			typed->wall = wall_clock;
			monitor(context, world.watches(), links, *typed,
				[&output](const Answer &answer) { print(output, answer); });
			return static_cast<int>(Exit::ok);
		};
	});
}

} // namespace ringway
