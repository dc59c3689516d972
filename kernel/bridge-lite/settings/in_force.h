/* SPDX-License-Identifier: GPL-2.0-only */
/* How what a port's policy points to is put in force. */
#ifndef BRLITE_SETTINGS_IN_FORCE_H
#define BRLITE_SETTINGS_IN_FORCE_H

#include "bridge-lite/entry.h"

/* A setting that a port has for each direction: the attribute that names it, the bit that says that it has it. */
struct brlite_way {
	u16 attribute;
	u32 bit;
};

/*
 * Gives the data path another `member` of the port, or none (NULL). INVARIANT: with the bit there is something to
 * be read: the bit is set after it, and taken away before it. CONTEXT: RTNL. Who frees what was there waits a grace
 * period first.
 */
#define brlite_put_in_force(port, member, value, bit)                                         \
	do {                                                                                  \
		struct brlite_port *port_ = (port);                                           \
		typeof(port_->member) value_ = (value);                                       \
		const u32 without_ = port_->policy & ~(bit);                                  \
                                                                                              \
		if (!value_)                                                                  \
			brlite_port_set_policy(port_, without_);                              \
		smp_store_release(&port_->member, value_);                                    \
		if (value_)                                                                   \
			brlite_port_set_policy(port_, without_ | (bit));                      \
	} while (0)

#endif
