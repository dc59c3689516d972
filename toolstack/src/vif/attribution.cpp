// SPDX-License-Identifier: GPL-2.0-only
//
// The first rule that fits the innermost function decides. Functions that everybody uses (copying, locks,
// the stub of a hypercall) say nothing about who pays: there the function that called them is looked at.

#include "vif/attribution.hpp"

#include <algorithm>
#include <optional>
#include <string_view>

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

constexpr std::string_view hypercall_stubs[] = {"__xen_hypercall", "__SCT__xen_hypercall", "hypercall_page"};

bool begins_with_one_of(std::string_view name, auto &list)
{
	return std::any_of(std::begin(list), std::end(list),
			   [&](std::string_view one) { return name.starts_with(one); });
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
		++out[static_cast<std::size_t>(part_of(sample, symbols, nics))];
	}
	return out;
}

} // namespace ringway
