// SPDX-License-Identifier: GPL-2.0-only
/* Addresses that nobody uses any more are forgotten: a round through the table, again and again. */
#include <linux/netdevice.h>
#include <linux/workqueue.h>

#include "bridge-lite/ageing.h"
#include "bridge-lite/entry.h"

/* An address lives at least the ageing time and at most one round longer. */
static void schedule_ageing(struct brlite *bridge)
{
	u32 ageing_time = READ_ONCE(bridge->ageing_time);

	if (ageing_time)
		mod_delayed_work(system_power_efficient_wq, &bridge->ageing_work,
				 clamp(ageing_time / 8, 1u, 10u) * HZ);
}

static void age(struct work_struct *work)
{
	struct brlite *bridge = container_of(to_delayed_work(work), struct brlite, ageing_work);

	brlite_core_age(bridge->core);
	schedule_ageing(bridge);
}

void brlite_init_ageing(struct brlite *bridge)
{
	INIT_DELAYED_WORK(&bridge->ageing_work, age);
}

void brlite_start_ageing(struct brlite *bridge)
{
	if (netif_running(bridge->dev))
		schedule_ageing(bridge);
}

void brlite_stop_ageing(struct brlite *bridge)
{
	cancel_delayed_work_sync(&bridge->ageing_work);
}

void brlite_set_ageing(struct brlite *bridge, u32 seconds)
{
	WRITE_ONCE(bridge->ageing_time, seconds);
	brlite_core_set_ageing(bridge->core, seconds);
	brlite_start_ageing(bridge);
}
