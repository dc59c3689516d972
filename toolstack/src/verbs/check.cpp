// SPDX-License-Identifier: GPL-2.0-only
#include "verbs/check.hpp"

#include <algorithm>
#include <array>
#include <fmt/format.h>
#include <fmt/ranges.h>
#include "verbs/check_bridge.hpp"
#include "verbs/journal_words.hpp"
#include "verbs/report.hpp"
#include "verbs/rows.hpp"
#include "vif/in_force.hpp"
#include "vif/port_plan.hpp"
#include "words/text.hpp"

namespace ringway
{

namespace
{

const std::string ours = "ringway_netback";
const std::string stock = "xen_netback";
constexpr std::array our_modules = {"ringway_netback", "ringway_netfront", "bridge_lite"};

void check_drivers(Report &report, const Host &host)
{
	const auto driver = host.backend_driver();
	if (!driver) {
		report.problem("backend driver", "none is loaded, so no vif can work",
			       host.module_available("ringway-netback") ? "modprobe ringway-netback"
									: "modprobe xen-netback");
		return;
	}
	report.ok("backend driver", *driver + (*driver == stock ? " (the stock one)" : ""));
	if (host.module_loaded(ours) && host.module_loaded(stock)) {
		const std::string idle = *driver == ours ? stock : ours;
		report.warning(
			"backend driver",
			fmt::format("both {} and {} are loaded; {} serves the vifs", ours, stock, *driver),
			"modprobe -r " + idle);
	}
}

// A module that was installed anew and not loaded again is a common reason why a fix does not help.
void check_version(Report &report, const Host &host, const std::string &module)
{
	if (!host.module_loaded(module)) {
		return;
	}
	const auto loaded = host.loaded_version(module), file = host.file_version(module);
	const std::string text = loaded ? "version " + escape(*loaded) : "does not say its version";
	const bool is_another = file && file != loaded;
	if (is_another || !host.file_is_what_runs(module).value_or(true)) {
		report.warning(
			"module " + module,
			fmt::format("{}, but its file on disk is {}", text,
				    is_another ? "version " + escape(*file) : "another build of it"),
			fmt::format("detach all vifs and reload it with 'modprobe -r {} && modprobe {}', "
				    "or reboot",
				    module, module));
	} else {
		report.ok("module " + module, text);
	}
}

// The port of the emulated card that a guest uses as long as its own driver has not connected.
std::optional<Link> card_in_use(Context &context, const VifRow &row)
{
	const bool may = row.record.backend == 0 && row.state != "connected" && row.error.empty();
	const auto vif = may ? context.links.find(row.device) : std::nullopt;
	return vif ? emulated_port(context, row.record, *vif) : std::nullopt;
}

void check_vif(Report &report, Context &context, const VifRow &row)
{
	const Record &record = row.record;
	const std::string subject = record.text();
	const std::string detach = fmt::format("ringway vif detach {} {}", record.domid, record.devid);
	const std::string says = row.error.empty() ? "" : fmt::format("; recorded error: {}", row.error);
	if (row.domain.empty()) {
		report.problem(subject, "its domain is gone", detach);
	} else if (row.state == "absent") {
		report.problem(subject, "the backend's directory in XenStore is missing" + says, detach);
	} else if (const auto card = card_in_use(context, row)) {
		report.ok(subject, fmt::format("the guest uses its emulated card, device {}", card->name));
	} else if (row.state != "connected") {
		report.problem(subject,
			       fmt::format("backend {}, guest {}{}", row.state, row.guest_state, says),
			       "is netfront loaded in the guest? If it never connects: " + detach);
	} else if (record.backend == 0 && row.device.empty()) {
		report.problem(subject, "it has no network device", "see 'dmesg'; then: " + detach);
	} else if (record.backend == 0 && !record.bridge.empty() && row.master != record.bridge) {
		report.problem(subject, fmt::format("{} is not in bridge {}", row.device, record.bridge),
			       fmt::format("ip link set {} master {}", row.device, record.bridge));
	} else if (record.backend == 0 && !row.up) {
		report.problem(subject, fmt::format("{} is down", row.device),
			       fmt::format("ip link set {} up", row.device));
	} else if (!row.error.empty()) {
		report.warning(subject, "connected, but an earlier error is still recorded: " + row.error,
			       "see 'dmesg'");
	} else {
		report.ok(subject,
			  fmt::format("connected, device {}", row.device.empty() ? "-" : row.device));
	}
}

// What is wrong with the policy at its port, or that it was put in force again, which goes into `mended`.
void check_policy(Report &report, Context &context, const Record &record, bool fix, JournalWords &mended)
{
	const std::vector<std::string> drift = policy_drift(context, record);
	if (drift.empty()) {
		return;
	}
	const std::string subject = "policy of " + record.text(),
			  text = fmt::format("{}", fmt::join(drift, "; "));
	if (!fix) {
		report.problem(subject, text, "ringway check --fix");
		return;
	}
	try {
		mend_policy(context, record);
		mended.push_back(fmt::format("{}: {}", record.text(), text));
		const auto now = read_record(context.store, record.domid, record.devid); // limits are there
		const std::vector<std::string> left = policy_drift(context, now.value_or(record));
		if (left.empty()) {
			report.ok(subject, "put in force again: " + text);
		} else {
			report.problem(subject, fmt::format("{}", fmt::join(left, "; ")),
				       "this host cannot do it as it is");
		}
	} catch (const Error &error) {
		report.problem(subject, text, error.what());
	}
}

// Its next start, by xl, would open the port until somebody says 'check --fix'.
void check_script(Report &report, Context &context, const Record &record)
{
	const std::string script = record.script.substr(record.script.rfind('/') + 1);
	if (record.backend != 0 || script.empty() || script == "vif-bridge-lite" ||
	    context.host.has_policy_hook() || !is_under_policy(context, record)) {
		return;
	}
	report.warning("policy of " + record.text(),
		       fmt::format("not in force when xl attaches it anew: its script is {}, and "
				   "/etc/xen/scripts/vif-post.d/ringway.hook is not there",
				   escape(script)),
		       "install ringway again, or write script=vif-bridge-lite into its vifspec");
}

const char *level_name(Level level)
{
	switch (level) {
	case Level::ok:
		return "ok";
	case Level::warning:
		return "warning";
	case Level::problem:
		break;
	}
	return "problem";
}

} // namespace

std::vector<Finding> check_host(const Host &host, bool root, const std::string &version)
{
	Report report;
	report.ok("ringway", "version " + version);
	if (!host.on_xen()) {
		report.problem("Xen", "this system does not run on Xen",
			       "boot the 'with Xen hypervisor' entry (apt install xen-system-amd64)");
		return report.findings;
	}
	if (!host.in_control_domain()) {
		report.problem("Xen", "this domain does not control Xen", "run the command in dom0");
		return report.findings;
	}
	report.ok("Xen", "control domain");
	if (!root) {
		report.problem("user", "not root", "sudo ringway check");
		return report.findings;
	}
	check_drivers(report, host);
	for (const char *module : our_modules) {
		check_version(report, host, module);
	}
	return report.findings;
}

std::vector<Finding> check_vifs(Context &context, bool fix)
{
	Report report;
	report.ok("xenstored", "answers");
	const auto records = list_records(context.store);
	JournalWords mended;
	check_bridges(report, context, records);
	for (const Record &record : records) {
		check_policy(report, context, record, fix, mended);
		check_script(report, context, record);
		check_vif(report, context, make_row(context, record, RowDepth::ends));
	}
	if (!mended.empty()) {
		say_all(context, "check --fix",
			fmt::format("policies of {} vifs put in force", mended.size()), mended);
	}
	return report.findings;
}

bool healthy(const std::vector<Finding> &findings)
{
	return std::none_of(findings.begin(), findings.end(),
			    [](const Finding &f) { return f.level == Level::problem; });
}

bool worth_going_on(const std::vector<Finding> &findings)
{
	return std::none_of(findings.begin(), findings.end(), [](const Finding &f) {
		return f.level == Level::problem && (f.subject == "Xen" || f.subject == "user");
	});
}

Answer check_answer(const std::vector<Finding> &findings)
{
	Answer out{nlohmann::json::array(), ""};
	for (const Finding &finding : findings) {
		out.json.push_back({{"level", level_name(finding.level)},
				    {"subject", finding.subject},
				    {"text", finding.text},
				    {"fix", finding.fix}});
		out.text += fmt::format("{:<8} {}: {}\n", level_name(finding.level), finding.subject,
					finding.text);
		out.text += finding.fix.empty() ? "" : fmt::format("{:<8}   {}\n", "", finding.fix);
	}
	return out;
}

} // namespace ringway
