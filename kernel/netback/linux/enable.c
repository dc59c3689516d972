// SPDX-License-Identifier: GPL-2.0-only
/* enable.c - a bound queue begins to be served, and ends. */
#include <linux/netdevice.h>

#include "linux/compat.h"
#include "netback/linux/state.h"

/* CONTEXT: RTNL, as for host_queue_disable(). */
void host_queue_enable(struct queue_host *q)
{
	struct side_host *from = &q->side[FROM_GUEST], *to = &q->side[TO_GUEST];

	if (q->enabled)
		return;
	q->enabled = true;
	napi_enable(&from->napi);
	napi_enable(&to->napi);
	host_queue_unmask(q);
	host_poll_cpu_take(q);
}

void host_queue_disable(struct queue_host *q)
{
	struct side_host *from = &q->side[FROM_GUEST], *to = &q->side[TO_GUEST];

	if (!q->enabled)
		return;
	q->enabled = false;
	host_poll_cpu_leave(q);
	host_queue_mask(q);
	napi_disable(&from->napi);
	napi_disable(&to->napi);
	/* A poll that gave its NAPI back just before may arm them again: host_queue_cancel_timers() has the last word. */
	timer_delete_sync(&from->timer);
	timer_delete_sync(&to->timer);
	hrtimer_cancel(&from->hold);
}
