// SPDX-License-Identifier: GPL-2.0-only
//
// CPUs as the kernel writes and reads them: 0-3,8.
#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace ringway
{

constexpr unsigned most_cpus = 8192; // that Linux can be built for

// In ascending order, each once. Throws Error (usage) that names the text.
std::vector<unsigned> parse_cpus(std::string_view text);

} // namespace ringway
