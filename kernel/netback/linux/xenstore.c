// SPDX-License-Identifier: GPL-2.0-only
/*
 * xenstore.c - what a frontend says in XenStore, and what is said to it.
 */
#include <linux/kernel.h>
#include <linux/module.h>
#include <linux/ratelimit.h>
#include <linux/slab.h>
#include <xen/xenbus.h>

#include "netback/linux/state.h"

/* --- what is wrong with a frontend: a line in the log, the error node, and the state Closing ------------------- */

/*
 * HOSTILE: the guest decides how often there is reason to complain. Ten in five seconds are told for each vif; of the
 * others the log says only how many there were, and XenStore keeps the last that was told. The state is shown in any
 * case.
 */
void host_complaints_init(struct vif_host *host) { ratelimit_state_init(&host->complaints, 5 * HZ, 10); }

/* CONTEXT: process */
void host_complain(struct vif_host *host, int error, const char *format, ...)
{
	struct va_format text = {.fmt = format};
	va_list args;

	if (!__ratelimit(&host->complaints)) {
		xenbus_switch_state(host->xdev, XenbusStateClosing);
		return;
	}
	va_start(args, format);
	text.va = &args;
	xenbus_dev_fatal(host->xdev, error, "%pV", &text);
	va_end(args);
}

/* --- what the frontend says of itself --------------------------------------------------------------------------- */

/* HOSTILE: a number, or it reads as no. */
bool host_multicast_control(struct vif_host *host)
{
	return xenbus_read_unsigned(host->xdev->otherend, "request-multicast-control", 0);
}

int host_read_frontend(struct vif_host *host, struct frontend_features *out)
{
	struct xenbus_device *xdev = host->xdev;
	const char *fe = xdev->otherend;
	const unsigned int most = host->dev->num_tx_queues; /* what was offered */

	/* HOSTILE: the guest writes all of these. Numbers that do not parse read as the default. */
	out->queues = xenbus_read_unsigned(fe, "multi-queue-num-queues", 1);
	if (out->queues < 1 || out->queues > most) {
		host_complain(host, -EINVAL, "%s/multi-queue-num-queues is %u, must be 1 to %u", fe, out->queues,
				 most);
		return -EINVAL;
	}
	if (!xenbus_read_unsigned(fe, "request-rx-copy", 0)) {
		host_complain(host, -EOPNOTSUPP, "%s/request-rx-copy is not 1: page flipping is not supported", fe);
		return -EOPNOTSUPP;
	}
	out->can_sg = xenbus_read_unsigned(fe, "feature-sg", 0);
	out->gso_tcpv4 = xenbus_read_unsigned(fe, "feature-gso-tcpv4", 0);
	out->gso_tcpv6 = xenbus_read_unsigned(fe, "feature-gso-tcpv6", 0);
	out->ip_csum = !xenbus_read_unsigned(fe, "feature-no-csum-offload", 0);
	out->ipv6_csum = xenbus_read_unsigned(fe, "feature-ipv6-csum-offload", 0);
	out->rx_notify = xenbus_read_unsigned(fe, "feature-rx-notify", 0);
	out->multicast_control = host_multicast_control(host);
	return 0;
}

/* The room that the guest's XDP program wants in front of each packet. */
static bool provides_xdp_headroom = true;
module_param(provides_xdp_headroom, bool, 0644);
MODULE_PARM_DESC(provides_xdp_headroom, "Offer guests room for XDP in front of received packets (default: on)");

bool host_offers_headroom(void) { return provides_xdp_headroom; }

/* HOSTILE: the guest writes it. What is no number is an error; the bounds are checked by who asks. */
int host_read_headroom(struct vif_host *host, uint32_t *bytes)
{
	struct xenbus_device *xdev = host->xdev;
	char *text = xenbus_read(XBT_NIL, xdev->otherend, "xdp-headroom", NULL);
	int err;

	*bytes = 0;
	if (IS_ERR(text))
		return 0; /* not there: the guest does without */
	err = provides_xdp_headroom ? kstrtouint(text, 10, bytes) : 0;
	kfree(text);
	if (err)
		host_complain(host, err, "%s/xdp-headroom is not a number of bytes", xdev->otherend);
	return err;
}

/* --- states, and what the toolstack says ------------------------------------------------------------------------- */

bool host_hotplug_connected(struct vif_host *host)
{
	unsigned int len;
	char *status = xenbus_read(XBT_NIL, host->xdev->nodename, "hotplug-status", &len);
	bool connected;

	if (IS_ERR(status))
		return false;
	connected = !strcmp(status, "connected");
	kfree(status);
	return connected;
}

void host_report_state(struct vif_host *host, int state) { xenbus_switch_state(host->xdev, state); }

void host_report_error(struct vif_host *host, int error, const char *what)
{
	host_complain(host, error, "%s", what);
}

bool host_device_online(struct vif_host *host) { return xenbus_dev_is_online(host->xdev); }
