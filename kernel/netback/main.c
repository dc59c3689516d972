// SPDX-License-Identifier: GPL-2.0-only
/*
 * main.c - module, parameters, and the xenbus driver for class "vif".
 *
 * Everything that decides lies in the C++ files; here is what the kernel wants registered and what
 * XenStore is read and written for. Peer-writable nodes are read once at connect; the watch on the
 * frontend's state is the xenbus core's, which keeps at most one event of it pending.
 */
#include <linux/module.h>
#include <linux/slab.h>
#include <xen/xen.h>
#include <xen/xenbus.h>

#include "netback/linux/state.h"
#include "linux/compat.h"

#define NB_MOST_QUEUES 64u /* stats.cpp has names for so many */
#define NB_FEWEST_FATAL 18u /* what frontends send legitimately */
#define NB_MOST_FATAL 64u

static unsigned int max_queues;
module_param(max_queues, uint, 0644);
MODULE_PARM_DESC(max_queues, "Most queues of a vif created from now on, up to 64 (default: number of CPUs, at most 8)");

static bool separate_tx_rx_irq = true;
module_param(separate_tx_rx_irq, bool, 0644);
MODULE_PARM_DESC(separate_tx_rx_irq, "Offer one event channel per direction (default: on)");

static unsigned int rx_drain_timeout_msecs = 10000;
module_param(rx_drain_timeout_msecs, uint, 0444);
MODULE_PARM_DESC(rx_drain_timeout_msecs, "How long a packet waits for the guest's buffers before it is dropped");

static unsigned int rx_stall_timeout_msecs = 60000;
module_param(rx_stall_timeout_msecs, uint, 0444);
MODULE_PARM_DESC(rx_stall_timeout_msecs, "How long a guest may post no buffers before its carrier goes (0: never)");

static unsigned int fatal_skb_slots = 20;
module_param(fatal_skb_slots, uint, 0444);
MODULE_PARM_DESC(fatal_skb_slots, "Slots beyond the first that a packet may have before its vif is disabled");

/* The parameter may be written at any time, with any number. */
static unsigned int nb_param_max_queues(void)
{
	const unsigned int wanted = READ_ONCE(max_queues);

	return wanted ? min(wanted, NB_MOST_QUEUES) : min_t(unsigned int, 8, num_online_cpus());
}

unsigned int nb_param_fatal_slots(void) { return fatal_skb_slots; }
unsigned int nb_param_drain_msecs(void) { return rx_drain_timeout_msecs; }
unsigned int nb_param_stall_msecs(void) { return rx_stall_timeout_msecs; }

/* --- XenStore, on behalf of the C++ side --------------------------------------------------------------------- */

int nb_read_frontend(struct nb_kvif *kvif, struct nb_frontend *out)
{
	struct xenbus_device *xdev = kvif->xdev;
	const char *fe = xdev->otherend;
	const unsigned int most = kvif->dev->num_tx_queues; /* what was offered */

	/* HOSTILE: the guest writes all of these. Numbers that do not parse read as the default. */
	out->queues = xenbus_read_unsigned(fe, "multi-queue-num-queues", 1);
	if (out->queues < 1 || out->queues > most) {
		nb_complain(kvif, -EINVAL, "%s/multi-queue-num-queues is %u, must be 1 to %u", fe, out->queues,
				 most);
		return -EINVAL;
	}
	if (!xenbus_read_unsigned(fe, "request-rx-copy", 0)) {
		nb_complain(kvif, -EOPNOTSUPP, "%s/request-rx-copy is not 1: page flipping is not supported", fe);
		return -EOPNOTSUPP;
	}
	out->can_sg = !!xenbus_read_unsigned(fe, "feature-sg", 0);
	out->gso_tcpv4 = !!xenbus_read_unsigned(fe, "feature-gso-tcpv4", 0);
	out->gso_tcpv6 = !!xenbus_read_unsigned(fe, "feature-gso-tcpv6", 0);
	out->ip_csum = !xenbus_read_unsigned(fe, "feature-no-csum-offload", 0);
	out->ipv6_csum = !!xenbus_read_unsigned(fe, "feature-ipv6-csum-offload", 0);
	out->rx_notify = !!xenbus_read_unsigned(fe, "feature-rx-notify", 0);
	out->multicast_control = nb_multicast_control(kvif);
	return 0;
}

int nb_hotplug_connected(struct nb_kvif *kvif)
{
	unsigned int len;
	char *status = xenbus_read(XBT_NIL, kvif->xdev->nodename, "hotplug-status", &len);
	int connected;

	if (IS_ERR(status))
		return 0;
	connected = !strcmp(status, "connected");
	kfree(status);
	return connected;
}

void nb_report_state(struct nb_kvif *kvif, int state) { xenbus_switch_state(kvif->xdev, state); }

void nb_report_error(struct nb_kvif *kvif, int error, const char *what)
{
	nb_complain(kvif, error, "%s", what);
}

