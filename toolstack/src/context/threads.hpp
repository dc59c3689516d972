// SPDX-License-Identifier: GPL-2.0-only
//
// Threads of the kernel that poll network devices (threaded NAPI), below a root that tests can choose.
#pragma once

#include <filesystem>
#include <string>
#include <vector>

namespace ringway
{

struct PollThread {
	unsigned pid = 0;
	std::string name; // as the kernel called it: napi/vif3.0-8193
};

// Whether the device is polled by threads. Throws Error when it cannot be changed.
bool is_threaded(const std::filesystem::path &root, const std::string &device);
void set_threaded(const std::filesystem::path &root, const std::string &device, bool on);

// Those of the device of that name, in the order in which its polls were made.
std::vector<PollThread> poll_threads(const std::filesystem::path &root, const std::string &device);
// CPUs, as the kernel writes them; empty when there is no such thread.
std::string thread_cpus(const std::filesystem::path &root, const PollThread &thread);

// What the kernel has no file for. Two implementations: the system (world/sys_threads.hpp) and one for the
// tests.
class Threads
{
public:
	virtual ~Threads() = default;
	// Throws Error that names the thread and says why.
	virtual void set_cpus(const PollThread &thread, const std::string &cpus) = 0;
};

} // namespace ringway
