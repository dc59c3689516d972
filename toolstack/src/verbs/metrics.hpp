// SPDX-License-Identifier: GPL-2.0-only
//
// ringway metrics: counters of all vifs and bridges in the text format of Prometheus, which is what the
// textfile collector of node_exporter reads.
#pragma once

#include <string>
#include <utility>
#include <vector>
#include "context/context.hpp"
#include "verbs/answer.hpp"
#include "vif/traffic.hpp"

namespace ringway
{

struct Sample {
	std::vector<std::pair<std::string, std::string>> labels;
	double value = 0;
};

struct Metric {
	std::string name, type, help; // type: counter or gauge
	std::vector<Sample> samples;
};

std::vector<Metric> collect_metrics(const std::vector<VifTraffic> &vifs,
				    const std::vector<BridgeTraffic> &bridges);
std::string metrics_text(const std::vector<Metric> &metrics);
nlohmann::json to_json(const std::vector<Metric> &metrics);

Answer metrics(Context &context);
// The file is replaced in one step: it has all of them, or what it had before. Throws Error.
Answer metrics_into(Context &context, const Output &output, const std::string &file);

} // namespace ringway
