// SPDX-License-Identifier: GPL-2.0-only
/*
 * queue.c - a queue's rings, event channels, NAPI instances and timers: taking, giving back, and setting.
 */
#include <linux/slab.h>
#include <xen/events.h>
#include <xen/xenbus.h>

#include "linux/compat.h"
#include "netback/linux/state.h"

/* --- timers ---------------------------------------------------------------------------------------------- */

static void poll_from_guest_again(struct timer_list *timer)
{
	napi_schedule(&container_of(timer, struct queue_host, side[FROM_GUEST].timer)->side[FROM_GUEST].napi);
}

static void poll_to_guest_again(struct timer_list *timer)
{
	napi_schedule(&container_of(timer, struct queue_host, side[TO_GUEST].timer)->side[TO_GUEST].napi);
}

static enum hrtimer_restart from_guest_held(struct hrtimer *timer)
{
	napi_schedule(&container_of(timer, struct queue_host, side[FROM_GUEST].hold)->side[FROM_GUEST].napi);
	return HRTIMER_NORESTART;
}

static void set_up_timers(struct queue_host *q)
{
	struct side_host *from = &q->side[FROM_GUEST], *to = &q->side[TO_GUEST];

	timer_setup(&from->timer, poll_from_guest_again, 0);
	timer_setup(&to->timer, poll_to_guest_again, 0);
	compat_hrtimer_setup(&from->hold, from_guest_held, CLOCK_MONOTONIC, HRTIMER_MODE_REL_SOFT);
	compat_hrtimer_setup(&to->hold, q->vif->events->to_guest_held, CLOCK_MONOTONIC, HRTIMER_MODE_REL_SOFT);
}

void host_schedule_later(struct queue_host *q, enum guest_side side, uint64_t microseconds)
{
	mod_timer(&q->side[side].timer, jiffies + 1 + usecs_to_jiffies(microseconds));
}

void host_hold(struct queue_host *q, enum guest_side side, uint32_t microseconds)
{
	hrtimer_start(&q->side[side].hold, ns_to_ktime((u64)microseconds * NSEC_PER_USEC), HRTIMER_MODE_REL_SOFT);
}

/* --- locks, and the device's transmit queue ---------------------------------------------------------------------- */

void host_softirq_off(void) { local_bh_disable(); }
void host_softirq_on(void) { local_bh_enable(); }
void host_rate_lock(struct vif_host *host) { spin_lock(&host->rate_lock); }
void host_rate_unlock(struct vif_host *host) { spin_unlock(&host->rate_lock); }
void host_counters_lock(struct vif_host *host) { spin_lock_bh(&host->counters_lock); }
void host_counters_unlock(struct vif_host *host) { spin_unlock_bh(&host->counters_lock); }

static struct netdev_queue *txq_of(struct queue_host *q) { return netdev_get_tx_queue(q->vif->dev, q->index); }

void host_txq_stop(struct queue_host *q) { netif_tx_stop_queue(txq_of(q)); }
void host_txq_wake(struct queue_host *q) { netif_tx_wake_queue(txq_of(q)); }
bool host_txq_stopped(const struct queue_host *q)
{
	return netif_tx_queue_stopped(netdev_get_tx_queue(q->vif->dev, q->index));
}

/* --- rings ----------------------------------------------------------------------------------------------- */

/* Reads a queue's four numbers: from queue-N, or with a single queue from the frontend's directory. */
static int read_queue(struct queue_host *q, unsigned int count, grant_ref_t ref[2])
{
	struct side_host *from = &q->side[FROM_GUEST], *to = &q->side[TO_GUEST];
	struct xenbus_device *xdev = q->vif->xdev;
	char *path;
	int err;

	path = count == 1 ? kstrdup(xdev->otherend, GFP_KERNEL)
			  : kasprintf(GFP_KERNEL, "%s/queue-%u", xdev->otherend, q->index);
	if (!path)
		return -ENOMEM;
	err = xenbus_gather(XBT_NIL, path, "tx-ring-ref", "%u", &ref[FROM_GUEST], "rx-ring-ref", "%u", &ref[TO_GUEST],
			    NULL);
	if (err) {
		host_complain(q->vif, err, "reading %s/{tx,rx}-ring-ref", path);
		goto out;
	}
	/* HOSTILE: any number; binding an event channel that is not the guest's to give fails. */
	err = xenbus_gather(XBT_NIL, path, "event-channel-tx", "%u", &from->port, "event-channel-rx", "%u", &to->port,
			    NULL);
	if (err) {
		err = xenbus_scanf(XBT_NIL, path, "event-channel", "%u", &from->port);
		if (err != 1) {
			err = err < 0 ? err : -EINVAL;
			host_complain(q->vif, err, "reading %s/event-channel", path);
			goto out;
		}
		to->port = from->port;
		err = 0;
	}
out:
	kfree(path);
	return err;
}

