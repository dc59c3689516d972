// SPDX-License-Identifier: GPL-2.0-only
//
// The life of a vif as a table: our state and the state that the backend shows decide what we do.
//
//                    backend shows
//     we are         InitWait      Connected    Closing      Closed          Unknown
//     --------------------------------------------------------------------------------
//     initialising   connect       -            leave?       -               -
//     waiting        -             link up      close        close, reopen?  -
//     linked         hand over     -            close        close, reopen?  link down
//     handed over    - (*)         taken up     close        close, reopen?  link down
//     closed         reopen?       -            -            reopen?         -
//     dead           -             -            say Closed   say Closed      -
//
// "?" depends on the backend's `online` node, by which a toolstack distinguishes a device that is being
// removed (0) from a backend that only restarts (1).
//
// InitWait while we are connected is the backend's next driver: one was unbound, as when a host goes from one
// netback to another, and the next sees that we are connected and takes up our rings where the one before it
// left off. New rings would be taken away from under it. (*) Only where it does not come in kNextDriver do we
// start over: then the backend restarted unseen and waits for us.
//
// All other states change nothing. Neither do states that
// the backend showed before our time: a driver that was loaded again sees Closed until the backend answers,
// and an operating system that a boot loader started sees Connected, Closing and Closed before the InitWait
// that is meant for it.
//
// HOSTILE: backend_state and online. Every pair has an answer; none waits and none loops.
#pragma once
#include "core/xenbus_state.hpp"

namespace ringway::netfront
{
// Our state.
enum class Stage : u8 {
	initialising, // we said Initialising: the backend's move
	waiting,      // rings granted, we said Connected: the backend maps them
	linked,       // both said Connected: packets flow
	handed_over,  // the same, until the backend's next driver has our rings: packets wait in them
	closed,       // rings gone, we said Closed
	dead,         // the backend lied on the ring, or the device is being removed: no way back
};

enum class Action : u8 {
	nothing,
	connect,      // make rings, tell the backend, say Connected
	link_up,      // carrier on
	link_down,    // carrier off, keep everything
	close,        // take the rings back, say Closed
	close_reopen, // the same, then offer to start again
	reopen,       // say Initialising again
	say_closed,   // Closed, once more
	hand_over,    // keep everything, but not for ever
	taken_up,     // packets flow again
	start_over,   // the backend restarted unseen: take the rings back, say Initialising, connect
};

constexpr Action decide(Stage stage, XenbusState backend, bool online)
{
	switch (stage) {
	case Stage::initialising:
		if (backend == XenbusState::init_wait)
			return Action::connect;
		return backend == XenbusState::closing && !online ? Action::close : Action::nothing;
	case Stage::waiting:
	case Stage::linked:
	case Stage::handed_over:
		switch (backend) {
		case XenbusState::init_wait:
			return stage == Stage::linked ? Action::hand_over : Action::nothing;
		case XenbusState::connected:
			return stage == Stage::waiting       ? Action::link_up
			       : stage == Stage::handed_over ? Action::taken_up
							     : Action::nothing;
		case XenbusState::closing:
			return Action::close;
		case XenbusState::closed:
			return online ? Action::close_reopen : Action::close;
		case XenbusState::unknown:
			return stage == Stage::waiting ? Action::nothing : Action::link_down;
		default:
			return Action::nothing;
		}
	case Stage::closed:
		return online && (backend == XenbusState::closed || backend == XenbusState::init_wait)
			       ? Action::reopen
			       : Action::nothing;
	case Stage::dead:
		return backend == XenbusState::closing || backend == XenbusState::closed ? Action::say_closed
											 : Action::nothing;
	}
	return Action::nothing;
}
} // namespace ringway::netfront
