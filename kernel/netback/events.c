// SPDX-License-Identifier: GPL-2.0-only
/*
 * events.c - a queue's rings, event channels and NAPI instances: taking and giving back.
 *
 * Events are "late EOI": the channel stays masked until the poll that the event asked for is done, so a
 * guest that sends events in a loop gets one poll after the other and never an interrupt storm, and one
 * whose events bring no work is slowed down by the event core (XSA-332). Exactly one end of interrupt
 * is given per interrupt: the handler notes it as owed in kq->eoi, whoever completes pays.
 */
#include <linux/slab.h>
#include <xen/events.h>
#include <xen/xenbus.h>

#include "netback/linux/state.h"

static int nb_napi_tx(struct napi_struct *napi, int budget)
{
	return nb_queue_tx_poll(container_of(napi, struct nb_kqueue, tx_napi)->queue, budget);
}

static int nb_napi_rx(struct napi_struct *napi, int budget)
{
	return nb_queue_rx_poll(container_of(napi, struct nb_kqueue, rx_napi)->queue, budget);
}

static void nb_rate_timer(struct timer_list *timer)
{
	napi_schedule(&container_of(timer, struct nb_kqueue, rate_timer)->tx_napi);
}

static void nb_rx_rate_timer(struct timer_list *timer)
{
	napi_schedule(&container_of(timer, struct nb_kqueue, rx_rate_timer)->rx_napi);
}

static enum hrtimer_restart nb_hold_tx_over(struct hrtimer *timer)
{
	napi_schedule(&container_of(timer, struct nb_kqueue, hold_tx)->tx_napi);
	return HRTIMER_NORESTART;
}

static enum hrtimer_restart nb_hold_rx_over(struct hrtimer *timer)
{
	nb_queue_rx_held(container_of(timer, struct nb_kqueue, hold_rx)->queue);
	return HRTIMER_NORESTART;
}

void nb_schedule_tx_later(struct nb_kqueue *kq, nb_u64 microseconds)
{
	mod_timer(&kq->rate_timer, jiffies + 1 + usecs_to_jiffies(microseconds));
}

void nb_schedule_rx_later(struct nb_kqueue *kq, nb_u64 microseconds)
{
	mod_timer(&kq->rx_rate_timer, jiffies + 1 + usecs_to_jiffies(microseconds));
}

void nb_hold_tx(struct nb_kqueue *kq, unsigned int microseconds)
{
	hrtimer_start(&kq->hold_tx, ns_to_ktime((u64)microseconds * NSEC_PER_USEC), HRTIMER_MODE_REL_SOFT);
}

void nb_hold_rx(struct nb_kqueue *kq, unsigned int microseconds)
{
	hrtimer_start(&kq->hold_rx, ns_to_ktime((u64)microseconds * NSEC_PER_USEC), HRTIMER_MODE_REL_SOFT);
}

static irqreturn_t nb_tx_interrupt(int irq, void *data)
{
	struct nb_kqueue *kq = data;

	atomic_or(NB_EOI_TX, &kq->eoi);
	if (nb_queue_tx_event(kq->queue)) {
		napi_schedule(&kq->tx_napi);
	} else if (atomic_fetch_andnot(NB_EOI_TX, &kq->eoi) & NB_EOI_TX) {
		xen_irq_lateeoi(irq, XEN_EOI_FLAG_SPURIOUS);
	}
	return IRQ_HANDLED;
}

static irqreturn_t nb_rx_interrupt(int irq, void *data)
{
	struct nb_kqueue *kq = data;

	atomic_or(NB_EOI_RX, &kq->eoi);
	if (nb_queue_rx_event(kq->queue)) {
		napi_schedule(&kq->rx_napi);
	} else if (atomic_fetch_andnot(NB_EOI_RX, &kq->eoi) & NB_EOI_RX) {
		xen_irq_lateeoi(irq, XEN_EOI_FLAG_SPURIOUS);
	}
	return IRQ_HANDLED;
}

/* One event channel for both directions. */
static irqreturn_t nb_interrupt(int irq, void *data)
{
	struct nb_kqueue *kq = data;
	int work;

	atomic_or(NB_EOI_BOTH, &kq->eoi);
	work = nb_queue_event(kq->queue);
	if (work & NB_WORK_RX)
		napi_schedule(&kq->rx_napi);
	if (work & NB_WORK_TX)
		napi_schedule(&kq->tx_napi);
	if (!work && atomic_fetch_andnot(NB_EOI_BOTH, &kq->eoi) & NB_EOI_BOTH)
		xen_irq_lateeoi(irq, XEN_EOI_FLAG_SPURIOUS);
	return IRQ_HANDLED;
}

