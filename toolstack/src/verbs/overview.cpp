// SPDX-License-Identifier: GPL-2.0-only
#include "verbs/overview.hpp"

#include <algorithm>
#include <fmt/format.h>
#include <fmt/ranges.h>

namespace ringway
{

namespace
{

// So many are named.
constexpr std::size_t most_bridges = 8;

std::string counted(std::size_t count, const char *one)
{
	return fmt::format("{} {}{}", count, one, count == 1 ? "" : "s");
}

std::string stack_text(const Overview &seen)
{
	if (!seen.driver) {
		return "no vif backend driver is loaded";
	}
	return *seen.driver == "ringway_netback" ? "Ringway (ringway_netback)"
						 : fmt::format("the stock one ({})", *seen.driver);
}

std::string bridges_text(const Overview &seen)
{
	if (!seen.links) {
		return "not known: the kernel does not answer";
	}
	std::vector<std::string> out;
	for (const Link &bridge : *seen.links) {
		if (bridge.is_bridge()) {
			const auto ports =
				std::count_if(seen.links->begin(), seen.links->end(),
					      [&](const Link &link) { return link.master == bridge.index; });
			out.push_back(fmt::format("{} ({}, {})", bridge.name, bridge.kind,
						  counted(static_cast<std::size_t>(ports), "port")));
		}
	}
	if (out.size() > most_bridges) {
		const std::size_t more = out.size() - most_bridges;
		out.resize(most_bridges);
		out.push_back(fmt::format("and {} more", more));
	}
	return out.empty() ? "none" : fmt::format("{}", fmt::join(out, ", "));
}

const Finding *first(const std::vector<Finding> &findings, Level level)
{
	const auto at = std::find_if(findings.begin(), findings.end(),
				     [&](const Finding &finding) { return finding.level == level; });
	return at == findings.end() ? nullptr : &*at;
}

// Why XenStore was not read.
std::string vifs_text(const Overview &seen)
{
	if (seen.vifs) {
		return *seen.vifs == 0 ? "none"
				       : fmt::format("{}, of {}", *seen.vifs,
						     counted(seen.guests.value_or(0), "guest"));
	}
	const Finding *why = first(seen.findings, Level::problem);
	return "not known: " + (why != nullptr ? why->text : "XenStore was not asked");
}

std::string check_text(const Overview &seen)
{
	const auto count = [&](Level level) {
		return static_cast<std::size_t>(
			std::count_if(seen.findings.begin(), seen.findings.end(),
				      [&](const Finding &finding) { return finding.level == level; }));
	};
	const std::size_t problems = count(Level::problem), warnings = count(Level::warning);
	const Finding *worst = first(seen.findings, problems != 0 ? Level::problem : Level::warning);
	if (worst == nullptr) {
		return "all is well";
	}
	return fmt::format("{}, {}; the first: {}: {}", counted(problems, "problem"),
			   counted(warnings, "warning"), worst->subject, worst->text);
}

struct Next {
	const char *command, *why;
};

std::vector<Next> next_commands(const Overview &seen)
{
	std::vector<Next> out;
	const Finding *problem = first(seen.findings, Level::problem);
	if (!seen.vifs && problem != nullptr && problem->subject == "user") {
		out.push_back({"sudo ringway", "the same, with all that root may see"});
	} else if (first(seen.findings, Level::problem) != nullptr ||
		   first(seen.findings, Level::warning) != nullptr) {
		out.push_back({"ringway check", "what is wrong, and how to mend it"});
	}
	if (seen.vifs && *seen.vifs != 0) {
		out.push_back({"ringway vif list", "each interface of each guest"});
		out.push_back({"ringway top", "what they do now"});
	} else if (seen.vifs) {
		out.push_back({"ringway vif attach GUEST bridge=BRIDGE", "give a guest an interface"});
	}
	if (seen.vifs && seen.driver && seen.driver != "ringway_netback") {
		out.push_back({"ringway -N use ringway", "what moving to Ringway would change"});
	} else if (seen.vifs) {
		out.push_back({"ringway bridge show", "bridges with their settings and ports"});
	}
	out.push_back({"ringway help", "all commands; see ringway(8)"});
	return out;
}

} // namespace

std::string overview_text(const Overview &seen)
{
	std::string out = fmt::format("ringway {}\n    driver   {}\n    bridges  {}\n    vifs     {}\n"
				      "    check    {}\n\n",
				      seen.version, stack_text(seen), bridges_text(seen), vifs_text(seen),
				      check_text(seen));
	for (const Next &next : next_commands(seen)) {
		out += fmt::format("    {:<40} {}\n", next.command, next.why);
	}
	return out;
}

} // namespace ringway
