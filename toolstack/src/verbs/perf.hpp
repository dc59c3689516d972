// SPDX-License-Identifier: GPL-2.0-only
//
// ringway perf: what a packet costs this host now.
#pragma once

#include <map>
#include <optional>
#include <string>
#include <vector>
#include "context/context.hpp"
#include "context/domain_times.hpp"
#include "context/profiler.hpp"
#include "verbs/answer.hpp"
#include "vif/attribution.hpp"
#include "vif/traffic.hpp"

namespace ringway
{

struct PerfVif {
	unsigned domid = 0, devid = 0;
	std::string domain, device;
	std::uint64_t from_packets = 0, to_packets = 0;
	double guest_ns = 0;              // of its domain, for each packet of all its vifs
	std::optional<double> netback_ns; // that the driver counts for each packet of this vif
	std::string way;                  // that most packets from the guest took
	double way_percent = 0;
};

struct PerfWay {
	std::string way;
	std::uint64_t packets = 0;
	double percent = 0;               // of all from guests
	std::optional<double> netback_ns; // a packet, of vifs whose packets took this way nearly all
};

struct PerfFunction {
	std::string name, module, part; // name empty: unknown, or of a program
	double percent = 0;             // of dom0's CPU time
};

// Made once, printed as text or as JSON, and read again by --compare.
struct PerfModel {
	double seconds = 0;
	std::string driver;
	bool hardware = false;
	std::string why_not, why_no_pmu;
	std::uint64_t packets = 0, samples = 0, lost = 0;
	std::map<std::string, double> per_packet; // "dom0_ns", "sender_ns", "receiver_ns", "cycles" …
	std::map<std::string, double> part_ns;    // dom0_ns by part
	std::vector<PerfWay> ways;
	std::vector<PerfVif> vifs;
	std::vector<PerfFunction> functions; // the busiest of dom0's kernel, first
};

// The host at one moment.
struct PerfLook {
	Millis at{};
	DomainTimes times;
	std::vector<VifTraffic> vifs;
};

// Throws Error (failed) when nothing passed.
PerfModel perf_model(const PerfLook &before, const PerfLook &now, const Profile &profile,
		     const PartCounts &parts);

nlohmann::json to_json(const PerfModel &model);
// before: an earlier run's JSON, to put beside it. details: with the functions.
std::string perf_text(const PerfModel &model, const std::optional<nlohmann::json> &before, bool details);
nlohmann::json perf_compared(const PerfModel &model, const nlohmann::json &before);

struct PerfOptions {
	unsigned seconds = 5;
	unsigned frequency = 199; // odd, so that it does not go with any timer
	std::string compare = {}; // file
	std::string record = {};  // file
};

Answer perf(Context &context, const Output &output, XenTimes &times, Profiler &profiler,
	    const PerfOptions &options);

} // namespace ringway
