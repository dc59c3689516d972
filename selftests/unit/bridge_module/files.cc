// SPDX-License-Identifier: GPL-2.0-only
// What is not linked, the files in sysfs and brctl(8)'s ioctl: what other parts of the module call of them.
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
int brlite_siocdevprivate(net_device *, ifreq *, void *, int);
int brlite_siocdevprivate(net_device *, ifreq *, void *, int)
{
	return -EOPNOTSUPP;
}
}
