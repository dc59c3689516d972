// SPDX-License-Identifier: GPL-2.0-only
//
// What every operation works with: the outside world behind four small interfaces, and the host's files.
#pragma once

#include <array>
#include <cstdint>
#include <functional>
#include <string>
#include "context/clock.hpp"
#include "context/host.hpp"
#include "context/journal.hpp"
#include "context/links.hpp"
#include "context/store.hpp"

namespace ringway
{

struct Context {
	Store &store;
	Links &links;
	Host &host;
	Clock &clock;
	std::function<std::array<std::uint8_t, 3>()> random;
	std::function<void(const std::string &)> note; // one line for the user that is not an error
	Journal &journal;
};

} // namespace ringway
