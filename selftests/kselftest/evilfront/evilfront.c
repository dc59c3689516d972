// SPDX-License-Identifier: GPL-2.0-only
/*
 * evilfront - a network frontend that lies, for a test guest.
 *
 * Binds vifs like an ordinary frontend, connects with one queue, sends one honest packet to see that the
 * backend works, then does what the parameter `lie` names and logs what became of it:
 *
 *	evilfront: honest: responses 1 last 0
 *	evilfront: LIE: responses N last STATUS backend STATE
 *
 * A backend is expected to switch the vif off for what no honest frontend does, and to answer an error
 * for what a buggy one may do. The test's shell part looks at both ends.
 */
#include <linux/delay.h>
#include <linux/etherdevice.h>
#include <linux/module.h>
#include <linux/slab.h>
#include <linux/workqueue.h>
#include <xen/events.h>
#include <xen/grant_table.h>
#include <xen/interface/io/netif.h>
#include <xen/page.h>
#include <xen/xenbus.h>

static char *lie = "none";
module_param(lie, charp, 0444);
MODULE_PARM_DESC(lie, "what to do to the backend once connected");

struct evil {
	struct xenbus_device *xdev;
	struct xen_netif_tx_front_ring tx;
	struct xen_netif_rx_front_ring rx;
	void *data;
	grant_ref_t tx_ref, rx_ref, data_ref;
	evtchn_port_t port;
	struct work_struct work;
	bool ready, told, over;
};

static struct xen_netif_tx_request *post(struct evil *e, u16 offset, u16 size, u16 flags)
{
	struct xen_netif_tx_request *request = RING_GET_REQUEST(&e->tx, e->tx.req_prod_pvt);

	request->gref = e->data_ref;
	request->offset = offset;
	request->size = size;
	request->flags = flags;
	request->id = e->tx.req_prod_pvt++;
	return request;
}

static void post_extra(struct evil *e, u8 type, u8 flags, u16 gso_size, u8 gso_type)
{
	struct xen_netif_extra_info *extra = (void *)RING_GET_REQUEST(&e->tx, e->tx.req_prod_pvt++);

	memset(extra, 0, sizeof(*extra));
	extra->type = type;
	extra->flags = flags;
	extra->u.gso.size = gso_size;
	extra->u.gso.type = gso_type;
}

static void push(struct evil *e)
{
	RING_PUSH_REQUESTS(&e->tx);
	notify_remote_via_evtchn(e->port);
}

static void push_raw(struct evil *e, u32 req_prod)
{
	virt_wmb();
	WRITE_ONCE(e->tx.sring->req_prod, req_prod);
	notify_remote_via_evtchn(e->port);
}

static void chain(struct evil *e, unsigned int slots, u16 size)
{
	unsigned int i;

	post(e, 0, slots * size, slots > 1 ? XEN_NETTXF_more_data : 0);
	for (i = 1; i < slots; i++)
		post(e, 0, size, i + 1 < slots ? XEN_NETTXF_more_data : 0);
	push(e);
}

/* Events without work, and work without end. Both for about a second. */
static void storm(struct evil *e, bool requests)
{
	unsigned long end = jiffies + HZ;

	while (time_before(jiffies, end)) {
		if (requests && !RING_FULL(&e->tx))
			post(e, 0, 60, 0);
		e->tx.rsp_cons = READ_ONCE(e->tx.sring->rsp_prod);
		push(e);
		cond_resched();
	}
}

