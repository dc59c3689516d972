/* SPDX-License-Identifier: GPL-2.0-only */
/* What is wrong with an attribute, said in rtnetlink's answer. */
#ifndef BRLITE_SETTINGS_REFUSE_H
#define BRLITE_SETTINGS_REFUSE_H

#include <linux/netlink.h>

static inline int brlite_refuse(struct netlink_ext_ack *extack, const struct nlattr *attribute, const char *why)
{
	NL_SET_BAD_ATTR(extack, attribute);
	if (extack)
		extack->_msg = why;
	return -EINVAL;
}

#endif
