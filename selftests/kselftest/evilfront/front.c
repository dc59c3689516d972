// SPDX-License-Identifier: GPL-2.0-only
/* evilfront: binds vifs, connects, and says what became of the lie. See evilfront.h. */
#include <linux/module.h>
#include <linux/slab.h>

#include "evilfront.h"

static char *lie = "none";
module_param(lie, charp, 0644);
MODULE_PARM_DESC(lie, "what to do to the backend once connected");

static char *nodes = "";
module_param(nodes, charp, 0644);
MODULE_PARM_DESC(nodes, "NAME=VALUE,-NAME,… written and left out on connecting");

static char *ring = "";
module_param(ring, charp, 0644);
MODULE_PARM_DESC(ring, "tx or rx: its index is insane from the beginning");

static unsigned int seconds = 1;
module_param(seconds, uint, 0644);
MODULE_PARM_DESC(seconds, "how long a storm lasts");

static unsigned int queues = 1;
module_param(queues, uint, 0644);
MODULE_PARM_DESC(queues, "how many queues a quiet vif has");

static void report(struct evil *e, const char *what)
{
	u32 done = READ_ONCE(e->tx.sring->rsp_prod);
	struct xen_netif_tx_response *last = RING_GET_RESPONSE(&e->tx, done - 1);

	pr_info("evilfront: %s: responses %u last %d backend %d\n", what, done, done ? last->status : 99,
		xenbus_read_driver_state(e->xdev->otherend));
}

static void work(struct work_struct *w)
{
	struct evil *e = container_of(w, struct evil, work);
	unsigned int i;

	evil_post(e, 0, 60, 0);
	evil_push(e);
	msleep(300);
	report(e, "honest");
	if (!evil_ring_lie(e) && !evil_store_lie(e) && !evil_ctrl_lie(e) && !evil_map_lie(e) && strcmp(e->lie, "none"))
		pr_warn("evilfront: no lie \"%s\"\n", e->lie);
	/* Again and again: what becomes of the vif may take its time where the host is busy. */
	for (i = 0; i < 310 && !READ_ONCE(e->over); i++) {
		if (i >= 10)
			report(e, e->lie);
		msleep(100);
	}
}

static int connect(struct evil *e)
{
	const char *fe = e->xdev->nodename;

	if (e->ready)
		return 0;
	e->ready = true;
	return xenbus_printf(XBT_NIL, fe, "tx-ring-ref", "%u", e->tx_ref) ?:
	       xenbus_printf(XBT_NIL, fe, "rx-ring-ref", "%u", e->rx_ref) ?:
	       xenbus_printf(XBT_NIL, fe, "event-channel", "%u", e->port) ?:
	       xenbus_printf(XBT_NIL, fe, "request-rx-copy", "1") ?:
	       xenbus_printf(XBT_NIL, fe, "feature-rx-notify", "1") ?:
	       xenbus_printf(XBT_NIL, fe, "feature-sg", "1") ?:
	       evil_ctrl_open(e) ?: evil_queues_write(e) ?: evil_write_nodes(e) ?:
	       xenbus_switch_state(e->xdev, XenbusStateConnected);
}

static void backend_changed(struct xenbus_device *xdev, enum xenbus_state state)
{
	struct evil *e = dev_get_drvdata(&xdev->dev);

	if (state == XenbusStateInitWait && connect(e))
		pr_err("evilfront: cannot connect\n");
	if (state == XenbusStateConnected && !e->told && strcmp(e->lie, "quiet")) {
		e->told = true;
		queue_work(system_long_wq, &e->work);
	}
	if (state == XenbusStateClosing && !strcmp(e->lie, "never-close"))
		return;
	if (state == XenbusStateClosing)
		xenbus_frontend_closed(xdev);
}

static int probe(struct xenbus_device *xdev, const struct xenbus_device_id *id)
{
	struct evil *e = kzalloc(sizeof(*e), GFP_KERNEL);
	struct xen_netif_tx_sring *tx = (void *)get_zeroed_page(GFP_KERNEL);
	struct xen_netif_rx_sring *rx = (void *)get_zeroed_page(GFP_KERNEL);

	if (!e || !tx || !rx)
		return -ENOMEM; /* a test guest: what is left is the guest's own loss */
	e->xdev = xdev;
	kernel_param_lock(THIS_MODULE);
	strscpy(e->lie, strim(lie), sizeof(e->lie));
	strscpy(e->nodes, strim(nodes), sizeof(e->nodes));
	e->seconds = seconds;
	INIT_WORK(&e->work, work);
	dev_set_drvdata(&xdev->dev, e);
	e->data = (void *)get_zeroed_page(GFP_KERNEL);
	if (!e->data || xenbus_alloc_evtchn(xdev, &e->port) || evil_queues_open(e, queues)) {
		kernel_param_unlock(THIS_MODULE);
		return -ENOMEM;
	}
	/* One honest frame: from a locally administered address to everybody, of a type nobody listens to. */
	eth_broadcast_addr(e->data);
	memcpy(e->data + 6, "\x02\x66\x66\x66\x66\x66\x88\xb5", 8);

	SHARED_RING_INIT(tx);
	FRONT_RING_INIT(&e->tx, tx, XEN_PAGE_SIZE);
	SHARED_RING_INIT(rx);
	FRONT_RING_INIT(&e->rx, rx, XEN_PAGE_SIZE);
	if (!strncmp(ring, "tx", 2))
		tx->req_prod = 1000;
	if (!strncmp(ring, "rx", 2))
		rx->req_prod = 0x80000000u;
	kernel_param_unlock(THIS_MODULE);
	e->tx_ref = gnttab_grant_foreign_access(xdev->otherend_id, virt_to_gfn(tx), 0);
	e->rx_ref = gnttab_grant_foreign_access(xdev->otherend_id, virt_to_gfn(rx), 0);
	e->data_ref = gnttab_grant_foreign_access(xdev->otherend_id, virt_to_gfn(e->data), 1);
	xenbus_switch_state(xdev, XenbusStateInitialising);
	return 0;
}

/* The rings' pages and grants stay: the backend may still have them mapped, and the guest is thrown away anyway. */
static void remove(struct xenbus_device *xdev)
{
	struct evil *e = dev_get_drvdata(&xdev->dev);

	if (!e)
		return;
	WRITE_ONCE(e->over, true);
	cancel_work_sync(&e->work);
	xenbus_free_evtchn(xdev, e->port);
	if (e->ctrl_port)
		xenbus_free_evtchn(xdev, e->ctrl_port);
	evil_queues_close(e);
	evil_buffers_end(e);
	dev_set_drvdata(&xdev->dev, NULL);
}

static const struct xenbus_device_id ids[] = {{"vif"}, {""}};
static struct xenbus_driver driver = {
	.ids = ids,
	.probe = probe,
	.remove = remove,
	.otherend_changed = backend_changed,
};

static int __init evil_init(void) { return xenbus_register_frontend(&driver); }
static void __exit evil_exit(void) { xenbus_unregister_driver(&driver); }
module_init(evil_init);
module_exit(evil_exit);
MODULE_DESCRIPTION("A lying network frontend, for tests");
MODULE_LICENSE("GPL");
