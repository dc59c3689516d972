// SPDX-License-Identifier: GPL-2.0-only
/* See caches.h. */
#include "caches.h"

#include <stdlib.h>
#include <string.h>

const struct geometries usual_geometries = {.l1 = {64, 8},
					    .l2 = {1024, 16},
					    .l3 = {16384, 16},
					    .code_tlb = {16, 8},
					    .data_tlb = {16, 4},
					    .tlb2 = {128, 12}};

/* The ways of a set in the order of their last use. 0 is an empty way, so what is kept is the number + 1. */
struct cache {
	struct geometry size;
	uint64_t *way;
};
struct cpu {
	struct cache code, data, l2, code_tlb, data_tlb, tlb2;
};
static struct cpu cpus[CPUS];
static struct cache l3;

/* Who holds a line: a bit for each CPU, and who has written it last, if nobody has read it since (its number
 * + 1). */
struct holders {
	uint8_t cpus, writer;
};
static struct holders *directory;
static uint64_t lines;

static bool make(struct cache *cache, struct geometry size)
{
	free(cache->way);
	*cache = (struct cache){size, calloc((size_t)size.sets * size.ways, sizeof *cache->way)};
	return cache->way && size.sets && !(size.sets & (size.sets - 1));
}

bool caches_begin(const struct geometries *sizes, uint64_t memory_bytes)
{
	bool made = make(&l3, sizes->l3);

	for (struct cpu *cpu = cpus; cpu < cpus + CPUS; cpu++)
		made = made && make(&cpu->code, sizes->l1) && make(&cpu->data, sizes->l1) &&
		       make(&cpu->l2, sizes->l2) && make(&cpu->code_tlb, sizes->code_tlb) &&
		       make(&cpu->data_tlb, sizes->data_tlb) && make(&cpu->tlb2, sizes->tlb2);
	lines = memory_bytes / 64;
	free(directory);
	directory = calloc(lines, sizeof *directory);
	return made && directory;
}

static uint64_t *set_of(struct cache *cache, uint64_t number)
{
	return cache->way + (number & (cache->size.sets - 1)) * cache->size.ways;
}

/* Is it there? It is from now on, and *gone is what had to go for it: a number + 1, or 0. */
static bool use(struct cache *cache, uint64_t number, uint64_t *gone)
{
	uint64_t *const way = set_of(cache, number), kept = number + 1;
	uint32_t i = 0;

	while (i < cache->size.ways && way[i] != kept)
		i++;
	const bool hit = i < cache->size.ways;

	if (!hit)
		i--;
	*gone = hit ? 0 : way[i];
	memmove(way + 1, way, i * sizeof *way);
	way[0] = kept;
	return hit;
}

static void drop(struct cache *cache, uint64_t number)
{
	uint64_t *const way = set_of(cache, number);

	for (uint32_t i = 0; i < cache->size.ways; i++) {
		if (way[i] != number + 1)
			continue;
		memmove(way + i, way + i + 1, (cache->size.ways - 1 - i) * sizeof *way);
		way[cache->size.ways - 1] = 0;
		return;
	}
}

static void lose(int cpu, uint64_t line)
{
	drop(&cpus[cpu].code, line);
	drop(&cpus[cpu].data, line);
	drop(&cpus[cpu].l2, line);
}

/* What leaves the second level leaves the first one too, and its CPU no longer holds it. */
static void evicted(int cpu, uint64_t line)
{
	drop(&cpus[cpu].code, line);
	drop(&cpus[cpu].data, line);
	directory[line].cpus &= ~(1 << cpu);
	if (directory[line].writer == cpu + 1)
		directory[line].writer = 0;
}

/* Who answers, if the CPU's own caches do not. */
static enum event fetch(int cpu, uint64_t line)
{
	struct holders *const at = &directory[line];
	uint64_t gone;
	const bool in_l3 = use(&l3, line, &gone);

	if (at->writer && at->writer != cpu + 1) {
		at->writer = 0;
		return FROM_CPU;
	}
	return in_l3 ? FROM_L3 : FROM_MEMORY;
}

/* Only one CPU may have a line that it writes. Did another one have it? */
static bool take(int cpu, uint64_t line)
{
	struct holders *const at = &directory[line];
	bool taken = false;

	for (int other = 0; other < CPUS; other++) {
		if (other == cpu || !(at->cpus & 1 << other))
			continue;
		lose(other, line);
		taken = true;
	}
	*at = (struct holders){.cpus = 1 << cpu, .writer = cpu + 1};
	return taken;
}

unsigned touch_line(int cpu, uint64_t line, bool code, bool store)
{
	struct cpu *const my = &cpus[cpu];
	unsigned missed = 0, from = 0;
	uint64_t gone;

	if (line >= lines)
		return 0;
	if (!use(code ? &my->code : &my->data, line, &gone)) {
		missed = 1u << (code ? L1_CODE_MISS : L1_DATA_MISS);
		from = 1u << FROM_L2;
		if (!use(&my->l2, line, &gone)) {
			if (gone)
				evicted(cpu, gone - 1);
			from = 1u << fetch(cpu, line);
		}
	}
	if (!store)
		directory[line].cpus |= 1 << cpu;
	else if (take(cpu, line))
		from = 1u << FROM_CPU;
	return missed | from;
}

unsigned touch_page(int cpu, uint64_t key, bool code)
{
	struct cpu *const my = &cpus[cpu];
	uint64_t gone;

	if (use(code ? &my->code_tlb : &my->data_tlb, key, &gone))
		return 0;
	return use(&my->tlb2, key, &gone) ? 1u << TLB_MISS : 1u << TLB_MISS | 1u << PAGE_WALK;
}

static void flush(struct cache *cache, bool global_too)
{
	for (size_t i = 0; i < (size_t)cache->size.sets * cache->size.ways; i++)
		if (global_too || !(cache->way[i] & PAGE_IS_GLOBAL))
			cache->way[i] = 0;
}

void flush_tlb(int cpu, bool global_too)
{
	flush(&cpus[cpu].code_tlb, global_too);
	flush(&cpus[cpu].data_tlb, global_too);
	flush(&cpus[cpu].tlb2, global_too);
}
