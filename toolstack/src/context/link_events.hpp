// SPDX-License-Identifier: GPL-2.0-only
//
// What happens to the host's network devices, as it happens. Two implementations: rtnetlink (nl_events.hpp)
// and a list for the tests.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>
#include "context/clock.hpp"
#include "words/mac.hpp"

namespace ringway
{

struct LinkEvent {
	enum class What {
		link,         // a device or a port's settings, as they are now
		link_gone,    // the device
		port_left,    // its bridge
		address,      // the bridge knows it now, behind this port
		address_gone, // it does not any more
		lost,         // they came faster than they were read
	};
	What what = What::link;
	int index = 0;
	std::string device;
	std::string kind;   // of the device, or else of its bridge
	std::string bridge; // that it is in
	bool up = false, carrier = false;
	unsigned mtu = 0;
	std::optional<Mac> mac;
	unsigned vlan = 0;
	bool learned = false; // the address was, and not set by hand
};

class LinkEvents
{
public:
	virtual ~LinkEvents() = default;
	// Those of bridges and of their ports since the last call; waits for one, or until this descriptor is
	// readable, or until the time is over. Throws Error.
	virtual std::vector<LinkEvent> wait(int also, Millis at_most) = 0;
};

} // namespace ringway
