// SPDX-License-Identifier: GPL-2.0-only
//
// ringway alone: what there is on this host, and what to type next.
#pragma once

#include <optional>
#include <string>
#include <vector>
#include "context/host.hpp"
#include "context/links.hpp"
#include "verbs/check.hpp"

namespace ringway
{

struct Overview {
	std::string version;
	std::optional<std::string> driver;      // backend driver
	std::optional<std::vector<Link>> links; // of the host; nullopt: the kernel did not say
	std::optional<unsigned> vifs, guests;   // nullopt: XenStore cannot be read
	std::vector<Finding> findings;          // of `ringway check`
};

std::string overview_text(const Overview &seen);

} // namespace ringway
