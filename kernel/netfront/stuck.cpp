// SPDX-License-Identifier: GPL-2.0-only
//
// A backend that does not answer: what is said, and what is tried.
//
//     every kWatchPeriod  is something in the TX ring that was not answered a period ago?
//     after one           notify again, poll once; one line in the log
//     after the patience  close and connect again (the module's parameter tx_timeout)
//
// Linux has a watchdog of its own, ndo_tx_timeout. It looks only at queues that are stopped, so not at a
// socket that waits for a few packets, and Linux 6.1 answers it with a WARN: a backend could have the guest
// panic where panic_on_warn is set.
//
// HOSTILE: a backend decides when it answers. It costs a look per period, and a reconnect per patience.
#include "netfront/vif.hpp"

namespace ringway::netfront
{
// How long nothing was answered, in periods; 0 as long as all is well.
u32 TxQueue::silent_for()
{
	const u32 now = ring_.rsp_cons();
	const bool waits = running_ && outstanding() != 0 && !answered();
	silent_ = waits && waited_ && now == last_answer_ ? silent_ + 1 : 0;
	waited_ = waits;
	last_answer_ = now;
	// An event was lost: the answers are there, and somebody waits for them.
	if (running_ && answered() && (waiting() || host_tx_stopped(host_)))
		host_napi_schedule(host_);
	return silent_;
}

u32 TxQueue::remind()
{
	push();
	host_tx_stats_begin(host_)->stuck++;
	host_tx_stats_end(host_);
	host_tx_notify(host_);
	host_napi_schedule(host_);
	return outstanding();
}

// CONTEXT: process, once per period while linked.
void Vif::watch()
{
	LifeLock lock{host_};
	if (stage_ == Stage::closed) {
		// The first look may be one that was under way, and waited for close() to end.
		if (looked_)
			return disconnect(); // the backend had its time to let go
		looked_ = true;
		return host_watch_later(host_, kLetGoPause);
	}
	if (stage_ != Stage::linked)
		return;
	watch_mapping();
	const u32 patience = host_tx_timeout(); // 0: for ever
	for (u32 i = 0; i < active_; i++) {
		u32 seconds, waiting = 0;
		{
			TxQueue &tx = queue_[i]->tx;
			TxLockBh tx_lock{tx};
			seconds = tx.silent_for() * kWatchPeriod;
			if (RINGWAY_UNLIKELY(seconds != 0))
				waiting = tx.remind();
		}
		if (RINGWAY_LIKELY(seconds == 0))
			continue;
		const bool over = patience && seconds >= patience;
		if (seconds == kWatchPeriod || over)
			host_report_stuck(host_, i, waiting, seconds, over);
		if (over) {
			close();
			host_later(host_, kReopenDelay);
			return;
		}
	}
	host_watch_later(host_, kWatchPeriod * 1000);
}
} // namespace ringway::netfront

extern "C" void netfront_watch(netfront_vif *vif)
{
	vif->watch();
}
