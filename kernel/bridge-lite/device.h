/* SPDX-License-Identifier: GPL-2.0-only */
/* The bridge device. */
#ifndef BRLITE_DEVICE_H
#define BRLITE_DEVICE_H

#include "bridge-lite/linux/state.h"

void brlite_setup(struct net_device *dev);

#endif
