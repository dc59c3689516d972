// SPDX-License-Identifier: GPL-2.0-only
//
// Guests' interfaces on their way from one driver to the other. Each is for itself: what goes wrong with one
// is a line of text that says what to do, and the others go on.
#pragma once

#include <string>
#include <vector>
#include "swap/picture.hpp"

namespace ringway
{

// Those that have a device now.
std::vector<VifImage> vifs_of(Context &context);
// Those that came since these were looked at are added.
void add_newcomers(Context &context, std::vector<VifImage> &vifs);
// A guest may go at any time: that is no error.
bool is_alive(Context &context, const VifImage &vif);

// From the driver that is loaded, until no device is left. Throws Error.
void unbind_all(Swap &swap, const std::vector<VifImage> &vifs);
// To the driver that is loaded, those that have none.
std::vector<std::string> bind_all(Swap &swap, const std::vector<VifImage> &vifs);
// Each as its picture says: name, bridge, what it was there, policy, up.
std::vector<std::string> put_back_all(Swap &swap, const HostPicture &picture,
				      const std::vector<VifImage> &vifs);
// Waits until each that was connected is connected again, and packets pass.
std::vector<std::string> wait_for_guests(Context &context, const std::vector<VifImage> &vifs);

// Throws Error when a signal asked to stop.
void stop_if_asked(Context &context);

} // namespace ringway
