// SPDX-License-Identifier: GPL-2.0-only
// ringway place [--by ALGORITHM] …, ringway place hosts FILE

#include <fmt/format.h>
#include <memory>
#include "line/line.hpp"
#include "verbs/place.hpp"
#include "words/cpu_list.hpp"
#include "words/rules_file.hpp"
#include "world/sys_threads.hpp"
#include "world/world.hpp"

namespace ringway
{

namespace
{

struct PlaceWords {
	std::string by = Algorithm().name(), cpus, file;
	unsigned fill = PlaceOptions().fill, seconds = 5;
	bool apply = false, undo = false, keep = false, threads = false;
};

int keep_on(const Line &line)
{
	World world;
	Context context = world.open();
	SysThreads threads;
	place_keep(context, threads, [&line](const std::string &text) {
		print(line.output, Answer{nlohmann::json{{"placed", text}}, text + "\n"});
	});
	return static_cast<int>(Exit::ok);
}

void add_hosts(CLI::App &place, Line &line, const std::shared_ptr<PlaceWords> &words)
{
	CLI::App *hosts =
		place.add_subcommand("hosts", "Which guests would fit on which hosts")->fallthrough();
	hosts->add_option("FILE", words->file,
			  "Hosts and what their guests cost, in TOML; - reads standard input")
		->required();
	hosts->callback([&line, words] {
		line.run = [&line, words] { // this host has nothing to do with it
			print(line.output,
			      place_hosts(read_text_file(words->file, "hosts", longest_configuration),
					  words->file));
			return static_cast<int>(Exit::ok);
		};
	});
}

} // namespace

void add_place(CLI::App &app, Line &line)
{
	CLI::App *place = app.add_subcommand("place", "Choose the CPUs of dom0 that serve the queues of vifs")
				  ->fallthrough();
	const auto words = std::make_shared<PlaceWords>();
	place->add_option(
		"--by", words->by,
		"next-fit, first-fit or best-fit, each also with -decreasing (best-fit-decreasing)");
	place->add_option("--fill", words->fill, "Percent of a CPU that may be given away (80)")
		->check(CLI::Range(1u, 100u));
	place->add_option("--cpus", words->cpus, "CPUs to use, such as 0-3,8; all without it");
	place->add_option("-t,--time", words->seconds, "Seconds to measure the load for (5)")
		->check(CLI::Range(1u, longest_timeout));
	CLI::Option *apply = place->add_flag("--apply", words->apply, "Do it, and keep it");
	place->add_flag("--threads", words->threads,
			"Poll these queues in threads of their own (threaded NAPI), on the CPUs chosen")
		->needs(apply);
	CLI::Option *undo =
		place->add_flag("--undo", words->undo, "Put all back where it was")->excludes(apply);
	place->add_flag("--keep", words->keep, "Stay, and put it in force again whenever a guest connects")
		->excludes(apply)
		->excludes(undo);
	add_hosts(*place, line, words);
	place->callback([&line, words, place] {
		if (!place->get_subcommands().empty()) {
			return; // hosts
		}
		if (words->keep) {
			line.run = [&line] { return keep_on(line); };
			return;
		}
		line.run = [&line, words] {
			PlaceOptions options{.algorithm = parse_algorithm(words->by),
					     .fill = words->fill,
					     .time = std::chrono::seconds(words->seconds),
					     .apply = words->apply,
					     .threads = words->threads};
			if (!words->cpus.empty()) {
				options.cpus = parse_cpus(words->cpus);
			}
			World world;
			Context context = world.open();
			SysThreads threads;
			if (words->undo) {
				const Unplaced undone = place_undo(context, threads, line.output);
				print(line.output, undone.answer);
				return static_cast<int>(undone.code);
			}
			print(line.output, ringway::place(context, threads, line.output, options));
			return static_cast<int>(Exit::ok);
		};
	});
}

} // namespace ringway
