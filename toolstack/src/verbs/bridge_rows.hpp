// SPDX-License-Identifier: GPL-2.0-only
//
// A brlite bridge and its ports as the verbs show them: collected once, printed as text or as JSON.
#pragma once

#include <map>
#include <string>
#include <vector>
#include "verbs/bridge.hpp"

namespace ringway
{

struct PortRow {
	Link link;
	std::map<std::string, std::string> words;
	PortState state;
	std::string mirror_from, mirror_to; // devices
};

struct BridgeRow {
	Link link;
	std::map<std::string, std::string> words;
	std::vector<Counter> counters;
	std::vector<PortRow> ports;
};

PortRow port_row(BridgeContext &context, const Link &port);
BridgeRow bridge_row(BridgeContext &context, const Link &bridge);

// DEVICE[/from-guest|/to-guest]; empty: none. With two devices it is a text for people.
std::string mirror_of(const PortRow &row);

nlohmann::json to_json(const PortRow &row);
std::string port_text(const PortRow &row, bool details);
// alone: one was asked for, and JSON is no list.
Answer bridge_answer(const std::vector<BridgeRow> &rows, bool alone, const Output &output);
Answer fdb_answer(const std::vector<FdbEntry> &entries);

} // namespace ringway
