// SPDX-License-Identifier: GPL-2.0-only
//
// A profile as perf(1) keeps it: a file perf.data that "perf script" and "perf report" read.
#pragma once

#include <filesystem>
#include <map>
#include <string>
#include <utility>
#include "context/kernel_symbols.hpp"
#include "context/profiler.hpp"

namespace ringway
{

// Names of threads, by the numbers of their process and of themselves.
using Comms = std::map<std::pair<std::uint32_t, std::uint32_t>, std::string>;

std::string perf_file(const Profile &profile, const KernelSymbols &symbols, const Comms &comms);

// Of the threads in it that are still there.
Comms comms_of(const Profile &profile, const std::filesystem::path &root);

} // namespace ringway
