// SPDX-License-Identifier: GPL-2.0-only
/* See model.h. */
#include "model.h"

#include <inttypes.h>

static const char *const event_names[EVENTS] = {"l1-code",     "l1-data",  "from-l2", "from-l3",
						"from-memory", "from-cpu", "tlb",     "page-walk"};

/* Where the machine's memory begins in the emulator's: learned from the first access. */
static uint64_t ram;
/* The CPU of who ran last, while it is not known who runs. */
static int last = DOM0;

bool model_begin(void)
{
	return caches_begin(&usual_geometries, 8ull << 30);
}

static int cpu_of(enum domain running)
{
	return running == NOT_KNOWN ? last : (last = running);
}

static void note(struct piece *at, enum domain running, unsigned events)
{
	for (int event = 0; events; event++, events >>= 1)
		at->events[running][event] += events & 1;
}

/* Xen maps its own memory and the direct map in pages of 2 MiB, which stay when it switches; a PV guest has 4
 * KiB. */
static uint64_t page_key(uint64_t address)
{
	const bool xen = address >= 0xffff800000000000 && address < 0xffff880000000000;

	return xen ? address >> 21 | PAGE_IS_GLOBAL : (address >> 12 & 0x000fffffffffffff) | 1ull << 60;
}

void model_runs(struct piece *at, enum domain running)
{
	const int cpu = cpu_of(running);

	for (int dear = 0; dear < DEAR; dear++)
		at->dear[running][dear] += at->has[dear];
	note(at, running, touch_page(cpu, page_key(at->address), true));
	if (!ram || at->host < ram || !at->bytes)
		return;
	for (uint64_t line = (at->host - ram) / 64, end = (at->host - ram + at->bytes - 1) / 64; line <= end;
	     line++)
		note(at, running, touch_line(cpu, line, true, false));
}

/*
 * The access's place in the emulator's memory. QEMU 7.2 tells the physical address by a call that searches
 * all of its memory each time; the place itself is the second word of what it hands out, and both differ by
 * the same number.
 */
static uint64_t place_of(const struct qemu_plugin_hwaddr *hwaddr)
{
	return ((const uint64_t *)hwaddr)[1];
}

/* Below 2 GiB, where no machine's memory has its hole for devices. */
static bool learn_ram(const struct qemu_plugin_hwaddr *hwaddr)
{
	const uint64_t physical = qemu_plugin_hwaddr_phys_addr(hwaddr);

	if (physical < 2ull << 30)
		ram = place_of(hwaddr) - physical;
	return ram;
}

void model_reaches(struct piece *at, enum domain running, qemu_plugin_meminfo_t how, uint64_t address)
{
	const struct qemu_plugin_hwaddr *hwaddr = qemu_plugin_get_hwaddr(how, address);
	const int cpu = cpu_of(running);

	if (!hwaddr || qemu_plugin_hwaddr_is_io(hwaddr))
		return;
	if (!ram && !learn_ram(hwaddr))
		return;
	note(at, running, touch_page(cpu, page_key(address), false));
	note(at, running,
	     touch_line(cpu, (place_of(hwaddr) - ram) / 64, false, qemu_plugin_mem_is_store(how)));
}

void model_changes_pages(const char *all, enum domain running)
{
	flush_tlb(cpu_of(running), all);
}

static void write(FILE *file, const char *const *names, const uint64_t *counts, int n)
{
	for (int i = 0; i < n; i++)
		if (counts[i])
			fprintf(file, " %s=%" PRIu64, names[i], counts[i]);
}

void model_write(FILE *file, const uint64_t *events, const uint64_t *dear)
{
	write(file, event_names, events, EVENTS);
	write(file, dear_names, dear, DEAR);
}
