// SPDX-License-Identifier: GPL-2.0-only
//
// A vif as the guest sees it: its queues, its place in the life cycle, what the backend offered.
//
// Two locks. The life mutex (the capability `vif_host`) serialises what XenStore tells us; waits on the
// backend happen outside it. RTNL guards what ndo_open and ndo_stop change (`up_`) together with `linked_`:
// NAPI runs exactly while both are true. RTNL is taken inside the mutex, never held across a wait on the
// peer.
#pragma once
#include "core/thread_safety.h"
#include "netfront/control_ring.hpp"
#include "netfront/entry.h"
#include "netfront/life_cycle.hpp"
#include "netfront/mapping.hpp"
#include "netfront/queue.hpp"

namespace ringway::netfront
{
inline constexpr u32 kMaxQueues = 64;
inline constexpr u32 kWatchPeriod = 5; // seconds from one look for requests that nobody answers to the next
// ms. A backend has that long at least, and twice that at most, to let go of what it has mapped.
inline constexpr u32 kLetGoPause = kWatchPeriod * 1000 / 2;
// ms before a closed vif offers to start again: bounds a backend that comes and goes, and lets it let go.
inline constexpr u32 kReopenDelay = 1000;
// Conflicts of a XenStore transaction: each means that someone else made progress.
inline constexpr u32 kTransactionTries = 32;

class RINGWAY_SCOPED_CAPABILITY LifeLock
{
	vif_host *host_;

public:
	explicit LifeLock(vif_host *host) RINGWAY_ACQUIRE(host) : host_(host) { host_lock(host); }
	~LifeLock() RINGWAY_RELEASE() { host_unlock(host_); }
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

class Vif
{
public:
	Result<void> create(vif_host *host, u32 queues);
	void destroy();

	// xenbus. CONTEXT: process, may sleep.
	void backend_changed(XenbusState backend) RINGWAY_EXCLUDES(host_);
	void resume() RINGWAY_EXCLUDES(host_);
	void remove() RINGWAY_EXCLUDES(host_);
	void later() RINGWAY_EXCLUDES(host_);
	void link_event() RINGWAY_EXCLUDES(host_);
	void link_later() RINGWAY_EXCLUDES(host_);
	void reconfigure_later() RINGWAY_EXCLUDES(host_);
	void watch() RINGWAY_EXCLUDES(host_);
	void control_later() RINGWAY_EXCLUDES(host_);
	void control_event(); // CONTEXT: hard interrupt

	// net_device.
	void open() RINGWAY_REQUIRES(rtnl);
	void stop() RINGWAY_REQUIRES(rtnl);
	void set_xdp(bool on) RINGWAY_REQUIRES(rtnl);

	const backend_features &features() const { return features_; }
	Shared &shared() { return shared_; }
	const Shared &shared() const { return shared_; }
	// Whose buffers the backend says it has mapped.
	u32 mapped_queues() const { return mapped_queues_.load(std::memory_order_relaxed); }

private:
	void act(Action action) RINGWAY_REQUIRES(host_);
	void connect() RINGWAY_REQUIRES(host_);
	void close() RINGWAY_REQUIRES(host_);
	bool has_let_go();
	bool reached(XenbusState a, XenbusState b);
	void leave(XenbusState say) RINGWAY_EXCLUDES(host_); // waits for the backend

	bool look_at_link() RINGWAY_REQUIRES(host_);

	Result<void> negotiate() RINGWAY_REQUIRES(host_);
	Result<void> read_address(netdev_wish &wish) RINGWAY_REQUIRES(host_);
	u32 read_mtu() RINGWAY_REQUIRES(host_);
	Result<void> make_queues() RINGWAY_REQUIRES(host_);
	Result<void> advertise() RINGWAY_REQUIRES(host_);
	void halt() RINGWAY_REQUIRES(host_);
	void disconnect() RINGWAY_REQUIRES(host_);
	void give_up(const char *what, Error error) RINGWAY_REQUIRES(host_);

