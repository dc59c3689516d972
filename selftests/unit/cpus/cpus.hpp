// SPDX-License-Identifier: GPL-2.0-only
//
// Several CPUs, of which one at a time makes a step.
//
// Each task is a thread of its own, and exactly one of them runs. It may have to give way wherever a module
// calls Linux, before and after the call (crossings.cc finds these places by itself), and does where Linux
// would make it wait: for a lock that another CPU has, for NAPI, a timer or work to end, for readers that a
// grace period waits for. So a test says at which call another CPU comes in, and what follows is what Linux
// allows: no order that its locks exclude. If all tasks wait, that is a deadlock, and the end.
#pragma once
#include "core/types.hpp"
#include <functional>
#include <memory>
#include <semaphore>
#include <string>
#include <thread>
#include <utility>
#include <vector>

namespace ringway::test
{
inline constexpr u32 kFirstCpu = 2; // of the first task; 1 is a hole
extern u32 running_cpu;             // its number

struct Task {
	std::string name;
	std::function<void()> work;
	u32 cpu = 0;
	std::function<bool()> until; // what it waits for; empty: it can go on
	const char *waits_for = "";
	u32 reading = 0;  // depth of RCU read sides; softirqs off and spinlocks are such, too
	u64 sections = 0; // read sides that have ended
	u32 spins = 0;    // spinlocks held
	u32 calls = 0;    // depth of calls to Linux
	u64 crossings = 0;
	const char *at = ""; // the latest crossing
	bool before = false, started = false, waited = false, done = false;
	std::binary_semaphore turn{0};

	bool can_run() const { return !done && (!until || until()); }
};

class Cpus
{
public:
	std::string title; // for story()
	// Who goes on at a crossing of `now`. Has to be one that can run.
	std::function<Task *(Task &now)> choose;
	// Who goes on where `now` waits or has ended; null: the first that can.
	std::function<Task *(const std::vector<Task *> &able)> choose_other;

	Task &add(std::string name, std::function<void()> work);
	void run(); // all of them, to their ends
	std::string story() const;

	void cross(Task &task);
	void wait(Task &task, std::function<bool()> until, const char *what);
	const std::vector<std::unique_ptr<Task>> &tasks() const { return tasks_; }

private:
	void pass_to(Task &now, Task &next);
	Task *other(const Task &now);
	void start(Task &task);

	std::vector<std::unique_ptr<Task>> tasks_;
	std::binary_semaphore over_{0};
};

// The CPUs of the test that runs, or null: then there is one, and nobody else to wait for.
extern Cpus *cpus;
Task &this_task();

// Where Linux would wait. Alone it would wait for ever.
void wait_until(const std::function<bool()> &until, const char *what);
// As stop_machine() does it: until all other CPUs are out of softirqs and read sides, and also_until() holds.
void wait_for_standstill(const std::function<bool()> &also_until = [] { return true; });
// Where Linux may sleep: no spinlock, no softirq, no RCU read side.
void might_sleep(const char *what);
// Until every read side that is there now has ended.
void wait_for_readers();

void take_lock(bool &locked, const char *what);
void take_spinlock(bool &locked, const char *what);
void release_spinlock(bool &locked, const char *what);

// An RCU read side, or a softirq.
class ReadSide
{
public:
	ReadSide() { this_task().reading++; }
	~ReadSide();
	ReadSide(const ReadSide &) = delete;
};

// Around what Linux calls from within a call to it.
class CalledBack
{
	const u32 calls_ = std::exchange(this_task().calls, 0);

public:
	CalledBack() = default;
	~CalledBack() { this_task().calls = calls_; }
	CalledBack(const CalledBack &) = delete;
};
} // namespace ringway::test
