// SPDX-License-Identifier: GPL-2.0-only
//
// One row per vif: collected once, printed as text or as JSON, so that the two cannot differ in content.
#pragma once

#include <optional>
#include <string>
#include <vector>
#include <nlohmann/json_fwd.hpp>
#include "context/context.hpp"
#include "words/policy.hpp"
#include "vif/record.hpp"

namespace ringway
{

struct VifRow {
	Record record;
	std::string domain; // name; empty when the domain is gone
	std::string state;  // the backend's
	std::string guest_state;
	std::string device; // network device now, empty when there is none
	std::string master; // bridge it is in now
	unsigned mtu = 0;
	bool up = false;
	bool carrier = false;
	std::uint64_t queues = 0;          // that the guest set up
	std::vector<std::string> features; // that both ends agreed on
	std::string error;                 // what the drivers say went wrong
	std::optional<LinkStats> stats;
	Policy policy;                  // as the kernel has it
	std::vector<std::string> drift; // where that is not as it should be
};

// XenStore and the kernel are asked for no more than is wanted.
enum class RowDepth {
	table, // what list_text() shows
	ends,  // and what the two drivers say
	whole, // and what is in force
};
VifRow make_row(Context &context, const Record &record, RowDepth depth = RowDepth::whole);

nlohmann::json to_json(const VifRow &row, bool with_stats);
std::string list_text(const std::vector<VifRow> &rows, bool with_stats);
std::string show_text(const VifRow &row, bool with_stats);

} // namespace ringway
