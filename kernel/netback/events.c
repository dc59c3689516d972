// SPDX-License-Identifier: GPL-2.0-only
/*
 * events.c - what comes in: interrupts, polls, the end of a time that events were held back for, control messages.
 *
 * Events are "late EOI": the channel stays masked until the poll that the event asked for is done, so a
 * guest that sends events in a loop gets one poll after the other and never an interrupt storm, and one
 * whose events bring no work is slowed down by the event core (XSA-332). Exactly one end of interrupt
 * is given per interrupt: the handler notes it as owed in q->eoi, whoever completes pays.
 */
#include <xen/events.h>

#include "netback/roof.h"

static int poll_from_guest(struct napi_struct *napi, int budget)
{
	return netback_poll_from_guest(container_of(napi, struct queue_host, side[FROM_GUEST].napi)->queue, budget);
}

static int poll_to_guest(struct napi_struct *napi, int budget)
{
	return netback_poll_to_guest(container_of(napi, struct queue_host, side[TO_GUEST].napi)->queue, budget);
}

static enum hrtimer_restart to_guest_held(struct hrtimer *timer)
{
	netback_to_guest_held(container_of(timer, struct queue_host, side[TO_GUEST].hold)->queue);
	return HRTIMER_NORESTART;
}

static uint32_t work_of(struct queue_host *q)
{
	return netback_work(q->queue);
}

/* As an interrupt would, for the thread that asks Xen for events (linux/blocking_poll.c). */
static void came_from_guest(struct queue_host *q)
{
	netback_event_from_guest(q->queue);
	napi_schedule(&q->side[FROM_GUEST].napi);
}

static void came_to_guest(struct queue_host *q)
{
	netback_event_to_guest(q->queue);
	napi_schedule(&q->side[TO_GUEST].napi);
}

static void spurious(struct queue_host *q, int irq, int eoi)
{
	if (atomic_fetch_andnot(eoi, &q->eoi) & eoi)
		xen_irq_lateeoi(irq, XEN_EOI_FLAG_SPURIOUS);
}

static irqreturn_t interrupt_from_guest(int irq, void *data)
{
	struct queue_host *q = data;

	atomic_or(EOI_OF(FROM_GUEST), &q->eoi);
	if (netback_event_from_guest(q->queue))
		napi_schedule(&q->side[FROM_GUEST].napi);
	else
		spurious(q, irq, EOI_OF(FROM_GUEST));
	return IRQ_HANDLED;
}

static irqreturn_t interrupt_to_guest(int irq, void *data)
{
	struct queue_host *q = data;

	atomic_or(EOI_OF(TO_GUEST), &q->eoi);
	if (netback_event_to_guest(q->queue))
		napi_schedule(&q->side[TO_GUEST].napi);
	else
		spurious(q, irq, EOI_OF(TO_GUEST));
	return IRQ_HANDLED;
}

/* One event channel for both directions. */
static irqreturn_t interrupt_both(int irq, void *data)
{
	struct queue_host *q = data;
	uint32_t work;

	atomic_or(EOI_BOTH, &q->eoi);
	work = netback_event_both(q->queue);
	if (work & NETBACK_WORK_TO_GUEST)
		napi_schedule(&q->side[TO_GUEST].napi);
	if (work & NETBACK_WORK_FROM_GUEST)
		napi_schedule(&q->side[FROM_GUEST].napi);
	if (!work)
		spurious(q, irq, EOI_BOTH);
	return IRQ_HANDLED;
}

const struct vif_events vif_events = {
	.control = netback_control_poll,
	.poll = {[FROM_GUEST] = poll_from_guest, [TO_GUEST] = poll_to_guest},
	.interrupt = {[FROM_GUEST] = interrupt_from_guest, [TO_GUEST] = interrupt_to_guest},
	.interrupt_both = interrupt_both,
	.work = work_of,
	.came = {[FROM_GUEST] = came_from_guest, [TO_GUEST] = came_to_guest},
	.to_guest_held = to_guest_held,
};
