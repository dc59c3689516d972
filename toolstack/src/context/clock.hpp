// SPDX-License-Identifier: GPL-2.0-only
//
// Time and the wish to stop, apart from the system so that tests decide about both.
#pragma once

#include <chrono>

namespace ringway
{

using Millis = std::chrono::milliseconds;

class Clock
{
public:
	virtual ~Clock() = default;
	virtual Millis now() = 0;
	virtual void sleep(Millis time) = 0;
	// A signal asked the command to stop: waits end, what was begun is undone.
	virtual bool interrupted() = 0;
};

class Deadline
{
public:
	Deadline(Clock &clock, Millis after) : clock_(clock), at_(clock.now() + after) {}
	Millis left() const
	{
		const Millis rest = at_ - clock_.now();
		return rest > Millis(0) ? rest : Millis(0);
	}
	bool over() const { return left() == Millis(0); }

private:
	Clock &clock_;
	Millis at_;
};

} // namespace ringway
