// SPDX-License-Identifier: GPL-2.0-only
// Names for the network interface's ring format (source: xen/io/netif.h, MIT licensed, from the hypervisor's
// development package), and definitions that this header does not have yet.
#pragma once
#include "core/ring.hpp"

#define __XEN_INTERFACE_VERSION__ 0x00040d00
#define xen_mb() __atomic_thread_fence(__ATOMIC_SEQ_CST)
#define xen_rmb() __atomic_thread_fence(__ATOMIC_ACQUIRE)
#define xen_wmb() __atomic_thread_fence(__ATOMIC_RELEASE)
#include <xen/xen.h>
#include <xen/grant_table.h>
#include <xen/io/netif.h>

namespace ringway
{
using TxRequest = netif_tx_request;
using TxResponse = netif_tx_response;
using RxRequest = netif_rx_request;
using RxResponse = netif_rx_response;
using ExtraInfo = netif_extra_info;

using CtrlRequest = xen_netif_ctrl_request;
using CtrlResponse = xen_netif_ctrl_response;

using TxBackRing = BackRing<TxRequest, TxResponse>;
using RxBackRing = BackRing<RxRequest, RxResponse>;
using TxFrontRing = FrontRing<TxRequest, TxResponse>;
using RxFrontRing = FrontRing<RxRequest, RxResponse>;

using CtrlBackRing = BackRing<CtrlRequest, CtrlResponse>;
using CtrlFrontRing = FrontRing<CtrlRequest, CtrlResponse>;

static_assert(sizeof(TxRequest) == 12 && sizeof(TxResponse) == 4 && sizeof(RxRequest) == 8 &&
	      sizeof(RxResponse) == 8 && sizeof(ExtraInfo) == 8);
static_assert(sizeof(CtrlRequest) == 16 && sizeof(CtrlResponse) == 12);
static_assert(TxBackRing::kSize == 256 && RxBackRing::kSize == 256);

// A packet of so many slots must be accepted by every backend, extra infos not counted.
inline constexpr u32 kLegacySlots = XEN_NETIF_NR_SLOTS_MIN;

// Linux's header has one extra info type that Xen's does not have: headroom for XDP.
inline constexpr u8 kExtraTypeXdp = 5;
inline constexpr u8 kExtraTypeCount = 6;
} // namespace ringway
