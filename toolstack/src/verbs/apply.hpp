// SPDX-License-Identifier: GPL-2.0-only
//
// ringway apply FILE [--diff]: makes this host what the file says. Each object is changed as a whole or stays
// as it was, and what the file does not name is left alone.
#pragma once

#include <string>
#include <vector>
#include "verbs/answer.hpp"
#include "verbs/bridge.hpp"
#include "vif/attach.hpp"
#include "words/config_file.hpp"

namespace ringway
{

struct ApplyContext {
	Context &context;
	BridgeContext &bridges;
};

struct ApplyOptions {
	bool diff = false; // says what would be done
	AttachOptions attach;
};

struct Applied {
	Answer answer;
	Exit code =
		Exit::ok; // failed: an object could not be made as it should be, or with diff: one differs
};

Applied apply(ApplyContext &context, const Output &output, const std::vector<ConfigObject> &objects,
	      const ApplyOptions &options);

} // namespace ringway
