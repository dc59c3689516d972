// SPDX-License-Identifier: GPL-2.0-only
//
// KEY=VALUE words by key: what `vif set` and `vif limit` take, as files keep it.
#pragma once

#include <map>
#include <string>
#include <vector>

namespace ringway
{

using KeyValues = std::map<std::string, std::string>;

// Without '=' the value is empty. Throws Error (usage): a key is there twice.
KeyValues key_values(const std::vector<std::string> &words);
std::vector<std::string> words_of(const KeyValues &values);
// What over says counts.
KeyValues laid_over(KeyValues under, const KeyValues &over);
bool is_limit_key(const std::string &key);
// Those for `vif limit`, or the others, which are for `vif set`.
KeyValues only_limits(const KeyValues &values, bool limits);

} // namespace ringway
