/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * A model of CPUs' caches and TLBs, to count what a count of instructions does not show. Each CPU has a first
 * level for code and one for data, a second level, and two levels of TLB; all share a third level. A
 * directory knows which CPUs hold which line, so that a line that another CPU has written counts as a
 * transfer. Each set forgets what was used longest ago. There are no prefetchers, and nothing overlaps: it
 * counts events, it does not tell time.
 *
 * It knows nothing of QEMU. lab/profile/caches_test.c shows on patterns with known answers what it counts.
 */
#ifndef LAB_PROFILE_CACHES_H
#define LAB_PROFILE_CACHES_H

#include <stdbool.h>
#include <stdint.h>

enum { CPUS = 6 };

/* What an access may cost beyond its instruction. Of the four that say where a line came from, at most one.
 */
enum event {
	L1_CODE_MISS,
	L1_DATA_MISS,
	FROM_L2,
	FROM_L3,
	FROM_MEMORY,
	FROM_CPU,  /* out of another CPU's cache, or taken from it to be written */
	TLB_MISS,  /* the first level's */
	PAGE_WALK, /* the second level's too */
	EVENTS
};

/* Sizes in lines of 64 bytes, or pages: a power of two of sets, each of so many ways. */
struct geometry {
	uint32_t sets, ways;
};
struct geometries {
	struct geometry l1, l2, l3, code_tlb, data_tlb, tlb2;
};
/* 32 KiB of 8 ways, 1 MiB and 16 MiB of 16; 64 and 128 pages, then 1 536: a server's CPU of about 2020. */
extern const struct geometries usual_geometries;

/* Memory of so many bytes, which begins at physical address 0. */
bool caches_begin(const struct geometries *sizes, uint64_t memory_bytes);

/*
 * CPU touches the line with this number (its physical address / 64), and the page. Returns the events as
 * bits. A page's key is any number that is the same for the same page; bit 63 marks one that outlives
 * flush_tlb(cpu, false).
 */
unsigned touch_line(int cpu, uint64_t line, bool code, bool store);
unsigned touch_page(int cpu, uint64_t key, bool code);
void flush_tlb(int cpu, bool global_too);

#define PAGE_IS_GLOBAL (1ull << 63)

#endif