int nb_device_online(struct nb_kvif *kvif) { return xenbus_dev_is_online(kvif->xdev); }
void nb_device_unregister(struct nb_kvif *kvif) { kvif->gone = true; }

void nb_log_fatal(struct nb_kvif *kvif, unsigned int queue, const char *why)
{
	if (net_ratelimit())
		netdev_err(kvif->dev, "queue %u: %s; vif disabled until it is detached and attached again\n", queue, why);
}

void nb_log_stall(struct nb_kvif *kvif, unsigned int queue, int stalled)
{
	if (net_ratelimit())
		netdev_info(kvif->dev, "queue %u: guest %s\n", queue,
			    stalled ? "posts no receive buffers: stalled" : "posts receive buffers again");
}

/* --- deferred work ------------------------------------------------------------------------------------------------ */

static void nb_work(struct work_struct *work)
{
	struct nb_kvif *kvif = container_of(to_delayed_work(work), struct nb_kvif, work);

	mutex_lock(&kvif->life);
	if (!kvif->dying)
		nb_vif_housekeeping(kvif->vif);
	mutex_unlock(&kvif->life);
}

void nb_vif_kick(struct nb_kvif *kvif) { mod_delayed_work(system_wq, &kvif->work, 0); }
void nb_vif_kick_later(struct nb_kvif *kvif, unsigned long delay)
{
	if (!delayed_work_pending(&kvif->work))
		queue_delayed_work(system_wq, &kvif->work, delay);
}

/* --- the xenbus driver ------------------------------------------------------------------------------------------- */

static void nb_hotplug_changed(struct xenbus_watch *watch, const char *path, const char *token)
{
	struct nb_kvif *kvif = container_of(watch, struct nb_kvif, hotplug_watch);

	mutex_lock(&kvif->life);
	nb_vif_hotplug(kvif->vif);
	mutex_unlock(&kvif->life);
}

static void nb_frontend_changed(struct xenbus_device *xdev, enum xenbus_state state)
{
	struct nb_kvif *kvif = dev_get_drvdata(&xdev->dev);
	bool gone;

	if (!kvif)
		return;
	mutex_lock(&kvif->life);
	nb_vif_frontend_state(kvif->vif, state);
	gone = kvif->gone;
	mutex_unlock(&kvif->life);
	if (gone)
		device_unregister(&xdev->dev); /* comes back through nb_remove() */
}

static int nb_offer_features(struct xenbus_device *xdev, unsigned int queues)
{
	static const struct {
		const char *name;
		unsigned int value;
	} features[] = {
		{"feature-sg", 1},
		{"feature-gso-tcpv4", 1},
		{"feature-gso-tcpv6", 1},
		{"feature-ipv6-csum-offload", 1},
		{"feature-rx-copy", 1},
		{"feature-rx-flip", 0},
		{"feature-multicast-control", 1},
		{"feature-dynamic-multicast-control", 1},
		{"feature-ctrl-ring", 1},
	};
	struct xenbus_transaction xbt;
	unsigned int i;
	int err;

	do {
		err = xenbus_transaction_start(&xbt);
		if (err)
			return err;
		for (i = 0; !err && i < ARRAY_SIZE(features); i++)
			err = xenbus_printf(xbt, xdev->nodename, features[i].name, "%u", features[i].value);
		if (!err)
			err = xenbus_printf(xbt, xdev->nodename, "feature-split-event-channels", "%u",
					    separate_tx_rx_irq);
		if (!err)
			err = xenbus_printf(xbt, xdev->nodename, "multi-queue-max-queues", "%u", queues);
		if (!err)
			err = xenbus_printf(xbt, xdev->nodename, "feature-xdp-headroom", "%u", nb_offers_headroom());
		if (err) {
			xenbus_transaction_end(xbt, 1);
			return err;
		}
		err = xenbus_transaction_end(xbt, 0);
	} while (err == -EAGAIN);
	return err;
}

static void nb_remove_vif(struct nb_kvif *kvif)
{
	struct xenbus_device *xdev = kvif->xdev;
	char *script = kvif->script;

	nb_debugfs_remove(kvif);
	nb_multicast_unwatch(kvif);
	nb_limits_unwatch(kvif);
	if (kvif->watching) {
		unregister_xenbus_watch(&kvif->hotplug_watch);
		kfree(kvif->hotplug_watch.node);
	}
	mutex_lock(&kvif->life);
	kvif->dying = true;
	nb_vif_close(kvif->vif);
	mutex_unlock(&kvif->life);
	cancel_delayed_work_sync(&kvif->work);

	xenbus_rm(XBT_NIL, xdev->nodename, "hotplug-status");
	xenbus_rm(XBT_NIL, "error", xdev->nodename); /* what nb_complain() wrote for this vif */
	kobject_uevent(&xdev->dev.kobj, KOBJ_OFFLINE);
	dev_set_drvdata(&xdev->dev, NULL);
	nb_netdev_destroy(kvif);
	kfree(script);
}

