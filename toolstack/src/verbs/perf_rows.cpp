// SPDX-License-Identifier: GPL-2.0-only
// What `ringway perf` prints, beside an earlier run where there is one.

#include <algorithm>
#include <array>
#include <fmt/format.h>
#include "verbs/perf.hpp"
#include "words/name_text.hpp"
#include "words/text.hpp"

namespace ringway
{

namespace
{

constexpr int format = 1; // of the JSON

struct Label {
	const char *key;
	const char *text;
};

constexpr std::array labels = {
	Label{"dom0_ns", "dom0, ns of CPU time"},
	Label{"sender_ns", "sender, ns of CPU time"},
	Label{"receiver_ns", "receiver, ns of CPU time"},
	Label{"cycles", "dom0's CPUs, cycles"},
	Label{"instructions", "dom0's CPUs, instructions"},
	Label{"cache_misses", "dom0's CPUs, cache misses"},
	Label{"tlb_misses", "dom0's CPUs, TLB misses"},
};

constexpr std::array part_labels = {
	Label{"netback", "netback"},           Label{"switch", "switch"},
	Label{"grant_copies", "grant copies"}, Label{"events", "event channels"},
	Label{"nic", "NIC's driver"},          Label{"linux", "rest of Linux"},
	Label{"programs", "programs"},
};

std::optional<double> find(const std::map<std::string, double> &values, const char *key)
{
	const auto at = values.find(key);
	return at == values.end() ? std::nullopt : std::optional(at->second);
}

std::optional<double> find(const std::optional<nlohmann::json> &earlier, const char *object, const char *key)
{
	if (!earlier || !earlier->contains(object) || !(*earlier)[object].is_object()) {
		return std::nullopt;
	}
	const auto at = (*earlier)[object].find(key);
	return at == (*earlier)[object].end() || !at->is_number() ? std::nullopt
								  : std::optional(at->get<double>());
}

std::string figure(std::optional<double> value)
{
	return !value ? "-" : fmt::format("{:.{}f}", *value, *value < 10 ? 2 : 0);
}

// The table's head and rows have the same columns; those of an earlier run only where there is one.
std::string line(const std::string &name, const std::string &now, const std::string &share,
		 const std::optional<nlohmann::json> &earlier, const std::string &before,
		 const std::string &ratio)
{
	std::string out = fmt::format("{:<28} {:>10} {:>7}", name, now, share);
	if (earlier) {
		out += fmt::format(" {:>10} {:>7}", before, ratio);
	}
	return out.substr(0, out.find_last_not_of(' ') + 1) + "\n";
}

std::string row(const Label &label, const char *object, std::optional<double> now, double whole,
		const std::optional<nlohmann::json> &earlier)
{
	const auto before = find(earlier, object, label.key);
	if (!now && !before) {
		return "";
	}
	return line(label.text, figure(now),
		    now && whole > 0 ? fmt::format("{:.1f} %", *now / whole * 100) : "", earlier,
		    figure(before),
		    now && before && *before > 0 ? fmt::format("{:.3f}", *now / *before) : "-");
}

std::string head(const PerfModel &model)
{
	std::string out =
		fmt::format("ringway perf: {:.1f} s, {}, {} packets ({:.0f} a second)\n", model.seconds,
			    escape(model.driver), model.packets,
			    model.seconds > 0 ? static_cast<double>(model.packets) / model.seconds : 0);
	if (!model.why_no_pmu.empty()) {
		out += fmt::format(
			"no cycles, instructions and misses: the CPUs' counters cannot be had ({}); Xen "
			"gives them to dom0 with vpmu=1\n",
			escape(model.why_no_pmu));
	}
	if (!model.why_not.empty()) {
		out += fmt::format("no parts: {}\n", escape(model.why_not));
	} else {
		out += fmt::format("parts by {} samples by {}{}\n", model.samples,
				   model.hardware ? "cycles" : "the clock (cpu-clock)",
				   model.lost == 0 ? "" : fmt::format(", {} lost", model.lost));
	}
	return out;
}

std::string ways_text(const PerfModel &model)
{
	std::string out;
	for (const PerfWay &way : model.ways) {
		out += out.empty()
			       ? fmt::format("\n{:<28} {:>10} {:>7} {:>10}\n", "WAY OF PACKETS FROM GUESTS",
					     "PACKETS", "SHARE", "NETBACK ns")
			       : "";
		out += fmt::format("{:<28} {:>10} {:>7} {:>10}\n", escape(way.way), way.packets,
				   fmt::format("{:.1f} %", way.percent), figure(way.netback_ns));
	}
	return out;
}

std::string vifs_text(const PerfModel &model)
{
	std::string out = fmt::format("\n{:<9} {:<14} {:<12} {:>10} {:>10} {:>10} {:>10} {}\n", "VIF",
				      "DOMAIN", "DEVICE", "FROM", "TO", "GUEST ns", "NETBACK ns", "WAY");
	for (const PerfVif &vif : model.vifs) {
		out += fmt::format(
			"{:<9} {} {:<12} {:>10} {:>10} {:>10} {:>10} {}\n",
			fmt::format("{}.{}", vif.domid, vif.devid), name_cell(vif.domain, 14),
			escape(vif.device, 12), vif.from_packets, vif.to_packets, figure(vif.guest_ns),
			figure(vif.netback_ns),
			vif.way.empty() ? "-" : fmt::format("{} {:.0f}%", escape(vif.way), vif.way_percent));
	}
	return out;
}

std::string part_label(const std::string &part)
{
	const auto *at = std::find_if(part_labels.begin(), part_labels.end(),
				      [&](const Label &label) { return label.key == part; });
	return at == part_labels.end() ? part : at->text;
}

std::string functions_text(const PerfModel &model)
{
	std::string out = fmt::format("\n{:<46} {:<18} {:<12} {:>7}\n", "FUNCTION OF DOM0'S KERNEL", "MODULE",
				      "PART", "SHARE");
	for (const PerfFunction &function : model.functions) {
		out += fmt::format("{:<46} {:<18} {:<12} {:>7}\n",
				   function.name.empty() ? "-" : escape(function.name, 80),
				   function.module.empty() ? "-" : escape(function.module, 18),
				   part_label(function.part), fmt::format("{:.1f} %", function.percent));
	}
	return out;
}

nlohmann::json number(std::optional<double> value)
{
	return value ? nlohmann::json(*value) : nlohmann::json();
}

} // namespace

std::string perf_text(const PerfModel &model, const std::optional<nlohmann::json> &before, bool details)
{
	std::string out = head(model) + "\n" + line("PER PACKET", "NOW", "", before, "BEFORE", "RATIO");
	for (const Label &label : labels) {
		out += row(label, "per_packet", find(model.per_packet, label.key), 0, before);
	}
	if (!model.part_ns.empty()) {
		out += "\n" + line("OF DOM0'S, ns", "NOW", "SHARE", before, "BEFORE", "RATIO");
		const double whole = find(model.per_packet, "dom0_ns").value_or(0);
		for (const Label &label : part_labels) {
			out += row(label, "part_ns", find(model.part_ns, label.key), whole, before);
		}
	}
	return out + ways_text(model) + vifs_text(model) +
	       (details && !model.functions.empty() ? functions_text(model) : "");
}

nlohmann::json to_json(const PerfModel &model)
{
	nlohmann::json way_rows = nlohmann::json::array(), vif_rows = way_rows, function_rows = way_rows;
	for (const PerfWay &way : model.ways) {
		way_rows.push_back({{"way", escape(way.way)},
				    {"packets", way.packets},
				    {"percent", way.percent},
				    {"netback_ns", number(way.netback_ns)}});
	}
	for (const PerfVif &vif : model.vifs) {
		vif_rows.push_back({{"domid", vif.domid},
				    {"devid", vif.devid},
				    {"domain", name_text(vif.domain)},
				    {"ifname", escape(vif.device)},
				    {"from_guest_packets", vif.from_packets},
				    {"to_guest_packets", vif.to_packets},
				    {"guest_ns", vif.guest_ns},
				    {"netback_ns", number(vif.netback_ns)},
				    {"way", escape(vif.way)},
				    {"way_percent", vif.way_percent}});
	}
	for (const PerfFunction &function : model.functions) {
		function_rows.push_back({{"function", escape(function.name)},
					 {"module", escape(function.module)},
					 {"part", function.part},
					 {"percent", function.percent}});
	}
	return {{"format", format},
		{"seconds", model.seconds},
		{"driver", escape(model.driver)},
		{"packets", model.packets},
		{"sampled_by", !model.why_not.empty() ? "nothing"
			       : model.hardware       ? "cycles"
						      : "cpu-clock"},
		{"samples", model.samples},
		{"lost", model.lost},
		{"no_parts_because", escape(model.why_not)},
		{"no_counters_because", escape(model.why_no_pmu)},
		{"per_packet", model.per_packet},
		{"part_ns", model.part_ns},
		{"functions", function_rows},
		{"ways", way_rows},
		{"vifs", vif_rows}};
}

nlohmann::json perf_compared(const PerfModel &model, const nlohmann::json &before)
{
	nlohmann::json out = to_json(model), ratios = nlohmann::json::object();
	for (const char *object : {"per_packet", "part_ns"}) {
		for (const auto &[key, value] : out[object].items()) {
			const auto old = find(before, object, key.c_str());
			if (old && *old > 0) {
				ratios[key] = value.get<double>() / *old;
			}
		}
	}
	out["before"] = {{"driver", before.value("driver", "")}, {"per_packet", before["per_packet"]}};
	out["ratio"] = ratios;
	return out;
}

} // namespace ringway
