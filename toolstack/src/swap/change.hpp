// SPDX-License-Identifier: GPL-2.0-only
//
// From one stack to the other: what would be, whether it can be, and making it so.
#pragma once

#include <chrono>
#include <string>
#include <vector>
#include "swap/boot_files.hpp"
#include "swap/picture.hpp"

namespace ringway
{

struct SwapPlan {
	HostPicture before, after;
	BridgeNames file_bridges;           // those that the files for the next boot are about
	std::vector<std::string> steps;     // what will be done
	std::vector<std::string> warnings;  // what will not be as before
	std::vector<std::string> obstacles; // why it cannot be done, each with what to do about it
	bool empty() const { return steps.empty(); }
};

SwapPlan plan_swap(Swap &swap, bool to_ringway, const std::vector<std::string> &bridges);

struct Outcome {
	std::chrono::microseconds away{0}; // the longest time that one of the bridges was
	std::vector<std::string> troubles; // vifs that are not as they were, each with what to do
	bool nobody_is_back = false;       // of the guests that were connected
};

// What runs is made so, whatever state the host is in; the files for the next boot are left as they are.
// Throws Error where something fails, and then the host is in between.
Outcome make_so(Swap &swap, const HostPicture &picture);
// Throws Error as well where no guest at all comes back, which is the driver's fault. That a single one stays
// away is its own affair: no guest can keep the host from changing.
Outcome change_over(Swap &swap, const HostPicture &picture);

// What ordinary bridges were is remembered, for the way back.
void remember_bridges(const Host &host, const HostPicture &before);
void forget_bridges(const Host &host, const HostPicture &before);

} // namespace ringway