struct queue_host *host_queue_create(struct vif_host *host, uint32_t index, uint32_t count, struct netback_queue *queue,
				     void **from_guest_ring, void **to_guest_ring, int *error)
{
	static const char *const name[] = {[FROM_GUEST] = "tx", [TO_GUEST] = "rx"};
	struct queue_host *q = kzalloc(sizeof(*q), GFP_KERNEL);
	enum guest_side side;
	grant_ref_t ref[2];

	*error = -ENOMEM;
	if (!q) {
		host_complain(host, *error, "allocating queue %u", index);
		return NULL;
	}
	q->vif = host;
	q->queue = queue;
	q->index = index;
	spin_lock_init(&q->to_guest_lock);
	__skb_queue_head_init(&q->backlog);
	INIT_LIST_HEAD(&q->receive);
	INIT_LIST_HEAD(&q->served);
	set_up_timers(q);
	q->account = host_account_open();
	if (!q->account) {
		host_complain(host, *error, "allocating the account of queue %u", index);
		goto fail;
	}

	*error = read_queue(q, count, ref);
	if (*error)
		goto fail;
	for (side = FROM_GUEST; side <= TO_GUEST; side++) {
		*error = xenbus_map_ring_valloc(host->xdev, &ref[side], 1, &q->side[side].ring);
		if (*error) {
			q->side[side].ring = NULL;
			host_complain(host, *error, "mapping %s-ring-ref %u of queue %u", name[side], ref[side], index);
			goto fail;
		}
	}
	*from_guest_ring = q->side[FROM_GUEST].ring;
	*to_guest_ring = q->side[TO_GUEST].ring;
	return q;
fail:
	host_queue_destroy(q);
	return NULL;
}

void host_queue_destroy(struct queue_host *q)
{
	if (q->side[TO_GUEST].ring)
		xenbus_unmap_ring_vfree(q->vif->xdev, q->side[TO_GUEST].ring);
	if (q->side[FROM_GUEST].ring)
		xenbus_unmap_ring_vfree(q->vif->xdev, q->side[FROM_GUEST].ring);
	if (q->account)
		host_account_close(q->account);
	kfree(q);
}

/* --- event channels and polls ------------------------------------------------------------------------------ */

/*
 * Our end of the event channel behind an interrupt that was just bound. The kernel tells only the other way
 * round. Looked for once, because the kernel's own notify_remote_via_irq() looks it up for each event: two tree
 * walks, a hundred instructions. 0: there is none.
 */
static unsigned int local_port(int irq)
{
	const unsigned int end = 1 << 17; /* of FIFO event channels; their ABI has no more */
	unsigned int port;

	for (port = 1; port < end; port++)
		if (irq_from_evtchn(port) == (unsigned int)irq)
			return port;
	return 0;
}

static int bind_side(struct queue_host *q, struct side_host *side, irq_handler_t handler)
{
	int irq = bind_interdomain_evtchn_to_irqhandler_lateeoi(q->vif->xdev, side->port, handler, 0, side->name, q);

	if (irq < 0) {
		host_complain(q->vif, irq, "binding event channel %u of queue %u", side->port, q->index);
		return irq;
	}
	disable_irq(irq); /* until the device is up */
	side->local = local_port(irq);
	if (!side->local) {
		host_complain(q->vif, -ENOENT, "our end of event channel %u of queue %u", side->port, q->index);
		unbind_from_irqhandler(irq, q);
		return -ENOENT;
	}
	side->irq = irq;
	return 0;
}

/* The device's list of polls is RTNL's: netlink and sysfs (threaded) walk it. */
void host_queue_add_polls(struct queue_host *q)
{
	const struct vif_events *events = q->vif->events;
	struct net_device *dev = q->vif->dev;

	netif_napi_add(dev, &q->side[FROM_GUEST].napi, events->poll[FROM_GUEST]);
	netif_napi_add(dev, &q->side[TO_GUEST].napi, events->poll[TO_GUEST]);
	q->napi_added = true;
}

/* netif_napi_del() would wait for a grace period for each; the caller waits for one, for all queues. */
void host_queue_remove_polls(struct queue_host *q)
{
	if (!q->napi_added)
		return;
	q->napi_added = false;
	__netif_napi_del(&q->side[FROM_GUEST].napi);
	__netif_napi_del(&q->side[TO_GUEST].napi);
}

int host_queue_bind(struct queue_host *q)
{
	struct side_host *from = &q->side[FROM_GUEST], *to = &q->side[TO_GUEST];
	const struct vif_events *events = q->vif->events;
	struct net_device *dev = q->vif->dev;
	int err;

	q->vif->split = from->port != to->port; /* for display */

	if (from->port == to->port) {
		snprintf(from->name, sizeof(from->name), "%s-q%u", dev->name, q->index);
		err = bind_side(q, from, events->interrupt_both);
		if (err)
			return err;
		to->local = from->local;
		to->irq = from->irq;
		return 0;
	}
	snprintf(from->name, sizeof(from->name), "%s-q%u-tx", dev->name, q->index);
	snprintf(to->name, sizeof(to->name), "%s-q%u-rx", dev->name, q->index);
	err = bind_side(q, from, events->interrupt[FROM_GUEST]);
	return err ?: bind_side(q, to, events->interrupt[TO_GUEST]);
}

void host_queue_cancel_timers(struct queue_host *q)
{
	enum guest_side side;

	for (side = FROM_GUEST; side <= TO_GUEST; side++) {
		timer_delete_sync(&q->side[side].timer);
		hrtimer_cancel(&q->side[side].hold);
	}
}

/*
 * INVARIANT: the queue was disabled and its polls removed, so neither poll nor handler runs; a grace period has passed
 * since, so no other vif's poll can hold an event of ours back any more.
 */
void host_queue_unbind(struct queue_host *q)
{
	struct side_host *from = &q->side[FROM_GUEST], *to = &q->side[TO_GUEST];

	if (from->irq)
		unbind_from_irqhandler(from->irq, q);
	if (to->irq && to->irq != from->irq)
		unbind_from_irqhandler(to->irq, q);
	from->irq = to->irq = 0;
}
