/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * What the caches would make of it, if each domain had a CPU of its own: every piece of code and every access
 * of the emulated CPU goes through the model of caches.h, as the CPU of the domain that runs.
 */
#ifndef LAB_PROFILE_MODEL_H
#define LAB_PROFILE_MODEL_H

#include <stdio.h>

#include "plugin.h"
#include "qemu.h"

bool model_begin(void);
void model_runs(struct piece *at, enum domain running);
void model_reaches(struct piece *at, enum domain running, qemu_plugin_meminfo_t how, uint64_t address);
/* CR3, CR4 or INVPCID was written; everything goes if ALL is not NULL, else what is not global. */
void model_changes_pages(const char *all, enum domain running);
/* " NAME=COUNT" for all that is not zero. */
void model_write(FILE *file, const uint64_t *events, const uint64_t *dear);

#endif
