// SPDX-License-Identifier: GPL-2.0-only
// ringway check [--fix | --card-gone TAP], and ringway alone

#include <memory>
#include <set>
#include <unistd.h>
#include "line/line.hpp"
#include "verbs/check.hpp"
#include "verbs/overview.hpp"
#include "vif/in_force.hpp"
#include "vif/record.hpp"
#include "world/world.hpp"

namespace ringway
{

namespace
{

struct CheckTyped {
	bool fix = false;
	std::string gone_card;
};

// All checks; `look` gets the world where it can be opened.
std::vector<Finding> find_all(const std::string &version, bool fix,
			      const std::function<void(Context &)> &look)
{
	World world;
	auto findings = check_host(world.host(), geteuid() == 0, version);
	if (!worth_going_on(findings)) {
		return findings;
	}
	try {
		Context context = world.open();
		for (const Finding &finding : check_vifs(context, fix)) {
			findings.push_back(finding);
		}
		look(context);
	} catch (const Error &error) {
		findings.push_back({Level::problem, "xenstored", error.what(), "systemctl status xenstored"});
	}
	return findings;
}

int run_check(const Output &output, const std::string &version, bool fix)
{
	const auto findings = find_all(version, fix, [](Context &) {});
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
			return typed->gone_card.empty() ? run_check(line.output, version, typed->fix)
							: follow_card(typed->gone_card);
		};
	});
}

int run_overview(const std::string &version)
{
	Overview seen;
	seen.version = version;
	seen.driver = Host().backend_driver();
	try {
		seen.links = NlLinks().list(); // anybody may ask for these
	} catch (const Error &) {
	}
	seen.findings = find_all(version, false, [&seen](Context &context) {
		const auto records = list_records(context.store);
		std::set<unsigned> guests;
		for (const Record &record : records) {
			guests.insert(record.domid);
		}
		seen.vifs = static_cast<unsigned>(records.size());
		seen.guests = static_cast<unsigned>(guests.size());
	});
	print({}, {{}, overview_text(seen)});
	return static_cast<int>(Exit::ok);
}

} // namespace ringway
