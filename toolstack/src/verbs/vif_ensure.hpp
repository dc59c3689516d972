// SPDX-License-Identifier: GPL-2.0-only
//
// ringway vif attach --ensure: attaches what is missing, changes what differs, and does nothing else.
#pragma once

#include <string>
#include "context/context.hpp"
#include "verbs/answer.hpp"
#include "vif/attach.hpp"

namespace ringway
{

Answer vif_ensure(Context &context, const Output &output, const std::string &domain, VifSpec spec,
		  const AttachOptions &options);

} // namespace ringway
