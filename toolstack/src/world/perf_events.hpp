// SPDX-License-Identifier: GPL-2.0-only
//
// Sampling and counting on all CPUs of this domain, by perf_event_open.
#pragma once

#include <memory>
#include <string>
#include <vector>
#include "context/file_lock.hpp"
#include "context/profiler.hpp"

namespace ringway
{

class PerfEvents : public Profiler
{
public:
	PerfEvents(std::vector<unsigned> cpus, unsigned frequency);
	~PerfEvents() override;
	PerfEvents(const PerfEvents &) = delete;
	PerfEvents &operator=(const PerfEvents &) = delete;

	void start() override;
	void drain() override;
	Profile stop() override;

private:
	struct Ring;
	struct Counter;
	void open_rings();
	void open_counters();
	std::string sample_on(unsigned cpu, bool hardware);

	std::vector<unsigned> cpus_;
	std::vector<std::unique_ptr<Ring>> rings_;
	std::vector<std::unique_ptr<Counter>> counters_;
	Profile profile_;
};

} // namespace ringway
