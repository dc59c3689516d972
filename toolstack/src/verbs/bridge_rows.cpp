// SPDX-License-Identifier: GPL-2.0-only
#include "verbs/bridge_rows.hpp"

#include <fmt/format.h>
#include "words/error.hpp"
#include "words/text.hpp"

namespace ringway
{

namespace
{

std::string name_of(BridgeContext &context, int index)
{
	const auto link = index == 0 ? std::nullopt : context.links.find(index);
	return link ? link->name : "";
}

// What is set at the port, by its word; what is not set is absent.
std::map<std::string, std::string> policy_of(const PortRow &row)
{
	std::map<std::string, std::string> out;
	if (row.state.isolated) {
		out["isolated"] = "on";
	}
	if (row.state.locked) {
		out["locked"] = "on";
	}
	for (const StormKind &kind : storm_kinds) {
		if (const StormLimit &limit = row.state.storm.*kind.limit; limit.rate != 0) {
			out[std::string(kind.key)] = storm_text(limit);
		}
	}
	if (const std::string mirror = mirror_of(row); !mirror.empty()) {
		out["mirror"] = mirror;
	}
	return out;
}

std::string joined(const std::map<std::string, std::string> &words)
{
	std::string out;
	for (const auto &[key, value] : words) {
		out += fmt::format(" {}={}", key, value);
	}
	return out;
}

nlohmann::json to_json(const BridgeRow &row, bool with_stats)
{
	nlohmann::json ports = nlohmann::json::array();
	for (const PortRow &port : row.ports) {
		ports.push_back(to_json(port));
	}
	nlohmann::json out = {{"ifname", row.link.name}, {"mac", row.link.mac.text()}, {"mtu", row.link.mtu},
			      {"up", row.link.up},       {"settings", row.words},      {"ports", ports}};
	if (with_stats) {
		for (const Counter &counter : row.counters) {
			out["counters"][escape(counter.name)] = counter.value;
		}
	}
	return out;
}

std::string text_of(const BridgeRow &row, const Output &output)
{
	std::string out = fmt::format("bridge {}: mac {} mtu {} {}, {} ports\n   {}\n", row.link.name,
				      row.link.mac.text(), row.link.mtu, row.link.up ? "up" : "down",
				      row.ports.size(), joined(row.words));
	for (const PortRow &port : row.ports) {
		out += "    " + port_text(port, output.details);
	}
	for (const Counter &counter : row.counters) {
		if (output.stats && (counter.value != 0 || output.details)) {
			out += fmt::format("    {:<24} {:>16}\n", escape(counter.name), counter.value);
		}
	}
	return out;
}

} // namespace

std::string mirror_of(const PortRow &row)
{
	if (row.mirror_from == row.mirror_to) {
		return row.mirror_from;
	}
	return row.mirror_from.empty()
		       ? row.mirror_to + "/to-guest"
		       : row.mirror_from + "/from-guest" +
				 (row.mirror_to.empty() ? "" : "," + row.mirror_to + "/to-guest");
}

PortRow port_row(BridgeContext &context, const Link &port)
{
	PortRow row{port, words_of(context.bridges.port_values(port)), {}, "", ""};
	row.state = context.links.port_state(port, std::nullopt).value_or(PortState());
	row.mirror_from = name_of(context, row.state.mirror_from);
	row.mirror_to = name_of(context, row.state.mirror_to);
	return row;
}

BridgeRow bridge_row(BridgeContext &context, const Link &bridge)
{
	BridgeRow row{bridge, words_of(context.bridges.values(bridge)), {}, {}};
	row.counters = context.links.counters(bridge.name).value_or(std::vector<Counter>());
	for (const Link &port : context.links.ports(bridge)) {
		row.ports.push_back(port_row(context, port));
	}
	return row;
}

nlohmann::json to_json(const PortRow &row)
{
	return {{"ifname", row.link.name},
		{"up", row.link.up},
		{"carrier", row.link.carrier},
		{"settings", row.words},
		{"policy", policy_of(row)}};
}

std::string port_text(const PortRow &row, bool details)
{
	return fmt::format("port {}: {}{}{}{}\n", row.link.name, row.link.up ? "up" : "down",
			   row.link.carrier ? " carrier" : "", joined(policy_of(row)),
			   details ? joined(row.words) : "");
}

Answer bridge_answer(const std::vector<BridgeRow> &rows, bool alone, const Output &output)
{
	Answer out{nlohmann::json::array(), ""};
	for (const BridgeRow &row : rows) {
		out.json.push_back(to_json(row, output.stats));
		out.text += text_of(row, output);
	}
	if (alone) {
		out.json = nlohmann::json(out.json.front());
	}
	return out;
}

Answer fdb_answer(const std::vector<FdbEntry> &entries)
{
	Answer out{nlohmann::json::array(),
		   fmt::format("{:<17} {:<15} {:>5} {:<8} {}\n", "MAC", "PORT", "VLAN", "STATE", "IDLE")};
	for (const FdbEntry &entry : entries) {
		const bool learned = entry.state == "learned";
		nlohmann::json json = {{"mac", entry.mac.text()},
				       {"port", entry.device},
				       {"state", entry.state},
				       {"by_program", entry.by_program}};
		if (entry.vlan != 0) {
			json["vlan"] = entry.vlan;
		}
		if (learned) {
			json["idle_seconds"] = entry.idle;
		}
		out.json.push_back(json);
		out.text += fmt::format("{:<17} {:<15} {:>5} {:<8} {}{}\n", entry.mac.text(), entry.device,
					entry.vlan == 0 ? "all" : std::to_string(entry.vlan), entry.state,
					learned ? fmt::format("{} s", entry.idle) : "-",
					entry.by_program ? " by a program" : "");
	}
	return out;
}

} // namespace ringway
