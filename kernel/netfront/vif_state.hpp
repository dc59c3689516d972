// SPDX-License-Identifier: GPL-2.0-only
// The one state that all queues of a vif share, among it whether its backend is still believed.
#pragma once
#include "core/result.hpp"
#include "netfront/linux/host.h"
#include <atomic>

namespace ringway::netfront
{
// What all queues of a vif look up per packet. There is no lock: `broken_` and the atomics may change while
// queues run, and a packet sees the value before or after. The others change only while no queue runs.
struct Shared {
	std::atomic<u32> tx_copy_limit = 2048;
	std::atomic<u32> rx_copy_limit = 256;
	std::atomic<bool> xdp = false; // a program judges what arrives
	bool agreed_headroom = false;  // the backend leaves room for XDP where it is asked
	bool bounce = false; // the backend is not trusted: it sees nothing but packets, in zeroed pages
	u16 backend = 0;     // its domain
	vif_host *host = nullptr;

	// The backend broke the protocol: nothing it says is believed until the next connection. A plain load
	// on purpose: it is as good as a relaxed one here, and the compiler merges it with other tests.
	bool broken() const { return broken_; }
	// The first time, says why and asks for the tear-down, which runs in process context
	// (netfront_later).
	void break_off()
	{
		if (__atomic_exchange_n(&broken_, true, __ATOMIC_ACQ_REL))
			return;
		host_alert(host, complaint());
		host_later(host, 0);
	}
	// What the backend did. The caller returns the error, and Queue::break_off() gets it.
	Error broken_by(const char *complaint)
	{
		complaint_.store(complaint, std::memory_order_relaxed);
		return Error::invalid;
	}
	const char *complaint() const { return complaint_.load(std::memory_order_relaxed); }
	void trust_again()
	{
		__atomic_store_n(&broken_, false, __ATOMIC_RELAXED);
		complaint_.store(nullptr, std::memory_order_relaxed);
	}

private:
	bool broken_ = false;
	std::atomic<const char *> complaint_ = nullptr;
};
} // namespace ringway::netfront
