// SPDX-License-Identifier: GPL-2.0-only
//
// Which part of dom0 a sample belongs to.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <string>
#include <vector>
#include "context/kernel_symbols.hpp"
#include "context/profiler.hpp"

namespace ringway
{

enum class Part { netback, bridge, grant_copies, events, nic, linux_rest, programs, idle };
constexpr std::size_t part_count = static_cast<std::size_t>(Part::idle) + 1;

// As JSON has it: "netback", "switch", "grant_copies", "events", "nic", "linux", "programs", "idle".
const char *part_name(Part part);

// nics: modules that drive the bridges' other ports.
Part part_of(const PerfSample &sample, const KernelSymbols &symbols, const std::vector<std::string> &nics);

// Of what was sampled by: cycles, or ns of the clock.
using PartCounts = std::array<std::uint64_t, part_count>;
PartCounts attribute(const std::vector<PerfSample> &samples, const KernelSymbols &symbols,
		     const std::vector<std::string> &nics);

// What was executing when a sample was taken.
struct SampledFunction {
	std::string name, module; // module empty: the kernel's own; both empty: unknown, or a program
	Part part = Part::linux_rest;
	std::uint64_t weight = 0; // as of PartCounts
};
// The busiest ones first, without what idles.
std::vector<SampledFunction> busiest(const std::vector<PerfSample> &samples, const KernelSymbols &symbols,
				     const std::vector<std::string> &nics);

} // namespace ringway
