// SPDX-License-Identifier: GPL-2.0-only
//
// Walks the states of life_cycle.hpp: connects on the way into Connected, disconnects on the way out of
// it, and tells XenStore.
//
// The frontend's rings are taken up only once the hotplug side has said that the vif is wired up. Xen's own
// script takes the device up before others lock its port, and the guest may have been Connected for long. It
// is said for the vif's life and not for one connection: a guest may close and connect again (kexec, driver
// reload, boot loader to kernel) and nothing has to happen in dom0.
#include "netback/life/vif.hpp"

using namespace ringway;
using namespace ringway::netback;

void Vif::announce()
{
	if (announced == state)
		return;
	announced = state;
	host_report_state(host, static_cast<int>(state));
}

void Vif::go(BackendState wanted)
{
	while (state != wanted) {
		const BackendState next = next_state(state, wanted);
		if (state == BackendState::connected)
			disconnect();
		if (next == BackendState::connected) {
			const auto connected_now = connect();
			if (!connected_now.ok()) {
				// The error is in XenStore already; whoever comes next may try again from
				// Closing.
				state = BackendState::closing;
				announced = state;
				return;
			}
		}
		state = next;
		announce();
	}
}

bool Vif::frontend_changed(XenbusState frontend_state)
{
	const LifeStep step = wanted_state(frontend_state);
	if (disabled.load() && step.kind == LifeStep::go_to && !step.gone)
		return false; // a liar stays out until it is detached and attached
	switch (step.kind) {
	case LifeStep::stay:
		break;
	case LifeStep::reconfigured:
		if (read_headroom().ok()) {
			host_report_state(host, static_cast<int>(XenbusState::reconfigured));
			shows_reconfigured = true;
		} else {
			go(BackendState::closing); // the error is in XenStore
		}
		break;
	case LifeStep::go_to:
		// Connected once more, or dom0's tools would take the vif for one that never connected.
		if (shows_reconfigured && announced == BackendState::connected && step.state == announced)
			host_report_state(host, static_cast<int>(announced));
		shows_reconfigured = false;
		waits_for_hotplug = step.state == BackendState::connected && state != step.state &&
				    !host_hotplug_connected(host);
		go(waits_for_hotplug ? BackendState::init_wait : step.state);
		return step.gone && (frontend_state == XenbusState::unknown || !host_device_online(host));
	case LifeStep::refuse:
		host_report_error(host, error_errno(Error::invalid),
				  "frontend shows a state that does not exist");
		announced = BackendState::closing; // reporting shows it
		waits_for_hotplug = false;
		go(BackendState::closing);
		break;
	}
	return false;
}

void Vif::hotplug_changed()
{
	if (!waits_for_hotplug || dying || !host_hotplug_connected(host))
		return;
	waits_for_hotplug = false;
	go(BackendState::connected);
}

// The deferred half of fatal().
void Vif::report_disabled()
{
	if (disabled_reported)
		return;
	disabled_reported = true;
	if (state == BackendState::connected)
		disconnect();
	host_report_error(host, error_errno(Error::invalid), disabled_why.load());
	announced = BackendState::closing; // reporting shows it
	// A frontend that closed meanwhile is not called back into closing.
	if (state != BackendState::closed)
		state = BackendState::closing;
	announce();
}

// The aging of backlogs, and stall detection.
void Vif::housekeeping()
{
	if (dying)
		return;
	if (disabled.load())
		return report_disabled();
	if (state != BackendState::connected || !running.load())
		return;
	bool again = false, stall = false;
	const unsigned long now = host_jiffies();
	for (u32 i = 0; i < allocated; i++) {
		const Aged aged = queues[i].age_backlog(now);
		again |= aged.again;
		stall |= aged.stalled;
	}
	host_device_carrier(host, !stall);
	if (again)
		host_kick_later(host, host_msecs(frontend.rx_notify ? 1000 : 30));
}

void Vif::close()
{
	dying = true;
	if (state == BackendState::connected) {
		// Not the frontend's wish: the driver is unbound from under it. As long as the toolstack
		// wants the vif, another driver takes it up where this one left off, and the guest notices
		// nothing (stock netback does the same). Otherwise it has to hear.
		disconnect();
		if (!host_device_online(host))
			host_report_state(host, static_cast<int>(BackendState::closed));
	}
	state = BackendState::closed;
}

bool netback_frontend_changed(netback_vif *vif, int state)
{
	LifeLock lock(vif->host);
	return vif->frontend_changed(static_cast<XenbusState>(state));
}

void netback_hotplug_changed(netback_vif *vif)
{
	LifeLock lock(vif->host);
	vif->hotplug_changed();
}

void netback_housekeeping(netback_vif *vif)
{
	LifeLock lock(vif->host);
	vif->housekeeping();
}

void netback_close(netback_vif *vif)
{
	LifeLock lock(vif->host);
	vif->close();
}

int netback_state(netback_vif *vif)
{
	return static_cast<int>(vif->state);
}
