// SPDX-License-Identifier: GPL-2.0-only
#include "cpus/cpus.hpp"
#include <gtest/gtest.h>
#include <sanitizer/common_interface_defs.h>

using namespace ringway;
using namespace ringway::test;

Cpus *ringway::test::cpus;
u32 ringway::test::running_cpu;

namespace
{
Task alone{.name = "the only CPU"};
thread_local Task *running = &alone;

// Threads are made once and used by one test after the other: to make one costs as much as a test.
struct Worker {
	std::binary_semaphore go{0}, done{0};
	std::function<void()> job;
};

Worker &worker(size_t n)
{
	static std::vector<Worker *> all;
	while (all.size() <= n) {
		auto *one = new Worker;
		all.push_back(one);
		std::thread([one] {
			for (;;) {
				one->go.acquire();
				one->job();
				one->done.release();
			}
		}).detach();
	}
	return *all[n];
}

void tell_story()
{
	if (cpus)
		std::fprintf(stderr, "%s\n", cpus->story().c_str());
}
} // namespace

Task &ringway::test::this_task()
{
	return *running;
}

void ringway::test::wait_for_standstill(const std::function<bool()> &also_until)
{
	wait_until(
		[&] {
			if (!also_until())
				return false;
			if (cpus)
				for (const auto &task : cpus->tasks())
					if (task.get() != &this_task() && task->reading)
						return false;
			return true;
		},
		"all CPUs to stand still");
}

std::string Cpus::story() const
{
	std::string out = title + " CPUs:";
	for (const auto &task : tasks_) {
		out += " [" + task->name + ": ";
		if (!task->started)
			out += "not begun";
		else if (task->done)
			out += "done";
		else
			out += std::string(task->before ? "before " : "after ") + task->at + " (crossing " +
			       std::to_string(task->crossings) + ")";
		if (task->until)
			out += std::string(", waits for ") + task->waits_for;
		out += "]";
	}
	return out;
}

Task &Cpus::add(std::string name, std::function<void()> work)
{
	tasks_.push_back(std::make_unique<Task>());
	Task &task = *tasks_.back();
	task.name = std::move(name);
	task.work = std::move(work);
	return task;
}

// The first that can go on, or as the test wishes; null: nobody.
Task *Cpus::other(const Task &now)
{
	std::vector<Task *> able;
	for (const auto &task : tasks_)
		if (task.get() != &now && task->can_run())
			able.push_back(task.get());
	if (able.empty())
		return nullptr;
	Task *chosen = choose_other ? choose_other(able) : nullptr;
	return chosen ? chosen : able[0];
}

void Cpus::start(Task &task)
{
	running = &task;
	task.turn.acquire();
	task.started = true;
	task.work();
	EXPECT_EQ(task.spins, 0u) << story() << ": ends with a spinlock";
	EXPECT_EQ(task.reading, 0u) << story() << ": ends inside a read side";
	task.done = true;
	task.reading = 0;
	if (Task *next = other(task)) {
		running_cpu = next->cpu;
		next->turn.release();
		return;
	}
	for (const auto &each : tasks_)
		if (!each->done) {
			std::fprintf(stderr, "deadlock: %s\n", story().c_str());
			std::abort();
		}
	over_.release();
}

void Cpus::run()
{
	static const bool told = (__sanitizer_set_death_callback(tell_story), true);
	static_cast<void>(told);
	cpus = this;
	u32 cpu = kFirstCpu;
	const u32 before = running_cpu;
	for (size_t i = 0; i < tasks_.size(); i++) {
		Task &task = *tasks_[i];
		task.cpu = cpu++;
		worker(i).job = [this, &task] { start(task); };
		worker(i).go.release();
	}
	running_cpu = tasks_[0]->cpu;
	tasks_[0]->turn.release();
	over_.acquire();
	for (size_t i = 0; i < tasks_.size(); i++)
		worker(i).done.acquire();
	running_cpu = before;
	cpus = nullptr;
}

void Cpus::pass_to(Task &now, Task &next)
{
	if (&next == &now)
		return;
	running_cpu = next.cpu;
	next.turn.release();
	now.turn.acquire();
}

void Cpus::cross(Task &task)
{
	task.crossings++;
	if (!choose)
		return;
	Task *next = choose(task);
	if (next && next != &task && next->can_run())
		pass_to(task, *next);
}

void Cpus::wait(Task &task, std::function<bool()> until, const char *what)
{
	task.until = std::move(until);
	task.waits_for = what;
	task.waited = true;
	while (!task.until()) {
		Task *next = other(task);
		if (!next) {
			std::fprintf(stderr, "deadlock: %s\n", story().c_str());
			std::abort();
		}
		pass_to(task, *next);
	}
	task.until = nullptr;
}

void ringway::test::wait_until(const std::function<bool()> &until, const char *what)
{
	if (until())
		return;
	if (cpus && running != &alone)
		cpus->wait(*running, until, what);
	else
		ADD_FAILURE() << "deadlock: waits for " << what << " for ever";
}

void ringway::test::might_sleep(const char *what)
{
	EXPECT_EQ(running->spins, 0u) << what << ": under a spinlock";
	EXPECT_EQ(running->reading, 0u) << what << ": in a softirq or an RCU read side";
}

void ringway::test::wait_for_readers()
{
	if (!cpus)
		return;
	std::vector<std::pair<const Task *, u64>> readers;
	for (const auto &task : cpus->tasks())
		if (task.get() != running && task->reading)
			readers.emplace_back(task.get(), task->sections);
	wait_until(
		[&readers] {
			for (const auto &[task, section] : readers)
				if (task->reading && task->sections == section)
					return false;
			return true;
		},
		"the end of a grace period");
}

void ringway::test::take_lock(bool &locked, const char *what)
{
	might_sleep(what);
	wait_until([&locked] { return !locked; }, what);
	locked = true;
}

void ringway::test::take_spinlock(bool &locked, const char *what)
{
	wait_until([&locked] { return !locked; }, what);
	locked = true;
	running->spins++;
	running->reading++;
}

void ringway::test::release_spinlock(bool &locked, const char *what)
{
	EXPECT_TRUE(locked) << what;
	EXPECT_GT(running->spins, 0u) << what;
	locked = false;
	running->spins--;
	if (!--running->reading)
		running->sections++;
}

ReadSide::~ReadSide()
{
	if (!--running->reading)
		running->sections++;
}
