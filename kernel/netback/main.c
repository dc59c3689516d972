// SPDX-License-Identifier: GPL-2.0-only
/*
 * main.c - module, parameters, and the xenbus driver for class "vif".
 *
 * Everything that decides lies in the C++ files; here is what the kernel wants registered and what
 * XenStore is read and written for. Peer-writable nodes are read once at connect, but for
 * xdp-headroom (again when the guest shows Reconfiguring) and request-multicast-control (watches.c). The watch on
 * the frontend's state is the xenbus core's, which keeps at most one event of it pending.
 */
#include <linux/module.h>
#include <linux/slab.h>
#include <xen/xen.h>
#include <xen/xen-ops.h>
#include <xen/xenbus.h>

#include "linux/compat.h"
#include "netback/linux/skb_pages.h"
#include "netback/roof.h"

#define MOST_QUEUES 64u /* stats.cpp has names for so many */
#define FEWEST_FATAL 18u /* what frontends send legitimately */
#define MOST_FATAL 64u
#define MOST_MAPPED 1024u

static unsigned int max_queues;
module_param(max_queues, uint, 0644);
MODULE_PARM_DESC(max_queues, "Most queues of a vif created from now on, up to 64 (default: number of CPUs, at most 8)");

static bool separate_tx_rx_irq = true;
module_param(separate_tx_rx_irq, bool, 0644);
MODULE_PARM_DESC(separate_tx_rx_irq, "Offer one event channel per direction (default: on)");

/* The parameter may be written at any time, with any number. */
static unsigned int queues_offered(void)
{
	const unsigned int wanted = READ_ONCE(max_queues);

	return wanted ? min(wanted, MOST_QUEUES) : min_t(unsigned int, 8, num_online_cpus());
}

/* --- deferred work ------------------------------------------------------------------------------------------------ */

static void vif_work(struct work_struct *work)
{
	struct vif_host *host = container_of(to_delayed_work(work), struct vif_host, work);

	netback_housekeeping(host->vif);
}

/* --- the xenbus driver ------------------------------------------------------------------------------------------- */

static void vif_hotplug_changed(struct xenbus_watch *watch, const char *path, const char *token)
{
	struct vif_host *host = container_of(watch, struct vif_host, hotplug_watch);

	netback_hotplug_changed(host->vif);
}

static void vif_frontend_changed(struct xenbus_device *xdev, enum xenbus_state state)
{
	struct vif_host *host = dev_get_drvdata(&xdev->dev);

	if (host && netback_frontend_changed(host->vif, state))
		device_unregister(&xdev->dev); /* comes back through vif_remove() */
}

static int vif_offer_features(struct xenbus_device *xdev, unsigned int queues)
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
			err = xenbus_printf(xbt, xdev->nodename, "feature-xdp-headroom", "%u", host_offers_headroom());
		if (err) {
			xenbus_transaction_end(xbt, 1);
			return err;
		}
		err = xenbus_transaction_end(xbt, 0);
	} while (err == -EAGAIN);
	return err;
}

static void vif_remove_vif(struct vif_host *host)
{
	struct xenbus_device *xdev = host->xdev;
	char *script = host->script;

	vif_debugfs_remove(host);
	vif_unwatch(host);
	if (host->watching) {
		unregister_xenbus_watch(&host->hotplug_watch);
		kfree(host->hotplug_watch.node);
	}
	netback_close(host->vif);
	cancel_delayed_work_sync(&host->work);

	xenbus_rm(XBT_NIL, xdev->nodename, "hotplug-status");
	xenbus_rm(XBT_NIL, "error", xdev->nodename); /* what host_complain() wrote for this vif */
	kobject_uevent(&xdev->dev.kobj, KOBJ_OFFLINE);
	dev_set_drvdata(&xdev->dev, NULL);
	vif_netdev_destroy(host);
	kfree(script);
}

