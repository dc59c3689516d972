// SPDX-License-Identifier: GPL-2.0-only
// ringway metrics [-o FILE]

#include <memory>
#include "context/whole_file.hpp"
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
			const std::string text = printed(line.output, metrics(context));
			if (file->empty() || line.output.dry_run) {
				print(text);
				return static_cast<int>(Exit::ok);
			}
			constexpr unsigned for_everybody = 0644; // node_exporter is not root
			replace_file(*file, text, for_everybody);
			print(line.output, {nlohmann::json{{"written", *file}}, ""});
			return static_cast<int>(Exit::ok);
		};
	});
}

} // namespace ringway
