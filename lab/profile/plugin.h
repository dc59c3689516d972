/* SPDX-License-Identifier: GPL-2.0-only */
/* What the plugin knows of the code that ran. */
#ifndef LAB_PROFILE_PLUGIN_H
#define LAB_PROFILE_PLUGIN_H

#include <stdbool.h>
#include <stdint.h>

#include "caches.h"
#include "instructions.h"

/* As in report.py. */
enum domain { NOT_KNOWN, DOM0, SENDER, RECEIVER, DOMAINS };

/* A page of the machine's memory; number is its address in the emulator / 4096. */
struct page {
	uint64_t number;
	enum domain owner; /* of kernel code */
	struct page *same_bucket;
};

/* What QEMU translates at once: instructions that run one after the other. */
struct piece {
	uint64_t address, host;
	struct page *page;
	uint32_t instructions, bytes;
	bool is_kernel, is_mark, is_switch;
	uint8_t has[DEAR]; /* how many of the dear instructions are in it */
	uint64_t runs[DOMAINS], events[DOMAINS][EVENTS], dear[DOMAINS][DEAR];
	struct piece *same_bucket, *next;
};

#endif
