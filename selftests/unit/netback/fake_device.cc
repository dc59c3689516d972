// SPDX-License-Identifier: GPL-2.0-only
// The network device, the locks of configuration, and XenStore.
#include "fake.hpp"

using namespace ringway;
using namespace ringway::test;

bool host_gso_fits(const vif_host *dev, u32 len, u32, bool)
{
	return len < dev->gso_max;
}
bool host_device_watched(const vif_host *dev)
{
	return dev->watched;
}
void host_device_carrier(vif_host *dev, bool on)
{
	dev->carrier = on;
}
void host_kick(vif_host *dev)
{
	EXPECT_TRUE(dev->vif) << "work for a vif that is gone";
	dev->kicked = true;
}
void host_kick_later(vif_host *dev, unsigned long delay)
{
	EXPECT_TRUE(dev->vif) << "work for a vif that is gone";
	if (!dev->later)
		dev->later = host->jiffies + delay;
}
void host_log_fatal(vif_host *dev, u32, const char *)
{
	dev->fatal_lines++;
}
void host_log_stall(vif_host *dev, u32, bool)
{
	EXPECT_EQ(this_task().spins, 0u) << "netconsole may send the line by this queue";
	dev->stall_lines++;
}

void host_rate_lock(vif_host *dev)
{
	take_spinlock(dev->rate_locked, "the rate lock");
}
void host_rate_unlock(vif_host *dev)
{
	release_spinlock(dev->rate_locked, "the rate lock");
}

void host_counters_lock(vif_host *dev)
{
	take_spinlock(dev->counters_locked, "the counters lock");
}
void host_counters_unlock(vif_host *dev)
{
	release_spinlock(dev->counters_locked, "the counters lock");
}

int host_read_frontend(vif_host *dev, frontend_features *out)
{
	if (!dev->readable || host->step_fails()) {
		host_report_error(dev, -EINVAL, "reading the frontend");
		return -EINVAL;
	}
	*out = dev->frontend;
	return 0;
}

int host_read_headroom(vif_host *dev, u32 *bytes)
{
	*bytes = dev->headroom;
	if (!dev->headroom_text)
		return 0;
	host_report_error(dev, -EINVAL, "reading xdp-headroom");
	return -EINVAL;
}

void host_life_lock(vif_host *dev)
{
	take_lock(dev->life_locked, "the life mutex");
	dev->life_holder = &this_task();
}
void host_life_unlock(vif_host *dev)
{
	EXPECT_TRUE(dev->life_locked);
	dev->life_locked = false;
}
void host_rtnl_lock(void)
{
	take_lock(host->rtnl_locked, "RTNL");
	host->rtnl_holder = &this_task();
}
void host_rtnl_unlock(void)
{
	EXPECT_TRUE(host->rtnl_locked);
	host->rtnl_holder = nullptr;
	host->rtnl_locked = false;
}
void host_rtnl_assert_locked(void)
{
	EXPECT_TRUE(host->rtnl_locked);
}

int host_device_connected(vif_host *dev, u32 queues, u32 max_mtu)
{
	EXPECT_TRUE(dev->life_locked);
	EXPECT_EQ(queues, dev->vif->queue_count.load());
	EXPECT_EQ(max_mtu, netback_max_mtu(dev->vif));
	netback_set_offloads(dev->vif, netback_offloads(dev->vif) & dev->switched_on);
	return host->step_fails() ? -ENOMEM : 0;
}

void host_device_start(vif_host *dev)
{
	EXPECT_TRUE(host->rtnl_locked);
	dev->connects++;
	EXPECT_FALSE(dev->connected) << "connected twice";
	dev->connected = dev->carrier = true;
}

void host_device_disconnected(vif_host *dev)
{
	EXPECT_TRUE(host->rtnl_locked);
	dev->carrier = false;
	dev->disconnects += dev->connected;
	dev->connected = false;
}

// INVARIANT: readers find no queues before it starts.
void host_grace_period(void)
{
	might_sleep("a grace period");
	EXPECT_NE(host->rtnl_holder, &this_task()) << "all who want RTNL wait for a grace period";
	host->grace_periods++;
	for (vif_host *dev : host->vifs)
		if (!dev->connected && (!cpus || (dev->life_locked && dev->life_holder == &this_task())))
			EXPECT_EQ(dev->vif->queue_count.load(), 0u)
				<< "a grace period while queues are still visible";
	wait_for_readers();
	for (queue_host *q : host->queues)
		if (q->dev->life_locked && q->dev->life_holder == &this_task())
			q->unread = !q->listed;
}

bool host_hotplug_connected(vif_host *dev)
{
	return dev->hotplug;
}
void host_report_state(vif_host *dev, int state)
{
	dev->states.push_back(state);
}
void host_report_error(vif_host *dev, int error, const char *what)
{
	EXPECT_LT(error, 0);
	dev->errors.emplace_back(what);
	dev->states.push_back(static_cast<int>(BackendState::closing)); // as xenbus_dev_fatal() does
}
bool host_device_online(vif_host *dev)
{
	return dev->online;
}
