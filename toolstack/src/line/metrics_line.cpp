// SPDX-License-Identifier: GPL-2.0-only
// ringway metrics [-o FILE]

#include <memory>
#include "context/whole_file.hpp"
#include "line/line.hpp"
#include "verbs/metrics.hpp"

namespace ringway
{

void add_metrics(CLI::App &app, Line &line)
{
	CLI::App *verb =
		app.add_subcommand("metrics", "Print what passed all vifs and bridges, for Prometheus")
			->fallthrough();
	const auto file = std::make_shared<std::string>();
	verb->add_option("-o,--output", *file, "Replace this file in one step instead of printing");
	on(verb, line, [&line, file]() -> Work {
		return [&line, file](Context &context) {
			Answer answer = metrics(context);
			if (file->empty() || line.output.dry_run) {
				return answer;
			}
			constexpr unsigned for_everybody = 0644; // node_exporter is not root
			replace_file(*file, printed(line.output, answer), for_everybody);
			return Answer{nlohmann::json{{"written", *file}}, ""};
		};
	});
}

} // namespace ringway
