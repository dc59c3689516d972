// SPDX-License-Identifier: GPL-2.0-only
/*
 * brctl.c - ports come and go by brctl(8), too. Where the kernel refuses brctl's own ioctl, because the bridge is not
 * one of kind "bridge", "brctl addif" and "brctl delif" ask the device itself. Xen's script vif-bridge calls brctl
 * wherever bridge-utils is installed, which no host with bridge_ports in /etc/network/interfaces is without.
 */
#include <linux/capability.h>
#include <linux/compat.h>
#include <linux/if_bridge.h>
#include <linux/netdevice.h>
#include <linux/rtnetlink.h>
#include <linux/uaccess.h>
#include <net/net_namespace.h>

#include "bridge-lite/brctl.h"
#include "bridge-lite/port.h"

/* What is asked for, and the number of the port's device. */
struct request {
	unsigned long what;
	unsigned long ifindex;
};

/* A caller with 32 bits has longs of 32 bits. */
static int read_request(struct request *request, const void __user *from)
{
	if (in_compat_syscall()) {
		u32 narrow[2];

		if (copy_from_user(narrow, from, sizeof(narrow)))
			return -EFAULT;
		*request = (struct request){ narrow[0], narrow[1] };
		return 0;
	}
	return copy_from_user(request, from, sizeof(*request)) ? -EFAULT : 0;
}

/* CONTEXT: ndo_siocdevprivate, under RTNL. */
int brlite_siocdevprivate(struct net_device *dev, struct ifreq *ifr, void __user *data, int cmd)
{
	struct request request;
	struct net_device *port;
	int err;

	ASSERT_RTNL();
	if (cmd != SIOCDEVPRIVATE)
		return -EOPNOTSUPP;
	err = read_request(&request, data);
	if (err)
		return err;
	if (request.what != BRCTL_ADD_IF && request.what != BRCTL_DEL_IF)
		return -EOPNOTSUPP;
	if (!ns_capable(dev_net(dev)->user_ns, CAP_NET_ADMIN))
		return -EPERM;
	port = request.ifindex <= INT_MAX ? __dev_get_by_index(dev_net(dev), request.ifindex) : NULL;
	if (!port)
		return -EINVAL;
	if (request.what == BRCTL_ADD_IF)
		return brlite_add_slave(dev, port, NULL);
	return brlite_del_slave(dev, port);
}
