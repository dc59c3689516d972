/* SPDX-License-Identifier: GPL-2.0-only */
/* What Linux does for the switch. C++ calls it; the packets' C files count with it too. */
#ifndef BRLITE_LINUX_HOST_H
#define BRLITE_LINUX_HOST_H

#include "bridge-lite/types.h"
#include "core/thread_safety.h"

#ifdef __cplusplus
extern "C" {
#endif

/* Held by who changes a bridge's FDB; its readers need no lock. With it interrupts are off: what one of
 * them prints goes by netconsole over the bridge, maybe, and a reader waits for the writer of its bucket. */
struct RINGWAY_CAPABILITY("FDB lock") fdb_lock;
void host_lock(struct fdb_lock *lock) RINGWAY_ACQUIRE(lock);
void host_unlock(struct fdb_lock *lock) RINGWAY_RELEASE(lock);

/* RTNL, which who changes a setting holds. Never defined: a name for the attributes. */
struct RINGWAY_CAPABILITY("RTNL") rtnl_mutex;
extern struct rtnl_mutex rtnl;

uint32_t host_now(void); /* seconds, monotonic */
uint64_t host_nanoseconds(void); /* monotonic */

void host_count(struct brlite_port *port, uint32_t counter);
void host_uncount(struct brlite_port *port, uint32_t counter); /* it was counted too much, perhaps on another CPU */
/*
 * A line in the log, at most one a minute for each port and kind; and a loop shuts the port, if that was asked for.
 * Not under a lock. mac: whose frame it was.
 */
void host_tell(struct brlite_port *port, enum brlite_news news, const uint8_t *mac);
/*
 * The entry came, changed or (gone) goes: tells who listens to RTNLGRP_NEIGH, later. CONTEXT: the FDB's lock.
 */
void host_fdb_changed(struct brlite_port *port, const struct brlite_fdb_entry *entry, bool gone);
void host_count_rule(struct brlite_rule_hits *hits, uint32_t outcome);
/* What came in by the port, or goes out there; negative: it does so later. CONTEXT: RCU read side. */
void host_count_vlan(struct brlite_port *port, uint32_t vlan, enum brlite_direction direction, int32_t packets,
		     int32_t bytes);

#ifdef __cplusplus
}
#endif

#endif
