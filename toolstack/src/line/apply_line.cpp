// SPDX-License-Identifier: GPL-2.0-only
// ringway apply FILE [--diff], ringway showconf

#include <filesystem>
#include <memory>
#include "line/line.hpp"
#include "verbs/apply.hpp"
#include "verbs/showconf.hpp"
#include "words/rules_file.hpp"
#include "world/nl_bridges.hpp"
#include "world/world.hpp"

namespace ringway
{

namespace
{

struct ApplyTyped {
	std::string file;
	unsigned timeout = 0;
	bool diff = false, no_wait = false;
};

// A rules file is looked for beside the configuration.
std::vector<ConfigObject> read_configuration(const std::string &file)
{
	const std::filesystem::path folder = std::filesystem::path(file == "-" ? "" : file).parent_path();
	return parse_config_file(
		read_text_file(file, "configuration", longest_configuration), file,
		[&](const std::string &rules) { return read_rules_file((folder / rules).string()); });
}

template <typename Work>
int with_bridges(const Work &work)
{
	World world;
	Context context = world.open();
	NlBridges bridges;
	BridgeContext bridge{context.links, bridges,       context.store,
			     context.host,  context.clock, context.journal};
	ApplyContext all{context, bridge};
	return work(all);
}

} // namespace

void add_apply(CLI::App &app, Line &line)
{
	CLI::App *verb = app.add_subcommand("apply", "Make this host what a file says")->fallthrough();
	const auto typed = std::make_shared<ApplyTyped>();
	verb->add_option("FILE", typed->file, "Bridges, uplinks and vifs in TOML; - reads standard input")
		->required();
	verb->add_flag("--diff", typed->diff, "Print what would be changed and change nothing");
	verb->add_option("-t,--timeout", typed->timeout, "Seconds to wait for each vif to connect (40)")
		->check(CLI::Range(1u, longest_timeout));
	verb->add_flag("--no-wait", typed->no_wait, "Do not wait for guests");
	verb->callback([&line, typed] {
		line.run = [&line, typed] {
			const auto objects = read_configuration(typed->file);
			ApplyOptions options{typed->diff || line.output.dry_run, {}};
			options.attach.wait_for_guest = !typed->no_wait;
			if (typed->timeout != 0) {
				options.attach.timeout = std::chrono::seconds(typed->timeout);
			}
			return with_bridges([&](ApplyContext &all) {
				const Applied done = apply(all, line.output, objects, options);
				print(line.output, done.answer);
				return static_cast<int>(done.code);
			});
		};
	});
}

void add_showconf(CLI::App &app, Line &line)
{
	CLI::App *verb =
		app.add_subcommand("showconf", "Print what there is, for 'ringway apply'")->fallthrough();
	verb->callback([&line] {
		line.run = [&line] {
			return with_bridges([&](ApplyContext &all) {
				print(printed(line.output, showconf(all)));
				return static_cast<int>(Exit::ok);
			});
		};
	});
}

} // namespace ringway
