// SPDX-License-Identifier: GPL-2.0-only
#include "verbs/metrics.hpp"

#include <fmt/format.h>
#include <functional>
#include "context/links_once.hpp"
#include "context/whole_file.hpp"
#include "words/name_text.hpp"
#include "words/text.hpp"

namespace ringway
{

namespace
{

using Labels = std::vector<std::pair<std::string, std::string>>;

// A domain's name alone is not enough: while it migrates on one host there are two of that name.
Labels labels_of(const VifTraffic &vif)
{
	return {{"domain", vif.domain},
		{"domid", std::to_string(vif.record.domid)},
		{"vif", std::to_string(vif.record.devid)},
		{"device", vif.device}};
}

Labels with(Labels labels, const char *name, const std::string &value)
{
	labels.emplace_back(name, value);
	return labels;
}

using Vifs = std::vector<VifTraffic>;
using BridgesTraffic = std::vector<BridgeTraffic>;

Metric gauge(const Vifs &vifs, const char *name, const char *help,
	     const std::function<double(const VifTraffic &)> &value)
{
	Metric out{name, "gauge", help, {}};
	for (const VifTraffic &vif : vifs) {
		out.samples.push_back({labels_of(vif), value(vif)});
	}
	return out;
}

Metric info(const Vifs &vifs)
{
	Metric out{"ringway_vif_info", "gauge", "Always 1; the labels say where the vif is.", {}};
	for (const VifTraffic &vif : vifs) {
		Labels labels = with(labels_of(vif), "bridge", vif.bridge);
		labels = with(labels, "mac", vif.record.mac ? vif.record.mac->text() : "");
		out.samples.push_back(
			{with(labels, "driver", vif.traffic.detailed ? "ringway" : "other"), 1});
	}
	return out;
}

// One number of both directions. What only Ringway's driver counts is absent elsewhere, not zero.
Metric both_ways(const Vifs &vifs, bool detail, const char *name, const char *help,
		 std::uint64_t OneWay::*value, double unit = 1)
{
	Metric out{name, "counter", help, {}};
	for (const VifTraffic &vif : vifs) {
		if (detail && !vif.traffic.detailed) {
			continue;
		}
		for (const auto &[direction, way] :
		     {std::pair<const char *, const OneWay &>{"from_guest", vif.traffic.from_guest},
		      {"to_guest", vif.traffic.to_guest}}) {
			out.samples.push_back({with(labels_of(vif), "direction", direction),
					       static_cast<double>(way.*value) * unit});
		}
	}
	return out;
}

Metric drops(const Vifs &vifs)
{
	Metric out{"ringway_vif_dropped_packets_total", "counter", "Packets lost at the vif, by reason.", {}};
	for (const VifTraffic &vif : vifs) {
		for (const auto &[direction, way] :
		     {std::pair<const char *, const OneWay &>{"from_guest", vif.traffic.from_guest},
		      {"to_guest", vif.traffic.to_guest}}) {
			for (const Named &drop : way.drops) {
				out.samples.push_back({with(with(labels_of(vif), "direction", direction),
							    "reason", drop.name),
						       static_cast<double>(drop.value)});
			}
		}
	}
	return out;
}

Metric listed(const Vifs &vifs, const char *name, const char *help, const char *label,
	      std::vector<Named> Traffic::*list)
{
	Metric out{name, "counter", help, {}};
	for (const VifTraffic &vif : vifs) {
		for (const Named &one : vif.traffic.*list) {
			out.samples.push_back(
				{with(labels_of(vif), label, one.name), static_cast<double>(one.value)});
		}
	}
	return out;
}

Metric listed(const BridgesTraffic &bridges, const char *name, const char *help, const char *label,
	      std::vector<Named> BridgeTraffic::*list)
{
	Metric out{name, "counter", help, {}};
	for (const BridgeTraffic &bridge : bridges) {
		for (const Named &one : bridge.*list) {
			out.samples.push_back({{{"bridge", bridge.bridge}, {label, one.name}},
					       static_cast<double>(one.value)});
		}
	}
	return out;
}

Metric ports(const BridgesTraffic &bridges)
{
	Metric out{"ringway_bridge_ports", "gauge", "Ports of the bridge.", {}};
	for (const BridgeTraffic &bridge : bridges) {
		out.samples.push_back({{{"bridge", bridge.bridge}, {"kind", bridge.kind}},
				       static_cast<double>(bridge.ports)});
	}
	return out;
}

// HOSTILE: domains' names. Of what name_text() leaves alone, only two characters mean something.
std::string label_text(const std::string &value)
{
	std::string out;
	for (const char c : name_text(value)) {
		out += c == '"' || c == '\\' ? "\\" : "";
		out += c;
	}
	return out;
}

constexpr double second_per_ns = 1e-9;

} // namespace

std::vector<Metric> collect_metrics(const Vifs &vifs, const BridgesTraffic &bridges)
{
	return {
		info(vifs),
		gauge(vifs, "ringway_vif_up", "1: the vif's device is up and the guest's end is connected.",
		      [](const VifTraffic &vif) { return vif.up && vif.carrier ? 1.0 : 0.0; }),
		gauge(vifs, "ringway_vif_queues", "Queues in use.",
		      [](const VifTraffic &vif) { return static_cast<double>(vif.queues); }),
		both_ways(vifs, false, "ringway_vif_packets_total", "Packets.", &OneWay::packets),
		both_ways(vifs, false, "ringway_vif_bytes_total", "Bytes.", &OneWay::bytes),
		drops(vifs),
		listed(vifs, "ringway_vif_path_packets_total",
		       "Packets from the guest, by the way they took.", "path", &Traffic::paths),
		listed(vifs, "ringway_vif_not_direct_packets_total",
		       "Packets from the guest that could not go directly, by reason.", "reason",
		       &Traffic::why_not_direct),
		both_ways(vifs, true, "ringway_vif_cpu_seconds_total",
			  "Time of this host's CPUs spent in the vif's polls.", &OneWay::cpu_ns,
			  second_per_ns),
		both_ways(vifs, true, "ringway_vif_copies_total", "Copies between pages.", &OneWay::copies),
		both_ways(vifs, true, "ringway_vif_hypercalls_total", "Hypercalls that made copies.",
			  &OneWay::hypercalls),
		both_ways(vifs, true, "ringway_vif_events_total", "Events that the guest sent.",
			  &OneWay::events),
		both_ways(vifs, true, "ringway_vif_notifications_total", "Events sent to the guest.",
			  &OneWay::notifications),
		both_ways(vifs, true, "ringway_vif_mapped_packets_total",
			  "Packets through a buffer that stays mapped.", &OneWay::mapped),
		both_ways(vifs, true, "ringway_vif_throttled_total", "Times that a limit held packets back.",
			  &OneWay::throttled),
		ports(bridges),
		listed(bridges, "ringway_bridge_packets_total",
		       "Packets through the bridge, by what was done.", "action", &BridgeTraffic::packets),
		listed(bridges, "ringway_bridge_dropped_packets_total",
		       "Packets lost in the bridge, by reason.", "reason", &BridgeTraffic::drops),
		listed(bridges, "ringway_bridge_fdb_changes_total",
		       "Addresses that the bridge learned, moved or refused.", "change", &BridgeTraffic::fdb),
		listed(bridges, "ringway_bridge_groups_total",
		       "Multicast groups that ports joined, left or were refused, and malformed reports.",
		       "event", &BridgeTraffic::groups),
	};
}

std::string metrics_text(const std::vector<Metric> &metrics)
{
	std::string out;
	for (const Metric &metric : metrics) {
		if (metric.samples.empty()) {
			continue;
		}
		out += fmt::format("# HELP {} {}\n# TYPE {} {}\n", metric.name, metric.help, metric.name,
				   metric.type);
		for (const Sample &sample : metric.samples) {
			out += metric.name;
			char before = '{';
			for (const auto &[name, value] : sample.labels) {
				out += fmt::format("{}{}=\"{}\"", before, name, label_text(value));
				before = ',';
			}
			out += fmt::format("{} {}\n", before == ',' ? "}" : "", sample.value);
		}
	}
	return out;
}

nlohmann::json to_json(const std::vector<Metric> &metrics)
{
	nlohmann::json out = nlohmann::json::array();
	for (const Metric &metric : metrics) {
		nlohmann::json samples = nlohmann::json::array();
		for (const Sample &sample : metric.samples) {
			nlohmann::json labels = nlohmann::json::object();
			for (const auto &[name, value] : sample.labels) {
				labels[name] = name_text(value);
			}
			samples.push_back({{"labels", labels}, {"value", sample.value}});
		}
		out.push_back({{"name", metric.name},
			       {"type", metric.type},
			       {"help", metric.help},
			       {"samples", samples}});
	}
	return out;
}

Answer metrics(Context &context)
{
	OneLook look(context);
	const auto vifs = look_at_traffic(look.context);
	const auto all = collect_metrics(vifs, look_at_bridges(look.context, vifs));
	return {to_json(all), metrics_text(all)};
}

Answer metrics_into(Context &context, const Output &output, const std::string &file)
{
	constexpr unsigned for_everybody = 0644; // node_exporter is not root
	replace_file(file, printed(output, metrics(context)), for_everybody);
	return {nlohmann::json{{"written", file}}, ""};
}

} // namespace ringway
