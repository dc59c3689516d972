// SPDX-License-Identifier: GPL-2.0-only
// ringway use ringway|stock [BRIDGE…], --confirm, --undo

#include <memory>
#include "line/line.hpp"
#include "words/error.hpp"
#include "world/use.hpp"

namespace ringway
{

namespace
{

struct UseWords {
	UseOptions options;
	bool confirm = false, undo = false;
};

int run_use(const Output &output, const UseWords &words)
{
	if (words.confirm) {
		return use_confirm();
	}
	if (words.undo) {
		return use_undo();
	}
	return use_stack(output, words.options, [&](const Answer &answer) { print(output, answer); });
}

} // namespace

void add_use(CLI::App &app, Line &line)
{
	const auto words = std::make_shared<UseWords>();
	CLI::App *use = app.add_subcommand("use", "Move this host to Ringway, or back to the stock drivers")
				->fallthrough()
				->require_subcommand(0, 1);
	use->add_flag("-y,--yes", words->options.yes, "Do not ask first");
	use->add_flag("--no-confirm", words->options.no_confirm, "Do not undo it if nobody confirms it");
	use->add_option("--within", words->options.seconds,
			"Seconds after which it is undone, 60 without this")
		->check(CLI::Range(5u, 3600u))
		->type_name("SECONDS");
	use->add_flag("--confirm", words->confirm, "Confirm the change that was made just now");
	use->add_flag("--undo", words->undo, "Undo a change that was left half done");
	for (const bool ringway : {true, false}) {
		CLI::App *to =
			use->add_subcommand(ringway ? "ringway" : "stock",
					    ringway ? "Bridges of kind brlite, and Ringway's backend driver"
						    : "Ordinary bridges, and the stock backend driver")
				->fallthrough();
		to->add_option("BRIDGE", words->options.bridges, "Bridges; those of the guests without any");
		to->callback([words, ringway] { words->options.to_ringway = ringway; });
	}
	use->callback([words, use, &line] {
		const bool has_stack = !use->get_subcommands().empty();
		if (words->confirm + words->undo + has_stack != 1) {
			throw Error(Exit::usage,
				    "say 'ringway use ringway', 'ringway use stock', --confirm or --undo");
		}
		line.run = [words, &line] { return run_use(line.output, *words); };
	});
}

} // namespace ringway
