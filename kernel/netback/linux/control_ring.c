// SPDX-License-Identifier: GPL-2.0-only
/*
 * control_ring.c - a vif's control ring: its page, its event channel, and the work that handles messages.
 *
 * "Late EOI" as everywhere: the channel stays masked until the work that the event asked for is through. The
 * work handles a bounded number of messages and then queues itself again, behind others' work, so a guest that
 * sends messages without end gets a worker's share of one CPU and no more.
 */
#include <xen/events.h>
#include <xen/xenbus.h>

#include "netback/linux/state.h"

static void nb_ctrl_work(struct work_struct *work)
{
	struct nb_kctrl *ctrl = container_of(work, struct nb_kctrl, work);
	bool idle;
	int result;

	mutex_lock(&ctrl->lock);
	result = nb_ctrl_poll(container_of(ctrl, struct nb_kvif, ctrl)->vif);
	mutex_unlock(&ctrl->lock);
	if (result == NB_CTRL_STOP)
		return; /* the end of interrupt is never given: the guest is not heard again */
	if (result == NB_CTRL_MORE) {
		ctrl->handled = true;
		queue_work(system_unbound_wq, work);
		return;
	}
	idle = result == NB_CTRL_IDLE && !ctrl->handled;
	ctrl->handled = false;
	if (atomic_xchg(&ctrl->owed, 0))
		xen_irq_lateeoi(ctrl->irq, idle ? XEN_EOI_FLAG_SPURIOUS : 0);
}

static irqreturn_t nb_ctrl_interrupt(int irq, void *data)
{
	struct nb_kctrl *ctrl = data;

	WRITE_ONCE(ctrl->irq, irq); /* it may come before nb_ctrl_bind() knows the number */
	atomic_set(&ctrl->owed, 1);
	queue_work(system_unbound_wq, &ctrl->work);
	return IRQ_HANDLED;
}

void nb_ctrl_init(struct nb_kvif *kvif)
{
	INIT_WORK(&kvif->ctrl.work, nb_ctrl_work);
	mutex_init(&kvif->ctrl.lock);
}

void nb_ctrl_lock(struct nb_kvif *kvif) { mutex_lock(&kvif->ctrl.lock); }
void nb_ctrl_unlock(struct nb_kvif *kvif) { mutex_unlock(&kvif->ctrl.lock); }

int nb_ctrl_map(struct nb_kvif *kvif, void **page)
{
	struct xenbus_device *xdev = kvif->xdev;
	struct nb_kctrl *ctrl = &kvif->ctrl;
	grant_ref_t ref;
	int err;

	/* HOSTILE: any numbers, or none where one is. */
	err = xenbus_scanf(XBT_NIL, xdev->otherend, "ctrl-ring-ref", "%u", &ref);
	if (err == -ENOENT)
		return 0;
	if (err == 1) {
		err = xenbus_scanf(XBT_NIL, xdev->otherend, "event-channel-ctrl", "%u", &ctrl->port);
		if (err == 1) {
			err = xenbus_map_ring_valloc(xdev, &ref, 1, &ctrl->ring);
			if (err) {
				ctrl->ring = NULL;
				xenbus_dev_fatal(xdev, err, "mapping ctrl-ring-ref %u", ref);
			}
			*page = ctrl->ring;
			return err;
		}
	}
	err = err < 0 ? err : -EINVAL;
	xenbus_dev_fatal(xdev, err, "reading %s/ctrl-ring-ref and event-channel-ctrl", xdev->otherend);
	return err;
}

int nb_ctrl_bind(struct nb_kvif *kvif)
{
	struct nb_kctrl *ctrl = &kvif->ctrl;
	int irq;

	snprintf(ctrl->name, sizeof(ctrl->name), "%s-ctrl", kvif->dev->name);
	atomic_set(&ctrl->owed, 0);
	ctrl->handled = false;
	irq = bind_interdomain_evtchn_to_irqhandler_lateeoi(kvif->xdev, ctrl->port, nb_ctrl_interrupt, 0, ctrl->name,
							    ctrl);
	if (irq < 0) {
		xenbus_dev_fatal(kvif->xdev, irq, "binding event-channel-ctrl %u", ctrl->port);
		return irq;
	}
	WRITE_ONCE(ctrl->irq, irq);
	queue_work(system_unbound_wq, &ctrl->work); /* for what was there before the channel was bound */
	return 0;
}

void nb_ctrl_unbind(struct nb_kvif *kvif)
{
	struct nb_kctrl *ctrl = &kvif->ctrl;

	if (!ctrl->irq)
		return;
	disable_irq(ctrl->irq); /* so nobody queues the work but itself */
	cancel_work_sync(&ctrl->work);
	unbind_from_irqhandler(ctrl->irq, ctrl);
	ctrl->irq = 0;
}

void nb_ctrl_unmap(struct nb_kvif *kvif)
{
	if (kvif->ctrl.ring)
		xenbus_unmap_ring_vfree(kvif->xdev, kvif->ctrl.ring);
	kvif->ctrl.ring = NULL;
}

void nb_ctrl_notify(struct nb_kvif *kvif) { notify_remote_via_irq(kvif->ctrl.irq); }