static int nb_probe(struct xenbus_device *xdev, const struct xenbus_device_id *id)
{
	const unsigned int queues = nb_param_max_queues();
	struct nb_kvif *kvif;
	unsigned int handle;
	int err;

	err = nb_offer_features(xdev, queues);
	if (err) {
		xenbus_dev_fatal(xdev, err, "offering features in %s", xdev->nodename);
		return err;
	}
	err = xenbus_scanf(XBT_NIL, xdev->nodename, "handle", "%u", &handle);
	if (err != 1) {
		err = err < 0 ? err : -EINVAL;
		xenbus_dev_fatal(xdev, err, "reading %s/handle", xdev->nodename);
		return err;
	}
	kvif = nb_netdev_create(xdev, handle, queues);
	if (IS_ERR(kvif)) {
		xenbus_dev_fatal(xdev, PTR_ERR(kvif), "creating the network device for %s", xdev->nodename);
		return PTR_ERR(kvif);
	}
	INIT_DELAYED_WORK(&kvif->work, nb_work);
	nb_ctrl_init(kvif);
	dev_set_drvdata(&xdev->dev, kvif);

	kvif->script = xenbus_read(XBT_NIL, xdev->nodename, "script", NULL);
	if (IS_ERR(kvif->script))
		kvif->script = NULL; /* wired up without a script */
	err = xenbus_watch_pathfmt(xdev, &kvif->hotplug_watch, NULL, nb_hotplug_changed, "%s/%s", xdev->nodename,
				   "hotplug-status");
	if (err) {
		nb_remove_vif(kvif); /* the error is in XenStore */
		return err;
	}
	kvif->watching = true;
	err = nb_limits_watch(kvif);
	if (!err)
		err = nb_multicast_watch(kvif);
	if (err) {
		nb_remove_vif(kvif);
		return err;
	}

	nb_debugfs_add(kvif);
	kobject_uevent(&xdev->dev.kobj, KOBJ_ONLINE); /* starts hotplug scripts: the device is there */
	mutex_lock(&kvif->life);
	nb_vif_frontend_state(kvif->vif, XenbusStateInitialising); /* -> InitWait */
	mutex_unlock(&kvif->life);
	return 0;
}

static void nb_remove(struct xenbus_device *xdev)
{
	struct nb_kvif *kvif = dev_get_drvdata(&xdev->dev);

	if (kvif)
		nb_remove_vif(kvif);
}

/* Gives hotplug scripts started by udev their environment. */
static int nb_uevent(COMPAT_UEVENT_CONST struct xenbus_device *xdev, struct kobj_uevent_env *env)
{
	const struct nb_kvif *kvif = dev_get_drvdata(&xdev->dev);

	if (!kvif)
		return 0;
	if (kvif->script && add_uevent_var(env, "script=%s", kvif->script))
		return -ENOMEM;
	return add_uevent_var(env, "vif=%s", kvif->dev->name);
}

static const struct xenbus_device_id nb_ids[] = {{"vif"}, {""}};

static struct xenbus_driver nb_driver = {
	.ids = nb_ids,
	.probe = nb_probe,
	.remove = nb_remove,
	.uevent = nb_uevent,
	.otherend_changed = nb_frontend_changed,
	.allow_rebind = true,
};

static int __init nb_init(void)
{
	int err;

	if (!xen_domain())
		return -ENODEV;
	max_queues = nb_param_max_queues(); /* sysfs shows what holds */
	if (fatal_skb_slots != clamp(fatal_skb_slots, NB_FEWEST_FATAL, NB_MOST_FATAL)) {
		pr_warn("fatal_skb_slots=%u is not between %u and %u: the nearest is used\n", fatal_skb_slots,
			NB_FEWEST_FATAL, NB_MOST_FATAL);
		fatal_skb_slots = clamp(fatal_skb_slots, NB_FEWEST_FATAL, NB_MOST_FATAL);
	}
	err = nb_lanes_create();
	if (err)
		return err;
	err = nb_port_init();
	if (err)
		goto no_notifier;
	nb_debugfs_init();
	err = xenbus_register_backend(&nb_driver);
	if (err)
		goto no_driver;
	return 0;

no_driver:
	nb_debugfs_exit();
	nb_port_exit();
no_notifier:
	nb_lanes_destroy();
	return err;
}
module_init(nb_init);

/* Unloading with vifs there closes each of them in order, as a detach does; no guest has to agree. */
static void __exit nb_exit(void)
{
	xenbus_unregister_driver(&nb_driver);
	nb_debugfs_exit();
	nb_port_exit();
	nb_lanes_destroy();
}
module_exit(nb_exit);

MODULE_DESCRIPTION("Ringway Xen network backend");
MODULE_LICENSE("GPL");
MODULE_VERSION(RINGWAY_VERSION);
MODULE_ALIAS("xen-backend:vif");
