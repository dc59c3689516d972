// SPDX-License-Identifier: GPL-2.0-only
//
// A device's own counters by ethtool's ioctl.
#pragma once

#include <optional>
#include <string>
#include <vector>
#include "context/links.hpp"

namespace ringway
{

// Nothing when there is no such device. Throws Error.
std::optional<std::vector<Counter>> ethtool_counters(const std::string &device);

} // namespace ringway
