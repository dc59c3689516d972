// SPDX-License-Identifier: GPL-2.0-only
//
// ringway [-j|-p|-s|-d|-N] OBJECT COMMAND: the command line, and the real world behind the interfaces.

#include <CLI/CLI.hpp>
#include <cstdio>
#include <fmt/format.h>
#include <functional>
#include <nlohmann/json.hpp>
#include <random>
#include <unistd.h>
#include "vif/carrier.hpp"
#include "verbs/check.hpp"
#include "verbs/commands.hpp"
#include "verbs/limit.hpp"
#include "world/nl_links.hpp"
#include "vif/policy.hpp"
#include "words/rules_file.hpp"
#include "world/sys_clock.hpp"
#include "verbs/vif_stats.hpp"
#include "verbs/expand.hpp"
#include "world/xs_store.hpp"

namespace ringway
{

namespace
{

constexpr unsigned longest_timeout = 86400;

std::array<std::uint8_t, 3> random_bytes()
{
	std::random_device device;
	std::array<std::uint8_t, 3> bytes{};
	for (std::uint8_t &byte : bytes) {
		byte = static_cast<std::uint8_t>(device());
	}
	return bytes;
}

void print(const std::string &text)
{
	if (std::fwrite(text.data(), 1, text.size(), stdout) != text.size() || std::fflush(stdout) != 0) {
		throw Error(Exit::failed, "standard output cannot be written");
	}
}

void note(const std::string &text)
{
	fmt::print(stderr, "ringway: note: {}\n", text);
}

// What no command can do without. One line, before anything is opened.
void require_host(const Host &host)
{
	if (!host.on_xen()) {
		throw Error(Exit::host,
			    "this system does not run on Xen: boot the entry 'with Xen hypervisor'");
	}
	if (geteuid() != 0) {
		throw Error(Exit::host, "not root: run the command with sudo");
	}
	if (!host.in_control_domain()) {
		throw Error(Exit::host, "this domain does not control Xen: run the command in dom0");
	}
}

// The real world, opened when a command needs it.
class World
{
public:
	Context open()
	{
		require_host(host_);
		store_ = std::make_unique<XsStore>();
		links_ = std::make_unique<NlLinks>();
		return {*store_, *links_, host_, clock_, random_bytes, note};
	}
	Host &host() { return host_; }

private:
	Host host_;
	SysClock clock_;
	std::unique_ptr<XsStore> store_;
	std::unique_ptr<NlLinks> links_;
};

int run_check(const Output &output)
{
	World world;
	auto findings = check_host(world.host(), geteuid() == 0);
	if (worth_going_on(findings)) {
		try {
			Context context = world.open();
			for (const Finding &finding : check_vifs(context)) {
				findings.push_back(finding);
			}
		} catch (const Error &error) {
			findings.push_back(
				{Level::problem, "xenstored", error.what(), "systemctl status xenstored"});
		}
	}
	print(output.json ? json_text(output, findings_json(findings)) : findings_text(findings));
	return static_cast<int>(healthy(findings) ? Exit::ok : Exit::failed);
}

struct Arguments {
	Output output;
	std::string domain;
	std::string vif;
	std::vector<std::string> spec;
	std::string file;
	unsigned timeout = 0;
	unsigned watch = 0;
	bool no_wait = false;
	std::function<int()> run;

