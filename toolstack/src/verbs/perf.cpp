// SPDX-License-Identifier: GPL-2.0-only
//
// Xen's accounting has what dom0 and the guests cost, hypercalls included; it is the figure. Samples only say
// how dom0's part of it divides, so that the parts add up to it, and a sampling that is a little uneven
// cannot make a packet cheaper.

#include "verbs/perf.hpp"

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <fmt/format.h>
#include <fstream>
#include <iterator>
#include <set>
#include "context/perf_file.hpp"
#include "context/whole_file.hpp"

namespace ringway
{

namespace
{

// In one order at both ends: reading the counters of many vifs takes long, and all that is read must be of
// spans of one length.
PerfLook look(Context &context, XenTimes &times)
{
	PerfLook out;
	out.at = context.clock.now();
	out.times = times.now();
	out.vifs = look_at_traffic(context);
	return out;
}

void measure(Context &context, Profiler &profiler, Millis time)
{
	constexpr Millis step(100);
	profiler.start();
	for (const Deadline deadline(context.clock, time); !deadline.over();) {
		context.clock.sleep(std::min(step, deadline.left()));
		profiler.drain();
		if (context.clock.interrupted()) {
			return; // what there is by now
		}
	}
}

// The modules behind the bridges' ports that are no vifs.
std::vector<std::string> nic_modules(Context &context, const std::vector<VifTraffic> &vifs)
{
	std::set<std::string> own, bridges, modules;
	for (const VifTraffic &vif : vifs) {
		own.insert(vif.device);
		bridges.insert(vif.bridge);
	}
	bridges.erase("");
	for (const std::string &name : bridges) {
		const auto bridge = context.links.find(name);
		for (const Link &port : bridge ? context.links.ports(*bridge) : std::vector<Link>()) {
			std::error_code error;
			const auto module = std::filesystem::read_symlink(
				context.host.root() / "sys/class/net" / port.name / "device/driver/module",
				error);
			if (!error && !own.contains(port.name)) {
				modules.insert(module.filename().string());
			}
		}
	}
	return {modules.begin(), modules.end()};
}

std::vector<PerfFunction> functions_of(const Profile &profile, const KernelSymbols &symbols,
				       const std::vector<std::string> &nics)
{
	constexpr std::size_t most = 20;
	const auto all = busiest(profile.samples, symbols, nics);
	std::uint64_t sum = 0;
	for (const SampledFunction &function : all) {
		sum += function.weight;
	}
	std::vector<PerfFunction> out;
	for (std::size_t i = 0; i < std::min(most, all.size()); ++i) {
		out.push_back({all[i].name, all[i].module, part_name(all[i].part),
			       100 * static_cast<double>(all[i].weight) / static_cast<double>(sum)});
	}
	return out;
}

nlohmann::json read_earlier(const std::string &file)
{
	std::ifstream in(file);
	if (!in) {
		reject("compare", file, fmt::format("cannot be read: {}", std::strerror(errno)));
	}
	const std::string text(std::istreambuf_iterator<char>(in), {});
	nlohmann::json out = nlohmann::json::parse(text, nullptr, false);
	if (out.is_discarded() || !out.is_object() || !out.contains("per_packet") ||
	    !out["per_packet"].is_object()) {
		reject("compare", file, "not what 'ringway -j perf' prints");
	}
	return out;
}

std::string record_hint(const std::string &file)
{
	return fmt::format("\nrecorded in {0}; for a flame graph:\n    perf script -i {0} | "
			   "stackcollapse-perf.pl | flamegraph.pl > {0}.svg\n",
			   file);
}

} // namespace

Answer perf(Context &context, const Output &output, XenTimes &times, Profiler &profiler,
	    const PerfOptions &options)
{
	const auto earlier =
		options.compare.empty() ? std::nullopt : std::optional(read_earlier(options.compare));
	const KernelSymbols symbols(context.host.root());
	const PerfLook before = look(context, times);
	measure(context, profiler, std::chrono::seconds(options.seconds));
	const PerfLook now = look(context, times);
	const Profile profile = profiler.stop();
	const auto nics = nic_modules(context, now.vifs);
	PerfModel model = perf_model(before, now, profile, attribute(profile.samples, symbols, nics));
	model.functions = functions_of(profile, symbols, nics);
	model.driver = context.host.backend_driver().value_or("none");
	if (model.why_not.empty() && symbols.empty()) {
		model.why_not = "/proc/kallsyms has no addresses; see kernel.kptr_restrict";
		model.part_ns.clear();
		model.functions.clear();
	}
	std::string hint;
	if (!options.record.empty()) {
		if (profile.samples.empty()) {
			throw Error(Exit::failed,
				    fmt::format("record '{}': nothing was sampled{}", options.record,
						profile.why_not.empty() ? "" : ": " + profile.why_not));
		}
		constexpr unsigned for_root = 0600;
		replace_file(options.record,
			     perf_file(profile, symbols, comms_of(profile, context.host.root())), for_root);
		hint = record_hint(options.record);
	}
	return {earlier ? perf_compared(model, *earlier) : to_json(model),
		perf_text(model, earlier, output.details) + hint};
}

} // namespace ringway
