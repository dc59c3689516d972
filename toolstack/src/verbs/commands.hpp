// SPDX-License-Identifier: GPL-2.0-only
//
// The commands behind the command line: each gets its words, does its work through a Context and answers.
#pragma once

#include <optional>
#include <string>
#include <vector>
#include "context/context.hpp"
#include "verbs/answer.hpp"
#include "vif/attach.hpp"
#include "vif/detach.hpp"

namespace ringway
{

Answer vif_attach(Context &context, const Output &output, const std::string &domain, VifSpec spec,
		  const AttachOptions &options);
Answer vif_detach(Context &context, const Output &output, const std::string &domain, const std::string &vif,
		  const DetachOptions &options);
// An empty domain: all.
Answer vif_list(Context &context, const Output &output, const std::string &domain);
Answer vif_show(Context &context, const Output &output, const std::string &domain, const std::string &vif);

// KEY=VALUE words; none: what is kept is put in force again.
Answer vif_set(Context &context, const Output &output, const std::string &domain, const std::string &vif,
	       std::vector<std::string> words);

// text: what parse_rules() reads, which replaces what there is; nothing: what is in force, and what it
// counted.
Answer vif_rules(Context &context, const Output &output, const std::string &domain, const std::string &vif,
		 const std::optional<std::string> &text);

} // namespace ringway
