// SPDX-License-Identifier: GPL-2.0-only
// The services that connecting needs, and those that have no place on this way.
#include "machine.hpp"
#include <cstdio>
#include <cstring>
#include <ctime>
#include <sys/mman.h>

using namespace ringway;
using namespace ringway::native;

u8 *ringway::native::pages(u32 count)
{
	void *memory = mmap(nullptr, std::size_t{count} * kPageSize, PROT_READ | PROT_WRITE,
			    MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	if (memory == MAP_FAILED)
		not_on_this_way("out of memory");
	madvise(memory, std::size_t{count} * kPageSize, MADV_NOHUGEPAGE);
	std::memset(memory, 0, std::size_t{count} * kPageSize);
	return static_cast<u8 *>(memory);
}

u64 ringway::native::now_ns()
{
	timespec now;
	clock_gettime(CLOCK_MONOTONIC, &now);
	return static_cast<u64>(now.tv_sec) * 1000000000 + static_cast<u64>(now.tv_nsec);
}

void ringway::native::not_on_this_way(const char *what)
{
	fprintf(stderr, "native: a packet left the way between mapped buffers, or was lost: %s\n", what);
	std::_Exit(1);
}

// --- memory
void *host_alloc(u64 size)
{
	return pages(static_cast<u32>((size + kPageSize - 1) / kPageSize));
}
void host_free(void *) {} // the program ends soon
void *host_page_alloc(u64 *frame)
{
	u8 *page = pages(1);
	*frame = reinterpret_cast<u64>(page) / kPageSize;
	return page;
}
void host_page_free(void *) {}
u64 host_page_frame(void *page)
{
	return reinterpret_cast<u64>(page) / kPageSize;
}
int host_lanes_create(u64 size)
{
	machine.lane = host_alloc(size);
	return 0;
}
void host_lanes_visit(void (*visit)(void *))
{
	visit(machine.lane);
}
void host_lanes_destroy(void (*)(void *)) {}

// --- connecting
int host_read_frontend(vif_host *, frontend_features *out)
{
	*out = {1, true, true, true, true, true, true, false};
	return 0;
}
int host_read_headroom(vif_host *, u32 *bytes)
{
	*bytes = 0;
	return 0;
}
queue_host *host_queue_create(vif_host *host, u32, u32, netback_queue *, void **from_guest_ring,
			      void **to_guest_ring, int *)
{
	*from_guest_ring = host->from_guest_ring;
	*to_guest_ring = host->to_guest_ring;
	return new queue_host;
}
int host_control_map(vif_host *host, void **page)
{
	*page = host->control_ring;
	return 0;
}
int host_mapping_take(host_mapping *, u32)
{
	return 0;
}
void host_mapping_give_back(host_mapping *, u32) {}
void host_unmap(vif_host *, host_mapping *, u32) {}
// A mapping is the guest's own page.
void host_map(vif_host *host, host_mapping *mapping, u32 count)
{
	for (u32 i = 0; i < count; i++) {
		mapping[i].bytes = machine.granted[host->vif->domain][mapping[i].ref];
		mapping[i].mapped = true;
	}
}
int host_device_connected(vif_host *, u32, u32)
{
	return 0;
}
guest_devices host_guest_devices(vif_host *)
{
	return GUEST_HAS_NO_DEVICES;
}
bool host_hotplug_connected(vif_host *)
{
	return true;
}
bool host_device_online(vif_host *)
{
	return true;
}
int host_control_bind(vif_host *)
{
	return 0;
}
int host_queue_bind(queue_host *)
{
	return 0;
}

#define NOTHING(name, ...) \
	void name(__VA_ARGS__) {}
NOTHING(host_life_lock, vif_host *)
NOTHING(host_life_unlock, vif_host *)
NOTHING(host_rtnl_lock, void)
NOTHING(host_rtnl_unlock, void)
NOTHING(host_rtnl_assert_locked, void)
NOTHING(host_control_lock, vif_host *)
NOTHING(host_control_unlock, vif_host *)
NOTHING(host_control_unbind, vif_host *)
NOTHING(host_control_unmap, vif_host *)
NOTHING(host_control_notify, vif_host *)
NOTHING(host_counters_lock, vif_host *)
NOTHING(host_counters_unlock, vif_host *)
NOTHING(host_rate_lock, vif_host *)
NOTHING(host_rate_unlock, vif_host *)
NOTHING(host_device_start, vif_host *)
NOTHING(host_device_disconnected, vif_host *)
NOTHING(host_device_carrier, vif_host *, bool)
NOTHING(host_kick, vif_host *)
NOTHING(host_kick_later, vif_host *, unsigned long)
NOTHING(host_report_state, vif_host *, int)
NOTHING(host_queue_add_polls, queue_host *)
NOTHING(host_queue_remove_polls, queue_host *)
NOTHING(host_queue_enable, queue_host *)
NOTHING(host_queue_disable, queue_host *)
NOTHING(host_queue_cancel_timers, queue_host *)
NOTHING(host_queue_unbind, queue_host *)
NOTHING(host_queue_destroy, queue_host *)
NOTHING(host_grace_period, void)
NOTHING(host_softirq_off, void)
NOTHING(host_softirq_on, void)

void host_report_error(vif_host *, int, const char *what)
{
	not_on_this_way(what);
}
void host_log_fatal(vif_host *, u32, const char *why)
{
	not_on_this_way(why);
}
