// SPDX-License-Identifier: GPL-2.0-only
//
// `ringway use`: what it says before it begins.
#pragma once

#include "swap/change.hpp"
#include "verbs/answer.hpp"

namespace ringway
{

Answer plan_answer(const SwapPlan &plan, bool to_ringway);

} // namespace ringway
