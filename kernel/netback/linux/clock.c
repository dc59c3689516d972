// SPDX-License-Identifier: GPL-2.0-only
/* clock.c - the units of time. */
#include <linux/jiffies.h>
#include <linux/ktime.h>
#include <linux/math64.h>
#include <linux/time.h>

#include <asm/tsc.h>

#include "netback/linux/host.h"

uint64_t host_nanos(uint64_t cycles) { return mul_u64_u32_div(cycles, USEC_PER_SEC, tsc_khz ?: USEC_PER_SEC); }
uint64_t host_micros(void) { return ktime_to_us(ktime_get()); }
unsigned long host_msecs(uint32_t msecs) { return msecs_to_jiffies(msecs); }