/* Reads a queue's four numbers: from queue-N, or with a single queue from the frontend's directory. */
static int nb_read_queue(struct nb_kqueue *kq, unsigned int count, grant_ref_t *tx_ref, grant_ref_t *rx_ref)
{
	struct xenbus_device *xdev = kq->kvif->xdev;
	char *path;
	int err;

	path = count == 1 ? kstrdup(xdev->otherend, GFP_KERNEL)
			  : kasprintf(GFP_KERNEL, "%s/queue-%u", xdev->otherend, kq->index);
	if (!path)
		return -ENOMEM;
	err = xenbus_gather(XBT_NIL, path, "tx-ring-ref", "%u", tx_ref, "rx-ring-ref", "%u", rx_ref, NULL);
	if (err) {
		nb_complain(kq->kvif, err, "reading %s/{tx,rx}-ring-ref", path);
		goto out;
	}
	/* HOSTILE: any number; binding an event channel that is not the guest's to give fails. */
	err = xenbus_gather(XBT_NIL, path, "event-channel-tx", "%u", &kq->tx_port, "event-channel-rx", "%u",
			    &kq->rx_port, NULL);
	if (err) {
		err = xenbus_scanf(XBT_NIL, path, "event-channel", "%u", &kq->tx_port);
		if (err != 1) {
			err = err < 0 ? err : -EINVAL;
			nb_complain(kq->kvif, err, "reading %s/event-channel", path);
			goto out;
		}
		kq->rx_port = kq->tx_port;
		err = 0;
	}
out:
	kfree(path);
	return err;
}

struct nb_kqueue *nb_kqueue_create(struct nb_kvif *kvif, unsigned int index, unsigned int count, void *queue,
				   void **tx_ring, void **rx_ring, int *error)
{
	struct nb_kqueue *kq = kzalloc(sizeof(*kq), GFP_KERNEL);
	grant_ref_t tx_ref, rx_ref;

	*error = -ENOMEM;
	if (!kq) {
		nb_complain(kvif, *error, "allocating queue %u", index);
		return NULL;
	}
	kq->kvif = kvif;
	kq->queue = queue;
	kq->index = index;
	spin_lock_init(&kq->rx_lock);
	__skb_queue_head_init(&kq->backlog);
	INIT_LIST_HEAD(&kq->receive);
	timer_setup(&kq->rate_timer, nb_rate_timer, 0);
	timer_setup(&kq->rx_rate_timer, nb_rx_rate_timer, 0);
	hrtimer_init(&kq->hold_tx, CLOCK_MONOTONIC, HRTIMER_MODE_REL_SOFT);
	kq->hold_tx.function = nb_hold_tx_over;
	hrtimer_init(&kq->hold_rx, CLOCK_MONOTONIC, HRTIMER_MODE_REL_SOFT);
	kq->hold_rx.function = nb_hold_rx_over;

	*error = nb_read_queue(kq, count, &tx_ref, &rx_ref);
	if (*error)
		goto fail;
	*error = xenbus_map_ring_valloc(kvif->xdev, &tx_ref, 1, &kq->tx_ring);
	if (*error) {
		kq->tx_ring = NULL;
		nb_complain(kvif, *error, "mapping tx-ring-ref %u of queue %u", tx_ref, index);
		goto fail;
	}
	*error = xenbus_map_ring_valloc(kvif->xdev, &rx_ref, 1, &kq->rx_ring);
	if (*error) {
		kq->rx_ring = NULL;
		nb_complain(kvif, *error, "mapping rx-ring-ref %u of queue %u", rx_ref, index);
		goto fail;
	}
	*tx_ring = kq->tx_ring;
	*rx_ring = kq->rx_ring;
	return kq;
fail:
	nb_kqueue_destroy(kq);
	return NULL;
}

void nb_kqueue_destroy(struct nb_kqueue *kq)
{
	if (kq->rx_ring)
		xenbus_unmap_ring_vfree(kq->kvif->xdev, kq->rx_ring);
	if (kq->tx_ring)
		xenbus_unmap_ring_vfree(kq->kvif->xdev, kq->tx_ring);
	kfree(kq);
}

/*
 * Our end of the event channel behind an interrupt that was just bound. The kernel tells only the other way
 * round. Looked for once, because the kernel's own notify_remote_via_irq() looks it up for each event: two tree
 * walks, a hundred instructions. 0: there is none.
 */
