// SPDX-License-Identifier: GPL-2.0-only
/*
 * A QEMU plugin that counts how often each piece of code runs, apart for dom0 and for the guests, between marks
 * that a program in the lab sets (lab/tools/mark.c). One emulated CPU only.
 *
 *	-plugin plugin.so,out=FILE,switch=FROM-TO
 *
 *	mark dom0    what kernel code ran until here is dom0's
 *	mark start   counts from here on
 *	mark stop    writes FILE.1, FILE.2, ...: "DOMAIN ADDRESS RUNS INSTRUCTIONS" for each piece that ran
 *
 * Whose code is it? The kernels of all domains have the same addresses, so a piece is known by the memory it lies in
 * as well. Once Xen has switched domains (its function between FROM and TO), the next known piece of kernel code tells
 * which one runs: DOMAIN 1 dom0, 2 a guest, 0 not known yet. Xen's own instructions count for the domain that runs.
 */
#include <inttypes.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* As much of QEMU's plugin interface, version 1, as is used here: Debian has no package with its header. */
#define EXPORT __attribute__((visibility("default")))
typedef uint64_t qemu_plugin_id_t;
struct qemu_plugin_tb;
struct qemu_plugin_insn;
struct qemu_plugin_info;
EXPORT int qemu_plugin_version = 1;
EXPORT int qemu_plugin_install(qemu_plugin_id_t id, const struct qemu_plugin_info *info, int argc, char **argv);
size_t qemu_plugin_tb_n_insns(const struct qemu_plugin_tb *tb);
uint64_t qemu_plugin_tb_vaddr(const struct qemu_plugin_tb *tb);
struct qemu_plugin_insn *qemu_plugin_tb_get_insn(const struct qemu_plugin_tb *tb, size_t i);
void *qemu_plugin_insn_haddr(const struct qemu_plugin_insn *insn);
void qemu_plugin_register_vcpu_tb_trans_cb(qemu_plugin_id_t id, void (*cb)(qemu_plugin_id_t, struct qemu_plugin_tb *));
void qemu_plugin_register_vcpu_tb_exec_cb(struct qemu_plugin_tb *tb, void (*cb)(unsigned, void *), int flags, void *of);

enum domain { NOT_KNOWN, DOM0, GUEST, DOMAINS };

static const uint64_t mark_page = 0x5a5a00000000; /* as in mark.c */
static const uint64_t kernel_begin = 0xffffffff80000000;

/* What QEMU translates at once: instructions that run one after the other. */
struct piece {
	uint64_t address, host;
	uint32_t instructions;
	bool is_kernel, is_mark, is_switch;
	enum domain owner; /* of kernel code */
	uint64_t runs[DOMAINS];
	struct piece *same_bucket, *next;
};

#define BUCKETS (1u << 18)
static struct piece *bucket[BUCKETS], *first_piece;
static enum domain running = DOM0;
static bool dom0_alone = true, counting;
static uint64_t switch_from, switch_to;
static const char *out = "profile";
static int written;

static void forget(void)
{
	for (struct piece *at = first_piece; at; at = at->next)
		memset(at->runs, 0, sizeof at->runs);
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
	for (struct piece *at = first_piece; at; at = at->next)
		for (int domain = 0; domain < DOMAINS; domain++)
			if (at->runs[domain])
				fprintf(file, "%d %" PRIx64 " %" PRIu64 " %" PRIu32 "\n", domain, at->address,
					at->runs[domain], at->instructions);
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
	default:
		counting = false;
		write_down();
	}
}

static void runs(unsigned cpu, void *of)
{
	struct piece *at = of;

	(void)cpu;
	if (at->is_kernel) {
		if (!at->owner)
			at->owner = dom0_alone ? DOM0 : running != NOT_KNOWN ? running : GUEST;
		if (running == NOT_KNOWN)
			running = at->owner;
	} else if (at->is_switch) {
		running = NOT_KNOWN;
	} else if (at->is_mark) {
		heed(at->address);
	}
	if (counting)
		at->runs[running]++;
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
		.instructions = instructions,
		.is_kernel = address >= kernel_begin,
		.is_mark = address >> 12 == mark_page >> 12,
		.is_switch = address >= switch_from && address < switch_to,
		.same_bucket = *in,
		.next = first_piece,
	};
	return *in = first_piece = at;
}

static void translated(qemu_plugin_id_t id, struct qemu_plugin_tb *tb)
{
	(void)id;
	qemu_plugin_register_vcpu_tb_exec_cb(
		tb, runs, 0,
		piece_of(qemu_plugin_tb_vaddr(tb), (uintptr_t)qemu_plugin_insn_haddr(qemu_plugin_tb_get_insn(tb, 0)),
			 qemu_plugin_tb_n_insns(tb)));
}

int qemu_plugin_install(qemu_plugin_id_t id, const struct qemu_plugin_info *info, int argc, char **argv)
{
	(void)info;
	for (int i = 0; i < argc; i++) {
		if (!strncmp(argv[i], "out=", 4))
			out = strdup(argv[i] + 4);
		else if (sscanf(argv[i], "switch=%" SCNx64 "-%" SCNx64, &switch_from, &switch_to) != 2) {
			fprintf(stderr, "plugin: \"%s\" is neither out=FILE nor switch=FROM-TO\n", argv[i]);
			return 1;
		}
	}
	qemu_plugin_register_vcpu_tb_trans_cb(id, translated);
	return 0;
}
