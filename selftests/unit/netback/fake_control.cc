// SPDX-License-Identifier: GPL-2.0-only
// The control ring as glue.h shows it: the page a test's guest has, and an event channel.
#include "fake.hpp"

using namespace ringway;
using namespace ringway::test;

int nb_ctrl_map(nb_kvif *kvif, void **page)
{
	if (!kvif->ctrl_page)
		return 0;
	if (host->step_fails()) {
		nb_report_error(kvif, -EINVAL, "mapping the control ring");
		return -EINVAL;
	}
	EXPECT_FALSE(kvif->ctrl_mapped);
	kvif->ctrl_mapped = true;
	host->live_rings++;
	*page = kvif->ctrl_page;
	return 0;
}

int nb_ctrl_bind(nb_kvif *kvif)
{
	EXPECT_TRUE(kvif->ctrl_mapped);
	EXPECT_FALSE(kvif->ctrl_bound);
	if (host->step_fails()) {
		nb_report_error(kvif, -EINVAL, "binding the control ring's event channel");
		return -EINVAL;
	}
	kvif->ctrl_bound = true;
	host->live_channels++;
	return 0;
}

void nb_ctrl_unbind(nb_kvif *kvif)
{
	host->live_channels -= kvif->ctrl_bound;
	kvif->ctrl_bound = false;
}

void nb_ctrl_unmap(nb_kvif *kvif)
{
	EXPECT_FALSE(kvif->ctrl_bound) << "messages may still be handled";
	host->live_rings -= kvif->ctrl_mapped;
	kvif->ctrl_mapped = false;
}

void nb_ctrl_notify(nb_kvif *kvif)
{
	EXPECT_TRUE(kvif->ctrl_bound);
	kvif->ctrl_notified++;
}

void nb_ctrl_lock(nb_kvif *kvif)
{
	EXPECT_FALSE(kvif->ctrl_locked);
	kvif->ctrl_locked = true;
}

void nb_ctrl_unlock(nb_kvif *kvif)
{
	EXPECT_TRUE(kvif->ctrl_locked);
	kvif->ctrl_locked = false;
}
