// SPDX-License-Identifier: GPL-2.0-only
#include "verbs/place.hpp"

#include <algorithm>
#include <fmt/format.h>
#include <fmt/ranges.h>
#include "verbs/journal_words.hpp"
#include "vif/placement.hpp"
#include "words/name_text.hpp"
#include "words/text.hpp"

namespace ringway
{

namespace
{

double percent(std::uint64_t load)
{
	return static_cast<double>(load) * 100 / static_cast<double>(whole_cpu);
}

nlohmann::json to_json(const Placement &plan, bool applied)
{
	nlohmann::json queues = nlohmann::json::array(), cpus = nlohmann::json::array();
	for (const PlacedQueue &placed : plan.queues) {
		const VifQueue &queue = placed.queue;
		queues.push_back({{"domid", queue.record.domid},
				  {"devid", queue.record.devid},
				  {"domain", name_text(queue.domain)},
				  {"ifname", queue.device},
				  {"queue", queue.queue},
				  {"load_percent", percent(queue.load)},
				  {"cpus_now", placed.now},
				  {"threads", placed.threaded},
				  {"cpu", placed.cpu},
				  {"fits", placed.fits}});
	}
	for (const PlacedCpu &cpu : plan.cpus) {
		cpus.push_back(
			{{"cpu", cpu.cpu}, {"load_percent", percent(cpu.load)}, {"queues", cpu.queues}});
	}
	return {{"algorithm", plan.algorithm.name()},
		{"fill_percent", plan.fill},
		{"queues", queues},
		{"cpus", cpus},
		{"applied", applied}};
}

std::string text_of(const Placement &plan, bool applied)
{
	const auto used = std::count_if(plan.cpus.begin(), plan.cpus.end(),
					[](const PlacedCpu &cpu) { return cpu.queues > 0; });
	std::string out = fmt::format("{}: {} queues on {} of {} CPUs, each to {} % at most{}\n",
				      plan.algorithm.name(), plan.queues.size(), used, plan.cpus.size(),
				      plan.fill, applied ? "; applied" : "");
	out += fmt::format("{:<14} {:<16} {:<15} {:>7} {:<8} {}\n", "QUEUE", "DOMAIN", "DEVICE", "LOAD",
			   "NOW", "CPU");
	for (const PlacedQueue &placed : plan.queues) {
		const VifQueue &queue = placed.queue;
		out += fmt::format(
			"{:<14} {} {:<15} {:>5.1f} % {:<8} {}{}\n",
			fmt::format("{}.{} q{}", queue.record.domid, queue.record.devid, queue.queue),
			name_cell(queue.domain, 16), queue.device, percent(queue.load), placed.now,
			placed.cpu, placed.fits ? "" : " (fits nowhere)");
	}
	for (const PlacedCpu &cpu : plan.cpus) {
		out += cpu.queues == 0 ? fmt::format("CPU {}: free\n", cpu.cpu)
				       : fmt::format("CPU {}: {} queues, {:.1f} %\n", cpu.cpu, cpu.queues,
						     percent(cpu.load));
	}
	return out;
}

std::vector<unsigned> chosen_cpus(Context &context, const PlaceOptions &options)
{
	const std::vector<unsigned> online = online_cpus(context.host.root());
	for (const unsigned cpu : options.cpus.value_or(std::vector<unsigned>())) {
		if (std::find(online.begin(), online.end(), cpu) == online.end()) {
			throw Error(Exit::absent, fmt::format("CPU {}: not online here; there are {}", cpu,
							      fmt::join(online, ",")));
		}
	}
	return options.cpus.value_or(online);
}

void say_placed(Context &context, const Placement &plan)
{
	JournalWords words;
	for (const PlacedQueue &placed : plan.queues) {
		words.push_back(fmt::format("{}: CPU {}", placed.queue.text(), placed.cpu));
	}
	say_all(context, "place --apply", fmt::format("{} queues by {}", words.size(), plan.algorithm.name()),
		words);
}

Answer lines_answer(const std::vector<std::string> &lines, const char *nothing)
{
	return {nlohmann::json(lines),
		lines.empty() ? fmt::format("{}\n", nothing) : fmt::format("{}\n", fmt::join(lines, "\n"))};
}

} // namespace

Algorithm parse_algorithm(const std::string &name)
{
	if (const auto found = find_algorithm(name)) {
		return *found;
	}
	std::vector<std::string> names;
	for (const Algorithm &algorithm : all_algorithms()) {
		names.push_back(algorithm.name());
	}
	reject("by", name, fmt::format("choose from {}", fmt::join(names, ", ")));
}

Answer place(Context &context, Threads &threads, const Output &output, const PlaceOptions &options)
{
	const std::vector<unsigned> cpus = chosen_cpus(context, options);
	Placement plan = plan_placement(context.host.root(), measure_queues(context, options.time), cpus,
					options.algorithm, options.fill);
	const bool apply = options.apply && !output.dry_run;
	if (apply) {
		apply_placement(context, threads, plan, options.threads);
		say_placed(context, plan);
	}
	return {to_json(plan, apply), text_of(plan, apply)};
}

Unplaced place_undo(Context &context, Threads &threads, const Output &output)
{
	if (output.dry_run) {
		return {lines_answer({}, "would undo all that 'ringway place --apply' did"), Exit::ok};
	}
	const UndonePlacement undone = undo_placement(context, threads);
	if (!undone.lines.empty()) {
		say_all(context, "place --undo", fmt::format("{} queues", undone.lines.size()), undone.lines,
			!undone.whole);
	}
	return {lines_answer(undone.lines, "nothing was placed"), undone.whole ? Exit::ok : Exit::failed};
}

void place_keep(Context &context, Threads &threads, const std::function<void(const std::string &)> &say)
{
	// The driver's states are below it: a vif that gets connected fires it.
	const WatchGuard watch(context.store, "/local/domain/0/backend/vif");
	constexpr Millis settle(200), look_again = std::chrono::seconds(30);
	while (!context.clock.interrupted()) {
		for (const std::string &line : restore_placement(context, threads)) {
			say(line);
		}
		context.store.wait(look_again);
		context.clock.sleep(settle); // a guest that starts fires many times
	}
}

} // namespace ringway
