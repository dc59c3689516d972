// SPDX-License-Identifier: GPL-2.0-only
// What the files in sysfs would be: of those that other parts of the module call, nothing.
#include "bridge_module/linux/kernel.h"

extern "C" {
struct brlite_slave;
extern const attribute_group brlite_sysfs_group;
const attribute_group brlite_sysfs_group{"brlite"};
void brlite_add_port_files(brlite_slave *);
void brlite_add_port_files(brlite_slave *) {}
void brlite_remove_port_files(brlite_slave *);
void brlite_remove_port_files(brlite_slave *) {}
bool brlite_group_fwd_mask_is_possible(u32);
bool brlite_group_fwd_mask_is_possible(u32 mask)
{
	return !(mask & ~0xfff8u);
}
}
