// SPDX-License-Identifier: GPL-2.0-only
//
// What a vif's port should be allowed, put together from all who have a say: the administrator's files, the
// vifspec, and the commands that set something for this vif. The later counts more.
#pragma once

#include <optional>
#include <string>
#include <vector>
#include "context/context.hpp"
#include "context/policy_files.hpp"
#include "vif/record.hpp"
#include "words/key_values.hpp"
#include "words/limit.hpp"
#include "words/policy.hpp"

namespace ringway
{

struct WantedPolicy {
	VifNames names;
	std::optional<KeptPolicy> file; // of what commands set
	KeptWords kept;
	KeyValues written; // by the administrator
	KeyValues vifspec;

	KeyValues words() const;
	Policy policy() const;
	// Nothing for an ordinary bridge: VLANs and iptables' addresses of a vifspec are all that it knows.
	bool needs_brlite() const;
	// KEY=VALUE, or KEY=default: what the others say counts again. Throws Error when it cannot be kept.
	void set(const std::vector<std::string> &words);
};

// Those of the vifspec are in force already, and count more than what is written for many.
std::vector<Limit> wanted_limits(const Record &record, const WantedPolicy &wanted);

// What these words of `vif limit` come to. One that is given up is what is written for many, or none: that of
// the vifspec is on record no more until the guest starts again. One that nobody set stays as it is.
std::vector<Limit> limits_then(const WantedPolicy &wanted, const std::vector<std::string> &words);

// Of these keys, what commands set until now: words that set it again.
std::vector<std::string> kept_words_of(Context &context, const Record &record, const KeyValues &keys);

VifNames vif_names(Context &context, const Record &record);

// Throws Error when one of them cannot be read: what is wanted is not known then, which is not nothing.
WantedPolicy wanted_policy(Context &context, const Record &record);

} // namespace ringway
