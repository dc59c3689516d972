// SPDX-License-Identifier: GPL-2.0-only
//
// The life cycle's table (life_cycle.hpp) put to work.
//
// Nothing here waits for the backend except remove(), which tries to leave in order: it waits at most
// kGoodbyePatience per step and holds no lock meanwhile.
#include "netfront/vif.hpp"

namespace ringway::netfront
{
namespace
{
constexpr u32 kGoodbyePatience = 2000; // ms per step of an orderly goodbye
constexpr u32 kNextDriver = 20000;     // ms that the backend's next driver may take: a host has many vifs

constexpr u32 kLinkPause = 1000; // ms between two changes of the carrier

constexpr u32 to_bus(XenbusState state)
{
	return static_cast<u32>(state);
}
} // namespace

void Vif::backend_changed(XenbusState backend)
{
	LifeLock lock{host_};
	if (backend == XenbusState::reconfigured && asking_)
		reconfigured();
	if (stage_ == Stage::closed && (backend == XenbusState::closed || backend == XenbusState::unknown))
		disconnect(); // what close() has left
	act(decide(stage_, backend, host_backend_online(host_)));
}

void Vif::act(Action action)
{
	switch (action) {
	case Action::nothing:
		break;
	case Action::connect:
		connect();
		break;
	case Action::link_up:
		stage_ = Stage::linked;
		carrier_ = false;
		look_at_link();
		host_watch_later(host_, kWatchPeriod * 1000);
		begin_mapping();
		ask_for_headroom(); // a program came while we connected
		break;
	case Action::link_down:
		stage_ = Stage::waiting;
		host_netdev_carrier(host_, false);
		break;
	case Action::close:
		close();
		break;
	case Action::close_reopen:
		close();
		host_later(host_, kReopenDelay);
		break;
	case Action::reopen:
		host_later(host_, kReopenDelay);
		break;
	case Action::hand_over:
		stage_ = Stage::handed_over;
		host_later(host_, kNextDriver);
		break;
	case Action::taken_up:
		stage_ = Stage::linked;
		// Bridges behind the backend have forgotten us, and the driver knows nothing of what was
		// mapped.
		if (!look_at_link() && carrier_)
			host_netdev_notify_peers(host_);
		host_watch_later(host_, kWatchPeriod * 1000);
		map_again();
		ask_for_headroom(); // a program came meanwhile
		break;
	case Action::start_over:
		disconnect();
		stage_ = Stage::initialising;
		host_switch_state(host_, to_bus(XenbusState::initialising));
		connect();
		break;
	case Action::say_closed:
		host_closed(host_);
		break;
	}
}

// Reads the link state from the backend's node; no node means up. True if it has changed.
bool Vif::look_at_link()
{
	if (stage_ != Stage::linked)
		return false;
	const bool up = host_xenstore_read(host_, XENSTORE_BACKEND, "carrier", 1) != 0; // HOSTILE: any number
	if (up == carrier_)
		return false;
	carrier_ = up;
	host_netdev_carrier(host_, up);
	if (up)
		host_netdev_notify_peers(host_);
	return true;
}

// However fast the backend's carrier changes, the guest sees at most one change per kLinkPause: after a
// change it is not read for that long, and then only its value at that time counts.
void Vif::link_event()
{
	LifeLock lock{host_};
	if (!settling_ && look_at_link()) {
		settling_ = true;
		host_link_later(host_, kLinkPause);
	}
}

void Vif::link_later()
{
	LifeLock lock{host_};
	settling_ = look_at_link();
	if (settling_)
		host_link_later(host_, kLinkPause);
}

bool Vif::has_let_go()
{
	const auto backend = static_cast<XenbusState>(host_backend_state(host_));
	return backend == XenbusState::closed || backend == XenbusState::unknown;
}

// A backend unmaps when it sees us closed, and says that it is. Buffers that are still mapped when we revoke
// them would take the kernel a second for every ten of them. So they wait for the backend, and the watch for
// one that does not come.
void Vif::close()
{
	if (offered_ && !has_let_go()) {
		halt();
		for (u32 i = 0; i < active_; i++)
			queue_[i]->tx.drop_held();
		looked_ = false;
		host_watch_later(host_, kLetGoPause);
	} else {
		disconnect();
	}
	stage_ = Stage::closed;
	host_closed(host_);
}

// The backend broke the protocol, its next driver does not come, or a closed vif may offer to start again.
void Vif::later()
{
	LifeLock lock{host_};
	const bool has_rings =
		stage_ == Stage::waiting || stage_ == Stage::linked || stage_ == Stage::handed_over;
	if (shared_.broken() && has_rings) {
		give_up(shared_.complaint(), Error::invalid);
	} else if (stage_ == Stage::handed_over) {
		const auto backend = static_cast<XenbusState>(host_backend_state(host_));
		act(backend == XenbusState::init_wait ? Action::start_over
						      : decide(stage_, backend, host_backend_online(host_)));
	} else if (stage_ == Stage::closed) {
		const auto backend = static_cast<XenbusState>(host_backend_state(host_));
		if (decide(stage_, backend, host_backend_online(host_)) == Action::reopen) {
			stage_ = Stage::initialising;
			host_switch_state(host_, to_bus(XenbusState::initialising));
			act(decide(stage_, backend, true));
		}
	}
}

// After a restore, rings, grants and event channels belong to a host that is gone. The backend is a new one,
// and xenbus has already set us back to Initialising. Work that the suspend interrupted in XenStore may have
// shown another state since, which is about the backend before.
void Vif::resume()
{
	LifeLock lock{host_};
	host_netdev_detach(host_);
	disconnect();
	stage_ = Stage::initialising;
	host_switch_state(host_, to_bus(XenbusState::initialising));
	shared_.trust_again();
}

bool Vif::reached(XenbusState a, XenbusState b)
{
	const auto backend = static_cast<XenbusState>(host_backend_state(host_));
	return backend == a || backend == b || backend == XenbusState::unknown;
}

void Vif::leave(XenbusState say)
{
	constexpr u32 step = 10; // ms
	host_switch_state(host_, to_bus(say));
	for (u32 waited = 0; waited < kGoodbyePatience && !reached(say, XenbusState::closed); waited += step)
		host_sleep(step);
}

// CONTEXT: process; the bus no longer watches the backend for us.
void Vif::remove()
{
	bool connected;
	{
		LifeLock lock{host_};
		connected =
			stage_ == Stage::waiting || stage_ == Stage::linked || stage_ == Stage::handed_over;
		stage_ = Stage::dead;
		asking_ = false; // else what waits for an answer says Connected behind Closing
		host_netdev_carrier(host_, false);
		set_linked(false);
	}
	if (connected)
		leave(XenbusState::closing);
	{
		LifeLock lock{host_};
		if (!offered_)
			disconnect();
	}
	leave(XenbusState::closed);
	{
		LifeLock lock{host_};
		disconnect(); // see close()
	}
}
} // namespace ringway::netfront

extern "C" void netfront_backend_changed(netfront_vif *vif, std::uint32_t backend_state)
{
	vif->backend_changed(static_cast<ringway::XenbusState>(backend_state));
}

extern "C" void netfront_resume(netfront_vif *vif)
{
	vif->resume();
}

extern "C" void netfront_remove(netfront_vif *vif)
{
	vif->remove();
}

extern "C" void netfront_later(netfront_vif *vif)
{
	vif->later();
}

extern "C" void netfront_link_event(netfront_vif *vif)
{
	vif->link_event();
}

extern "C" void netfront_link_later(netfront_vif *vif)
{
	vif->link_later();
}
