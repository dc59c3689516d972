// SPDX-License-Identifier: GPL-2.0-only
#include "vif/queue_load.hpp"

#include <algorithm>
#include <fmt/format.h>
#include <map>
#include "vif/wanted_policy.hpp"

namespace ringway
{

namespace
{

using Costs = std::map<std::string, std::uint64_t>; // ns, by device and queue

std::string key(const VifQueue &queue)
{
	return fmt::format("{}/{}", queue.device, queue.queue);
}

Costs costs_now(Context &context, const std::vector<VifQueue> &queues)
{
	Costs out;
	std::string last;
	std::vector<Counter> counters;
	for (const VifQueue &queue : queues) {
		if (queue.device != last) {
			last = queue.device;
			counters = context.links.counters(last).value_or(std::vector<Counter>());
		}
		for (const char *way : {"from", "to"}) {
			const std::string name = fmt::format("q{}_{}_guest_cpu_ns", queue.queue, way);
			const auto counter = std::find_if(counters.begin(), counters.end(),
							  [&](const Counter &c) { return c.name == name; });
			if (counter != counters.end()) {
				out[key(queue)] += counter->value;
			}
		}
	}
	return out;
}

void wait(Clock &clock, Millis time)
{
	constexpr Millis step(100);
	for (const Deadline deadline(clock, time); !deadline.over();) {
		clock.sleep(std::min(step, deadline.left()));
		if (clock.interrupted()) {
			throw Error(Exit::failed, "interrupted while measuring; nothing was changed");
		}
	}
}

// The driver names an interrupt by what its device was called when the guest connected.
std::vector<Interrupt> of_queue(const std::vector<Interrupt> &all, const VifQueue &queue)
{
	std::vector<Interrupt> out;
	for (const std::string &device : {queue.device, queue.record.device_name()}) {
		const std::string name = fmt::format("{}-q{}", device, queue.queue);
		for (const Interrupt &one : all) {
			const bool ours =
				one.name == name || one.name == name + "-tx" || one.name == name + "-rx";
			if (ours) {
				out.push_back(one);
			}
		}
		if (!out.empty()) {
			break;
		}
	}
	return out;
}

} // namespace

std::string VifQueue::text() const
{
	return fmt::format("{} queue {}", record.text(), queue);
}

std::vector<VifQueue> find_queues(Context &context)
{
	const auto all = interrupts(context.host.root());
	std::vector<VifQueue> out;
	for (const Record &record : list_records(context.store)) {
		const auto device = record.backend == 0 ? context.host.vif_device(record.domid, record.devid)
							: std::nullopt;
		if (!device) {
			continue;
		}
		const VifNames names = vif_names(context, record);
		const unsigned queues = context.host.queues(*device);
		for (unsigned i = 0; i < queues; ++i) {
			VifQueue queue{record, names.name, names.uuid, *device, i, queues, 0, {}};
			queue.interrupts = of_queue(all, queue);
			if (!queue.interrupts.empty()) { // else it is not connected
				out.push_back(std::move(queue));
			}
		}
	}
	return out;
}

// The driver makes the polls of one queue after those of the other, each queue the same number.
std::vector<PollThread> threads_of(const std::filesystem::path &root, const VifQueue &queue)
{
	if (!is_threaded(root, queue.device)) {
		return {};
	}
	std::vector<PollThread> all = poll_threads(root, queue.device);
	if (all.empty()) { // renamed since the guest connected
		all = poll_threads(root, queue.record.device_name());
	}
	const auto each = static_cast<std::ptrdiff_t>(all.size() / queue.queues);
	if (each == 0 || all.size() % queue.queues != 0) {
		throw Error(Exit::failed, fmt::format("{}: {} threads for {} queues; try again when the "
						      "guest is connected",
						      queue.text(), all.size(), queue.queues));
	}
	const auto first = all.begin() + each * static_cast<std::ptrdiff_t>(queue.queue);
	return {first, first + each};
}

std::vector<VifQueue> measure_queues(Context &context, Millis time)
{
	std::vector<VifQueue> queues = find_queues(context);
	const Costs before = costs_now(context, queues);
	if (before.empty() && !queues.empty()) {
		throw Error(Exit::host,
			    fmt::format("the vif backend driver {} does not count its time, so there is "
					"nothing to place by; 'ringway use ringway' loads one that does",
					context.host.backend_driver().value_or("of this host")));
	}
	const Millis from = context.clock.now();
	wait(context.clock, time);
	Costs after = costs_now(context, queues);
	const auto ms =
		static_cast<std::uint64_t>(std::max<Millis::rep>(1, (context.clock.now() - from).count()));
	for (VifQueue &queue : queues) {
		const auto old = before.find(key(queue));
		const std::uint64_t now = after[key(queue)];
		if (old != before.end() && now > old->second) {
			queue.load = (now - old->second) / ms; // ns per ms: millionths
		}
	}
	return queues;
}

} // namespace ringway
