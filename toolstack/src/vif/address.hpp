// SPDX-License-Identifier: GPL-2.0-only
//
// Who has a MAC address on a bridge already. Of two with the same one neither works reliably: the bridge
// drops what comes from its own host's address, and a lock to an address takes it away from everybody else.
#pragma once

#include <optional>
#include <string>
#include "context/context.hpp"
#include "vif/record.hpp"

namespace ringway
{

// Another vif ("vif 3.0"), a port ("port eth0") or the bridge itself, in words. bridge: its name; links are
// looked at only if it is one here.
std::optional<std::string> address_user(Context &context, const Mac &mac, const std::string &bridge,
					bool bridge_here, const Record *besides = nullptr);

} // namespace ringway
