/* SPDX-License-Identifier: GPL-2.0-only */
/* Notifiers, modules. */
#ifndef FAKE_MODULE_H
#define FAKE_MODULE_H

#include "device.h"

#ifdef __cplusplus
extern "C" {
#endif

struct notifier_block {
	int (*notifier_call)(struct notifier_block *block, unsigned long event, void *info);
};
struct netdev_notifier_info {
	struct net_device *dev;
};
static inline struct net_device *netdev_notifier_info_to_dev(void *info)
{
	return ((struct netdev_notifier_info *)info)->dev;
}
#define NOTIFY_DONE 0
#define NOTIFY_BAD 2
enum {
	NETDEV_UP = 1, NETDEV_DOWN, NETDEV_CHANGE, NETDEV_UNREGISTER, NETDEV_CHANGEMTU, NETDEV_CHANGEADDR,
	NETDEV_FEAT_CHANGE, NETDEV_PRE_TYPE_CHANGE, NETDEV_CHANGEUPPER, NETDEV_RESEND_IGMP, NETDEV_JOIN,
};
int call_netdevice_notifiers(unsigned long event, struct net_device *dev);
int register_netdevice_notifier(struct notifier_block *block);
int unregister_netdevice_notifier(struct notifier_block *block);
int register_module_notifier(struct notifier_block *block);
int unregister_module_notifier(struct notifier_block *block);
int rtnl_link_register(struct rtnl_link_ops *ops);
void rtnl_link_unregister(struct rtnl_link_ops *ops);

struct kobject {
	int unused;
};
struct kset {
	int unused;
};
struct module_kobject {
	struct {
		struct kset *kset;
	} kobj;
};
struct module {
	struct module_kobject mkobj;
	char name[32];
};
extern struct module linux_module;
#define THIS_MODULE (&linux_module)
enum { MODULE_STATE_LIVE, MODULE_STATE_COMING, MODULE_STATE_GOING };
struct kobject *kset_find_obj(struct kset *set, const char *name);
void kobject_put(struct kobject *object);
#define CAP_NET_ADMIN 12
bool capable(int what);
#define EXPORT_SYMBOL_GPL(symbol)
#define module_init(function) int linux_module_init(void) { return function(); }
#define module_exit(function) void linux_module_exit(void) { function(); }
#define MODULE_DESCRIPTION(text)
#define MODULE_LICENSE(text)
#define MODULE_VERSION(text)
#define MODULE_ALIAS_RTNL_LINK(text)
int linux_module_init(void);
void linux_module_exit(void);

#ifdef __cplusplus
}
#endif
#endif
