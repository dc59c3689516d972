// SPDX-License-Identifier: GPL-2.0-only
//
// A vif as the guest sees it: its queues, its place in the life cycle, what the backend offered.
//
// Two locks. The life-cycle mutex (host_lock) serialises what XenStore tells us; waits on the backend
// happen outside it. RTNL guards what ndo_open and ndo_stop change (`up_`) together with `linked_`: NAPI
// runs exactly while both are true. RTNL is taken inside the mutex, never held across a wait on the peer.
#pragma once
#include "netfront/life_cycle.hpp"
#include "netfront/queue.hpp"

namespace ringway::netfront
{
inline constexpr u32 kMaxQueues = 64;

class Vif
{
public:
	Result<void> create(vif_host *host, u32 queues);
	void destroy();

	// xenbus. CONTEXT: process, may sleep.
	void backend_changed(XenbusState backend);
	void resume();
	void remove();
	void later();
	void link_event();
	void link_later();

	// net_device. CONTEXT: RTNL.
	void open();
	void stop();

	const backend_features &features() const { return features_; }
	Shared &shared() { return shared_; }
	const Shared &shared() const { return shared_; }

private:
	void act(Action action);
	void connect();
	void close();
	bool reached(XenbusState a, XenbusState b);
	void leave(XenbusState say);

	bool look_at_link();

	Result<void> negotiate();
	Result<void> read_address(netdev_wish &wish);
	u32 read_mtu();
	Result<void> make_queues();
	Result<void> advertise();
	void disconnect();
	void give_up(const char *what, Error error);

	void set_linked(bool linked);
	void start_queues();
	void stop_queues();

	Shared shared_;
	vif_host *host_ = nullptr;
	Stage stage_ = Stage::initialising;
	bool up_ = false;     // ndo_open was called
	bool linked_ = false; // rings exist
	bool split_events_ = false;
	bool carrier_ = true;   // what the backend said last; CONTEXT: life-cycle mutex, like the next two
	bool settling_ = false; // it said something else less than kLinkPause ago
	u64 mac_ = 0;           // the node's as it was last adopted
	u32 mtu_ = 0;           // likewise, as far as the backend can
	backend_features features_{};
	u32 allocated_ = 0; // queues we have memory for
	u32 active_ = 0;    // queues with rings
	netfront_queue *queue_[kMaxQueues] = {};
};
} // namespace ringway::netfront

struct netfront_vif final : ringway::netfront::Vif {
};
