// SPDX-License-Identifier: GPL-2.0-only
/* What the model counts on patterns whose misses are known, and which instructions it takes for dear. Writes
 * KTAP. */
#include <stdio.h>

#include "caches.h"
#include "instructions.h"

static int done, failed;
static void check(const char *what, unsigned long is, unsigned long should)
{
	if (is != should) {
		printf("# %lu, not %lu\n", is, should);
		failed++;
	}
	printf("%sok %d %s\n", is == should ? "" : "not ", ++done, what);
}

static unsigned long count[EVENTS];
static void note(unsigned events)
{
	for (int event = 0; event < EVENTS; event++)
		count[event] += events >> event & 1;
}
static void from_now(void)
{
	for (int event = 0; event < EVENTS; event++)
		count[event] = 0;
}
/* Each line of a range of so many KiB, in order. */
static void walk(int cpu, unsigned kib, bool store)
{
	for (unsigned line = 0; line < kib * 16; line++)
		note(touch_line(cpu, line, false, store));
}
static void begin(void)
{
	if (!caches_begin(&usual_geometries, 64 << 20))
		check("there is memory for the model", 0, 1);
	from_now();
}

static void levels(void)
{
	begin();
	walk(0, 32, false);
	check("32 KiB come from memory at first", count[FROM_MEMORY], 512);
	from_now();
	walk(0, 32, false);
	check("then they are in the first level", count[L1_DATA_MISS], 0);
	walk(0, 64, false);
	from_now();
	walk(0, 64, false);
	check("64 KiB in order never hit the first level", count[L1_DATA_MISS], 1024);
	check("the second level has them", count[FROM_L2], 1024);
	walk(0, 2048, false);
	from_now();
	walk(0, 2048, false);
	check("2 MiB come from the third level", count[FROM_L3], 32768);
	walk(0, 32768, false);
	from_now();
	walk(0, 32768, false);
	check("32 MiB come from memory", count[FROM_MEMORY], 524288);
	begin();
	note(touch_line(0, 5, true, false));
	note(touch_line(0, 5, false, false));
	check("code and data have a first level each", count[L1_CODE_MISS] + count[L1_DATA_MISS], 2);
	check("and share the second", count[FROM_L2], 1);
}

static void between_cpus(void)
{
	begin();
	walk(1, 4, true);
	from_now();
	walk(2, 4, false);
	check("what one CPU wrote comes out of its cache", count[FROM_CPU], 64);
	from_now();
	walk(1, 4, false);
	walk(2, 4, false);
	check("both may read it", count[L1_DATA_MISS] + count[FROM_CPU], 0);
	walk(2, 4, true);
	check("to write takes it from the other", count[FROM_CPU], 64);
	from_now();
	walk(2, 4, true);
	check("only once", count[FROM_CPU], 0);
	for (int turn = 0; turn < 10; turn++)
		note(touch_line(turn & 1 ? 1 : 2, 7, false, true));
	check("two that write in turn take it each time", count[FROM_CPU], 9);
	begin();
	walk(1, 4, false);
	walk(2, 4, false);
	check("what nobody wrote comes from the third level", count[FROM_L3], 64);
	check("and from no CPU", count[FROM_CPU], 0);
	begin();
	walk(1, 2048, true);
	from_now();
	note(touch_line(2, 0, false, false));
	check("what has left a CPU's caches is in the third level", count[FROM_L3], 1);
}

static void pages(void)
{
	begin();
	for (int turn = 0; turn < 2; turn++)
		for (uint64_t page = 0; page < 64; page++)
			note(touch_page(0, page, false));
	check("64 pages fit the first level of the TLB", count[TLB_MISS], 64);
	from_now();
	for (int turn = 0; turn < 2; turn++)
		for (uint64_t page = 0; page < 1536; page++)
			note(touch_page(0, page + 4096, false));
	check("1 536 fit the second", count[PAGE_WALK], 1536);
	note(touch_page(1, 1, false));
	note(touch_page(1, 1 | PAGE_IS_GLOBAL, false));
	from_now();
	flush_tlb(1, false);
	note(touch_page(1, 1 | PAGE_IS_GLOBAL, false));
	check("a flush leaves what is global", count[PAGE_WALK], 0);
	note(touch_page(1, 1, false));
	check("and nothing else", count[PAGE_WALK], 1);
	flush_tlb(1, true);
	note(touch_page(1, 1 | PAGE_IS_GLOBAL, false));
	check("unless all is to go", count[PAGE_WALK], 2);
}

static void instructions(void)
{
	static const struct {
		const char *name;
		uint8_t bytes[5];
		int size, is;
	} known[] = {
		{"lock cmpxchg", {0xf0, 0x48, 0x0f, 0xb1, 0x0f}, 5, LOCKED},
		{"xchg with memory", {0x48, 0x87, 0x07}, 3, LOCKED},
		{"xchg of registers", {0x48, 0x87, 0xc7}, 3, NOT_DEAR},
		{"lfence", {0x0f, 0xae, 0xe8}, 3, LFENCE},
		{"mfence", {0x0f, 0xae, 0xf0}, 3, MFENCE},
		{"fxsave, which has lfence's opcode", {0x0f, 0xae, 0x07}, 3, NOT_DEAR},
		{"to CR3", {0x0f, 0x22, 0xd8}, 3, CR3},
		{"to CR4", {0x0f, 0x22, 0xe0}, 3, CR4},
		{"from CR3", {0x0f, 0x20, 0xd8}, 3, NOT_DEAR},
		{"invlpg", {0x0f, 0x01, 0x38}, 3, INVLPG},
		{"invpcid", {0x66, 0x0f, 0x38, 0x82, 0x07}, 5, INVPCID},
		{"syscall", {0x0f, 0x05}, 2, SYSCALL},
		{"sysretq", {0x48, 0x0f, 0x07}, 3, SYSRET},
		{"iretq", {0x48, 0xcf}, 2, IRET},
		{"vmrun", {0x0f, 0x01, 0xd8}, 3, VMRUN},
		{"rdtsc", {0x0f, 0x31}, 2, RDTSC},
		{"wrmsr", {0x0f, 0x30}, 2, WRMSR},
		{"pause", {0xf3, 0x90}, 2, PAUSE},
		{"nop", {0x90}, 1, NOT_DEAR},
		{"in", {0xec}, 1, PORT},
		{"mov", {0x48, 0x89, 0xf8}, 3, NOT_DEAR},
	};

	for (unsigned i = 0; i < sizeof known / sizeof *known; i++)
		check(known[i].name, decode(known[i].bytes, known[i].size) + 1, known[i].is + 1);
}

int main(void)
{
	levels();
	between_cpus();
	pages();
	instructions();
	printf("1..%d\n", done);
	return failed != 0;
}
