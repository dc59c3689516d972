// SPDX-License-Identifier: GPL-2.0-only
/*
 * A QEMU plugin that counts how often each piece of code runs, apart for dom0 and for the guests, between
 *marks that a program in the lab sets (lab/tools/mark.c). One emulated CPU only.
 *
 *	-plugin plugin.so,out=FILE,switch=FROM-TO[,model=on][,totals=on]
 *
 *	mark dom0    what kernel code ran until here is dom0's
 *	mark next    what is not known yet is the next guest's
 *	mark start   counts from here on
 *	mark stop    writes FILE.1, FILE.2, ...: "DOMAIN ADDRESS RUNS INSTRUCTIONS" for each piece that ran,
 *and with model=on what the model of the caches counted, as NAME=COUNT (lab/profile/model.h)
 *
 * Whose code is it? The kernels of all domains have the same addresses, so a piece is known by the memory it
 *lies in as well, and a page of memory belongs to one domain. Once Xen has switched domains (its function
 *between FROM and TO), the next kernel code of a page with a known owner tells which one runs. Xen's own
 *instructions count for the domain that runs.
 */
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "model.h"
#include "plugin.h"
#include "qemu.h"

int qemu_plugin_version = 1;

static const uint64_t mark_page = 0x5a5a00000000; /* as in mark.c */
static const uint64_t kernel_begin = 0xffffffff80000000;

#define BUCKETS (1u << 18)
static struct piece *bucket[BUCKETS], *first_piece;
static struct page *page_bucket[BUCKETS];
static enum domain running = DOM0, newcomer = SENDER;
static bool dom0_alone = true, counting, with_model, with_totals;
static uint64_t switch_from, switch_to;
static const char *out = "profile";
static int written;

static void forget(void)
{
	for (struct piece *at = first_piece; at; at = at->next) {
		memset(at->runs, 0, sizeof at->runs);
		memset(at->events, 0, sizeof at->events);
		memset(at->dear, 0, sizeof at->dear);
	}
}

static void write_piece(FILE *file, const struct piece *at)
{
	for (int domain = 0; domain < DOMAINS; domain++) {
		if (!at->runs[domain])
			continue;
		fprintf(file, "%d %" PRIx64 " %" PRIu64 " %" PRIu32, domain, at->address, at->runs[domain],
			at->instructions);
		if (with_model)
			model_write(file, at->events[domain], at->dear[domain]);
		fputc('\n', file);
	}
}

/* As one piece of one instruction. */
static void write_totals(FILE *file)
{
	struct piece sum = {.instructions = 1};

	for (const struct piece *at = first_piece; at; at = at->next) {
		for (int domain = 0; domain < DOMAINS; domain++) {
			sum.runs[domain] += at->runs[domain] * at->instructions;
			for (int event = 0; event < EVENTS; event++)
				sum.events[domain][event] += at->events[domain][event];
			for (int dear = 0; dear < DEAR; dear++)
				sum.dear[domain][dear] += at->dear[domain][dear];
		}
	}
	write_piece(file, &sum);
}

static void write_down(void)
{
	char name[4096];
	FILE *file;

	snprintf(name, sizeof name, "%s.%d", out, ++written);
	file = fopen(name, "w");
	if (!file) {
		perror(name);
		exit(1);
	}
	if (with_totals)
		write_totals(file);
	else
		for (struct piece *at = first_piece; at; at = at->next)
			write_piece(file, at);
	fclose(file);
}

static void heed(uint64_t mark)
{
	switch (mark & 0xff0) {
	case 0:
		dom0_alone = false;
		break;
	case 0x10:
		forget();
		counting = true;
		break;
	case 0x20:
		counting = false;
		write_down();
		break;
	default:
		newcomer = RECEIVER;
	}
}

static void runs(unsigned cpu, void *of)
{
	struct piece *at = of;

	(void)cpu;
	if (at->is_kernel) {
		if (!at->page->owner)
			at->page->owner = dom0_alone ? DOM0 : running != NOT_KNOWN ? running : newcomer;
		if (running == NOT_KNOWN)
			running = at->page->owner;
	} else if (at->is_switch) {
		running = NOT_KNOWN;
	} else if (at->is_mark) {
		heed(at->address);
	}
	if (!counting)
		return;
	at->runs[running]++;
	if (with_model)
		model_runs(at, running);
}