static unsigned int nb_local_port(int irq)
{
	const unsigned int end = 1 << 17; /* of FIFO event channels; their ABI has no more */
	unsigned int port;

	for (port = 1; port < end; port++)
		if (irq_from_evtchn(port) == (unsigned int)irq)
			return port;
	return 0;
}

static int nb_bind(struct nb_kqueue *kq, unsigned int port, irq_handler_t handler, const char *name,
		   unsigned int *local)
{
	int irq = bind_interdomain_evtchn_to_irqhandler_lateeoi(kq->kvif->xdev, port, handler, 0, name, kq);

	if (irq < 0) {
		nb_complain(kq->kvif, irq, "binding event channel %u of queue %u", port, kq->index);
		return irq;
	}
	disable_irq(irq); /* until the device is up */
	*local = nb_local_port(irq);
	if (!*local) {
		nb_complain(kq->kvif, -ENOENT, "our end of event channel %u of queue %u", port, kq->index);
		unbind_from_irqhandler(irq, kq);
		return -ENOENT;
	}
	return irq;
}

int nb_kqueue_bind(struct nb_kqueue *kq, unsigned int count)
{
	const char *dev = kq->kvif->dev->name;
	int irq;

	netif_napi_add(kq->kvif->dev, &kq->tx_napi, nb_napi_tx);
	netif_napi_add(kq->kvif->dev, &kq->rx_napi, nb_napi_rx);
	kq->napi_added = true;
	kq->kvif->split = kq->tx_port != kq->rx_port; /* for display */

	if (kq->tx_port == kq->rx_port) {
		snprintf(kq->tx_name, sizeof(kq->tx_name), "%s-q%u", dev, kq->index);
		irq = nb_bind(kq, kq->tx_port, nb_interrupt, kq->tx_name, &kq->tx_local);
		if (irq < 0)
			return irq;
		kq->rx_local = kq->tx_local;
		kq->tx_irq = kq->rx_irq = irq;
		return 0;
	}
	snprintf(kq->tx_name, sizeof(kq->tx_name), "%s-q%u-tx", dev, kq->index);
	snprintf(kq->rx_name, sizeof(kq->rx_name), "%s-q%u-rx", dev, kq->index);
	irq = nb_bind(kq, kq->tx_port, nb_tx_interrupt, kq->tx_name, &kq->tx_local);
	if (irq < 0)
		return irq;
	kq->tx_irq = irq;
	irq = nb_bind(kq, kq->rx_port, nb_rx_interrupt, kq->rx_name, &kq->rx_local);
	if (irq < 0)
		return irq;
	kq->rx_irq = irq;
	return 0;
}

/*
 * INVARIANT: the queue was disabled, so neither poll nor handler runs; a grace period has passed since, so
 * no other vif's poll can hold an event of ours back any more.
 */
void nb_kqueue_unbind(struct nb_kqueue *kq)
{
	hrtimer_cancel(&kq->hold_rx);
	if (kq->napi_added) {
		netif_napi_del(&kq->tx_napi);
		netif_napi_del(&kq->rx_napi);
		kq->napi_added = false;
	}
	if (kq->tx_irq)
		unbind_from_irqhandler(kq->tx_irq, kq);
	if (kq->rx_irq && kq->rx_irq != kq->tx_irq)
		unbind_from_irqhandler(kq->rx_irq, kq);
	kq->tx_irq = kq->rx_irq = 0;
}

/* CONTEXT: RTNL, as for nb_kqueue_disable(). */
void nb_kqueue_enable(struct nb_kqueue *kq)
{
	if (kq->enabled)
		return;
	kq->enabled = true;
	napi_enable(&kq->tx_napi);
	napi_enable(&kq->rx_napi);
	enable_irq(kq->tx_irq);
	if (kq->rx_irq != kq->tx_irq)
		enable_irq(kq->rx_irq);
}

void nb_kqueue_disable(struct nb_kqueue *kq)
{
	if (!kq->enabled)
		return;
	kq->enabled = false;
	disable_irq(kq->tx_irq);
	if (kq->rx_irq != kq->tx_irq)
		disable_irq(kq->rx_irq);
	napi_disable(&kq->tx_napi);
	napi_disable(&kq->rx_napi);
	del_timer_sync(&kq->rate_timer); /* armed by the polls only, which have stopped */
	del_timer_sync(&kq->rx_rate_timer);
	hrtimer_cancel(&kq->hold_tx); /* likewise */
}
