// SPDX-License-Identifier: GPL-2.0-only
//
// What stands for Linux and Xen below netback's C++ where only memory is moved: as little as the kernel's
// inlined services cost, and nothing that counts or checks. Whatever is no part of the way of a packet
// between mapped buffers ends the program by name: then what is measured is not what it says.
#pragma once
#include "netback/life/vif.hpp"
#include <cstdlib>

struct vif_host {
	netback_vif *vif = nullptr;
	void *from_guest_ring = nullptr, *to_guest_ring = nullptr, *control_ring = nullptr;
};

struct queue_host {
	std::atomic<bool> locked = false;
	ringway::u32 notified = 0;
};

namespace ringway::native
{
inline constexpr u32 kDomains = 3, kRefs = 1024;

struct Machine {
	u8 *granted[kDomains][kRefs]; // pages by domain and reference
	void *lane;                   // there is one CPU that polls
	unsigned long jiffies;        // milliseconds
	u64 hypercalls;
};
extern Machine machine;

// Memory in pages of 4 KiB, as a PV dom0 has what guests grant.
u8 *pages(u32 count);
u64 now_ns();
[[noreturn]] void not_on_this_way(const char *what);
} // namespace ringway::native
