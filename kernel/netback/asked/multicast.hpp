// SPDX-License-Identifier: GPL-2.0-only
// The multicast filter's half in the from-guest poll: what the guest changes of it. See multicast.cpp.
#pragma once
#include "core/packet.hpp"

namespace ringway::netback
{
struct Vif;
void change_multicast(Batch &batch, Vif &vif);
} // namespace ringway::netback
