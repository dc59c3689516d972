// SPDX-License-Identifier: GPL-2.0-only
//
// ringway vif wait: until a vif works, for scripts that go on when it does.
#pragma once

#include <string>
#include "context/context.hpp"
#include "verbs/answer.hpp"

namespace ringway
{

constexpr Millis wait_timeout = std::chrono::seconds(40); // as an attach has

// Throws Error: (absent) there is no such vif, or it went meanwhile; (failed) an end closed, with its words;
// (timeout) it is not connected in time.
Answer vif_wait(Context &context, const Output &output, const std::string &domain, const std::string &vif,
		Millis timeout = wait_timeout);

} // namespace ringway
