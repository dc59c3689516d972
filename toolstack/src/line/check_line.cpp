// SPDX-License-Identifier: GPL-2.0-only
// ringway check [--fix]

#include <memory>
#include <unistd.h>
#include "line/line.hpp"
#include "verbs/check.hpp"
#include "world/world.hpp"

namespace ringway
{

namespace
{

struct CheckTyped {
	bool fix = false;
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

} // namespace

void add_check(CLI::App &app, Line &line, const std::string &version)
{
	CLI::App *check = app.add_subcommand("check", "Find what is wrong on this host and say how to fix it")
				  ->fallthrough();
	const auto typed = std::make_shared<CheckTyped>();
	check->add_flag("--fix", typed->fix, "Put policies in force that are not");
	check->callback([&line, typed, version] {
		line.run = [&line, typed, version] { return run_check(line.output, typed->fix, version); };
	});
}

} // namespace ringway
