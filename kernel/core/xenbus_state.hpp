// SPDX-License-Identifier: GPL-2.0-only
//
// The states that the two ends of a device show each other in their `state` nodes (source: enum xenbus_state
// of xen/io/xenbus.h; the numbers are those in XenStore).
#pragma once
#include "core/types.hpp"

namespace ringway
{
// HOSTILE: a peer may show any number, also one that has no name here.
enum class XenbusState : u32 {
	unknown = 0, // also: no such node
	initialising = 1,
	init_wait = 2,
	initialised = 3,
	connected = 4,
	closing = 5,
	closed = 6,
	reconfiguring = 7,
	reconfigured = 8,
};
} // namespace ringway
