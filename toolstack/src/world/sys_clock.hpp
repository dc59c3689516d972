// SPDX-License-Identifier: GPL-2.0-only
//
// The system's monotonic clock, and SIGINT, SIGTERM and SIGHUP as a wish to stop.
#pragma once

#include "context/clock.hpp"

namespace ringway
{

class SysClock : public Clock
{
public:
	SysClock();
	Millis now() override;
	void sleep(Millis time) override;
	bool interrupted() override { return stop_asked(); }
	// Since there first was a clock of this class.
	static bool stop_asked();
};

} // namespace ringway
