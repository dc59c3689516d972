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
#include "core/types.hpp"

namespace ringway
{
// Numbers as in xen/io/xenbus.h.
enum class BackendState : u8 { initialising = 1, init_wait = 2, connected = 4, closing = 5, closed = 6 };

enum FrontendState : int {
	kFrontendUnknown = 0,
	kFrontendInitialising = 1,
	kFrontendInitWait = 2,
	kFrontendInitialised = 3,
	kFrontendConnected = 4,
	kFrontendClosing = 5,
	kFrontendClosed = 6,
	kFrontendReconfiguring = 7,
	kFrontendReconfigured = 8,
};

struct LifeStep {
	enum Kind : u8 { stay, go_to, reconfigured, refuse } kind;
	BackendState state;
	bool gone; // the frontend is gone for good unless the toolstack keeps the device online
};

constexpr LifeStep wanted_state(int frontend)
{
	switch (frontend) {
	case kFrontendInitialising:
		return {LifeStep::go_to, BackendState::init_wait, false};
	case kFrontendInitialised:
		return {LifeStep::stay, BackendState::init_wait, false};
	case kFrontendConnected:
		return {LifeStep::go_to, BackendState::connected, false};
	case kFrontendReconfiguring:
		return {LifeStep::reconfigured, BackendState::connected, false};
	case kFrontendClosing:
		return {LifeStep::go_to, BackendState::closing, false};
	case kFrontendClosed:
	case kFrontendUnknown:
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
} // namespace ringway
