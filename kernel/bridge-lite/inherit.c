// SPDX-License-Identifier: GPL-2.0-only
/*
 * What a bridge takes over from its ports: carrier, features, MTU, address. CONTEXT: RTNL, all of this file.
 */
#include <linux/etherdevice.h>
#include <linux/if_bridge.h>
#include <linux/rtnetlink.h>

#include "bridge-lite/entry.h"
#include "bridge-lite/inherit.h"

static bool has_link(const struct net_device *dev)
{
	return netif_running(dev) && netif_oper_up(dev);
}

static enum brlite_gate gate_of(const struct brlite_slave *slave, bool linked)
{
	if (slave->shut_by_loop)
		return BRLITE_GATE_SHUT;
	if (slave->state == BR_STATE_LEARNING)
		return linked ? BRLITE_GATE_LEARNING : BRLITE_GATE_SHUT;
	return slave->state == BR_STATE_FORWARDING ? BRLITE_GATE_OPEN : BRLITE_GATE_SHUT;
}

static void update_port(struct brlite_slave *slave, bool running)
{
	const bool linked = running && has_link(slave->port.dev);
	enum brlite_gate gate;
	bool up;

	if (slave->bridge->stp_state && !linked)
		slave->state = BR_STATE_BLOCKING; /* until somebody says that it makes no loop now */
	gate = gate_of(slave, linked);
	up = linked && gate == BRLITE_GATE_OPEN;
	if (slave->port.up && !up)
		brlite_port_set_up(&slave->port, false);
	if (slave->port.gate != gate)
		brlite_port_set_gate(&slave->port, gate);
	if (!slave->port.up && up)
		brlite_port_set_up(&slave->port, true);
}

/*
 * A port works while it and the bridge are up, it has carrier and its gate is open; the bridge has carrier if any port
 * has and its gate is.
 */
void brlite_update_ports(struct brlite *bridge)
{
	bool running = netif_running(bridge->dev), carrier = false;
	struct brlite_slave *slave;

	if (bridge->local.up != running)
		brlite_port_set_up(&bridge->local, running);
	list_for_each_entry(slave, &bridge->slaves, list) {
		update_port(slave, running);
		carrier |= has_link(slave->port.dev) && slave->port.gate == BRLITE_GATE_OPEN;
	}
	if (carrier)
		netif_carrier_on(bridge->dev);
	else
		netif_carrier_off(bridge->dev);
}

netdev_features_t brlite_features(struct brlite *bridge, netdev_features_t features)
{
	netdev_features_t mask = features;
	struct brlite_slave *slave;

	if (list_empty(&bridge->slaves))
		return features;
	features &= ~NETIF_F_ONE_FOR_ALL;
	list_for_each_entry(slave, &bridge->slaves, list)
		features = netdev_increment_features(features, slave->port.dev->features, mask);
	return netdev_add_tso_features(features, mask);
}

/* The smallest of the ports' MTUs, unless the administrator chose one; and the same for GSO sizes. */
void brlite_update_mtu(struct brlite *bridge)
{
	unsigned int tso_size = TSO_MAX_SIZE, mtu = U16_MAX;
	struct brlite_slave *slave;
	u16 tso_segs = TSO_MAX_SEGS;

	list_for_each_entry(slave, &bridge->slaves, list) {
		const struct net_device *dev = slave->port.dev;

		mtu = min(mtu, dev->mtu);
		tso_size = min(tso_size, dev->tso_max_size);
		tso_segs = min(tso_segs, dev->tso_max_segs);
	}
	netif_set_tso_max_size(bridge->dev, tso_size);
	netif_set_tso_max_segs(bridge->dev, tso_segs);
	if (bridge->mtu_by_hand)
		return;
	dev_set_mtu(bridge->dev, list_empty(&bridge->slaves) ? ETH_DATA_LEN : mtu);
	bridge->mtu_by_hand = false; /* that was not the administrator */
}

/* --- Addresses -------------------------------------------------------------------------------- */

/*
 * INVARIANT: the addresses of the bridge device and of every port are in the FDB as local, so that frames
 * to them go up this host's stack and nobody else gets to use one as a source. Ports may share one. A macvlan or
 * VRRP on the bridge device has addresses there besides the device's own.
 */
static void put_local(struct brlite *bridge, struct brlite_port *port, const u8 *address)
{
	struct brlite_fdb_entry ours = { .is_static = true, .is_local = true };

	ether_addr_copy(ours.mac, address);
	if (brlite_fdb_set(port, &ours, true))
		netdev_warn(bridge->dev,
			    "%pM of %s: the FDB has no room for this host's own address; recreate the bridge with a larger fdb_max\n",
			    address, port->dev->name);
}

