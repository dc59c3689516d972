// SPDX-License-Identifier: GPL-2.0-only
//
// What a setting is, and what it should be.
#pragma once

#include <string>

namespace ringway
{

struct Change {
	std::string key, from, to; // from is empty where there was nothing
	bool operator==(const Change &) const = default;
};

} // namespace ringway
