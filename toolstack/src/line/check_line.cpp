// SPDX-License-Identifier: GPL-2.0-only
// ringway check [--fix | --card-gone TAP]

#include <memory>
#include <unistd.h>
#include "line/line.hpp"
#include "verbs/check.hpp"
#include "vif/in_force.hpp"
#include "world/world.hpp"

namespace ringway
{

namespace
{

struct CheckTyped {
	bool fix = false;
	std::string gone_card;
};

int run_check(const Output &output, bool fix, const std::string &version)
{
	World world;
	auto findings = check_host(world.host(), geteuid() == 0, version);
	if (worth_going_on(findings)) {
		try {
			Context context = world.open();
			for (const Finding &finding : check_vifs(context, fix)) {
				findings.push_back(finding);
			}
		} catch (const Error &error) {
			findings.push_back(
				{Level::problem, "xenstored", error.what(), "systemctl status xenstored"});
		}
	}
	print(output, check_answer(findings));
	return static_cast<int>(healthy(findings) ? Exit::ok : Exit::failed);
}

int follow_card(const std::string &tap)
{
	World world;
	Context context = world.open();
	emulated_card_went(context, tap);
	return static_cast<int>(Exit::ok);
}

} // namespace

void add_check(CLI::App &app, Line &line, const std::string &version)
{
	CLI::App *check = app.add_subcommand("check", "Find what is wrong on this host and say how to fix it")
				  ->fallthrough();
	const auto typed = std::make_shared<CheckTyped>();
	check->add_flag("--fix", typed->fix, "Put policies in force that are not");
	check->add_option("--card-gone", typed->gone_card,
			  "The emulated card with this tap is gone: its vif gets the addresses, and nothing "
			  "else is looked at (udev says so)")
		->excludes("--fix");
	check->callback([&line, typed, version] {
		line.run = [&line, typed, version] {
			return typed->gone_card.empty() ? run_check(line.output, typed->fix, version)
							: follow_card(typed->gone_card);
		};
	});
}

} // namespace ringway
