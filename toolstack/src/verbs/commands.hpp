// SPDX-License-Identifier: GPL-2.0-only
//
// The commands behind the command line: each gets its words, does its work through a Context and returns what
// to print.
#pragma once

#include <optional>
#include <string>
#include <vector>
#include <nlohmann/json_fwd.hpp>
#include "vif/attach.hpp"
#include "context/context.hpp"
#include "vif/detach.hpp"

namespace ringway
{

struct Output {
	bool json = false;
	bool pretty = false;
	bool stats = false;
	bool details = false;
	bool dry_run = false;
};

std::string vif_attach(Context &context, const Output &output, const std::string &domain, const VifSpec &spec,
		       const AttachOptions &options);
std::string vif_detach(Context &context, const Output &output, const std::string &domain,
		       const std::string &vif, const DetachOptions &options);
// An empty domain: all.
std::string vif_list(Context &context, const Output &output, const std::string &domain);
std::string vif_show(Context &context, const Output &output, const std::string &domain,
		     const std::string &vif);

// KEY=VALUE words; none: what is kept is put in force again.
std::string vif_set(Context &context, const Output &output, const std::string &domain, const std::string &vif,
		    std::vector<std::string> words);

// text: what parse_rules() reads, which replaces what there is; nothing: what is in force, and what it
// counted.
std::string vif_rules(Context &context, const Output &output, const std::string &domain,
		      const std::string &vif, const std::optional<std::string> &text);

std::string json_text(const Output &output, const nlohmann::json &value);

} // namespace ringway
