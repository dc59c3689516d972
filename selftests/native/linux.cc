// SPDX-License-Identifier: GPL-2.0-only
// The services that a packet meets, as they are in kernel/netback/linux/glue.c; link-time optimisation puts
// them into their callers, as it does there.
#include "machine.hpp"
#include <x86intrin.h>

using namespace ringway;
using namespace ringway::native;

Machine ringway::native::machine;
// Slots beyond the first, milliseconds of waiting and stalling, buffers of a queue and of all, bytes of a
// queue.
struct host_params host_params = {20, 10000, 60000, 512, 16384, 512 * 1024};

void *host_this_cpu_lane(void)
{
	return machine.lane;
}
unsigned long host_jiffies(void)
{
	return machine.jiffies;
}
unsigned long host_msecs(u32 msecs)
{
	return msecs;
}
u64 host_cycles(void)
{
	return __rdtsc();
}
u64 host_micros(void)
{
	return now_ns() / 1000;
}
// A locked instruction to take it, a store to give it back: the kernel's spinlock while nobody waits.
void host_to_guest_lock(queue_host *q)
{
	while (q->locked.exchange(true, std::memory_order_acquire))
		_mm_pause();
}
void host_to_guest_unlock(queue_host *q)
{
	q->locked.store(false, std::memory_order_release);
}
bool host_device_watched(const vif_host *)
{
	return false;
}
bool host_txq_idle(queue_host *)
{
	return true;
}
// The thread that polls never sleeps: its polls stay scheduled, and no event is asked for.
bool host_complete(queue_host *, guest_side, int)
{
	return false;
}
void host_eoi(queue_host *, guest_side) {}
void host_schedule(queue_host *, guest_side) {}
void host_notify(queue_host *q, guest_side)
{
	q->notified++;
}
bool host_gso_fits(const vif_host *, u32, u32, bool)
{
	return true;
}
void host_grant_copy(void *ops, u32 count)
{
	machine.hypercalls++;
	auto *op = static_cast<gnttab_copy *>(ops);
	const auto at = [](const auto &side, bool granted) {
		u8 *page = granted ? machine.granted[side.domid][side.u.ref]
				   : reinterpret_cast<u8 *>(side.u.gmfn * kPageSize);
		return page + side.offset;
	};
	for (u32 i = 0; i < count; i++) {
		__builtin_memcpy(at(op[i].dest, op[i].flags & GNTCOPY_dest_gref),
				 at(op[i].source, op[i].flags & GNTCOPY_source_gref), op[i].len);
		op[i].status = GNTST_okay;
	}
}
