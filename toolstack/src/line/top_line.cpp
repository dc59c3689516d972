// SPDX-License-Identifier: GPL-2.0-only
// ringway top [-b] [-n LOOKS] [-d SECONDS] [--sort COLUMN] [--filter TEXT]

#include <memory>
#include "line/line.hpp"
#include "verbs/top.hpp"
#include "world/terminal.hpp"
#include "world/world.hpp"

namespace ringway
{

namespace
{

struct TopTyped {
	TopView view;
	std::string sort = sort_name(TopView().sort);
	unsigned looks = 0;
	bool batch = false;
};

int run_top(const Line &line, TopTyped typed)
{
	const auto sort = find_sort(typed.sort);
	if (!sort) {
		reject("sort", typed.sort, "choose from " + sort_names());
	}
	typed.view.sort = *sort;
	World world;
	Context context = world.open();
	if (typed.batch || typed.looks != 0 || line.output.json) {
		top_batch(context, typed.view, {typed.looks},
			  [&line](const Answer &answer) { print(line.output, answer); });
	} else {
		Terminal terminal;
		top_screen(context, typed.view, terminal);
	}
	return static_cast<int>(Exit::ok);
}

} // namespace

void add_top(CLI::App &app, Line &line)
{
	CLI::App *top =
		app.add_subcommand("top", "Watch what each vif does; keys as in xentop")->fallthrough();
	const auto typed = std::make_shared<TopTyped>();
	top->add_flag("-b,--batch", typed->batch, "Print tables instead of filling the terminal");
	top->add_option("-n,--looks", typed->looks, "Print so many tables and end")
		->check(CLI::Range(1u, longest_timeout));
	top->add_option("-d,--delay", typed->view.seconds, "Seconds between two looks (3)")
		->check(CLI::Range(1u, 60u));
	top->add_option("--sort", typed->sort,
			"vif, name, from_packets, to_packets, from_bits, to_bits, drops or cpu");
	top->add_option("--filter", typed->view.filter,
			"Only vifs with this in their domain, device or bridge");
	top->callback([&line, typed] { line.run = [&line, typed] { return run_top(line, *typed); }; });
}

} // namespace ringway
