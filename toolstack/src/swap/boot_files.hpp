// SPDX-License-Identifier: GPL-2.0-only
//
// The files that decide which stack the host has after its next boot.
#pragma once

#include <filesystem>
#include <map>
#include <optional>
#include <string>
#include <vector>

namespace ringway
{

using Files = std::map<std::string, std::optional<std::string>>; // path: text; nullopt: there is none

// As they are: those that a change of the stack may touch.
Files boot_files(const std::filesystem::path &root);
using BridgeNames = std::optional<std::vector<std::string>>; // nullopt: all

// As they should be for the stack, with these bridges of its kind.
Files boot_files_for(const Files &now, bool ringway, const BridgeNames &bridges,
		     const std::filesystem::path &root);
// One word of /etc/network/interfaces in the paragraph of each bridge: bridge_ports or brlite_ports.
std::string with_ports_word(const std::string &interfaces, const BridgeNames &bridges, bool ringway);
// Lines that name a bridge's ports by a pattern (all, regex), which brlite_ports does not know.
std::vector<std::string> ports_by_pattern(const std::string &interfaces,
					  const std::vector<std::string> &bridges);
// All of them as they are said to be, each as a whole. Throws Error.
void write_files(const std::filesystem::path &root, const Files &files);

} // namespace ringway
