// SPDX-License-Identifier: GPL-2.0-only
/*
 * Writes lines into the kernel's log from a hard interrupt, whatever the CPU was doing: lines= of them, every= so many
 * microseconds. A console that needs a lock which the interrupted code holds stands still for ever.
 */
#include <linux/hrtimer.h>
#include <linux/module.h>

static unsigned int lines = 100;
module_param(lines, uint, 0444);
static unsigned int every = 10000;
module_param(every, uint, 0444);

static struct hrtimer timer;
static unsigned int said;

static enum hrtimer_restart say(struct hrtimer *t)
{
	pr_warn("hardprint: line %u\n", ++said);
	if (said >= lines)
		return HRTIMER_NORESTART;
	hrtimer_forward_now(t, ns_to_ktime(every * NSEC_PER_USEC));
	return HRTIMER_RESTART;
}

static int __init hardprint_init(void)
{
	hrtimer_init(&timer, CLOCK_MONOTONIC, HRTIMER_MODE_REL_HARD);
	timer.function = say;
	hrtimer_start(&timer, ns_to_ktime(every * NSEC_PER_USEC), HRTIMER_MODE_REL_HARD);
	return 0;
}

static void __exit hardprint_exit(void)
{
	hrtimer_cancel(&timer);
}

module_init(hardprint_init);
module_exit(hardprint_exit);
MODULE_DESCRIPTION("Lines of the log from a hard interrupt");
MODULE_LICENSE("GPL");