static void tell_lie(struct evil *e)
{
	u32 prod = e->tx.req_prod_pvt;

	if (!strcmp(lie, "prod-ahead"))
		push_raw(e, prod + 300);
	else if (!strcmp(lie, "prod-far"))
		push_raw(e, prod + 0x80000000u);
	else if (!strcmp(lie, "prod-back"))
		push_raw(e, prod - 1);
	else if (!strcmp(lie, "cross-page"))
		post(e, 4000, 200, 0), push(e);
	else if (!strcmp(lie, "slot-missing"))
		post(e, 0, 200, XEN_NETTXF_more_data), push(e);
	else if (!strcmp(lie, "slots-22"))
		chain(e, 22, 20);
	else if (!strcmp(lie, "slots-20"))
		chain(e, 20, 20);
	else if (!strcmp(lie, "extra-missing"))
		post(e, 0, 60, XEN_NETTXF_extra_info), push(e);
	else if (!strcmp(lie, "extra-unknown"))
		post(e, 0, 60, XEN_NETTXF_extra_info), post_extra(e, 77, 0, 0, 0), push(e);
	else if (!strcmp(lie, "extra-endless"))
		post(e, 0, 60, XEN_NETTXF_extra_info), post_extra(e, 1, 1, 1448, 1), push(e);
	else if (!strcmp(lie, "gso-zero"))
		post(e, 0, 60, XEN_NETTXF_extra_info), post_extra(e, 1, 0, 0, 1), push(e);
	else if (!strcmp(lie, "gso-no-tcp"))
		post(e, 0, 60, XEN_NETTXF_extra_info | XEN_NETTXF_csum_blank), post_extra(e, 1, 0, 1448, 1), push(e);
	else if (!strcmp(lie, "bad-gref"))
		post(e, 0, 60, 0)->gref = 0x00fffff0, push(e);
	else if (!strcmp(lie, "runt"))
		post(e, 0, 13, 0), push(e);
	else if (!strcmp(lie, "size-wrap"))
		post(e, 0, 100, XEN_NETTXF_more_data), post(e, 0, 4000, 0), push(e);
	else if (!strcmp(lie, "zero-slots"))
		post(e, 0, 60, XEN_NETTXF_more_data), post(e, 0, 0, XEN_NETTXF_more_data), post(e, 0, 0, 0), push(e);
	else if (!strcmp(lie, "rx-ahead"))
		WRITE_ONCE(e->rx.sring->req_prod, e->rx.req_prod_pvt + 1000);
	else if (!strcmp(lie, "event-storm"))
		storm(e, false);
	else if (!strcmp(lie, "packet-storm"))
		storm(e, true);
	else if (strcmp(lie, "none"))
		pr_warn("evilfront: no lie \"%s\"\n", lie);
}

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

	post(e, 0, 60, 0);
	push(e);
	msleep(300);
	report(e, "honest");
	tell_lie(e);
	msleep(1000);
	/* Again and again: what becomes of the vif may take its time where the host is busy. */
	for (i = 0; i < 300 && !READ_ONCE(e->over); i++) {
		report(e, lie);
		msleep(100);
	}
}

static int connect(struct evil *e)
{
	struct xenbus_device *xdev = e->xdev;
	const char *fe = xdev->nodename;

	if (e->ready)
		return 0;
	e->ready = true;
	return xenbus_printf(XBT_NIL, fe, "tx-ring-ref", "%u", e->tx_ref) ?:
	       xenbus_printf(XBT_NIL, fe, "rx-ring-ref", "%u", e->rx_ref) ?:
	       xenbus_printf(XBT_NIL, fe, "event-channel", "%u", e->port) ?:
	       xenbus_printf(XBT_NIL, fe, "request-rx-copy", "1") ?:
	       xenbus_printf(XBT_NIL, fe, "feature-rx-notify", "1") ?:
	       xenbus_printf(XBT_NIL, fe, "feature-sg", "1") ?: xenbus_switch_state(xdev, XenbusStateConnected);
}

static void backend_changed(struct xenbus_device *xdev, enum xenbus_state state)
{
	struct evil *e = dev_get_drvdata(&xdev->dev);

	if (state == XenbusStateInitWait && connect(e))
		pr_err("evilfront: cannot connect\n");
	if (state == XenbusStateConnected && !e->told) {
		e->told = true;
		schedule_work(&e->work);
	}
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
	INIT_WORK(&e->work, work);
	dev_set_drvdata(&xdev->dev, e);
	e->data = (void *)get_zeroed_page(GFP_KERNEL);
	if (!e->data || xenbus_alloc_evtchn(xdev, &e->port))
		return -ENOMEM;
	/* One honest frame: from a locally administered address to everybody, of a type nobody listens to. */
	eth_broadcast_addr(e->data);
	memcpy(e->data + 6, "\x02\x66\x66\x66\x66\x66\x88\xb5", 8);

	SHARED_RING_INIT(tx);
	FRONT_RING_INIT(&e->tx, tx, XEN_PAGE_SIZE);
	SHARED_RING_INIT(rx);
	FRONT_RING_INIT(&e->rx, rx, XEN_PAGE_SIZE);
	e->tx_ref = gnttab_grant_foreign_access(xdev->otherend_id, virt_to_gfn(tx), 0);
	e->rx_ref = gnttab_grant_foreign_access(xdev->otherend_id, virt_to_gfn(rx), 0);
	e->data_ref = gnttab_grant_foreign_access(xdev->otherend_id, virt_to_gfn(e->data), 1);
	xenbus_switch_state(xdev, XenbusStateInitialising);
	return 0;
}

/* Pages and grants stay: the backend may still have them mapped, and the guest is thrown away anyway. */
static void remove(struct xenbus_device *xdev)
{
	struct evil *e = dev_get_drvdata(&xdev->dev);

	if (!e)
		return;
	WRITE_ONCE(e->over, true);
	cancel_work_sync(&e->work);
	xenbus_free_evtchn(xdev, e->port);
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