	u32 wanted_headroom() const;
	bool write_headroom(u32 bytes) RINGWAY_REQUIRES(host_);
	void ask_for_headroom() RINGWAY_REQUIRES(host_);
	void reconfigured() RINGWAY_REQUIRES(host_);

	// mapping.cpp
	void make_control() RINGWAY_REQUIRES(host_);
	void begin_mapping() RINGWAY_REQUIRES(host_);
	void map_again() RINGWAY_REQUIRES(host_);
	void go(Mapping mapping) RINGWAY_REQUIRES(host_);
	void answered(const CtrlResponse &answer) RINGWAY_REQUIRES(host_);
	void offer_buffers() RINGWAY_REQUIRES(host_);
	Result<bool> prepare_buffers() RINGWAY_REQUIRES(host_);
	void keep_buffers(bool on) RINGWAY_REQUIRES(host_);
	void watch_mapping() RINGWAY_REQUIRES(host_);
	void forget_mapping() RINGWAY_REQUIRES(host_);

	void set_linked(bool linked) RINGWAY_REQUIRES(host_) RINGWAY_EXCLUDES(rtnl);
	void start_queues() RINGWAY_REQUIRES(rtnl);
	void stop_queues() RINGWAY_REQUIRES(rtnl);

	Shared shared_;
	vif_host *host_ = nullptr;
	Stage stage_ RINGWAY_GUARDED_BY(host_) = Stage::initialising;
	bool up_ RINGWAY_GUARDED_BY(rtnl) = false;     // ndo_open was called
	bool linked_ RINGWAY_GUARDED_BY(rtnl) = false; // rings exist
	bool split_events_ RINGWAY_GUARDED_BY(host_) = false;
	bool carrier_ RINGWAY_GUARDED_BY(host_) = true;   // what the backend said last
	bool settling_ RINGWAY_GUARDED_BY(host_) = false; // it said something else less than kLinkPause ago
	bool asking_ RINGWAY_GUARDED_BY(host_) = false;   // we show Reconfiguring
	bool looked_ RINGWAY_GUARDED_BY(host_) = false;   // the watch, since we closed
	u32 headroom_ RINGWAY_GUARDED_BY(host_) = 0;      // asked for last
	u64 mac_ RINGWAY_GUARDED_BY(host_) = 0;           // the node's as it was last adopted
	u32 mtu_ RINGWAY_GUARDED_BY(host_) = 0;           // likewise, as far as the backend can
	ControlRing control_;                             // its ring: under the life mutex
	RingLoan list_ RINGWAY_GUARDED_BY(host_); // what the backend is asked to map, as long as it is asked
	Mapping mapping_ RINGWAY_GUARDED_BY(host_) = Mapping::none;
	u32 mapping_age_ RINGWAY_GUARDED_BY(host_) = 0; // periods of the watch since it came so far
	u32 map_per_queue_ RINGWAY_GUARDED_BY(host_) = 0;
	u32 next_to_map_ RINGWAY_GUARDED_BY(host_) = 0; // the queue whose turn it is
	bool wants_control_ RINGWAY_GUARDED_BY(host_) = false;
	bool mapping_given_up_ RINGWAY_GUARDED_BY(host_) = false;
	bool map_anew_ RINGWAY_GUARDED_BY(host_) = false; // from the beginning, as soon as there is an answer
	bool offered_ RINGWAY_GUARDED_BY(host_) = false;  // the backend may have buffers mapped
	std::atomic<u32> mapped_queues_ = 0;
	// Written under the life mutex and read under RTNL: who reads too early is asked again, because
	// connecting ends with host_netdev_announce().
	backend_features features_{};
	u32 allocated_ = 0; // queues we have memory for; fixed once the vif is made
	// Queues with rings. Written under the life mutex, read under RTNL. INVARIANT: changes only while
	// linked_ is false.
	u32 active_ = 0;
	netfront_queue *queue_[kMaxQueues] = {};
};
} // namespace ringway::netfront

struct netfront_vif final : ringway::netfront::Vif {
};
