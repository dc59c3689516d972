/* SPDX-License-Identifier: GPL-2.0-only */
/* What the bridge takes over from its ports. CONTEXT: RTNL */
#ifndef BRLITE_INHERIT_H
#define BRLITE_INHERIT_H

#include "bridge-lite/linux/state.h"

void brlite_update_ports(struct brlite *bridge);
netdev_features_t brlite_features(struct brlite *bridge, netdev_features_t features);
void brlite_update_mtu(struct brlite *bridge);
/* The device's address becomes (or stops to be) one of this host's. */
void brlite_local_address_add(struct brlite *bridge, struct brlite_port *port, const u8 *address);
void brlite_local_address_own(struct brlite *bridge, const u8 *address);
void brlite_local_address_del(struct brlite *bridge, const u8 *address);
/* One of those that the device was asked to listen to, and not any more. CONTEXT: the device's address lock, too. */
void brlite_unicast_add(struct brlite *bridge, const u8 *address);
void brlite_unicast_del(struct brlite *bridge, const u8 *address);
void brlite_update_address(struct brlite *bridge);

#endif
