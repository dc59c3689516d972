// SPDX-License-Identifier: GPL-2.0-only
/*
 * The port flag, which makes bridge(8)'s usual words work on our ports:
 *
 *	bridge fdb show br xenbr0
 *	bridge fdb add 00:16:3e:00:00:01 dev vif1.0 master static
 *
 * rtnetlink hands such requests to the master of a device that bears IFF_BRIDGE_PORT, whoever that is. But
 * bridge.ko takes the same flag for a promise that the receive handler's data is its own, and would follow
 * a pointer into ours. Nobody else asks for the flag. So ports bear it as long as bridge.ko is not there:
 * it goes before that module's first line runs and comes back after its last. Meanwhile the words that
 * name the bridge itself work (settings/neigh.c).
 */
#include <linux/kobject.h>
#include <linux/module.h>
#include <linux/netdevice.h>
#include <linux/rtnetlink.h>

#include "bridge-lite/port_flag.h"

/* RTNL. */
static LIST_HEAD(bridges);
static bool allowed;

/* Modules that are at least about to run are found in sysfs. */
bool brlite_module_present(const char *name)
{
	struct kobject *found = kset_find_obj(THIS_MODULE->mkobj.kobj.kset, name);

	kobject_put(found);
	return found;
}

/* CONTEXT: RTNL. */
static void set_flag(struct net_device *dev, bool on)
{
	if (on)
		dev->priv_flags |= IFF_BRIDGE_PORT;
	else
		dev->priv_flags &= ~IFF_BRIDGE_PORT;
}

static void allow(bool on)
{
	struct brlite_slave *slave;
	struct brlite *bridge;

	rtnl_lock();
	allowed = on;
	list_for_each_entry(bridge, &bridges, flag_list)
		list_for_each_entry(slave, &bridge->slaves, list)
			set_flag(slave->port.dev, on);
	rtnl_unlock();
}

void brlite_flag_bridge(struct brlite *bridge)
{
	list_add(&bridge->flag_list, &bridges);
}

void brlite_unflag_bridge(struct brlite *bridge)
{
	list_del(&bridge->flag_list);
}

void brlite_flag_port(struct net_device *dev)
{
	set_flag(dev, allowed && !brlite_module_present("bridge"));
}

void brlite_unflag_port(struct net_device *dev)
{
	set_flag(dev, false);
}

/* A module that failed to start is GOING too. */
static int module_event(struct notifier_block *unused, unsigned long event, void *module)
{
	if (!strcmp(((struct module *)module)->name, "bridge"))
		allow(event == MODULE_STATE_GOING);
	return NOTIFY_DONE;
}

static struct notifier_block module_notifier = {
	.notifier_call = module_event,
};

int __init brlite_flag_init(void)
{
	int err;

	if (IS_BUILTIN(CONFIG_BRIDGE))
		return 0;
	err = register_module_notifier(&module_notifier);
	if (!err)
		allow(!brlite_module_present("bridge"));
	return err;
}

void brlite_flag_exit(void)
{
	if (!IS_BUILTIN(CONFIG_BRIDGE))
		unregister_module_notifier(&module_notifier);
}
