// SPDX-License-Identifier: GPL-2.0-only
// The cold half of linux/host.h: events, XenStore and the bus.
#include "host.hpp"
#include <gtest/gtest.h>

using namespace ringway;
using namespace ringway::test;
using ringway::netfront::kNoRef;

extern "C" {
// --- events
void host_napi_schedule(queue_host *host)
{
	if (host->enabled)
		(host->polling && !host->completed ? host->missed : host->scheduled) = true;
}
bool host_napi_done(queue_host *host, int)
{
	host->completed = true;
	host->scheduled = std::exchange(host->missed, false);
	return !host->scheduled;
}
void host_tx_notify(queue_host *host)
{
	EXPECT_TRUE(host->bound);
	host->tx_notified++;
}
void host_rx_notify(queue_host *host)
{
	host->rx_notified++;
}
void host_tx_eoi(queue_host *host, bool spurious)
{
	EXPECT_TRUE(host->bound) << "an end of an interrupt that is another one's by now";
	host->tx_eoi++;
	host->spurious_eoi += spurious;
}
void host_rx_eoi(queue_host *host, bool spurious)
{
	EXPECT_TRUE(host->bound) << "an end of an interrupt that is another one's by now";
	host->rx_eoi++;
	host->spurious_eoi += spurious;
}
void host_retry_refill(queue_host *host)
{
	host->retry = true;
}
int host_events_bind(queue_host *host, bool split)
{
	might_sleep("binding an event channel");
	EXPECT_FALSE(host->bound);
	if (kernel().fails())
		return -28;
	host->bound = true;
	host->split = split;
	return 0;
}
void host_events_unbind(queue_host *host)
{
	might_sleep("unbinding an event channel");
	wait_until([host] { return !host->interrupts; }, "the interrupt's handler");
	host->bound = host->retry = false;
}

// --- the control ring
int host_control_bind(vif_host *vif)
{
	EXPECT_FALSE(vif->control_bound);
	if (kernel().fails())
		return -28;
	vif->control_bound = true;
	return 0;
}
void host_control_unbind(vif_host *vif)
{
	might_sleep("unbinding an event channel");
	wait_until([vif] { return !vif->control_interrupts; }, "the interrupt's handler");
	vif->control_bound = false;
}
void host_control_notify(vif_host *vif)
{
	EXPECT_TRUE(vif->control_bound);
	vif->control_notified++;
}
void host_control_eoi(vif_host *vif, bool spurious)
{
	EXPECT_TRUE(vif->control_bound);
	vif->control_eoi++;
	vif->control_spurious += spurious;
}
void host_control_later(vif_host *, u32 milliseconds)
{
	kernel().control_later = static_cast<int>(milliseconds);
}
bool host_map_buffers(void)
{
	return kernel().map_buffers;
}

// --- XenStore and the bus
u32 host_xenstore_read(vif_host *, xenstore_side side, const char *node, u32 absent)
{
	might_sleep("XenStore");
	if (kernel().on_read)
		kernel().on_read(side, node);
	const auto &nodes = side == XENSTORE_OURS ? kernel().ours : kernel().backend;
	const auto found = nodes.find(node);
	return found == nodes.end() ? absent : found->second;
}
bool host_xenstore_text(vif_host *, xenstore_side side, const char *node, char *text, u32 size)
{
	EXPECT_EQ(side, XENSTORE_OURS);
	EXPECT_STREQ(node, "mac");
	const auto &mac = kernel().mac;
	if (!mac || mac->size() >= size || mac->find('\0') != mac->npos)
		return false;
	std::strcpy(text, mac->c_str());
	return true;
}
bool host_xenstore_has(vif_host *, xenstore_side side, const char *node)
{
	return (side == XENSTORE_OURS ? kernel().ours : kernel().backend).count(node);
}
int host_xenstore_begin(vif_host *)
{
	might_sleep("XenStore");
	kernel().uncommitted = kernel().ours;
	return kernel().fails() ? -12 : 0;
}
void host_xenstore_write(vif_host *, int queue, const char *node, u32 value)
{
	kernel().uncommitted[queue < 0 ? node : "queue-" + std::to_string(queue) + "/" + node] = value;
}
void host_xenstore_write_queue(vif_host *vif, queue_host *queue, int number, u32 tx_ref, u32 rx_ref)
{
	host_xenstore_write(vif, number, "tx-ring-ref", tx_ref);
	host_xenstore_write(vif, number, "rx-ring-ref", rx_ref);
	host_xenstore_write(vif, number, queue->split ? "event-channel-tx" : "event-channel", 5);
	if (queue->split)
		host_xenstore_write(vif, number, "event-channel-rx", 6);
}
void host_xenstore_write_control(vif_host *vif, u32 ref)
{
	kernel().uncommitted.erase("ctrl-ring-ref");
	kernel().uncommitted.erase("event-channel-ctrl");
	if (ref == kNoRef)
		return;
	host_xenstore_write(vif, -1, "ctrl-ring-ref", ref);
	host_xenstore_write(vif, -1, "event-channel-ctrl", 7);
}
int host_xenstore_commit(vif_host *)
{
	Kernel &k = kernel();
	if (k.conflicts && k.conflicts--)
		return 1;
	if (k.fails())
		return -5;
	k.ours = k.uncommitted;
	return 0;
}
u32 host_backend_state(vif_host *)
{
	return host_xenstore_read(nullptr, XENSTORE_BACKEND, "state", 0);
}
bool host_backend_online(vif_host *)
{
	return host_xenstore_read(nullptr, XENSTORE_BACKEND, "online", 0);
}
u16 host_backend_domain(vif_host *)
{
	return 0;
}
void host_switch_state(vif_host *, u32 state)
{
	kernel().state = state;
}
void host_closed(vif_host *)
{
	kernel().state = 6;
	kernel().closed = true;
}
void host_fatal(vif_host *, int, const char *what)
{
	kernel().fatal = what;
	kernel().state = 5;
}
void host_log(vif_host *, const char *what)
{
	kernel().logged.push_back(what);
}
void host_refused(vif_host *, const char *node, const char *value, const char *why)
{
	kernel().refused = std::string(node) + " is \"" + value + "\": " + why;
}
void host_link_later(vif_host *, u32 milliseconds)
{
	EXPECT_EQ(kernel().link_later, -1) << "one at a time";
	kernel().link_later = static_cast<int>(milliseconds);
}
void host_alert(vif_host *, const char *what)
{
	EXPECT_NE(what, nullptr);
	EXPECT_EQ(kernel().complaint, "") << "one line, not two";
	kernel().complaint = what;
}
void host_later(vif_host *, u32 milliseconds)
{
	kernel().later = static_cast<int>(milliseconds);
}
void host_watch_later(vif_host *, u32 milliseconds)
{
	kernel().watch_later = static_cast<int>(milliseconds);
}
u32 host_tx_timeout(void)
{
	return kernel().patience;
}
void host_report_stuck(vif_host *, u32, u32 requests, u32, bool reconnects)
{
	EXPECT_GT(requests, 0u);
	kernel().reported.push_back(reconnects);
}
void host_sleep(u32 milliseconds)
{
	might_sleep("a pause");
	EXPECT_NE(kernel().holder, &this_task()) << "waits for the backend with the life cycle locked";
	EXPECT_NE(kernel().rtnl_holder, &this_task()) << "waits for the backend with RTNL held";
	kernel().slept += milliseconds;
	if (kernel().on_sleep)
		kernel().on_sleep();
}
bool host_trusted(vif_host *)
{
	return true;
}
}