	Millis timeout_or(Millis fallback) const
	{
		return timeout == 0 ? fallback : std::chrono::seconds(timeout);
	}
};

void add_timeout(CLI::App *command, Arguments &arguments, const char *what)
{
	command->add_option("-t,--timeout", arguments.timeout, what)->check(CLI::Range(1u, longest_timeout));
}

int print_with_world(const std::function<std::string(Context &)> &body)
{
	World world;
	Context context = world.open();
	print(body(context));
	return static_cast<int>(Exit::ok);
}

void add_vif_stats(CLI::App &vif, Arguments &a)
{
	CLI::App *stats =
		vif.add_subcommand("stats", "What passed, was dropped and cost, by queue")->fallthrough();
	stats->add_option("DOMAIN", a.domain, "Name or number; all without it");
	stats->add_option("VIF", a.vif, "Number or MAC address; all of the domain without it");
	stats->add_option("-w,--watch", a.watch, "Print what was added, every so many seconds")
		->check(CLI::Range(1u, longest_timeout));
	stats->callback([&a] {
		a.run = [&a] {
			World world;
			Context context = world.open();
			vif_stats(context, a.output, {a.domain, a.vif, a.watch}, print);
			return static_cast<int>(Exit::ok);
		};
	});
}

void add_vif_set(CLI::App &vif, Arguments &a)
{
	CLI::App *set = vif.add_subcommand("set", "What its port may do on a brlite bridge")->fallthrough();
	set->add_option("DOMAIN", a.domain, "Name or number")->required();
	set->add_option("VIF", a.vif, "Number or MAC address")->required();
	set->add_option(
		"KEY=VALUE", a.spec,
		"carrier=on|off, isolated=on|off, mac_lock=on|off, ip=ADDRESS,...|none|any, "
		"broadcast= multicast= unknown=PPS[/BURST]|off, rules=FILE|none, "
		"mirror=DEVICE[/from-guest|/to-guest]|none, vlan=IDS|none; without any: put in force again "
		"what is kept");
	set->callback([&a] {
		a.run = [&a] {
			read_rules_files(a.spec);
			std::vector<std::string> words = a.spec; // a bad word is a bad word anywhere
			(void)take_carrier(words);
			(void)change_policy({}, words);
			return print_with_world(
				[&](Context &c) { return vif_set(c, a.output, a.domain, a.vif, a.spec); });
		};
	});
}

void add_vif_rules(CLI::App &vif, Arguments &a)
{
	CLI::App *rules =
		vif.add_subcommand("rules", "What may pass its port on a brlite bridge")->fallthrough();
	rules->add_option("DOMAIN", a.domain, "Name or number")->required();
	rules->add_option("VIF", a.vif, "Number or MAC address")->required();
	rules->add_option("FILE", a.file, "Replaces them: one rule a line; - reads standard input");
	rules->callback([&a] {
		a.run = [&a] {
			const auto text =
				a.file.empty() ? std::nullopt : std::optional(read_rules_file(a.file));
			return print_with_world(
				[&](Context &c) { return vif_rules(c, a.output, a.domain, a.vif, text); });
		};
	});
}

void add_vif_limit(CLI::App &vif, Arguments &a)
{
	CLI::App *limit =
		vif.add_subcommand("limit", "What a guest may send and receive, from now on")->fallthrough();
	limit->add_option("DOMAIN", a.domain, "Name or number")->required();
	limit->add_option("VIF", a.vif, "Number or MAC address")->required();
	limit->add_option("LIMIT", a.spec, "rate=, pps=, rx-rate=, rx-pps=; the value none takes it away");
	limit->callback([&a] {
		a.run = [&a] {
			const auto limits = parse_limits(a.spec); // before the world is opened
			return print_with_world(
				[&](Context &c) { return vif_limit(c, a.output, a.domain, a.vif, limits); });
		};
	});
}

void add_vif(CLI::App &app, Arguments &a)
{
	CLI::App *vif = app.add_subcommand("vif", "Network interfaces of guests")
				->require_subcommand(1)
				->fallthrough();
	CLI::App *attach = vif->add_subcommand("attach", "Give a running guest an interface")->fallthrough();
	attach->add_option("DOMAIN", a.domain, "Name or number")->required();
	attach->add_option("VIFSPEC", a.spec,
			   "As in xl: mac=,bridge=,vifname=,rate=,mtu=,vlan=,devid=,ip=,backend=,untrusted");
	add_timeout(attach, a, "Seconds until the vif must be connected (40)");
	attach->add_flag("--no-wait", a.no_wait, "Do not wait for the guest's end");
	attach->callback([&a] {
		a.run = [&a] {
			const AttachOptions options{a.timeout_or(AttachOptions().timeout), !a.no_wait};
			// Before the world is opened: a bad vifspec is a bad vifspec anywhere.
			const VifSpec spec = VifSpec::parse(fmt::format("{}", fmt::join(a.spec, ",")));
			return print_with_world(
				[&](Context &c) { return vif_attach(c, a.output, a.domain, spec, options); });
		};
	});
	CLI::App *detach = vif->add_subcommand("detach", "Take an interface away")->fallthrough();
	detach->add_option("DOMAIN", a.domain, "Name or number")->required();
	detach->add_option("VIF", a.vif, "Number or MAC address")->required();
	add_timeout(detach, a, "Seconds to wait for the guest before force is used (10)");
	detach->callback([&a] {
		a.run = [&a] {
			const DetachOptions options{a.timeout_or(DetachOptions().timeout)};
			return print_with_world([&](Context &c) {
				return vif_detach(c, a.output, a.domain, a.vif, options);
			});
		};
	});
	CLI::App *list = vif->add_subcommand("list", "All interfaces, or those of one guest")->fallthrough();
	list->add_option("DOMAIN", a.domain, "Name or number");
	list->callback([&a] {
		a.run = [&a] {
			return print_with_world([&](Context &c) { return vif_list(c, a.output, a.domain); });
		};
	});
	add_vif_set(*vif, a);
	CLI::App *show = vif->add_subcommand("show", "One interface in full")->fallthrough();
	show->add_option("DOMAIN", a.domain, "Name or number")->required();
	show->add_option("VIF", a.vif, "Number or MAC address")->required();
	show->callback([&a] {
		a.run = [&a] {
			return print_with_world(
				[&](Context &c) { return vif_show(c, a.output, a.domain, a.vif); });
		};
	});
	add_vif_stats(*vif, a);
	add_vif_limit(*vif, a);
	add_vif_rules(*vif, a);
}

void add_options(CLI::App &app, Output &output)
{
	app.add_flag("-j,--json", output.json, "Print JSON");
	app.add_flag("-p,--pretty", output.pretty, "Print JSON with line breaks");
	app.add_flag("-s,--stats", output.stats, "With counters");
	app.add_flag("-d,--details", output.details, "With details");
	app.add_flag("-N,--dry-run", output.dry_run, "Print what would be written, write nothing");
	app.set_version_flag("-V,--version", RINGWAY_VERSION);
}

int run(int argc, char **argv)
{
	CLI::App app("Wires guests' network interfaces (vifs) up and shows how they are.", "ringway");
	Arguments arguments;
	add_options(app, arguments.output);
	app.require_subcommand(1);
	app.footer("'help' after any word shows what can follow. Words may be abbreviated. See ringway(8).");
	add_vif(app, arguments);
	app.add_subcommand("check", "What is wrong on this host, and what to type next")
		->fallthrough()
		->callback([&arguments] {
			arguments.run = [&arguments] { return run_check(arguments.output); };
		});
	if (argc == 1) {
		fmt::print(stderr, "{}", app.help());
		return static_cast<int>(Exit::usage);
	}
	try {
		std::vector<std::string> words = expand_words({argv + 1, argv + argc});
		std::reverse(words.begin(), words.end());
		app.parse(words);
		arguments.output.json |= arguments.output.pretty;
		return arguments.run();
	} catch (const CLI::Success &success) {
		return app.exit(success); // --help, --version
	} catch (const CLI::ParseError &error) {
		fmt::print(stderr, "ringway: {}; 'ringway help' shows the words\n", error.what());
		return static_cast<int>(Exit::usage);
	} catch (const Error &error) {
		fmt::print(stderr, "ringway: {}\n", error.what());
		return static_cast<int>(error.code());
	} catch (const std::exception &error) {
		fmt::print(stderr, "ringway: {}\n", error.what());
		return static_cast<int>(Exit::failed);
	}
}

} // namespace

} // namespace ringway

int main(int argc, char **argv)
{
	return ringway::run(argc, argv);
}
