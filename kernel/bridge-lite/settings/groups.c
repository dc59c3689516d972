// SPDX-License-Identifier: GPL-2.0-only
/*
 * Multicast groups of a bridge: their memory, which is there while their members are told apart (multicast_snooping),
 * their clock, and which of them this host wants.
 *
 * CONTEXT: RTNL, all of this file, but for the clock and brlite_sync_host_groups().
 */
#include <linux/random.h>
#include <linux/rtnetlink.h>
#include <linux/slab.h>

#include "bridge-lite/entry.h"
#include "bridge-lite/packets/question.h"
#include "bridge-lite/settings/groups.h"

/* --- The clock: once a second while the bridge is up and has groups ------------------------------------- */

/* Of one tick; more wait for the next. */
#define MOST_QUESTIONS 64

static void tick(struct work_struct *work)
{
	struct brlite *bridge = container_of(to_delayed_work(work), struct brlite, groups_work);
	struct brlite_question question;
	unsigned int i;

	local_bh_disable();
	rcu_read_lock();
	brlite_groups_age(bridge->core);
	for (i = 0; i < MOST_QUESTIONS; i++) {
		if (!brlite_groups_question(bridge->core, bridge->dev->dev_addr, &question))
			break;
		brlite_send_question(bridge, &question);
	}
	rcu_read_unlock();
	local_bh_enable();
	mod_delayed_work(system_power_efficient_wq, &bridge->groups_work, HZ);
}

void brlite_init_groups(struct brlite *bridge)
{
	INIT_DELAYED_WORK(&bridge->groups_work, tick);
}

void brlite_start_groups(struct brlite *bridge)
{
	if (bridge->groups && netif_running(bridge->dev))
		mod_delayed_work(system_power_efficient_wq, &bridge->groups_work, HZ);
}

void brlite_stop_groups(struct brlite *bridge)
{
	cancel_delayed_work_sync(&bridge->groups_work);
}

/* --- What this host wants --------------------------------------------------------------------------------- */

/* More addresses than this: everything. */
#define HOST_GROUPS 512

void brlite_sync_host_groups(struct brlite *bridge)
{
	const struct net_device *dev = bridge->dev;
	const bool everything = dev->flags & (IFF_ALLMULTI | IFF_PROMISC);
	struct netdev_hw_addr *address;
	u8 *macs;
	u32 n = 0;

	if (!READ_ONCE(bridge->groups))
		return;
	macs = kmalloc_array(HOST_GROUPS, ETH_ALEN, GFP_ATOMIC);
	rcu_read_lock();
	if (everything || !macs || netdev_mc_count(dev) > HOST_GROUPS) {
		brlite_groups_set_host(bridge->core, NULL, 0, true);
	} else {
		netdev_for_each_mc_addr(address, dev)
			ether_addr_copy(macs + ETH_ALEN * n++, address->addr);
		brlite_groups_set_host(bridge->core, macs, n, false);
	}
	rcu_read_unlock();
	kfree(macs);
}

/* --- On and off ------------------------------------------------------------------------------------------- */

static int begin(struct brlite *bridge)
{
	void *memory = kvzalloc(brlite_groups_bytes(), GFP_KERNEL_ACCOUNT);
	u64 seed[2];

	if (!memory)
		return -ENOMEM;
	get_random_bytes(seed, sizeof(seed));
	WRITE_ONCE(bridge->groups, brlite_groups_init(memory, seed));
	brlite_core_set_groups(bridge->core, bridge->groups);
	brlite_groups_set_querier(bridge->core, bridge->multicast_querier);
	netif_addr_lock_bh(bridge->dev);
	brlite_sync_host_groups(bridge);
	netif_addr_unlock_bh(bridge->dev);
	brlite_start_groups(bridge);
	return 0;
}

static void end(struct brlite *bridge)
{
	struct brlite_groups *groups = bridge->groups;

	brlite_stop_groups(bridge);
	brlite_core_set_groups(bridge->core, NULL);
	WRITE_ONCE(bridge->groups, NULL);
	synchronize_net(); /* whoever judges or shows just now may have found them */
	kvfree(groups);
}

int brlite_snoop_groups(struct brlite *bridge, bool on)
{
	int err = 0;

	if (on && !bridge->groups)
		err = begin(bridge);
	else if (!on && bridge->groups)
		end(bridge);
	if (!err)
		WRITE_ONCE(bridge->multicast_snooping, on);
	return err;
}

void brlite_set_querier(struct brlite *bridge, bool on)
{
	WRITE_ONCE(bridge->multicast_querier, on);
	brlite_groups_set_querier(bridge->core, on);
}
