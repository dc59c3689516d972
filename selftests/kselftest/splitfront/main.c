// SPDX-License-Identifier: GPL-2.0-only
/* splitfront: binds a vif, connects one queue, and runs the jobs that are written to its parameter. */
#include <linux/module.h>
#include <linux/slab.h>

#include "splitfront.h"

static struct splitfront *the; /* the only vif */
static char result[128] = "none\n";

static irqreturn_t interrupt(int irq, void *data)
{
	wake_up(&((struct splitfront *)data)->wait);
	return IRQ_HANDLED;
}

static int connect(struct splitfront *s)
{
	const char *fe = s->xdev->nodename;

	if (s->ready)
		return 0;
	s->ready = true;
	sf_rx_post(s);
	return xenbus_printf(XBT_NIL, fe, "tx-ring-ref", "%u", s->tx_ref) ?:
	       xenbus_printf(XBT_NIL, fe, "rx-ring-ref", "%u", s->rx_ref) ?:
	       xenbus_printf(XBT_NIL, fe, "event-channel", "%u", s->port) ?:
	       xenbus_printf(XBT_NIL, fe, "request-rx-copy", "1") ?:
	       xenbus_printf(XBT_NIL, fe, "feature-rx-notify", "1") ?:
	       xenbus_printf(XBT_NIL, fe, "feature-sg", "1") ?: sf_control_open(s) ?:
	       xenbus_switch_state(s->xdev, XenbusStateConnected);
}

static void backend_changed(struct xenbus_device *xdev, enum xenbus_state state)
{
	struct splitfront *s = dev_get_drvdata(&xdev->dev);

	if (state == XenbusStateInitWait && connect(s))
		pr_err("splitfront: cannot connect\n");
	if (state == XenbusStateConnected)
		s->connected = true;
	if (state == XenbusStateClosing) {
		s->connected = false;
		xenbus_frontend_closed(xdev);
	}
}

static int probe(struct xenbus_device *xdev, const struct xenbus_device_id *id)
{
	struct splitfront *s = kzalloc(sizeof(*s), GFP_KERNEL);
	char *mac;

	if (!s)
		return -ENOMEM;
	s->xdev = xdev;
	init_waitqueue_head(&s->wait);
	dev_set_drvdata(&xdev->dev, s);
	mac = xenbus_read(XBT_NIL, xdev->nodename, "mac", NULL);
	if (IS_ERR(mac) || !mac_pton(mac, s->self) || sf_rings_make(s) || xenbus_alloc_evtchn(xdev, &s->port))
		return -ENOMEM;
	kfree(mac);
	s->irq = bind_evtchn_to_irqhandler(s->port, interrupt, 0, "splitfront", s);
	if (s->irq < 0)
		return s->irq;
	the = s;
	return xenbus_switch_state(xdev, XenbusStateInitialising);
}

/* Pages and grants stay: the guest is thrown away anyway. */
static void remove(struct xenbus_device *xdev)
{
	struct splitfront *s = dev_get_drvdata(&xdev->dev);

	if (!s)
		return;
	the = NULL;
	unbind_from_irqhandler(s->irq, s);
	if (s->ctrl_port)
		xenbus_free_evtchn(xdev, s->ctrl_port);
	dev_set_drvdata(&xdev->dev, NULL);
}

/* "sweep PEER-MAC …", "rewrite PEER-MAC …" or "map PEER-MAC" */
static int run(const char *text, const struct kernel_param *kp)
{
	struct splitfront *s = the;
	char job[16], peer[18];
	int skip = 0, code;

	if (!s || !s->connected)
		return -ENOTCONN;
	if (sscanf(text, "%15s %17s %n", job, peer, &skip) < 2 || !mac_pton(peer, s->peer))
		return -EINVAL;
	s->broken = false;
	sf_reap(s); /* what an earlier job's receiver still had to say */
	s->broken = false;
	s->what[0] = '\0';
	s->acked = s->errors = s->refused = s->bad_buffers = 0;
	code = !strcmp(job, "sweep") ? sf_sweep(s, text + skip) :
	       !strcmp(job, "rewrite") ? sf_rewrite(s, text + skip) :
	       !strcmp(job, "map") ? sf_map(s) : -EINVAL;
	snprintf(result, sizeof(result), "seen %u errors %u refused %u %s\n", s->acked, s->errors, s->refused,
		 code ? s->what : "fine");
	return code;
}

static int show(char *buffer, const struct kernel_param *kp) { return sprintf(buffer, "%s", result); }

static const struct kernel_param_ops run_ops = {.set = run};
static const struct kernel_param_ops result_ops = {.get = show};
module_param_cb(run, &run_ops, NULL, 0200);
module_param_cb(result, &result_ops, NULL, 0444);

static const struct xenbus_device_id ids[] = {{"vif"}, {""}};
static struct xenbus_driver driver = {
	.ids = ids,
	.probe = probe,
	.remove = remove,
	.otherend_changed = backend_changed,
};

static int __init split_init(void) { return xenbus_register_frontend(&driver); }
static void __exit split_exit(void) { xenbus_unregister_driver(&driver); }
module_init(split_init);
module_exit(split_exit);
MODULE_DESCRIPTION("A network frontend that chooses its slots, for tests");
MODULE_LICENSE("GPL");
