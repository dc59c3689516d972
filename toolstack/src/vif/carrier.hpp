// SPDX-License-Identifier: GPL-2.0-only
//
// `ringway vif set … carrier=on|off`: what a guest is told of its link, in the backend's node `carrier`. The
// guest's driver has to look there (Ringway's netfront does); nothing in dom0 stops packets for it.
#pragma once

#include <optional>
#include <string>
#include <vector>
#include "context/context.hpp"
#include "vif/record.hpp"

namespace ringway
{

// Takes the word carrier= out of the others. Throws Error (usage).
std::optional<bool> take_carrier(std::vector<std::string> &words);

void set_carrier(Context &context, const Record &record, bool on);

} // namespace ringway
