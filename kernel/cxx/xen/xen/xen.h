/* SPDX-License-Identifier: GPL-2.0-only */
/* Xen's public header as libxen-dev installs it. The rest of /usr/include stays out of reach of kernel C++. */
#include "/usr/include/xen/xen.h"
