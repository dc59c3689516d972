// SPDX-License-Identifier: GPL-2.0-only
//
// What the verbs of `ringway bridge` have in common: finding what is meant, or saying by name why it cannot
// be.
#pragma once

#include <string>
#include "verbs/bridge.hpp"
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

// What a dry run says.
Answer would(const std::string &what, const std::string &device, const KeyValues &words);

} // namespace ringway
