// SPDX-License-Identifier: GPL-2.0-only
//
// What the verbs of `ringway bridge` have in common: finding what is meant, or saying by name why it cannot
// be.
#pragma once

#include <optional>
#include <string>
#include <vector>
#include "verbs/bridge.hpp"
#include "context/undo.hpp"
#include "vif/record.hpp"
#include "words/key_values.hpp"

namespace ringway
{

// Of kind brlite. Throws Error (absent, usage).
Link find_bridge(BridgeContext &context, const std::string &name);
// In a bridge of that kind. Throws Error (absent, usage).
Link find_port(BridgeContext &context, const std::string &device);

// The value, which is no longer among the words; empty when it was not there.
std::string take_text(KeyValues &words, const std::string &key);
// What is left of the words is no key of this command. Throws Error (usage).
void expect_none(const KeyValues &rest, const std::string &keys);

// Made, with its settings, address and ports, and up if it should be; or else not there.
void make_bridge(BridgeContext &context, const std::string &name, const BridgeValues &values,
		 const std::optional<Mac> &address, const std::vector<Link> &ports, bool up);

// What a port that is no vif takes besides PortValues, out of the words. Throws Error (usage).
PortChange take_port_change(BridgeContext &context, const Link &port, KeyValues &words);
// That has this device here.
std::optional<Record> vif_of(BridgeContext &context, const std::string &device);
// A vif's settings are the policy of its guest, and outlive it: they are refused by name.
void expect_no_vif(BridgeContext &context, const std::string &device, const KeyValues &policy);
// The kernel takes the two in requests of their own: what was done is undone by what it adds to undo.
void change_port(BridgeContext &context, const Link &port, const PortChange &change, const PortValues &values,
		 Undo &undo);

// What a dry run says.
Answer would(const std::string &what, const std::string &device, const KeyValues &words);

} // namespace ringway
