/* SPDX-License-Identifier: GPL-2.0-only */
/* Whose a device is. */
#ifndef BRLITE_LOOKUP_H
#define BRLITE_LOOKUP_H

#include "bridge-lite/linux/state.h"

extern const struct device_type brlite_device_type;
bool brlite_is_bridge(const struct net_device *dev);
/* CONTEXT: RTNL. NULL when dev is no port of a brlite bridge. */
struct brlite_slave *brlite_slave_of(const struct net_device *dev);

#endif
