// SPDX-License-Identifier: GPL-2.0-only
//
// A frame, what is decided about it, and how long it may be.
#pragma once
#include "bridge-lite/types.h"
#include "core/types.hpp"

namespace ringway::brlite
{
using Port = brlite_port;
using Frame = brlite_frame;
using Verdict = brlite_verdict;

RINGWAY_ALWAYS_INLINE Verdict verdict(u8 action, u8 reason, u16 flags = 0)
{
	return {action, reason, flags, 0, {nullptr}, nullptr};
}

RINGWAY_ALWAYS_INLINE bool too_long(const Frame &frame, u32 limit)
{
	return frame.len > limit && !(frame.flags & BRLITE_FRAME_GSO);
}
} // namespace ringway::brlite
