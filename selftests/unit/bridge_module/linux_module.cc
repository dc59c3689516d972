// SPDX-License-Identifier: GPL-2.0-only
// Notifiers, the module.
#include "linux.hpp"

using namespace ringway;
using namespace ringway::test;

module linux_module{};

extern "C" {
int call_netdevice_notifiers(unsigned long event, net_device *dev)
{
	ASSERT_RTNL();
	netdev_notifier_info info{dev};
	for (notifier_block *block : std::vector(os->notifiers)) {
		const InModule in;
		block->notifier_call(block, event, &info);
	}
	return 0;
}
int register_netdevice_notifier(notifier_block *block)
{
	const Rtnl lock;
	os->notifiers.push_back(block);
	return 0;
}
int unregister_netdevice_notifier(notifier_block *block)
{
	const Rtnl lock;
	std::erase(os->notifiers, block);
	return 0;
}
static void wait_for_chain()
{
	might_sleep("the module notifiers");
	wait_until([] { return !os->notifying; }, "the module notifiers");
}
int register_module_notifier(notifier_block *block)
{
	wait_for_chain();
	os->module_notifiers.push_back(block);
	return 0;
}
int unregister_module_notifier(notifier_block *block)
{
	wait_for_chain();
	std::erase(os->module_notifiers, block);
	return 0;
}
int rtnl_link_register(rtnl_link_ops *ops)
{
	const Rtnl lock;
	os->kind = ops;
	return 0;
}
void rtnl_link_unregister(rtnl_link_ops *ops)
{
	might_sleep("rtnl_link_unregister()"); // it gets RTNL while no device is half gone
	wait_until([] { return !os->rtnl && !os->unregistering; }, "devices to be gone");
	const Rtnl lock;
	list_head all;
	INIT_LIST_HEAD(&all);
	for (net_device *dev : std::vector(os->devices))
		if (dev->rtnl_link_ops == ops) {
			const InModule in;
			ops->dellink(dev, &all);
		}
	os->unregister(&all);
	os->kind = nullptr;
}
bool capable(int)
{
	return os->is_administrator;
}
kobject *kset_find_obj(kset *, const char *)
{
	static kobject found;
	return os->bridge_ko ? &found : nullptr;
}
void kobject_put(kobject *) {}
} // extern "C"

void Linux::notify_of_module(const char *name, unsigned long event)
{
	module named{};
	std::snprintf(named.name, sizeof named.name, "%s", name);
	notifying++;
	for (notifier_block *block : module_notifiers) {
		const InModule in;
		block->notifier_call(block, event, &named);
	}
	notifying--;
}
