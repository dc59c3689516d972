// SPDX-License-Identifier: GPL-2.0-only
/* evilback: binds vifs, maps their rings, and tells the lie. See evilback.h. */
#include <linux/module.h>
#include <linux/slab.h>
#include <xen/events.h>

#include "evilback.h"

#define HONEST_PACKETS 40

static char *lie = "none";
module_param(lie, charp, 0644);
MODULE_PARM_DESC(lie, "what to do to the guest once connected");

static bool begun(const struct evil *e)
{
	return e->tx.req_cons >= HONEST_PACKETS && (e->listed || !evil_wants_list(e));
}

static void work(struct work_struct *w)
{
	struct evil *e = container_of(w, struct evil, work);
	unsigned long end = jiffies + 20 * HZ;

	/* So long as the guest takes to have an address there and to send, and to have its buffers mapped. */
	while (evil_still(e, end) && !begun(e))
		evil_serve(e);
	if (!begun(e))
		pr_warn("evilback: %s: the guest does not begin: %u requests, %u buffers listed\n", e->lie, e->tx.req_cons,
			e->listed);
	else if (!evil_lie(e))
		pr_warn("evilback: no lie \"%s\"\n", e->lie);
	else
		pr_info("evilback: %s: told, %u buffers listed, %u mapped, %u packets sent\n", e->lie, e->listed, e->mapped,
			e->sent);
	msleep(300);
	while (!READ_ONCE(e->over) && strcmp(e->lie, "tx-silent"))
		evil_serve(e);
}

static irqreturn_t event(int irq, void *dev)
{
	xen_irq_lateeoi(irq, 0);
	return IRQ_HANDLED;
}

static int map_ring(struct evil *e, const char *node, void **ring)
{
	grant_ref_t ref;

	if (xenbus_scanf(XBT_NIL, e->xdev->otherend, node, "%u", &ref) != 1)
		return -ENOENT;
	return xenbus_map_ring_valloc(e->xdev, &ref, 1, ring);
}

static int connect(struct evil *e)
{
	evtchn_port_t port;
	void *tx, *rx;
	int err;

	if (e->connected)
		return 0;
	if (xenbus_scanf(XBT_NIL, e->xdev->otherend, "event-channel", "%u", &port) != 1)
		return -ENOENT;
	err = map_ring(e, "tx-ring-ref", &tx);
	if (err)
		return err;
	err = map_ring(e, "rx-ring-ref", &rx);
	if (err)
		goto no_rx;
	BACK_RING_INIT(&e->tx, (struct xen_netif_tx_sring *)tx, XEN_PAGE_SIZE);
	BACK_RING_INIT(&e->rx, (struct xen_netif_rx_sring *)rx, XEN_PAGE_SIZE);
	e->irq = bind_interdomain_evtchn_to_irqhandler_lateeoi(e->xdev, port, event, 0, "evilback", e);
	if (e->irq < 0) {
		err = e->irq;
		goto no_irq;
	}
	err = evil_control_connect(e);
	if (err)
		goto no_control;
	e->over = false;
	e->connected = true;
	xenbus_switch_state(e->xdev, XenbusStateConnected);
	queue_work(system_long_wq, &e->work);
	return 0;
no_control:
	unbind_from_irqhandler(e->irq, e);
no_irq:
	xenbus_unmap_ring_vfree(e->xdev, rx);
no_rx:
	xenbus_unmap_ring_vfree(e->xdev, tx);
	return err;
}

static void disconnect(struct evil *e)
{
	if (!e->connected)
		return;
	WRITE_ONCE(e->over, true);
	cancel_work_sync(&e->work);
	evil_control_disconnect(e);
	unbind_from_irqhandler(e->irq, e);
	xenbus_unmap_ring_vfree(e->xdev, e->tx.sring);
	xenbus_unmap_ring_vfree(e->xdev, e->rx.sring);
	e->connected = false;
}

static void frontend_changed(struct xenbus_device *xdev, enum xenbus_state state)
{
	struct evil *e = dev_get_drvdata(&xdev->dev);

	switch (state) {
	case XenbusStateInitialising:
		/* It comes back after we have closed: an honest backend would have been repaired by now. */
		if (xdev->state == XenbusStateClosed) {
			strscpy(e->lie, "none", sizeof(e->lie));
			xenbus_switch_state(xdev, XenbusStateInitWait);
		}
		break;
	case XenbusStateConnected:
		if (connect(e))
			pr_err("evilback: cannot connect\n");
		break;
	case XenbusStateClosing:
		xenbus_switch_state(xdev, XenbusStateClosing);
		break;
	case XenbusStateClosed:
		disconnect(e);
		xenbus_switch_state(xdev, XenbusStateClosed);
		if (xenbus_dev_is_online(xdev))
			break;
		fallthrough;
	case XenbusStateUnknown:
		device_unregister(&xdev->dev);
		break;
	default:
		break;
	}
}

static int probe(struct xenbus_device *xdev, const struct xenbus_device_id *id)
{
	struct evil *e = kvzalloc(sizeof(*e), GFP_KERNEL);

	if (!e)
		return -ENOMEM;
	e->xdev = xdev;
	INIT_WORK(&e->work, work);
	kernel_param_lock(THIS_MODULE);
	strscpy(e->lie, strim(lie), sizeof(e->lie));
	kernel_param_unlock(THIS_MODULE);
	dev_set_drvdata(&xdev->dev, e);
	return xenbus_printf(XBT_NIL, xdev->nodename, "feature-rx-copy", "1") ?:
	       xenbus_printf(XBT_NIL, xdev->nodename, "feature-sg", "1") ?:
	       xenbus_printf(XBT_NIL, xdev->nodename, "feature-ctrl-ring", "%d", evil_maps(e)) ?:
	       xenbus_switch_state(xdev, XenbusStateInitWait);
}

static void remove(struct xenbus_device *xdev)
{
	struct evil *e = dev_get_drvdata(&xdev->dev);

	disconnect(e);
	evil_write_kept(e);
	evil_unmap(e);
	evil_let_go(e);
	dev_set_drvdata(&xdev->dev, NULL);
	kvfree(e);
}

static const struct xenbus_device_id ids[] = {{"vif"}, {""}};
static struct xenbus_driver driver = {
	.ids = ids,
	.probe = probe,
	.remove = remove,
	.otherend_changed = frontend_changed,
};

static int __init evil_init(void) { return xenbus_register_backend(&driver); }
static void __exit evil_exit(void) { xenbus_unregister_driver(&driver); }
module_init(evil_init);
module_exit(evil_exit);
MODULE_DESCRIPTION("A lying network backend, for tests");
MODULE_LICENSE("GPL");
