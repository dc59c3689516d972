// SPDX-License-Identifier: GPL-2.0-only
//
// The locks of a vif, held for as long as a guard lives. In the order in which they are taken:
//
//	life mutex     changes of state, one at a time; everything that XenStore tells us       process
//	RTNL           the device: up or down, its numbers of queues, its switch port           process
//	control lock   the control ring and what came over it; never waits for the life mutex   process
//	to-guest lock  of a queue: the ring to the guest and the backlog                        softirqs off
//	rate lock      the vif's token buckets                                                  softirqs off
//	counters lock  which queues' counters are not those of the past yet; the innermost      any
#pragma once
#include "netback/linux/host.h"

namespace ringway::netback
{
class RINGWAY_SCOPED_CAPABILITY LifeLock
{
	vif_host *const host_;

public:
	explicit LifeLock(vif_host *host) RINGWAY_ACQUIRE(host) : host_(host) { host_life_lock(host); }
	~LifeLock() RINGWAY_RELEASE() { host_life_unlock(host_); }
	LifeLock(const LifeLock &) = delete;
	LifeLock &operator=(const LifeLock &) = delete;
};

class RINGWAY_SCOPED_CAPABILITY RtnlLock
{
public:
	RtnlLock() RINGWAY_ACQUIRE(rtnl) { host_rtnl_lock(); }
	~RtnlLock() RINGWAY_RELEASE() { host_rtnl_unlock(); }
	RtnlLock(const RtnlLock &) = delete;
	RtnlLock &operator=(const RtnlLock &) = delete;
};

// The ring to the guest and the backlog, for a batch. CONTEXT: softirqs off
class RINGWAY_SCOPED_CAPABILITY ToGuestLock
{
	queue_host *const host_;

public:
	explicit ToGuestLock(queue_host *host) RINGWAY_ACQUIRE(host) : host_(host)
	{
		host_to_guest_lock(host);
	}
	// Takes over what host_to_guest_lock_to_send() has locked.
	struct Locked {
	};
	ToGuestLock(queue_host *host, Locked) RINGWAY_REQUIRES(host) : host_(host) {}
	~ToGuestLock() RINGWAY_RELEASE() { host_to_guest_unlock(host_); }
	ToGuestLock(const ToGuestLock &) = delete;
	ToGuestLock &operator=(const ToGuestLock &) = delete;
};

// For what has lock() and unlock().
template <typename Lock>
class RINGWAY_SCOPED_CAPABILITY Guard
{
	Lock &lock_;

public:
	explicit Guard(Lock &lock) RINGWAY_ACQUIRE(lock) : lock_(lock) { lock.lock(); }
	~Guard() RINGWAY_RELEASE() { lock_.unlock(); }
	Guard(const Guard &) = delete;
	Guard &operator=(const Guard &) = delete;
};

// The vif's token buckets. CONTEXT: softirqs off
struct RINGWAY_CAPABILITY("rate lock") RateLock {
	vif_host *host;

	void lock() RINGWAY_ACQUIRE() { host_rate_lock(host); }
	void unlock() RINGWAY_RELEASE() { host_rate_unlock(host); }
};

// Which queues' counters are not those of the past yet. CONTEXT: any but hard interrupts
struct RINGWAY_CAPABILITY("counters lock") CountersLock {
	vif_host *host;

	void lock() RINGWAY_ACQUIRE() { host_counters_lock(host); }
	void unlock() RINGWAY_RELEASE() { host_counters_unlock(host); }
};

// In process context, around locks that softirqs take.
class SoftirqsOff
{
public:
	SoftirqsOff() { host_softirq_off(); }
	~SoftirqsOff() { host_softirq_on(); }
	SoftirqsOff(const SoftirqsOff &) = delete;
	SoftirqsOff &operator=(const SoftirqsOff &) = delete;
};
} // namespace ringway::netback
