/* SPDX-License-Identifier: GPL-2.0-only */
/* libstdc++'s os_defines.h asks glibc for its version; there is no libc here, so the answer is "too old". */
#define __GLIBC_PREREQ(major, minor) 0
