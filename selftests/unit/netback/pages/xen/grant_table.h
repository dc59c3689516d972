/* SPDX-License-Identifier: GPL-2.0-only */
#pragma once
#include "xen/page.h"

#define DOMID_SELF 0x7ff0
