// SPDX-License-Identifier: GPL-2.0-only
//
// `ringway use`: what it says before it begins, and in the journal.
#pragma once

#include "swap/change.hpp"
#include "verbs/answer.hpp"

namespace ringway
{

Answer plan_answer(const SwapPlan &plan, bool to_ringway);
// When it is done, which may be undone again.
void say_used(Context &context, const SwapPlan &plan, bool to_ringway) noexcept;
void say_unused(Context &context) noexcept;

} // namespace ringway
