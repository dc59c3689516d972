// SPDX-License-Identifier: GPL-2.0-only
//
// A vif's counters, as its driver shows them to ethtool: sums and each queue's part. Collected once, printed
// as text or as JSON.
#pragma once

#include <optional>
#include <string>
#include <vector>
#include "context/context.hpp"
#include "verbs/answer.hpp"
#include "vif/record.hpp"

namespace ringway
{

struct CounterRow {
	std::string name;
	std::uint64_t total = 0;
	std::vector<std::uint64_t> queues; // empty: only counted for the vif as a whole
	bool operator==(const CounterRow &) const = default;
};

struct VifStats {
	unsigned domid = 0, devid = 0;
	std::string device;
	std::uint64_t queues = 0;       // in use
	std::optional<Millis> interval; // the counters are what was added in this time
	std::vector<CounterRow> rows;
};

// "q3_name" is queue 3's part of "name". Queues from `queues` on are left out.
std::vector<CounterRow> arrange(const std::vector<Counter> &counters, std::uint64_t queues);
// What `now` has more than `before`; counters that went backwards, because the device is another one now,
// count from zero.
std::vector<CounterRow> difference(const std::vector<CounterRow> &before, const std::vector<CounterRow> &now);

nlohmann::json to_json(const VifStats &stats);
// Rows of zeros only with `all`.
std::string stats_text(const VifStats &stats, bool all);

struct StatsOptions {
	std::string domain = {}; // empty: all
	std::string vif = {};    // empty: all of the domain
	unsigned watch = 0;      // seconds between two looks; 0: one look
};

// Answers through `say`: once, or what was added in each interval until the clock is interrupted.
void vif_stats(Context &context, const Output &output, const StatsOptions &options,
	       const std::function<void(const Answer &)> &say);

} // namespace ringway
