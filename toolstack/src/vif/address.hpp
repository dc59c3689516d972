// SPDX-License-Identifier: GPL-2.0-only
//
// Who has a MAC address on a bridge already. Of two with the same one neither works reliably: the bridge
// drops what comes from its own host's address, and a lock to an address takes it away from everybody else.
#pragma once

#include <map>
#include <optional>
#include <string>
#include "context/context.hpp"
#include "vif/record.hpp"

namespace ringway
{

// Who has which address, in words, by the address' text.
using AddressOwners = std::map<std::string, std::string>;

// The bridge's ports ("port eth0") and the bridge itself.
AddressOwners owners_on(Context &context, const Link &bridge);

// Another vif ("vif 3.0"), a port or the bridge itself, in words. bridge: its name; links are
// looked at only if it is one here.
std::optional<std::string> address_user(Context &context, const Mac &mac, const std::string &bridge,
					bool bridge_here, const Record *besides = nullptr);

} // namespace ringway
