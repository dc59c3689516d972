/* SPDX-License-Identifier: GPL-2.0-only */
/* A port's settings as files. CONTEXT: RTNL. */
#ifndef BRLITE_SETTINGS_PORT_SYSFS_H
#define BRLITE_SETTINGS_PORT_SYSFS_H

#include "bridge-lite/linux/state.h"

void brlite_add_port_files(struct brlite_slave *slave);
void brlite_remove_port_files(struct brlite_slave *slave);

#endif
