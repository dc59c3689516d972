// SPDX-License-Identifier: GPL-2.0-only
#include "vif/queue_moves.hpp"

#include <fmt/format.h>

namespace ringway
{

bool QueueMoves::interrupts(const VifQueue &queue, const std::string &cpus)
{
	bool any = false;
	for (const Interrupt &interrupt : queue.interrupts) {
		const std::string before = affinity(root_, interrupt.number);
		if (before != cpus) {
			set_affinity(root_, interrupt, cpus);
			undo_.add([this, interrupt, before] { set_affinity(root_, interrupt, before); });
			any = true;
		}
	}
	return any;
}

bool QueueMoves::threads(const VifQueue &queue, const std::string &cpus)
{
	bool any = give_threads(queue.device, true);
	for (const PollThread &thread : threads_of(root_, queue)) {
		const std::string before = thread_cpus(root_, thread);
		if (before != cpus) {
			threads_.set_cpus(thread, cpus);
			undo_.add([this, thread, before] { threads_.set_cpus(thread, before); });
			any = true;
		}
	}
	return any;
}

bool QueueMoves::give_threads(const std::string &device, bool on)
{
	if (is_threaded(root_, device) == on) {
		return false;
	}
	set_threaded(root_, device, on);
	undo_.add([this, device, on] { set_threaded(root_, device, !on); });
	return true;
}

bool QueueMoves::put(const VifQueue &queue, const KeptPlace &place)
{
	const std::string cpu = std::to_string(place.cpu);
	const bool any = interrupts(queue, cpu);
	return (place.threads && threads(queue, cpu)) || any;
}

std::string QueueMoves::put_back(const VifQueue &queue, const KeptPlace &place)
{
	if (!place.before.empty()) {
		interrupts(queue, place.before);
	}
	if (place.threads && place.threads_before.empty()) {
		give_threads(queue.device, false);
	} else if (place.threads) {
		threads(queue, place.threads_before);
	}
	return place.before.empty() ? fmt::format("{}: where it was is not known, so it stays", queue.text())
				    : fmt::format("{}: CPUs {}", queue.text(), place.before);
}

} // namespace ringway
