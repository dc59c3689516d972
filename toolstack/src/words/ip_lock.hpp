// SPDX-License-Identifier: GPL-2.0-only
//
// The addresses that a port of a brlite bridge is locked to: `ip=` of `vif set`, and of a vifspec.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace ringway
{

using IpLock = std::vector<std::string>; // each in its usual form; empty: no address at all

// ADDRESS,…|none|any; any is no lock. Throws Error (usage).
std::optional<IpLock> parse_ip_lock(std::string_view value);

// Of a vifspec, which may say /32 or /128 as well. A network is refused: a lock takes addresses one by one,
// and whether 10.0.0.5/24 means one or 256 of them is not for us to guess. Throws Error (usage).
IpLock lock_of_vifspec(const std::vector<std::string> &addresses);

// What is kept in XenStore. Text that cannot be read locks the port to no address: never open by mistake.
IpLock read_ip_lock(const std::string &text);

// "none" for no address.
std::string ip_lock_text(const IpLock &lock);

} // namespace ringway
