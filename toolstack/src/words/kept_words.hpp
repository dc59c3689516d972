// SPDX-License-Identifier: GPL-2.0-only
//
// What was set for a vif by command, as a file of dom0's own keeps it: text with a version.
#pragma once

#include <string>
#include <string_view>
#include "words/key_values.hpp"

namespace ringway
{

// In the words of `vif set` and `vif limit`.
struct KeptWords {
	KeyValues attached; // in the vifspec of `vif attach`, but unknown to some libxl
	KeyValues set;      // later, which counts more than any vifspec

	bool empty() const { return attached.empty() && set.empty(); }
	bool operator==(const KeptWords &) const = default;
};

// domain: for people who read the file.
std::string kept_words_text(const KeptWords &kept, const std::string &domain);

// Throws Error that names the file: it is damaged, of a newer version, or says what no command would take.
KeptWords parse_kept_words(std::string_view text, const std::string &file);

} // namespace ringway
