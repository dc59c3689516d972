// SPDX-License-Identifier: GPL-2.0-only
/* params.c - the module's parameters that the logic reads. */
#include <linux/module.h>

#include "netback/linux/host.h"

struct host_params host_params = {
	.fatal_slots = 20,
	.drain_msecs = 10000,
	.stall_msecs = 60000,
	.mapped_buffers = 512,
	.mapped_total = 131072,
	.queue_bytes = 64 * 1024,
};

module_param_named(rx_drain_timeout_msecs, host_params.drain_msecs, uint, 0444);
MODULE_PARM_DESC(rx_drain_timeout_msecs, "How long a packet waits for the guest's buffers before it is dropped");

module_param_named(rx_stall_timeout_msecs, host_params.stall_msecs, uint, 0444);
MODULE_PARM_DESC(rx_stall_timeout_msecs, "How long a guest may post no buffers before its carrier goes (0: never)");

module_param_named(fatal_skb_slots, host_params.fatal_slots, uint, 0444);
MODULE_PARM_DESC(fatal_skb_slots, "Slots beyond the first that a packet may have before its vif is disabled");

module_param_named(mapped_buffers, host_params.mapped_buffers, uint, 0444);
MODULE_PARM_DESC(mapped_buffers, "Buffers of a queue that a guest may keep mapped, up to 1024 (default: 512; 0: none)");

module_param_named(mapped_buffers_total, host_params.mapped_total, uint, 0444);
MODULE_PARM_DESC(mapped_buffers_total, "The same of all vifs together; a vif gets a quarter at most (default: 131072)");
