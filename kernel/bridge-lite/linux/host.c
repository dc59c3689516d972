// SPDX-License-Identifier: GPL-2.0-only
/* What the switch needs of the kernel while it handles frames; inlined into it by LTO. */
#include <linux/jiffies.h>
#include <linux/ktime.h>
#include <linux/percpu.h>
#include <linux/spinlock.h>

#include "bridge-lite/entry.h"

__always_inline uint32_t brlite_now(void)
{
	return (uint32_t)(jiffies / HZ);
}

uint64_t brlite_nanoseconds(void)
{
	return ktime_get_mono_fast_ns();
}

__always_inline void brlite_lock(void *lock)
{
	spin_lock_bh((spinlock_t *)lock);
}

__always_inline void brlite_unlock(void *lock)
{
	spin_unlock_bh((spinlock_t *)lock);
}

__always_inline void brlite_count(struct brlite_port *port, uint32_t counter)
{
	struct brlite_counters __percpu *counters = (struct brlite_counters __force __percpu *)port->counters;

	this_cpu_inc(counters->n[counter]);
}

void brlite_count_rule(void *hits, uint32_t outcome)
{
	this_cpu_inc(((unsigned long __percpu __force *)hits)[outcome]);
}
