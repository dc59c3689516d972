// SPDX-License-Identifier: GPL-2.0-only
/*
 * complain.c - what is wrong with a frontend: a line in the log, the error node in XenStore, and the state Closing.
 *
 * HOSTILE: the guest decides how often there is reason to. Ten in five seconds are told for each vif; of the others
 * the log says only how many there were, and XenStore keeps the last that was told. The state is shown in any case.
 */
#include <linux/ratelimit.h>
#include <xen/xenbus.h>

#include "netback/linux/state.h"

void nb_complaints_init(struct nb_kvif *kvif) { ratelimit_state_init(&kvif->complaints, 5 * HZ, 10); }

/* CONTEXT: process */
void nb_complain(struct nb_kvif *kvif, int error, const char *format, ...)
{
	struct va_format text = {.fmt = format};
	va_list args;

	if (!__ratelimit(&kvif->complaints)) {
		xenbus_switch_state(kvif->xdev, XenbusStateClosing);
		return;
	}
	va_start(args, format);
	text.va = &args;
	xenbus_dev_fatal(kvif->xdev, error, "%pV", &text);
	va_end(args);
}
