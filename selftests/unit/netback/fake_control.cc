// SPDX-License-Identifier: GPL-2.0-only
// The control ring as host.h shows it: the page a test's guest has, and an event channel.
#include "fake.hpp"

using namespace ringway;
using namespace ringway::test;

int host_control_map(vif_host *dev, void **page)
{
	if (!dev->ctrl_page)
		return 0;
	if (host->step_fails()) {
		host_report_error(dev, -EINVAL, "mapping the control ring");
		return -EINVAL;
	}
	EXPECT_FALSE(dev->ctrl_mapped);
	dev->ctrl_mapped = true;
	host->live_rings++;
	*page = dev->ctrl_page;
	return 0;
}

int host_control_bind(vif_host *dev)
{
	EXPECT_TRUE(dev->ctrl_mapped);
	EXPECT_FALSE(dev->ctrl_bound);
	if (host->step_fails()) {
		host_report_error(dev, -EINVAL, "binding the control ring's event channel");
		return -EINVAL;
	}
	dev->ctrl_bound = true;
	dev->ctrl_off = false;
	host->live_channels++;
	return 0;
}

void host_control_unbind(vif_host *dev)
{
	if (!dev->ctrl_bound)
		return;
	might_sleep("the end of the control ring's work");
	dev->ctrl_off = true;
	wait_until([dev] { return !dev->ctrl_working; }, "the control ring's work");
	host->live_channels--;
	dev->ctrl_bound = false;
}

void host_control_unmap(vif_host *dev)
{
	EXPECT_FALSE(dev->ctrl_bound) << "messages may still be handled";
	host->live_rings -= dev->ctrl_mapped;
	dev->ctrl_mapped = false;
}

void host_control_notify(vif_host *dev)
{
	EXPECT_TRUE(dev->ctrl_bound);
	dev->ctrl_notified++;
}

void host_control_lock(vif_host *dev)
{
	take_lock(dev->ctrl_locked, "the control lock");
}

void host_control_unlock(vif_host *dev)
{
	EXPECT_TRUE(dev->ctrl_locked);
	dev->ctrl_locked = false;
}
