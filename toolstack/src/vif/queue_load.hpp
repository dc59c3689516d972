// SPDX-License-Identifier: GPL-2.0-only
//
// What each queue of the vifs on this host costs, by the time that their driver counts, and the interrupts
// that it is served by.
#pragma once

#include <cstdint>
#include <string>
#include <vector>
#include "context/context.hpp"
#include "context/interrupts.hpp"
#include "context/threads.hpp"
#include "vif/record.hpp"

namespace ringway
{

struct VifQueue {
	Record record;
	std::string domain, uuid; // of the guest
	std::string device;
	unsigned queue = 0;
	unsigned queues = 1;    // that the device has
	std::uint64_t load = 0; // millionths of a CPU
	std::vector<Interrupt> interrupts;

	std::string text() const; // "vif 3.0 queue 1"
};

constexpr std::uint64_t whole_cpu = 1'000'000;

// Those that are connected, with no load.
std::vector<VifQueue> find_queues(Context &context);
// The same with the load of the time between two looks. Throws Error (failed) when the command is interrupted
// meanwhile, and (host) when there are queues of which no driver says what they cost.
std::vector<VifQueue> measure_queues(Context &context, Millis time);
// The threads that poll it, as long as the device is polled by threads. Throws Error when it cannot be known
// which queue each one is for.
std::vector<PollThread> threads_of(const std::filesystem::path &root, const VifQueue &queue);

} // namespace ringway
