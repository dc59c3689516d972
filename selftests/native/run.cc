// SPDX-License-Identifier: GPL-2.0-only
// See run.hpp.
#include "run.hpp"
#include "paths.hpp"
#include <pthread.h>
#include <sched.h>
#include <x86intrin.h>

using namespace ringway;
using namespace ringway::native;

namespace
{
// True: as wished.
bool settle_on(int cpu, bool real_time)
{
	if (cpu >= 0) {
		cpu_set_t one;
		CPU_ZERO(&one);
		CPU_SET(cpu, &one);
		(void)pthread_setaffinity_np(pthread_self(), sizeof one, &one);
	}
	const sched_param first{1};
	return real_time && pthread_setschedparam(pthread_self(), SCHED_FIFO, &first) == 0;
}

// Counts the turns of a thread from one phase to the next: warming up, measured, over.
class Meter
{
	Counters counters_;
	Bill bill_, from_;
	u32 phase_ = 0;
	u32 idle_ = 0;

	Bill seen() const
	{
		Bill bill = bill_;
		bill.counted = counters_.now();
		return bill;
	}

public:
	Bill result;

	template <typename Turn>
	RINGWAY_ALWAYS_INLINE void turn(Turn &&turn)
	{
		const u64 start = __rdtsc();
		if (turn()) {
			bill_.busy += __rdtsc() - start;
			bill_.turns++;
			idle_ = 0;
			return;
		}
		_mm_pause();
		if (++idle_ % 4096 == 0)
			sched_yield(); // where both have to share a CPU
	}
	void look(u32 phase)
	{
		if (phase == phase_)
			return;
		phase_ = phase;
		if (phase == 1)
			from_ = seen();
		if (phase != 2)
			return;
		result = seen();
		result.busy -= from_.busy;
		result.turns -= from_.turns;
		for (u32 i = 0; i < Counters::kCount; i++)
			result.counted.n[i] -= from_.counted.n[i];
		result.refused = counters_.refused;
	}
};

// dom0's thread.
template <typename Path>
struct Host {
	Path &path;
	const Wish &wish;
	Bill &bill;
	std::atomic<u32> phase{0};
	std::atomic<bool> there{false};
	pthread_t thread{};

	static void *begin(void *self)
	{
		static_cast<Host *>(self)->work();
		return nullptr;
	}
	void work()
	{
		settle_on(wish.cpu[1], wish.real_time);
		Meter meter;
		there.store(true, std::memory_order_release);
		for (u32 now = 0; now != 3; now = phase.load(std::memory_order_relaxed)) {
			meter.look(now);
			meter.turn([this] { return path.hosts_turn(); });
		}
		bill = meter.result;
	}
	void start()
	{
		if (pthread_create(&thread, nullptr, begin, this))
			not_on_this_way("no second thread");
	}
	void join() { pthread_join(thread, nullptr); }
};

template <typename Path>
Measured run(Path &path, TwoGuests &guests, const Wish &wish)
{
	constexpr u64 warm_ns = 20000000, lost_ns = 5000000000;
	Measured out;
	Host<Path> host{path, wish, out.host};
	host.start();
	while (!host.there.load(std::memory_order_acquire)) // on a busy machine a new thread may have to wait
		sched_yield();
	out.real_time = settle_on(wish.cpu[0], wish.real_time);
	Meter meter;
	const auto enter = [&](u32 next) {
		host.phase.store(next, std::memory_order_relaxed);
		meter.look(next);
	};
	const u64 begin = now_ns(), warm = wish.packets ? 0 : warm_ns;
	const u64 span = wish.ns;
	u64 from = 0, packets_from = 0, seen = 0, seen_at = begin;
	for (u32 now = 0; now != 3;) {
		const bool sending = now < 2;
		for (u32 i = 0; i < 16; i++)
			meter.turn([&] { return path.guests_turn(sending); });
		const u64 t = now_ns();
		if (now == 0 && t - begin >= warm) {
			from = t;
			packets_from = guests.received();
			enter(now = 1);
		} else if (now == 1 && (wish.packets ? guests.received() - packets_from >= wish.packets
						     : t - from >= span)) {
			out.ns = t - from;
			out.packets = guests.received() - packets_from;
			enter(now = 2);
		} else if (now == 2 && guests.received() == guests.sent()) {
			enter(now = 3);
		} else if (guests.received() != seen) {
			seen = guests.received();
			seen_at = t;
		} else if (t - seen_at > lost_ns) {
			not_on_this_way("packets that were sent do not arrive");
		}
	}
	host.join();
	out.guests = meter.result;
	path.judge(guests.received());
	return out;
}
} // namespace

Measured ringway::native::run_ringway(TwoGuests &guests, const Wish &wish)
{
	Ringway path(guests);
	return run(path, guests, wish);
}

Measured ringway::native::run_copy_limit(TwoGuests &guests, const Wish &wish)
{
	CopyLimit path(guests);
	return run(path, guests, wish);
}
