// SPDX-License-Identifier: GPL-2.0-only
/* memory.c - memory for what lives long, pages to copy to, and a lane for each CPU. */
#include <linux/gfp.h>
#include <linux/mm.h>
#include <linux/percpu.h>
#include <xen/page.h>

#include "netback/linux/state.h"

void *host_alloc(uint64_t size) { return kvzalloc(size, GFP_KERNEL); }
void host_free(void *memory) { kvfree(memory); }

uint64_t host_page_frame(void *page) { return virt_to_gfn(page); }

void *host_page_alloc(uint64_t *frame)
{
	void *page = (void *)__get_free_page(GFP_ATOMIC | __GFP_NOWARN);

	if (page)
		*frame = host_page_frame(page);
	return page;
}

void host_page_free(void *page) { free_page((unsigned long)page); }

DEFINE_PER_CPU(void *, host_lane);

int host_lanes_create(uint64_t size)
{
	unsigned int cpu;

	for_each_possible_cpu(cpu) {
		per_cpu(host_lane, cpu) = host_alloc(size);
		if (!per_cpu(host_lane, cpu)) {
			host_lanes_destroy(NULL); /* none was used */
			return -ENOMEM;
		}
	}
	return 0;
}

void host_lanes_visit(void (*visit)(void *lane))
{
	unsigned int cpu;

	for_each_possible_cpu(cpu)
		if (per_cpu(host_lane, cpu))
			visit(per_cpu(host_lane, cpu));
}

void host_lanes_destroy(void (*empty)(void *lane))
{
	unsigned int cpu;

	if (empty)
		host_lanes_visit(empty);
	for_each_possible_cpu(cpu) {
		host_free(per_cpu(host_lane, cpu));
		per_cpu(host_lane, cpu) = NULL;
	}
}
