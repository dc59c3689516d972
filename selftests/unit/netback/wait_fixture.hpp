// SPDX-License-Identifier: GPL-2.0-only
// A guest that sends to one that has few buffers, and time that passes between its polls.
#pragma once
#include "fake.hpp"

namespace ringway::test
{
class Wait : public TwoGuests
{
protected:
	void post(u32 n)
	{
		for (u32 i = 0; i < n; i++)
			a.post(make_frame(64, next_++));
		a.push();
	}
	void poll() { host->poll_tx(*a.back().host); }
	u64 why(Why reason) { return a.back().from_guest_stats.why[static_cast<u32>(reason)]; }
	u64 as_skbs() { return why(Why::peer_buffers) + why(Why::peer_backlog); }
	void later(u32 micros)
	{
		host->jiffies += (host->micros + micros) / 1000 - host->micros / 1000;
		host->micros += micros;
	}
	u32 next_ = 0;
};
} // namespace ringway::test
