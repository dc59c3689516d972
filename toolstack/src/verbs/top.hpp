// SPDX-License-Identifier: GPL-2.0-only
//
// ringway top: what each vif does now. Two looks make rows, rows make lines; a Screen only shows lines and
// hands over keys, so that all of it can be tested without a terminal.
#pragma once

#include <optional>
#include <string>
#include <vector>
#include "context/context.hpp"
#include "context/screen.hpp"
#include "verbs/answer.hpp"
#include "vif/traffic.hpp"

namespace ringway
{

struct TopRow {
	unsigned domid = 0, devid = 0;
	std::string domain, device, bridge;
	// A second:
	double from_packets = 0, to_packets = 0, from_bits = 0, to_bits = 0, drops = 0;
	bool counts_cpu = false;      // the driver counts what follows
	double cpu_percent = 0;       // of one CPU of this host
	double cpu_ns_per_packet = 0; // 0: no packet
	std::string most_dropped;     // reason with the most drops, with its direction; empty without any
	std::string path;             // that most packets from the guest took; empty: the driver does not say
	double path_percent = 0;
	std::string why; // what kept most of the others from the direct path
};

// Vifs that were not there before are left out.
std::vector<TopRow> top_rows(const std::vector<VifTraffic> &before, const std::vector<VifTraffic> &now,
			     double seconds);

enum class TopSort { vif, name, from_packets, to_packets, from_bits, to_bits, drops, cpu };

struct TopView {
	TopSort sort = TopSort::from_packets;
	bool reverse = false;
	std::string filter = {}; // part of the domain's, device's or bridge's name
	unsigned seconds = 3;    // between two looks
	std::size_t scroll = 0;  // rows above the first one shown
	bool typing = false;     // the filter, right now
	bool quit = false;
};

std::optional<TopSort> find_sort(const std::string &name);
std::string sort_name(TopSort sort);
std::string sort_names(); // all, for messages

// Sorted and filtered.
std::vector<TopRow> arrange(std::vector<TopRow> rows, const TopView &view);
std::vector<std::string> top_lines(const std::vector<TopRow> &rows, const TopView &view);
nlohmann::json to_json(const std::vector<TopRow> &rows);

// xentop's keys: q or Escape ends, S the next sort column, R the other way round, D more or less often, the
// arrows scroll; / begins a filter.
void press(int key, TopView &view);

struct TopBatch {
	unsigned looks = 0; // 0: until interrupted
};

// Until a key or a signal ends it.
void top_screen(Context &context, TopView view, Screen &screen);
// A table after each interval.
void top_batch(Context &context, const TopView &view, const TopBatch &batch,
	       const std::function<void(const Answer &)> &say);

} // namespace ringway
