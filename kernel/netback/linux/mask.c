// SPDX-License-Identifier: GPL-2.0-only
/* mask.c - a queue's event channels, whether it has one or two, raise interrupts or do not. */
#include <linux/interrupt.h>

#include "netback/linux/state.h"

void host_queue_mask(struct queue_host *q)
{
	disable_irq(q->side[FROM_GUEST].irq);
	if (queue_is_split(q))
		disable_irq(q->side[TO_GUEST].irq);
}

void host_queue_unmask(struct queue_host *q)
{
	enable_irq(q->side[FROM_GUEST].irq);
	if (queue_is_split(q))
		enable_irq(q->side[TO_GUEST].irq);
}
