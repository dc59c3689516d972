// SPDX-License-Identifier: GPL-2.0-only
//
// ringway monitor: what happens to vifs, bridges and ports, a line for each event.
#pragma once

#include <functional>
#include "context/context.hpp"
#include "context/link_events.hpp"
#include "context/watches.hpp"
#include "verbs/answer.hpp"

namespace ringway
{

using WallClock = std::function<Millis()>; // since 1970, UTC

struct MonitorOptions {
	unsigned count = 0;   // events; 0: no end
	unsigned seconds = 0; // 0: no end
	WallClock wall;
};

// "2026-01-31T12:00:00.123Z"
std::string time_text(Millis wall);

// Until as many events or as much time as asked for, or until the clock is interrupted.
void monitor(Context &context, Watches &watches, LinkEvents &links, const MonitorOptions &options,
	     const std::function<void(const Answer &)> &say);

} // namespace ringway
