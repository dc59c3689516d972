/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * As much of Linux as bridge-lite's C files ask for, for this host. What is declared here without a body is a
 * crossing (cpus/cpus.hpp): the linux_*.cc answer, and look whether Linux would have allowed the call. What has a body
 * is nobody's business.
 */
#ifndef FAKE_KERNEL_H
#define FAKE_KERNEL_H

#include "base.h"
#include "locks.h"
#include "device.h"
#include "module.h"
#include "skb.h"
#include "xmit.h"
#include "netlink.h"
#include "unused.h"

#endif
