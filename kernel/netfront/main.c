// SPDX-License-Identifier: GPL-2.0-only
/* The module and its place on the xenbus. Everything that decides something is in C++. */
#define pr_fmt(fmt) KBUILD_MODNAME ": " fmt

#include <linux/module.h>
#include <xen/platform_pci.h>
#include <xen/xen.h>

#include "netfront/callbacks.h"
#include "netfront/entry.h"

#define MAX_QUEUES_DEFAULT 8U
#define MAX_QUEUES_LIMIT 64U /* kMaxQueues of vif.hpp */

static unsigned int most_queues;
module_param_named(max_queues, most_queues, uint, 0644);
MODULE_PARM_DESC(max_queues, "Maximum number of queues per virtual interface (default: CPUs, at most 8)");

module_param_named(trusted, host_trust_backends, bool, 0644);
MODULE_PARM_DESC(trusted,
		 "Is the backend trusted? If not, it sees packets only, in zeroed pages (default: yes)");

module_param_named(tx_timeout, host_tx_patience, uint, 0644);
MODULE_PARM_DESC(tx_timeout,
		 "Seconds without an answer from the backend until a vif connects again, 0: never (default: 60)");

module_param_named(map_buffers, host_have_buffers_mapped, bool, 0644);
MODULE_PARM_DESC(map_buffers,
		 "Have the backend map buffers for good where it can, from the next connection on (default: yes)");

static unsigned int max_queues(void)
{
	return clamp(READ_ONCE(most_queues), 1U, MAX_QUEUES_LIMIT);
}

static int vif_probe(struct xenbus_device *bus, const struct xenbus_device_id *id)
{
	struct vif_host *host = netdev_make(bus, max_queues());
	int err;

	if (!host) {
		xenbus_dev_fatal(bus, -ENOMEM, "making a network device");
		return -ENOMEM;
	}
	err = link_watch(host);
	if (err) {
		netdev_unmake(host);
		return err;
	}
	dev_set_drvdata(&bus->dev, host);
	xenbus_switch_state(bus, XenbusStateInitialising);
	return 0;
}

static void vif_backend_changed(struct xenbus_device *bus, enum xenbus_state state)
{
	struct vif_host *host = dev_get_drvdata(&bus->dev);

	netfront_backend_changed(host->vif, state);
}

static int vif_resume(struct xenbus_device *bus)
{
	struct vif_host *host = dev_get_drvdata(&bus->dev);

	netfront_resume(host->vif);
	return link_watch(host); /* the backend's directory may be another one */
}

static void vif_remove(struct xenbus_device *bus)
{
	struct vif_host *host = dev_get_drvdata(&bus->dev);

	link_unwatch(host);
	netfront_remove(host->vif);
	events_stop(host);
	if (host->dev->reg_state == NETREG_REGISTERED)
		unregister_netdev(host->dev);
	events_stop(host); /* Linux took the XDP program away just now, which asks for work */
	dev_set_drvdata(&bus->dev, NULL);
	netdev_unmake(host);
}

static const struct xenbus_device_id vif_ids[] = {
	{"vif"},
	{""},
};

/* Its name is that of the stock driver, "vif": the two exclude each other. */
static struct xenbus_driver vif_driver = {
	.ids = vif_ids,
	.probe = vif_probe,
	.remove = vif_remove,
	.resume = vif_resume,
	.otherend_changed = vif_backend_changed,
};

static int __init netfront_init(void)
{
	int err;

	if (!xen_domain() || !xen_has_pv_nic_devices())
		return -ENODEV;
	if (most_queues == 0)
		most_queues = min(MAX_QUEUES_DEFAULT, num_online_cpus());
	/*
	 * No owner: xenbus would pin the module for each vif, and the driver could never be unloaded or
	 * replaced with vifs in use. Nothing needs the pin: unregistering the driver removes every vif, and
	 * no callback of ours runs any more when that returns.
	 */
	err = __xenbus_register_frontend(&vif_driver, NULL, KBUILD_MODNAME);
	if (err == -EBUSY)
		pr_err("another driver serves vifs here; unload it first: rmmod xen-netfront\n");
	return err;
}
module_init(netfront_init);

static void __exit netfront_exit(void)
{
	xenbus_unregister_driver(&vif_driver);
}
module_exit(netfront_exit);

MODULE_DESCRIPTION("Ringway: Xen virtual network device frontend");
MODULE_LICENSE("GPL");
MODULE_VERSION(RINGWAY_VERSION);
MODULE_ALIAS("xen:vif");
MODULE_ALIAS("xennet");
