// SPDX-License-Identifier: GPL-2.0-only
//
// Which CPU of this host serves which queue: the interrupts of its event channels, and so its polls, or the
// threads that poll it where that is asked for. What was
// placed is kept in /var/lib/ringway/place.json with what was there before, so that it can be put in force
// again when a guest connects anew, and undone.
#pragma once

#include <optional>
#include <string>
#include <vector>
#include "packing/packing.hpp"
#include "vif/queue_load.hpp"

namespace ringway
{

struct PlacedQueue {
	VifQueue queue;
	std::string now; // CPUs that serve it now
	bool threaded = false;
	unsigned cpu = 0;
	bool fits = true; // false: no CPU had room, so it is on the one that has the most left
};

struct PlacedCpu {
	unsigned cpu = 0;
	std::uint64_t load = 0; // millionths
	unsigned queues = 0;
};

struct Placement {
	Algorithm algorithm;
	unsigned fill = 0; // percent of a CPU that may be given away
	std::vector<PlacedQueue> queues;
	std::vector<PlacedCpu> cpus;
};

Placement plan_placement(const std::filesystem::path &root, std::vector<VifQueue> queues,
			 const std::vector<unsigned> &cpus, Algorithm algorithm, unsigned fill);

// All interrupts are moved and the plan is kept, or an Error says why nothing was done. threaded: the polls
// of these queues get threads, which are moved as well; as do those that got theirs earlier. Queues that are
// gone since the plan was made are noted, and no longer part of it.
void apply_placement(Context &context, Threads &threads, Placement &placement, bool threaded);
// What is kept is put in force where it is not, for the queues that there are. Returns a line for each.
std::vector<std::string> restore_placement(Context &context, Threads &threads);
struct UndonePlacement {
	std::vector<std::string> lines; // for each queue
	bool whole = true;              // false: some could not be put back, and are kept
};
// All that was placed goes back to the CPUs that it had, and nothing is kept of it.
UndonePlacement undo_placement(Context &context, Threads &threads);

} // namespace ringway