static int vif_probe(struct xenbus_device *xdev, const struct xenbus_device_id *id)
{
	const unsigned int queues = queues_offered();
	struct vif_host *host;
	unsigned int handle;
	int err;

	err = vif_offer_features(xdev, queues);
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
	host = vif_netdev_create(xdev, handle, queues);
	if (IS_ERR(host)) {
		xenbus_dev_fatal(xdev, PTR_ERR(host), "creating the network device for %s", xdev->nodename);
		return PTR_ERR(host);
	}
	INIT_DELAYED_WORK(&host->work, vif_work);
	host_control_init(host);
	dev_set_drvdata(&xdev->dev, host);

	host->script = xenbus_read(XBT_NIL, xdev->nodename, "script", NULL);
	if (IS_ERR(host->script))
		host->script = NULL; /* wired up without a script */
	err = xenbus_watch_pathfmt(xdev, &host->hotplug_watch, NULL, vif_hotplug_changed, "%s/%s", xdev->nodename,
				   "hotplug-status");
	if (err) {
		vif_remove_vif(host); /* the error is in XenStore */
		return err;
	}
	host->watching = true;
	err = vif_watch(host);
	if (err) {
		vif_remove_vif(host);
		return err;
	}

	vif_debugfs_add(host);
	kobject_uevent(&xdev->dev.kobj, KOBJ_ONLINE); /* starts hotplug scripts: the device is there */
	netback_frontend_changed(host->vif, XenbusStateInitialising); /* -> InitWait */
	return 0;
}

static void vif_remove(struct xenbus_device *xdev)
{
	struct vif_host *host = dev_get_drvdata(&xdev->dev);

	if (host)
		vif_remove_vif(host);
}

/* Gives hotplug scripts started by udev their environment. */
static int vif_uevent(COMPAT_UEVENT_CONST struct xenbus_device *xdev, struct kobj_uevent_env *env)
{
	const struct vif_host *host = dev_get_drvdata(&xdev->dev);

	if (!host)
		return 0;
	if (host->script && add_uevent_var(env, "script=%s", host->script))
		return -ENOMEM;
	return add_uevent_var(env, "vif=%s", host->dev->name);
}

static const struct xenbus_device_id vif_ids[] = {{"vif"}, {""}};

static struct xenbus_driver vif_driver = {
	.ids = vif_ids,
	.probe = vif_probe,
	.remove = vif_remove,
	.uevent = vif_uevent,
	.otherend_changed = vif_frontend_changed,
	.allow_rebind = true,
};

/* A driver domain may be saved and restored; its guests have to connect anew, but the module stays. */
static int vif_resumed(struct notifier_block *nb, unsigned long event, void *data)
{
	netback_lanes_resumed();
	return NOTIFY_DONE;
}

static struct notifier_block vif_resume = {.notifier_call = vif_resumed};

static int __init netback_init(void)
{
	int err;

	if (!xen_domain())
		return -ENODEV;
	max_queues = queues_offered(); /* sysfs shows what holds */
	if (host_params.fatal_slots != clamp(host_params.fatal_slots, FEWEST_FATAL, MOST_FATAL)) {
		pr_warn("fatal_skb_slots=%u is not between %u and %u: the nearest is used\n", host_params.fatal_slots,
			FEWEST_FATAL, MOST_FATAL);
		host_params.fatal_slots = clamp(host_params.fatal_slots, FEWEST_FATAL, MOST_FATAL);
	}
	if (host_params.mapped_buffers > MOST_MAPPED) {
		pr_warn("mapped_buffers=%u is more than %u, which is used\n", host_params.mapped_buffers, MOST_MAPPED);
		host_params.mapped_buffers = MOST_MAPPED;
	}
	err = netback_lanes_create();
	if (err)
		return err;
	skb_pages_create();
	err = host_accounts_init();
	if (err)
		goto no_accounts;
	err = host_poll_cpu_init();
	if (err)
		goto no_thread;
	err = vif_port_init();
	if (err)
		goto no_notifier;
	vif_debugfs_init();
	xen_resume_notifier_register(&vif_resume);
	err = xenbus_register_backend(&vif_driver);
	if (err)
		goto no_driver;
	return 0;

no_driver:
	xen_resume_notifier_unregister(&vif_resume);
	vif_debugfs_exit();
	vif_port_exit();
no_notifier:
	host_poll_cpu_exit();
no_thread:
	host_accounts_exit();
no_accounts:
	skb_pages_destroy();
	netback_lanes_destroy();
	return err;
}
module_init(netback_init);

/* Unloading with vifs there closes each of them in order, as a detach does; no guest has to agree. */
static void __exit netback_exit(void)
{
	xenbus_unregister_driver(&vif_driver);
	xen_resume_notifier_unregister(&vif_resume);
	vif_debugfs_exit();
	vif_port_exit();
	host_poll_cpu_exit();
	host_accounts_exit();
	skb_pages_destroy();
	netback_lanes_destroy();
}
module_exit(netback_exit);

MODULE_DESCRIPTION("Ringway Xen network backend");
MODULE_LICENSE("GPL");
MODULE_VERSION(RINGWAY_VERSION);
MODULE_ALIAS("xen-backend:vif");
