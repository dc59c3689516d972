// SPDX-License-Identifier: GPL-2.0-only
//
// What the kernel says about a vif's port, beside what should be so.
#pragma once

#include <optional>
#include <string>
#include <vector>
#include "context/context.hpp"
#include "vif/record.hpp"
#include "words/policy.hpp"

namespace ringway
{

// Of the vif's device as it is now. nullopt: it is no port of a brlite bridge.
std::optional<Policy> policy_in_force(Context &context, const Record &record);

// Where it is not what it should be, a line each, the port of an emulated card included; also when what
// should be cannot be known. Nothing for a vif of a driver domain, without a device, or that is still being
// wired up.
std::vector<std::string> policy_drift(Context &context, const Record &record);

// Whether anything is wanted of it, by a bridge of kind brlite; false also when that cannot be known.
bool is_under_policy(Context &context, const Record &record);

// Puts all in force again, and the device into its bridge, should it be in none. Throws Error.
void mend_policy(Context &context, const Record &record);

// The emulated card with this tap went away: its vif gets the addresses that the card's port had until now.
// No port is taken up or joined to a bridge, as it may be shut on purpose. Throws Error.
void emulated_card_went(Context &context, const std::string &tap);

} // namespace ringway
