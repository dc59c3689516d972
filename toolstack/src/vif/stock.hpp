// SPDX-License-Identifier: GPL-2.0-only
//
// What the stock backend driver, an ordinary bridge, and this command in a driver domain's place cannot do:
// refused by name, with what to type.
#pragma once

#include <string>
#include <vector>
#include "context/context.hpp"
#include "vif/record.hpp"
#include "vif/wanted_policy.hpp"
#include "words/key_values.hpp"
#include "words/limit.hpp"

namespace ringway
{

// Of limits that somebody wants: those that the backend driver of this host does not know. Empty: it knows
// all of them, or is in another domain.
std::string unknown_limits(const Host &host, const Record &record, const std::vector<Limit> &limits);

// Throws Error (host) when there are such.
void expect_known_limits(const Host &host, const Record &record, const std::vector<Limit> &limits);

// Of `vif set`'s words that should be in force on that bridge. Throws Error (usage).
void expect_possible_policy(const Link &bridge, const KeyValues &words);
// The same of a vif whose bridge is in another domain: nobody there would hear of them.
void expect_no_policy(const Record &record, const KeyValues &words);

bool on_ordinary_bridge(Context &context, const Record &record);

// On an ordinary bridge VLANs are part of no policy: the hotplug script puts the port in those of the
// vifspec. It cannot where the libxl that makes the vif anew, when the guest reboots, does not know that
// word. Throws Error.
void put_attached_vlans(Context &context, const Record &record, const WantedPolicy &wanted);

} // namespace ringway
