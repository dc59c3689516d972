// SPDX-License-Identifier: GPL-2.0-only
/*
 * control_ring.c - a vif's control ring: its page, its event channel, and the work that handles messages.
 *
 * "Late EOI" as everywhere: the channel stays masked until the work that the event asked for is through. The
 * work handles a bounded number of messages and then queues itself again, behind others' work, so a guest that
 * sends messages without end gets a worker's share of one CPU and no more. A message that costs more than the guest may
 * use up now waits in its ring, and the work comes back.
 */
#include <xen/events.h>
#include <xen/xenbus.h>

#include "netback/linux/state.h"

#define COME_BACK (HZ / 20)

static void control_work(struct work_struct *work)
{
	struct control_host *ctrl = container_of(to_delayed_work(work), struct control_host, work);
	struct vif_host *host = container_of(ctrl, struct vif_host, ctrl);
	enum netback_control result;
	bool idle;

	result = host->events->control(host->vif);
	if (result == NETBACK_CONTROL_STOP)
		return; /* the end of interrupt is never given: the guest is not heard again */
	if (result == NETBACK_CONTROL_MORE || result == NETBACK_CONTROL_LATER) {
		ctrl->handled = true;
		queue_delayed_work(system_unbound_wq, &ctrl->work, result == NETBACK_CONTROL_LATER ? COME_BACK : 0);
		return;
	}
	idle = result == NETBACK_CONTROL_IDLE && !ctrl->handled;
	ctrl->handled = false;
	if (atomic_xchg(&ctrl->owed, 0))
		xen_irq_lateeoi(ctrl->irq, idle ? XEN_EOI_FLAG_SPURIOUS : 0);
}

static irqreturn_t control_interrupt(int irq, void *data)
{
	struct control_host *ctrl = data;

	WRITE_ONCE(ctrl->irq, irq); /* it may come before host_control_bind() knows the number */
	atomic_set(&ctrl->owed, 1);
	queue_delayed_work(system_unbound_wq, &ctrl->work, 0);
	return IRQ_HANDLED;
}

void host_control_init(struct vif_host *host)
{
	INIT_DELAYED_WORK(&host->ctrl.work, control_work);
	mutex_init(&host->ctrl.lock);
}

void host_control_lock(struct vif_host *host) { mutex_lock(&host->ctrl.lock); }
void host_control_unlock(struct vif_host *host) { mutex_unlock(&host->ctrl.lock); }

int host_control_map(struct vif_host *host, void **page)
{
	struct xenbus_device *xdev = host->xdev;
	struct control_host *ctrl = &host->ctrl;
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
				host_complain(host, err, "mapping ctrl-ring-ref %u", ref);
			}
			*page = ctrl->ring;
			return err;
		}
	}
	err = err < 0 ? err : -EINVAL;
	host_complain(host, err, "reading %s/ctrl-ring-ref and event-channel-ctrl", xdev->otherend);
	return err;
}

int host_control_bind(struct vif_host *host)
{
	struct control_host *ctrl = &host->ctrl;
	int irq;

	snprintf(ctrl->name, sizeof(ctrl->name), "%s-ctrl", host->dev->name);
	atomic_set(&ctrl->owed, 0);
	ctrl->handled = false;
	irq = bind_interdomain_evtchn_to_irqhandler_lateeoi(host->xdev, ctrl->port, control_interrupt, 0, ctrl->name,
							    ctrl);
	if (irq < 0) {
		host_complain(host, irq, "binding event-channel-ctrl %u", ctrl->port);
		return irq;
	}
	WRITE_ONCE(ctrl->irq, irq);
	queue_delayed_work(system_unbound_wq, &ctrl->work, 0); /* for what was there before the channel was bound */
	return 0;
}

void host_control_unbind(struct vif_host *host)
{
	struct control_host *ctrl = &host->ctrl;

	if (!ctrl->irq)
		return;
	disable_irq(ctrl->irq); /* so nobody queues the work but itself */
	cancel_delayed_work_sync(&ctrl->work);
	unbind_from_irqhandler(ctrl->irq, ctrl);
	ctrl->irq = 0;
}

void host_control_unmap(struct vif_host *host)
{
	if (host->ctrl.ring)
		xenbus_unmap_ring_vfree(host->xdev, host->ctrl.ring);
	host->ctrl.ring = NULL;
}

void host_control_notify(struct vif_host *host) { notify_remote_via_irq(host->ctrl.irq); }
