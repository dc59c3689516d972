// SPDX-License-Identifier: GPL-2.0-only
//
// ringway [-j|-p|-s|-d|-N] OBJECT COMMAND: the command line, and the verb that it asks for.

#include <clocale>
#include <fmt/format.h>
#include <fmt/ranges.h>
#include "line/batch.hpp"
#include "line/completion.hpp"
#include "line/line.hpp"
#include "verbs/commands.hpp"
#include "verbs/expand.hpp"
#include "verbs/failure.hpp"
#include "verbs/limit.hpp"
#include "verbs/vif_ensure.hpp"
#include "verbs/vif_stats.hpp"
#include "verbs/vif_wait.hpp"
#include "vif/carrier.hpp"
#include "words/policy.hpp"
#include "words/rules_file.hpp"
#include "world/world.hpp"
#include "world/xs_store.hpp"

namespace ringway
{

namespace
{

struct Arguments : Line {
	std::string domain;
	std::string vif;
	std::vector<std::string> spec;
	std::string file;
	unsigned timeout = 0;
	unsigned watch = 0;
	bool no_wait = false;
	bool ensure = false;

	Millis timeout_or(Millis fallback) const
	{
		return timeout == 0 ? fallback : std::chrono::seconds(timeout);
	}
};

// --- A verb's words -------------------------------------------------------------------------------

enum class Names { domain, vif, maybe_domain, maybe_vif };

CLI::App *add_verb(CLI::App &object, const char *name, const char *help, Arguments &a, Names names)
{
	CLI::App *verb = object.add_subcommand(name, help)->fallthrough();
	const bool required = names == Names::domain || names == Names::vif;
	verb->add_option("DOMAIN", a.domain, required ? "Name or number" : "Name or number; all without it")
		->required(required);
	if (names == Names::vif) {
		verb->add_option("VIF", a.vif, "Number or MAC address")->required();
	} else if (names == Names::maybe_vif) {
		verb->add_option("VIF", a.vif, "Number or MAC address; all of the domain without it");
	}
	return verb;
}

void add_timeout(CLI::App *verb, Arguments &arguments, const char *what)
{
	verb->add_option("-t,--timeout", arguments.timeout, what)->check(CLI::Range(1u, longest_timeout));
}

// --- The verbs ------------------------------------------------------------------------------------

void add_attach(CLI::App &vif, Arguments &a)
{
	CLI::App *attach = add_verb(vif, "attach", "Give a running guest an interface", a, Names::domain);
	attach->add_option("VIFSPEC", a.spec,
			   "As in xl: mac=,bridge=,vifname=,rate=,mtu=,vlan=,devid=,ip=,backend=,untrusted");
	add_timeout(attach, a, "Seconds to wait for the vif to connect (40)");
	attach->add_flag("--no-wait", a.no_wait, "Do not wait for the guest");
	attach->add_flag("--ensure", a.ensure,
			 "If it is there (mac= or devid= says which), change what differs, or do nothing");
	on(attach, a, [&a]() -> Work {
		const VifSpec spec = VifSpec::parse(fmt::format("{}", fmt::join(a.spec, ",")));
		const AttachOptions options{a.timeout_or(AttachOptions().timeout), !a.no_wait};
		return [&a, spec, options](Context &c) {
			return a.ensure ? vif_ensure(c, a.output, a.domain, spec, options)
					: vif_attach(c, a.output, a.domain, spec, options);
		};
	});
}

void add_detach(CLI::App &vif, Arguments &a)
{
	CLI::App *detach = add_verb(vif, "detach", "Take an interface away", a, Names::vif);
	add_timeout(detach, a, "Seconds to wait for the guest before removing it by force (10)");
	on(detach, a, [&a]() -> Work {
		const DetachOptions options{a.timeout_or(DetachOptions().timeout)};
		return [&a, options](Context &c) {
			return vif_detach(c, a.output, a.domain, a.vif, options);
		};
	});
}

void add_list_and_show(CLI::App &vif, Arguments &a)
{
	on(add_verb(vif, "list", "List all interfaces, or those of one guest", a, Names::maybe_domain), a,
	   [&a]() -> Work { return [&a](Context &c) { return vif_list(c, a.output, a.domain); }; });
	on(add_verb(vif, "show", "Show one interface in full", a, Names::vif), a,
	   [&a]() -> Work { return [&a](Context &c) { return vif_show(c, a.output, a.domain, a.vif); }; });
}

void add_wait(CLI::App &vif, Arguments &a)
{
	CLI::App *wait = add_verb(vif, "wait", "Wait until it is connected", a, Names::vif);
	add_timeout(wait, a, "Seconds to wait (40)");
	on(wait, a, [&a]() -> Work {
		return [&a](Context &c) {
			return vif_wait(c, a.output, a.domain, a.vif, a.timeout_or(wait_timeout));
		};
	});
}

void add_stats(CLI::App &vif, Arguments &a)
{
	CLI::App *stats =
		add_verb(vif, "stats", "Show what passed, what was dropped and what it cost, by queue", a,
			 Names::maybe_vif);
	stats->add_option("-w,--watch", a.watch, "Print what was added every so many seconds")
		->check(CLI::Range(1u, longest_timeout));
	stats->callback([&a] {
		a.run = [&a] { // it answers more than once
			World world;
			Context context = world.open();
			vif_stats(context, a.output, {a.domain, a.vif, a.watch},
				  [&a](const Answer &answer) { print(a.output, answer); });
			return static_cast<int>(Exit::ok);
		};
	});
}

void add_set(CLI::App &vif, Arguments &a)
{
	CLI::App *set = add_verb(vif, "set", "Change what its port may do on a brlite bridge", a, Names::vif);
	set->add_option("SETTING", a.spec,
			"carrier=on|off, isolated=on|off, mac_lock=on|off, ip=ADDRESS,...|none|any, "
			"broadcast= multicast= unknown=PPS[/BURST]|off, rules=FILE|none, "
			"mirror=DEVICE[/from-guest|/to-guest]|none, vlan=IDS|none; without any, the stored "
			"settings are applied again");
	on(set, a, [&a]() -> Work {
		read_rules_files(a.spec);
		std::vector<std::string> words = a.spec;
		(void)take_carrier(words);
		(void)change_policy({}, words);
		return [&a](Context &c) { return vif_set(c, a.output, a.domain, a.vif, a.spec); };
	});
}

void add_rules(CLI::App &vif, Arguments &a)
{
	CLI::App *rules = add_verb(vif, "rules", "Show or replace the rules of its port on a brlite bridge",
				   a, Names::vif);
	rules->add_option("FILE", a.file, "The new rules, one a line; - reads standard input");
	on(rules, a, [&a]() -> Work {
		const auto text = a.file.empty() ? std::nullopt : std::optional(read_rules_file(a.file));
		return [&a, text](Context &c) { return vif_rules(c, a.output, a.domain, a.vif, text); };
	});
}

void add_limit(CLI::App &vif, Arguments &a)
{
	CLI::App *limit =
		add_verb(vif, "limit", "Show or change how much a guest may send and receive", a, Names::vif);
	limit->add_option("LIMIT", a.spec,
			  "rate=, pps=, rx-rate=, rx-pps=; the value none removes a limit, default "
			  "gives up what was set");
	on(limit, a, [&a]() -> Work {
		(void)parse_limit_changes(a.spec);
		return [&a](Context &c) { return vif_limit(c, a.output, a.domain, a.vif, a.spec); };
	});
}

void add_options(CLI::App &app, Output &output)
{
	app.add_flag("-j,--json", output.json, "Print JSON");
	app.add_flag("-p,--pretty", output.pretty, "Print JSON with line breaks");
	app.add_flag("-s,--stats", output.stats, "Include counters");
	app.add_flag("-d,--details", output.details, "Include details");
	app.add_flag("-N,--dry-run", output.dry_run, "Print what would be done and do nothing");
	app.set_version_flag("-V,--version", RINGWAY_VERSION);
}

void add_objects(CLI::App &app, Arguments &a)
{
	CLI::App &vif = *app.add_subcommand("vif", "Network interfaces of guests")
				 ->require_subcommand(1)
				 ->fallthrough();
	add_attach(vif, a);
	add_detach(vif, a);
	add_list_and_show(vif, a);
	add_set(vif, a);
	add_stats(vif, a);
	add_limit(vif, a);
	add_rules(vif, a);
	add_wait(vif, a);
	add_use(app, a);
	add_check(app, a, RINGWAY_VERSION);
	add_apply(app, a);
	add_showconf(app, a);
	add_bridge(app, a);
	add_metrics(app, a);
	add_monitor(app, a);
	add_perf(app, a);
	add_place(app, a);
	add_top(app, a);
	add_completion(app, a.run);
}

// where: in front of errors, such as a line of a batch.
int run_command(const std::vector<std::string> &typed, const std::string &where)
{
	CLI::App app("Attaches network interfaces (vifs) to Xen guests, shows and changes them.", "ringway");
	Arguments arguments;
	add_options(app, arguments.output);
	app.require_subcommand(1);
	app.footer("'help' after any word shows what can follow. Words may be abbreviated. 'ringway -batch "
		   "FILE' runs a command a line. See ringway(8).");
	add_objects(app, arguments);
	XsStore::report_as_json(asks_for_json(typed));
	const auto fail = [&](Exit code, const std::string &message) {
		complain(asks_for_json(typed), code, where + message);
		return static_cast<int>(code);
	};
	try {
		if (typed.empty()) {
			return run_overview(RINGWAY_VERSION);
		}
		std::vector<std::string> words = expand_words(typed);
		std::reverse(words.begin(), words.end());
		app.parse(words);
		arguments.output.json |= arguments.output.pretty;
		return arguments.run();
	} catch (const CLI::Success &success) {
		return app.exit(success); // --help, --version
	} catch (const CLI::ParseError &error) {
		return fail(Exit::usage, fmt::format("{}; see 'ringway help'", error.what()));
	} catch (const Error &error) {
		return fail(error.code(), error.what());
	} catch (const std::exception &error) {
		return fail(Exit::failed, error.what());
	}
}

int run(const std::vector<std::string> &typed)
{
	try {
		if (const auto batch = find_batch(typed)) {
			return run_batch_file(*batch, run_command);
		}
	} catch (const Error &error) {
		complain(asks_for_json(typed), error.code(), error.what());
		return static_cast<int>(error.code());
	}
	return run_command(typed, "");
}

} // namespace

} // namespace ringway

int main(int argc, char **argv)
{
	std::setlocale(LC_CTYPE, ""); // which letters the terminal can show
	return ringway::run({argv + 1, argv + argc});
}
