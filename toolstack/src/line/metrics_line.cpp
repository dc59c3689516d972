// SPDX-License-Identifier: GPL-2.0-only
// ringway metrics [-o FILE]

#include <memory>
#include "line/line.hpp"
#include "verbs/metrics.hpp"
#include "world/world.hpp"

namespace ringway
{

void add_metrics(CLI::App &app, Line &line)
{
	CLI::App *verb =
		app.add_subcommand("metrics", "Print what passed all vifs and bridges, for Prometheus")
			->fallthrough();
	const auto file = std::make_shared<std::string>();
	verb->add_option("-o,--output", *file, "Replace this file in one step instead of printing");
	verb->callback([&line, file] {
		line.run = [&line, file] {
			World world;
			Context context = world.open();
			if (file->empty() || line.output.dry_run) {
				print(printed(line.output, metrics(context)));
			} else {
				print(line.output, metrics_into(context, line.output, *file));
			}
			return static_cast<int>(Exit::ok);
		};
	});
}

} // namespace ringway
