// SPDX-License-Identifier: GPL-2.0-only
//
// The states a backend shows in XenStore and the steps between them, as a table (source:
// xen/io/xenbus.h and the order frontends expect).
//
//	Initialising ─► InitWait ─► Connected
//	                   ▲  │         │
//	                   │  ▼         ▼
//	                 Closed ◄── Closing
//
// A frontend may show any state at any time; each is a legal input. wanted_state() says where a
// frontend's state takes us, next_state() the next step on the shortest way there.
#pragma once
#include "core/xenbus_state.hpp"

namespace ringway::netback
{
// What we show: some of the states there are.
enum class BackendState : u8 {
	initialising = static_cast<u8>(XenbusState::initialising),
	init_wait = static_cast<u8>(XenbusState::init_wait),
	connected = static_cast<u8>(XenbusState::connected),
	closing = static_cast<u8>(XenbusState::closing),
	closed = static_cast<u8>(XenbusState::closed),
};

struct LifeStep {
	enum Kind : u8 { stay, go_to, reconfigured, refuse } kind;
	BackendState state;
	bool gone; // the frontend is gone for good unless the toolstack keeps the device online
};

constexpr LifeStep wanted_state(XenbusState frontend)
{
	switch (frontend) {
	case XenbusState::initialising:
		return {LifeStep::go_to, BackendState::init_wait, false};
	case XenbusState::initialised:
		return {LifeStep::stay, BackendState::init_wait, false};
	case XenbusState::connected:
		return {LifeStep::go_to, BackendState::connected, false};
	case XenbusState::reconfiguring:
		return {LifeStep::reconfigured, BackendState::connected, false};
	case XenbusState::closing:
		return {LifeStep::go_to, BackendState::closing, false};
	case XenbusState::closed:
	case XenbusState::unknown:
		return {LifeStep::go_to, BackendState::closed, true};
	default:
		return {LifeStep::refuse, BackendState::closing, false};
	}
}

// INVARIANT: from != to. Reaches `to` in at most four steps from anywhere.
constexpr BackendState next_state(BackendState from, BackendState to)
{
	using enum BackendState;
	switch (from) {
	case initialising:
		return to == closed ? closed : init_wait;
	case closed:
		return to == closing ? closing : init_wait;
	case init_wait:
		return to == connected ? connected : closing;
	case connected:
		return closing;
	case closing:
		return closed;
	}
	return closed;
}
} // namespace ringway::netback
