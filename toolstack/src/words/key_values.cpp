// SPDX-License-Identifier: GPL-2.0-only
#include "words/key_values.hpp"

#include <algorithm>
#include <array>
#include <fmt/format.h>
#include <string_view>
#include "words/error.hpp"
#include "words/text.hpp"

namespace ringway
{

KeyValues key_values(const std::vector<std::string> &words)
{
	KeyValues out;
	for (const std::string &word : words) {
		const auto equals = word.find('=');
		const std::string key = word.substr(0, equals);
		if (!out.try_emplace(key, equals == word.npos ? "" : word.substr(equals + 1)).second) {
			throw Error(Exit::usage, fmt::format("{}: given twice; keep one", quote(key)));
		}
	}
	return out;
}

std::vector<std::string> words_of(const KeyValues &values)
{
	std::vector<std::string> out;
	for (const auto &[key, value] : values) {
		out.push_back(key + "=" + value);
	}
	return out;
}

KeyValues laid_over(KeyValues under, const KeyValues &over)
{
	for (const auto &[key, value] : over) {
		under[key] = value;
	}
	return under;
}

bool is_limit_key(const std::string &key)
{
	constexpr std::array<std::string_view, 4> keys = {"rate", "pps", "rx-rate", "rx-pps"};
	return std::find(keys.begin(), keys.end(), key) != keys.end();
}

KeyValues only_limits(const KeyValues &values, bool limits)
{
	KeyValues out;
	for (const auto &[key, value] : values) {
		if (is_limit_key(key) == limits) {
			out[key] = value;
		}
	}
	return out;
}

} // namespace ringway
