// SPDX-License-Identifier: GPL-2.0-only
/* What wakes the logic: interrupts, NAPI, timers, work, and the watch on the backend's carrier. */
#include <linux/interrupt.h>
#include <linux/slab.h>

#include "netfront/callbacks.h"
#include "netfront/entry.h"

/* --- a queue ---------------------------------------------------------------------------------------- */

static irqreturn_t on_tx(int irq, void *host)
{
	netfront_tx_event(((struct queue_host *)host)->queue);
	return IRQ_HANDLED;
}

static irqreturn_t on_rx(int irq, void *host)
{
	netfront_rx_event(((struct queue_host *)host)->queue);
	return IRQ_HANDLED;
}

static irqreturn_t on_both(int irq, void *host)
{
	netfront_both_event(((struct queue_host *)host)->queue);
	return IRQ_HANDLED;
}

static irqreturn_t on_control(int irq, void *host)
{
	netfront_control_event(((struct vif_host *)host)->vif);
	return IRQ_HANDLED;
}

static const struct interrupt_handlers interrupts = {
	.tx = on_tx,
	.rx = on_rx,
	.both = on_both,
	.control = on_control,
};

static int on_poll(struct napi_struct *napi, int budget)
{
	return netfront_poll(container_of(napi, struct queue_host, napi)->queue, budget);
}

static void on_refill(struct timer_list *timer)
{
	napi_schedule(&container_of(timer, struct queue_host, refill)->napi);
}

void events_init_queue(struct queue_host *q)
{
	timer_setup(&q->refill, on_refill, 0);
	netif_napi_add(q->vif->dev, &q->napi, on_poll);
}

/* --- a vif ------------------------------------------------------------------------------------------ */

static void on_later(struct work_struct *work)
{
	netfront_later(container_of(to_delayed_work(work), struct vif_host, later)->vif);
}

static void on_link(struct work_struct *work)
{
	netfront_link_later(container_of(to_delayed_work(work), struct vif_host, link)->vif);
}

static void on_reconfigure(struct work_struct *work)
{
	netfront_reconfigure_later(container_of(to_delayed_work(work), struct vif_host, reconfigure)->vif);
}

static void on_watch(struct work_struct *work)
{
	netfront_watch(container_of(to_delayed_work(work), struct vif_host, watch)->vif);
}

static void on_control_later(struct work_struct *work)
{
	netfront_control_later(container_of(to_delayed_work(work), struct vif_host, control)->vif);
}

void events_init(struct vif_host *host)
{
	host->interrupts = &interrupts;
	INIT_DELAYED_WORK(&host->later, on_later);
	INIT_DELAYED_WORK(&host->link, on_link);
	INIT_DELAYED_WORK(&host->reconfigure, on_reconfigure);
	INIT_DELAYED_WORK(&host->watch, on_watch);
	INIT_DELAYED_WORK(&host->control, on_control_later);
}

/* Nothing is armed again afterwards: the logic was told that the vif goes. */
void events_stop(struct vif_host *host)
{
	cancel_delayed_work_sync(&host->later);
	cancel_delayed_work_sync(&host->link);
	cancel_delayed_work_sync(&host->reconfigure);
	cancel_delayed_work_sync(&host->watch);
	cancel_delayed_work_sync(&host->control);
}

/* --- the watch -------------------------------------------------------------------------------------- */

/* However often the backend writes its node, one event of it waits at most: it is read when its turn comes. */
static bool link_will_handle(struct xenbus_watch *watch, const char *path, const char *token)
{
	return watch->nr_pending == 0;
}

static void link_changed(struct xenbus_watch *watch, const char *path, const char *token)
{
	netfront_link_event(container_of(watch, struct vif_host, carrier)->vif);
}

/* CONTEXT: process, without the life mutex: taking a watch away waits for its callback. */
int link_watch(struct vif_host *host)
{
	int err;

	link_unwatch(host);
	err = xenbus_watch_pathfmt(host->bus, &host->carrier, link_will_handle, link_changed, "%s/carrier",
				   host->bus->otherend);
	host->watching = !err;
	return err;
}

void link_unwatch(struct vif_host *host)
{
	if (!host->watching)
		return;
	unregister_xenbus_watch(&host->carrier);
	kfree(host->carrier.node);
	memset(&host->carrier, 0, sizeof(host->carrier));
	host->watching = false;
}