static void reaches(unsigned cpu, qemu_plugin_meminfo_t how, uint64_t address, void *of)
{
	(void)cpu;
	if (counting)
		model_reaches(of, running, how, address);
}

static void changes_pages(unsigned cpu, void *of)
{
	(void)cpu;
	model_changes_pages(of, running);
}

static struct page *page_of(uint64_t host)
{
	struct page **in = &page_bucket[((host >> 12) * 0x9e3779b97f4a7c15 >> 40) % BUCKETS], *at;

	for (at = *in; at; at = at->same_bucket)
		if (at->number == host >> 12)
			return at;
	at = calloc(1, sizeof *at);
	if (!at)
		abort();
	*at = (struct page){.number = host >> 12, .same_bucket = *in};
	return *in = at;
}

static struct piece *piece_of(uint64_t address, uint64_t host, uint32_t instructions)
{
	struct piece **in = &bucket[((address * 0x9e3779b97f4a7c15 ^ host) >> 20) % BUCKETS], *at;

	for (at = *in; at; at = at->same_bucket)
		if (at->address == address && at->host == host && at->instructions == instructions)
			return at;
	at = calloc(1, sizeof *at);
	if (!at)
		abort();
	*at = (struct piece){
		.address = address,
		.host = host,
		.page = page_of(host),
		.instructions = instructions,
		.is_kernel = address >= kernel_begin,
		.is_mark = address >> 12 == mark_page >> 12,
		.is_switch = address >= switch_from && address < switch_to,
		.same_bucket = *in,
		.next = first_piece,
	};
	return *in = first_piece = at;
}

static void look_closer(struct qemu_plugin_tb *tb, struct piece *at)
{
	const size_t n = qemu_plugin_tb_n_insns(tb);

	memset(at->has, 0, sizeof at->has);
	at->bytes = 0;
	for (size_t i = 0; i < n; i++) {
		struct qemu_plugin_insn *insn = qemu_plugin_tb_get_insn(tb, i);
		const size_t size = qemu_plugin_insn_size(insn);
		const enum dear dear = decode(qemu_plugin_insn_data(insn), size);

		at->bytes += size;
		if (dear != NOT_DEAR)
			at->has[dear]++;
		qemu_plugin_register_vcpu_mem_cb(insn, reaches, 0, QEMU_READS_AND_WRITES, at);
		if (dear == CR3 || dear == CR4 || dear == INVPCID)
			qemu_plugin_register_vcpu_insn_exec_cb(insn, changes_pages, 0,
							       (void *)(dear == CR4 ? "all" : NULL));
	}
}

static void translated(qemu_plugin_id_t id, struct qemu_plugin_tb *tb)
{
	struct piece *at = piece_of(qemu_plugin_tb_vaddr(tb),
				    (uintptr_t)qemu_plugin_insn_haddr(qemu_plugin_tb_get_insn(tb, 0)),
				    qemu_plugin_tb_n_insns(tb));

	(void)id;
	qemu_plugin_register_vcpu_tb_exec_cb(tb, runs, 0, at);
	if (with_model)
		look_closer(tb, at);
}

int qemu_plugin_install(qemu_plugin_id_t id, const struct qemu_plugin_info *info, int argc, char **argv)
{
	(void)info;
	for (int i = 0; i < argc; i++) {
		if (!strncmp(argv[i], "out=", 4)) {
			out = strdup(argv[i] + 4);
		} else if (!strcmp(argv[i], "model=on")) {
			with_model = true;
		} else if (!strcmp(argv[i], "totals=on")) {
			with_totals = true;
		} else if (sscanf(argv[i], "switch=%" SCNx64 "-%" SCNx64, &switch_from, &switch_to) != 2) {
			fprintf(stderr,
				"plugin: \"%s\" is none of out=FILE, switch=FROM-TO, model=on, totals=on\n",
				argv[i]);
			return 1;
		}
	}
	if (with_model && !model_begin()) {
		fputs("plugin: there is not enough memory for the model\n", stderr);
		return 1;
	}
	qemu_plugin_register_vcpu_tb_trans_cb(id, translated);
	return 0;
}
