// SPDX-License-Identifier: GPL-2.0-only
/* XenStore and the xenbus in Linux's terms: nodes, the one transaction, states, and the life mutex. */
#include <linux/delay.h>
#include <linux/slab.h>

#include "linux/compat.h"
#include "netfront/linux/state.h"

/* --- XenStore ------------------------------------------------------------------------------------ */

static const char *side_path(struct vif_host *host, enum xenstore_side side)
{
	return side == XENSTORE_OURS ? host->bus->nodename : host->bus->otherend;
}

u32 host_xenstore_read(struct vif_host *host, enum xenstore_side side, const char *node, u32 absent)
{
	return xenbus_read_unsigned(side_path(host, side), node, absent);
}

bool host_xenstore_text(struct vif_host *host, enum xenstore_side side, const char *node, char *text, u32 size)
{
	unsigned int length;
	char *value = xenbus_read(XBT_NIL, side_path(host, side), node, &length);
	bool fits;

	if (IS_ERR(value))
		return false;
	fits = strscpy(text, value, size) >= 0 && strlen(text) == length;
	kfree(value);
	return fits;
}

bool host_xenstore_has(struct vif_host *host, enum xenstore_side side, const char *node)
{
	return xenbus_exists(XBT_NIL, side_path(host, side), node);
}

int host_xenstore_begin(struct vif_host *host)
{
	host->transaction_error = 0;
	return xenbus_transaction_start(&host->transaction);
}

static void write_node(struct vif_host *host, const char *directory, const char *node, u32 value)
{
	if (!host->transaction_error)
		host->transaction_error = xenbus_printf(host->transaction, directory, node, "%u", value);
}

void host_xenstore_write(struct vif_host *host, int queue, const char *node, u32 value)
{
	char directory[128];

	if (queue < 0) {
		write_node(host, host->bus->nodename, node, value);
		return;
	}
	snprintf(directory, sizeof(directory), "%s/queue-%d", host->bus->nodename, queue);
	write_node(host, directory, node, value);
}

/* A node of an earlier connection would mislead the backend. */
static void remove_node(struct vif_host *host, int queue, const char *node)
{
	char directory[128];

	if (queue < 0)
		snprintf(directory, sizeof(directory), "%s", host->bus->nodename);
	else
		snprintf(directory, sizeof(directory), "%s/queue-%d", host->bus->nodename, queue);
	if (xenbus_exists(host->transaction, directory, node))
		xenbus_rm(host->transaction, directory, node);
}

void host_xenstore_write_queue(struct vif_host *host, struct queue_host *queue, int number, u32 tx_ref,
			       u32 rx_ref)
{
	host_xenstore_write(host, number, "tx-ring-ref", tx_ref);
	host_xenstore_write(host, number, "rx-ring-ref", rx_ref);
	if (queue->tx_port == queue->rx_port) {
		remove_node(host, number, "event-channel-tx");
		remove_node(host, number, "event-channel-rx");
		host_xenstore_write(host, number, "event-channel", queue->tx_port);
	} else {
		remove_node(host, number, "event-channel");
		host_xenstore_write(host, number, "event-channel-tx", queue->tx_port);
		host_xenstore_write(host, number, "event-channel-rx", queue->rx_port);
	}
}

void host_xenstore_write_control(struct vif_host *host, u32 ref)
{
	if (ref == ~0U) {
		remove_node(host, -1, "ctrl-ring-ref");
		remove_node(host, -1, "event-channel-ctrl");
	} else {
		host_xenstore_write(host, -1, "ctrl-ring-ref", ref);
		host_xenstore_write(host, -1, "event-channel-ctrl", host->control_port);
	}
}

int host_xenstore_commit(struct vif_host *host)
{
	int err = xenbus_transaction_end(host->transaction, host->transaction_error != 0);

	if (host->transaction_error)
		return host->transaction_error;
	return err == -EAGAIN ? 1 : err;
}

/* --- states --------------------------------------------------------------------------------------- */

u32 host_backend_state(struct vif_host *host)
{
	return compat_driver_state(host->bus, host->bus->otherend);
}

bool host_backend_online(struct vif_host *host)
{
	return xenbus_read_unsigned(host->bus->otherend, "online", 0) != 0;
}

u16 host_backend_domain(struct vif_host *host)
{
	return host->bus->otherend_id;
}

void host_switch_state(struct vif_host *host, u32 state)
{
	xenbus_switch_state(host->bus, state);
}

void host_closed(struct vif_host *host)
{
	xenbus_frontend_closed(host->bus);
}

void host_fatal(struct vif_host *host, int error, const char *what)
{
	xenbus_dev_fatal(host->bus, error, "%s", what);
}

void host_log(struct vif_host *host, const char *what)
{
	dev_info(&host->bus->dev, "%s\n", what);
}

/* HOSTILE: `value` is text of somebody else's; printed escaped. */
void host_refused(struct vif_host *host, const char *node, const char *value, const char *why)
{
	dev_err_ratelimited(&host->bus->dev, "%s/%s is \"%*pE\": %s\n", host->bus->nodename, node,
			    (int)strlen(value), value, why);
}

void host_alert(struct vif_host *host, const char *what)
{
	dev_alert(&host->bus->dev, "%s; disabled until it is attached again\n", what ? what : "bad backend");
}

void host_later(struct vif_host *host, u32 milliseconds)
{
	mod_delayed_work(system_freezable_wq, &host->later, msecs_to_jiffies(milliseconds));
}

void host_link_later(struct vif_host *host, u32 milliseconds)
{
	queue_delayed_work(system_freezable_wq, &host->link, msecs_to_jiffies(milliseconds));
}

void host_reconfigure_later(struct vif_host *host, u32 milliseconds)
{
	queue_delayed_work(system_freezable_wq, &host->reconfigure, msecs_to_jiffies(milliseconds));
}

void host_watch_later(struct vif_host *host, u32 milliseconds)
{
	mod_delayed_work(system_freezable_wq, &host->watch, round_jiffies_relative(msecs_to_jiffies(milliseconds)));
}

unsigned int host_tx_patience = 60;

u32 host_tx_timeout(void)
{
	return READ_ONCE(host_tx_patience);
}

void host_report_stuck(struct vif_host *host, u32 queue, u32 requests, u32 seconds, bool reconnects)
{
	dev_warn_ratelimited(&host->bus->dev, "queue %u: no answer from the backend to %u requests for %u s; %s\n",
			     queue, requests, seconds, reconnects ? "connecting again" : "notified again");
}

void host_sleep(u32 milliseconds)
{
	msleep(milliseconds);
}

bool host_trust_backends = true;

bool host_trusted(struct vif_host *host)
{
	return READ_ONCE(host_trust_backends);
}

void host_lock(struct vif_host *host)
{
	mutex_lock(&host->lock);
}

void host_unlock(struct vif_host *host)
{
	mutex_unlock(&host->lock);
}