void brlite_local_address_add(struct brlite *bridge, struct brlite_port *port, const u8 *address)
{
	struct brlite_fdb_entry known;

	if (brlite_fdb_get(bridge->core, address, 0, &known) || !known.is_local)
		put_local(bridge, port, address);
}

/* The bridge device's own by hand: it stays there, whoever else has it and leaves. */
void brlite_local_address_own(struct brlite *bridge, const u8 *address)
{
	put_local(bridge, &bridge->local, address);
}

/*
 * An address that this host has on the bridge device besides its own. A station's that was entered by hand stays the
 * station's: it may be a guest's that is locked to it. CONTEXT: the device's address lock, too, as below.
 */
void brlite_unicast_add(struct brlite *bridge, const u8 *address)
{
	struct brlite_fdb_entry known;

	if (!brlite_fdb_get(bridge->core, address, 0, &known) && known.is_static && !known.is_local)
		netdev_warn(bridge->dev, "%pM is an address of this host by now, but port %u has it by hand and keeps it\n",
			    address, known.port);
	else
		brlite_local_address_add(bridge, &bridge->local, address);
}

void brlite_unicast_del(struct brlite *bridge, const u8 *address)
{
	struct brlite_fdb_entry known;
	struct brlite_slave *slave;

	if (!brlite_fdb_get(bridge->core, address, 0, &known) && known.is_local)
		brlite_fdb_erase(bridge->core, NULL, address, 0);
	if (ether_addr_equal(bridge->dev->dev_addr, address))
		brlite_local_address_add(bridge, &bridge->local, address);
	list_for_each_entry(slave, &bridge->slaves, list)
		if (ether_addr_equal(slave->port.dev->dev_addr, address))
			brlite_local_address_add(bridge, &slave->port, address);
}

static bool has_unicast(struct net_device *dev, const u8 *address)
{
	struct netdev_hw_addr *known;
	bool found = false;

	netif_addr_lock_bh(dev);
	netdev_for_each_uc_addr(known, dev)
		found |= ether_addr_equal(known->addr, address);
	netif_addr_unlock_bh(dev);
	return found;
}

void brlite_local_address_del(struct brlite *bridge, const u8 *address)
{
	brlite_unicast_del(bridge, address);
	if (has_unicast(bridge->dev, address))
		brlite_local_address_add(bridge, &bridge->local, address);
}

static void change_bridge_address(struct brlite *bridge, const u8 *address, u8 assign_type)
{
	u8 old[ETH_ALEN];

	ether_addr_copy(old, bridge->dev->dev_addr);
	bridge->dev->addr_assign_type = assign_type;
	if (ether_addr_equal(old, address))
		return;
	eth_hw_addr_set(bridge->dev, address);
	brlite_local_address_del(bridge, old);
	brlite_local_address_add(bridge, &bridge->local, address);
	call_netdevice_notifiers(NETDEV_CHANGEADDR, bridge->dev);
}

/*
 * The bridge starts with a random address of its own. The first port that brings a real one lends it:
 * what a network's DHCP server and switch know the machine by. Not a vif's fe:ff:ff:ff:ff:ff, which all
 * of them have, nor an address that the kernel made up for a device. When that port leaves, the next
 * takes its place, or the bridge's own address comes back. An address set by hand is never touched.
 */
static bool may_lend(const struct net_device *dev)
{
	static const u8 vif_address[ETH_ALEN] = { 0xfe, 0xff, 0xff, 0xff, 0xff, 0xff };

	return dev->addr_assign_type != NET_ADDR_RANDOM && !ether_addr_equal(dev->dev_addr, vif_address);
}

void brlite_update_address(struct brlite *bridge)
{
	struct net_device *lender = bridge->address_lender;
	struct brlite_slave *slave;

	if (bridge->dev->addr_assign_type == NET_ADDR_SET) {
		bridge->address_lender = NULL;
		return;
	}
	if (!lender) {
		list_for_each_entry(slave, &bridge->slaves, list) {
			if (may_lend(slave->port.dev)) {
				lender = slave->port.dev;
				break;
			}
		}
	}
	bridge->address_lender = lender;
	if (lender)
		change_bridge_address(bridge, lender->dev_addr, NET_ADDR_STOLEN);
	else
		change_bridge_address(bridge, bridge->own_address, NET_ADDR_RANDOM);
}
