// SPDX-License-Identifier: GPL-2.0-only
#pragma once

#include "context/context.hpp"

namespace ringway
{

// Undoing goes on, whatever signals come: it waits for others who hold a lock, as at any other time.
class Steadfast : public Clock
{
public:
	explicit Steadfast(Clock &clock) : clock_(clock) {}
	Millis now() override { return clock_.now(); }
	void sleep(Millis time) override { clock_.sleep(time); }
	bool interrupted() override { return false; }

private:
	Clock &clock_;
};

// The same world for what is undone.
class Undoing
{
public:
	explicit Undoing(const Context &of)
	    : clock_(of.clock), context_{of.store, of.links, of.host, clock_, of.random, of.note, of.journal}
	{
	}
	Undoing(const Undoing &) = delete;
	Undoing &operator=(const Undoing &) = delete;
	Context &context() { return context_; }

private:
	Steadfast clock_;
	Context context_;
};

} // namespace ringway
