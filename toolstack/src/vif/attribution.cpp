// SPDX-License-Identifier: GPL-2.0-only
//
// The first rule that fits the innermost function decides. Functions that everybody uses (copying, locks,
// the stub of a hypercall) say nothing about who pays: there the function that called them is looked at.

#include "vif/attribution.hpp"

#include <algorithm>
#include <cstdlib>
#include <cxxabi.h>
#include <map>
#include <memory>
#include <optional>
#include <string_view>
#include <tuple>

namespace ringway
{

namespace
{

struct Rule {
	Part part;
	std::string_view module; // empty: any
	std::string_view prefix; // of the function's name; empty: all
};

constexpr Rule rules[] = {
	{Part::grant_copies, "", "gnttab_"},
	{Part::grant_copies, "", "xen_hypercall_grant_table_op"},
	{Part::grant_copies, "", "host_grant_copy"},
	{Part::netback, "ringway_netback", ""},
	{Part::netback, "xen_netback", ""},
	{Part::netback, "", "xenvif_"},
	{Part::bridge, "bridge_lite", ""},
	{Part::bridge, "bridge", ""},
	{Part::bridge, "br_netfilter", ""},
	{Part::bridge, "openvswitch", ""},
	{Part::events, "", "xen_hypercall_event_channel_op"},
	{Part::events, "", "notify_remote_via_"},
	{Part::events, "", "evtchn_"},
	{Part::events, "", "event_handler_"},
	{Part::events, "", "__xen_evtchn_"},
	{Part::events, "", "xen_evtchn_"},
	{Part::events, "", "xen_irq_lateeoi"},
	{Part::events, "", "xen_force_evtchn_callback"},
	{Part::events, "", "xen_send_IPI_"},
	{Part::events, "", "xen_pv_evtchn_"},
	{Part::events, "", "xen_hvm_evtchn_"},
	{Part::events, "", "sysvec_xen_hvm_callback"},
	{Part::events, "", "__sysvec_xen_hvm_callback"},
	{Part::events, "", "asm_sysvec_xen_hvm_callback"},
	{Part::idle, "", "default_idle"},
	{Part::idle, "", "native_safe_halt"},
	{Part::idle, "", "pv_native_safe_halt"},
	{Part::idle, "", "xen_safe_halt"},
	{Part::idle, "", "xen_hypercall_sched_op"},
	{Part::idle, "", "intel_idle"},
	{Part::idle, "", "acpi_idle_"},
	{Part::idle, "", "mwait_idle"},
	{Part::idle, "", "cpuidle_"},
	{Part::idle, "", "poll_idle"},
	{Part::idle, "", "arch_cpu_idle"},
};

constexpr std::string_view shared[] = {
	"__xen_hypercall",
	"__SCT__xen_hypercall",
	"hypercall_page",
	"xen_hypercall_pv",
	"xen_hypercall_hvm",
	"xen_hypercall_amd",
	"xen_hypercall_intel",
	"memcpy",
	"__memcpy",
	"memset",
	"__memset",
	"memmove",
	"clear_page",
	"_raw_spin_",
	"_raw_read_",
	"_raw_write_",
	"native_queued_spin_",
	"queued_spin_",
	"__raw_spin_",
	"pv_native_",
	"__x86_indirect_",
	"__x86_return_thunk",
	"srso_",
	"retbleed_",
	"its_",
	"xen_irq_enable_direct",
	"__rcu_read_",
};

constexpr std::string_view hypercall_stubs[] = {
	"__xen_hypercall",   "__SCT__xen_hypercall", "hypercall_page",     "xen_hypercall_pv",
	"xen_hypercall_hvm", "xen_hypercall_amd",    "xen_hypercall_intel"};

bool begins_with_one_of(std::string_view name, auto &list)
{
	return std::any_of(std::begin(list), std::end(list),
			   [&](std::string_view one) { return name.starts_with(one); });
}

// C++ names as people write them, without parameters, templates' arguments and the type that comes back.
std::string readable(const std::string &name)
{
	int status = 0;
	const std::unique_ptr<char, decltype(&std::free)> whole(
		abi::__cxa_demangle(name.substr(0, name.find('.')).c_str(), nullptr, nullptr, &status),
		&std::free);
	if (!whole) {
		return name;
	}
	std::string text = whole.get(), out;
	for (const std::string_view drop : {"(anonymous namespace)::", "ringway::"}) {
		for (auto at = text.find(drop); at != text.npos; at = text.find(drop)) {
			text.erase(at, drop.size());
		}
	}
	unsigned depth = 0;
	for (const char c : text.substr(0, text.find('('))) {
		depth += c == '<';
		out += depth == 0 ? std::string(1, c) : "";
		depth -= c == '>';
		out = depth == 0 && c == ' ' ? "" : out;
	}
	return out;
}

std::optional<Part> part_of(const Function &function, const std::vector<std::string> &nics)
{
	for (const Rule &rule : rules) {
		if ((rule.module.empty() || rule.module == function.module) &&
		    function.name.starts_with(rule.prefix)) {
			return rule.part;
		}
	}
	return std::find(nics.begin(), nics.end(), function.module) != nics.end() && !function.module.empty()
		       ? std::optional(Part::nic)
		       : std::nullopt;
}

// The name of the function, and of the one that called it where that says more.
std::pair<std::string, std::string> who(const PerfSample &sample, const KernelSymbols &symbols)
{
	const Function *function = sample.in_kernel ? symbols.find(sample.address) : nullptr;
	if (function == nullptr) {
		return {};
	}
	const Function *caller = begins_with_one_of(function->name, shared) && !sample.callers.empty()
					 ? symbols.find(sample.callers.front() - 1)
					 : nullptr;
	return caller == nullptr ? std::pair(readable(function->name), function->module)
				 : std::pair(readable(function->name) + " of " + readable(caller->name),
					     caller->module);
}

// A sample stands for all that passed since the one before it, of which the kernel makes more or less as it
// holds to the frequency. One that does not say is one.
std::uint64_t weight_of(const PerfSample &sample)
{
	return std::max<std::uint64_t>(sample.period, 1);
}

} // namespace

const char *part_name(Part part)
{
	constexpr std::array<const char *, part_count> names = {"netback", "switch", "grant_copies", "events",
								"nic",     "linux",  "programs",     "idle"};
	return names[static_cast<std::size_t>(part)];
}

Part part_of(const PerfSample &sample, const KernelSymbols &symbols, const std::vector<std::string> &nics)
{
	if (!sample.in_kernel) {
		return Part::programs;
	}
	std::vector<std::uint64_t> frames = {sample.address};
	// A caller's address is that of the instruction behind the call, which may be the next function's.
	std::transform(sample.callers.begin(), sample.callers.end(), std::back_inserter(frames),
		       [](std::uint64_t address) { return address - 1; });
	bool in_hypercall = false;
	for (const std::uint64_t frame : frames) {
		const Function *function = symbols.find(frame);
		if (function == nullptr) {
			break;
		}
		// Ringway's netback copies by a hypercall of its own; it has no other.
		if (in_hypercall && function->module == "ringway_netback") {
			return Part::grant_copies;
		}
		if (const auto part = part_of(*function, nics)) {
			return *part;
		}
		if (!begins_with_one_of(function->name, shared)) {
			break;
		}
		in_hypercall = begins_with_one_of(function->name, hypercall_stubs);
	}
	return Part::linux_rest;
}

PartCounts attribute(const std::vector<PerfSample> &samples, const KernelSymbols &symbols,
		     const std::vector<std::string> &nics)
{
	PartCounts out{};
	for (const PerfSample &sample : samples) {
		out[static_cast<std::size_t>(part_of(sample, symbols, nics))] += weight_of(sample);
	}
	return out;
}

std::vector<SampledFunction> busiest(const std::vector<PerfSample> &samples, const KernelSymbols &symbols,
				     const std::vector<std::string> &nics)
{
	std::map<std::tuple<std::string, std::string, Part>, std::uint64_t> weights;
	for (const PerfSample &sample : samples) {
		const Part part = part_of(sample, symbols, nics);
		const auto [name, module] = who(sample, symbols);
		if (part != Part::idle) {
			weights[{name, module, part}] += weight_of(sample);
		}
	}
	std::vector<SampledFunction> out;
	for (const auto &[what, weight] : weights) {
		const auto &[name, module, part] = what;
		out.push_back({name, module, part, weight});
	}
	std::stable_sort(out.begin(), out.end(), [](const SampledFunction &a, const SampledFunction &b) {
		return a.weight > b.weight;
	});
	return out;
}

} // namespace ringway
