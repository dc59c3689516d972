// SPDX-License-Identifier: GPL-2.0-only
//
// What the verbs say in the journal, as the command line would have it.
#pragma once

#include <string>
#include <vector>
#include "verbs/bridge.hpp"
#include "vif/record.hpp"
#include "words/change.hpp"
#include "words/vifspec.hpp"

namespace ringway
{

using JournalWords = std::vector<std::string>; // KEY=VALUE

// What was done is done: nothing that goes wrong here is an error.
void say_vif(Context &context, const char *verb, const Record &record, const JournalWords &words) noexcept;
void say_bridge(BridgeContext &context, const char *verb, const std::string &bridge,
		const JournalWords &words) noexcept;
void say_port(BridgeContext &context, const Link &port, const JournalWords &words) noexcept;
// Of many things at once: the message counts them.
void say_all(Context &context, const char *verb, const std::string &message, const JournalWords &changes,
	     bool warning = false) noexcept;

// The vifspec of what was made.
JournalWords attach_words(const VifSpec &spec, const Record &made);
// What they were changed to.
JournalWords change_words(const std::vector<Change> &changes);

} // namespace ringway
