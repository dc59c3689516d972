/* SPDX-License-Identifier: GPL-2.0-only */
/* A bridge's settings as files. */
#ifndef BRLITE_SETTINGS_SYSFS_H
#define BRLITE_SETTINGS_SYSFS_H

#include <linux/types.h>

struct attribute_group;

extern const struct attribute_group brlite_sysfs_group;
/* Those that Linux's bridge takes, too. */
bool brlite_group_fwd_mask_is_possible(u32 mask);

#endif
