// SPDX-License-Identifier: GPL-2.0-only
/*
 * What lets a port's frames pass. A spanning tree in user space says by
 *
 *	echo 1 > /sys/class/net/xenbr0/brlite/stp_state
 *	bridge link set dev eth0 state 0 … 4		disabled, listening, learning, forwarding, blocking
 *
 * and hears the others' frames at the ports' devices. Who has none may ask for a port to be shut for a while when a
 * loop shows (IFLA_BRLITE_PORT_LOOP_BLOCK). CONTEXT: RTNL, but for the work.
 */
#include <linux/if_bridge.h>
#include <linux/rtnetlink.h>
#include <linux/workqueue.h>

#include "bridge-lite/entry.h"
#include "bridge-lite/inherit.h"
#include "bridge-lite/settings/gate.h"

/* The data path saw a loop, or the time of the port is over. */
static void loop_work(struct work_struct *work)
{
	struct brlite_slave *slave = container_of(to_delayed_work(work), struct brlite_slave, loop_work);

	if (!rtnl_trylock()) { /* who takes the port away holds it, and waits for us */
		queue_delayed_work(system_wq, &slave->loop_work, 1);
		return;
	}
	slave->shut_by_loop = !slave->shut_by_loop && slave->loop_block;
	brlite_update_ports(slave->bridge);
	if (slave->shut_by_loop) {
		netdev_warn(slave->bridge->dev, "port %s is shut for %u s: there is a loop\n", slave->port.dev->name,
			    slave->loop_block);
		/* Instead of what the loop's last frames asked for meanwhile: that would open it at once. */
		mod_delayed_work(system_wq, &slave->loop_work, slave->loop_block * HZ);
	} else {
		netdev_info(slave->bridge->dev, "port %s is open again\n", slave->port.dev->name);
	}
	netdev_state_change(slave->port.dev); /* who listens hears of it */
	rtnl_unlock();
}

void brlite_init_gate(struct brlite_slave *slave)
{
	slave->state = slave->bridge->stp_state ? BR_STATE_BLOCKING : BR_STATE_FORWARDING;
	INIT_DELAYED_WORK(&slave->loop_work, loop_work);
}

void brlite_free_gate(struct brlite_slave *slave)
{
	cancel_delayed_work_sync(&slave->loop_work);
}

void brlite_set_state(struct brlite_slave *slave, u8 state)
{
	slave->state = state;
	brlite_update_ports(slave->bridge);
}

u8 brlite_state_of(const struct brlite_slave *slave)
{
	if (READ_ONCE(slave->port.up))
		return BR_STATE_FORWARDING;
	if (READ_ONCE(slave->shut_by_loop))
		return BR_STATE_BLOCKING;
	return slave->state == BR_STATE_FORWARDING ? BR_STATE_DISABLED : slave->state;
}

void brlite_set_stp(struct brlite *bridge, bool on)
{
	struct brlite_slave *slave;

	if (bridge->stp_state == on)
		return;
	bridge->stp_state = on;
	brlite_core_forward_groups(bridge->core, bridge->group_fwd_mask, on);
	if (!on)
		list_for_each_entry(slave, &bridge->slaves, list)
			slave->state = BR_STATE_FORWARDING;
	brlite_update_ports(bridge);
}

void brlite_set_loop_block(struct brlite_slave *slave, u32 seconds)
{
	WRITE_ONCE(slave->loop_block, seconds);
	if (!seconds && slave->shut_by_loop)
		mod_delayed_work(system_wq, &slave->loop_work, 0);
}
