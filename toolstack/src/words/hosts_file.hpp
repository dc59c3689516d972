// SPDX-License-Identifier: GPL-2.0-only
//
// Hosts, and what the guests on them cost, in TOML:
//
//	[[host]]
//	name = "alpha"
//	cpus = 2.0                          # of dom0, for packets
//	guests = { web = 0.42, db = 0.3 }   # CPUs that each takes of them
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace ringway
{

struct HostGuest {
	std::string name;
	std::uint64_t load = 0; // millionths of a CPU
};

struct HostEntry {
	std::string name;
	std::uint64_t capacity = 0; // millionths of a CPU
	std::vector<HostGuest> guests;
};

// Throws Error (usage) that names the file and the line.
std::vector<HostEntry> parse_hosts_file(std::string_view text, const std::string &file);

} // namespace ringway
