// SPDX-License-Identifier: GPL-2.0-only
//
// A host whose queues can be placed.
#pragma once

#include <fmt/format.h>
#include <fstream>
#include "fake/threads.hpp"
#include "guest_test.hpp"
#include "verbs/place.hpp"

namespace ringway::test
{

// Its queues, on four CPUs: interrupts 70 to 72 and 73 of vif 3.0 with two queues and 3.1 with one.
inline void add_queues(World &world, FakeThreads &threads)
{
	world.add_file("sys/devices/system/cpu/online", "0-3\n");
	for (const char *queue : {"vif3.0/queues/tx-0", "vif3.0/queues/tx-1", "vif3.1/queues/tx-0"}) {
		world.add_file(std::string("sys/class/net/") + queue + "/x");
	}
	world.add_file("proc/interrupts", "           CPU0       CPU1\n"
					  "  9:          0          0   IO-APIC   9-fasteoi   acpi\n"
					  " 70:          5          0   xen-dyn    -event     vif3.0-q0-tx\n"
					  " 71:          5          0   xen-dyn    -event     vif3.0-q0-rx\n"
					  " 72:          5          0   xen-dyn    -event     vif3.0-q1\n"
					  " 73:          5          0   xen-dyn    -event     vif3.1-q0\n"
					  " 74:          5          0   xen-dyn    -event     vif3.0-q10\n"
					  "NMI:          0          0   Non-maskable interrupts\n");
	for (int irq = 70; irq <= 74; ++irq) {
		world.add_file(fmt::format("proc/irq/{}/smp_affinity_list", irq), "0-3\n");
	}
	world.add_file("sys/class/net/vif3.0/threaded", "0\n");
	world.add_file("sys/class/net/vif3.1/threaded", "0\n");
	// Two for each queue, in the order of the numbers behind their names.
	threads.add(304, "napi/vif3.0-10001", "0-3");
	threads.add(301, "napi/vif3.0-9998", "0-3");
	threads.add(302, "napi/vif3.0-9999", "0-3");
	threads.add(303, "napi/vif3.0-10000", "0-3");
	threads.add(305, "napi/vif3.1-10002", "0-3");
	threads.add(306, "napi/vif3.1-10003", "0-3");
	threads.add(307, "napi/vif3.0", "0-3");
	threads.add(308, "napi/eth0-5", "0-3");
	world.links.count = [&world](const std::string &device) -> std::vector<Counter> {
		const auto ms = static_cast<std::uint64_t>(world.clock.time.count());
		if (device == "vif3.1") {
			return {{"q0_from_guest_cpu_ns", ms * 300'000}};
		}
		return {{"from_guest_cpu_ns", ms * 900'000},
			{"q0_from_guest_cpu_ns", ms * 400'000},
			{"q0_to_guest_cpu_ns", ms * 100'000},
			{"q1_from_guest_cpu_ns", ms * 400'000}};
	};
}

class Place : public VifTest
{
protected:
	Place()
	{
		attach_vif("mac=00:16:3e:00:00:02");
		add_queues(world, threads);
	}
	std::string irq(int number)
	{
		std::ifstream in(world.root / fmt::format("proc/irq/{}/smp_affinity_list", number));
		std::string line;
		std::getline(in, line);
		return line;
	}
	Answer run(PlaceOptions options = {}, const Output &output = {})
	{
		return place(context, threads, output, options);
	}
	bool kept() { return std::filesystem::exists(world.root / "var/lib/ringway/place.json"); }
	// CPUs of the threads of all queues, in their order.
	std::string thread_cpus()
	{
		std::string out;
		for (unsigned pid = 301; pid <= 308; ++pid) {
			out += ringway::thread_cpus(world.root, {pid, ""}) + (pid < 308 ? " " : "");
		}
		return out;
	}
	std::string threaded()
	{
		return std::string(is_threaded(world.root, "vif3.0") ? "on" : "off") +
		       (is_threaded(world.root, "vif3.1") ? " on" : " off");
	}
	FakeThreads threads{world};
	const PlaceOptions apply{.apply = true};
	const PlaceOptions with_threads{.apply = true, .threads = true};
};

} // namespace ringway::test
