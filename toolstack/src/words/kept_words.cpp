// SPDX-License-Identifier: GPL-2.0-only
#include "words/kept_words.hpp"

#include <fmt/format.h>
#include <nlohmann/json.hpp>
#include "words/error.hpp"
#include "words/policy.hpp"
#include "words/limit.hpp"
#include "words/name_text.hpp"
#include "words/text.hpp"

namespace ringway
{

namespace
{

using nlohmann::json;

constexpr const char *kept_key = "ringway_policy";
constexpr unsigned kept_version = 1;

[[noreturn]] void damaged(const std::string &file, const std::string &why)
{
	throw Error(Exit::failed, fmt::format("policy file {}: {}; correct it, or remove it and set the "
					      "policy anew with 'ringway vif set'",
					      quote(file), why));
}

KeyValues read_values(const json &all, const char *key, const std::string &file)
{
	KeyValues out;
	const auto values = all.find(key);
	if (values == all.end()) {
		return out;
	}
	if (!values->is_object()) {
		damaged(file, fmt::format("'{}' is not a list of keys and values", key));
	}
	for (const auto &[name, value] : values->items()) {
		if (!value.is_string()) {
			damaged(file, fmt::format("the value of {} is not a text", quote(name)));
		}
		out[name] = value.get<std::string>();
	}
	try {
		(void)change_policy({}, words_of(only_limits(out, false)));
		(void)parse_limits(words_of(only_limits(out, true)));
	} catch (const Error &error) {
		damaged(file, error.what());
	}
	return out;
}

} // namespace

std::string kept_words_text(const KeptWords &kept, const std::string &domain)
{
	return json{{kept_key, kept_version},
		    {"domain", name_text(domain)},
		    {"attached", kept.attached},
		    {"set", kept.set}}
		       .dump(4, ' ', false, json::error_handler_t::replace) +
	       "\n";
}

KeptWords parse_kept_words(std::string_view text, const std::string &file)
{
	const json all = json::parse(text, nullptr, false);
	if (!all.is_object() || !all.contains(kept_key) || !all[kept_key].is_number_unsigned()) {
		damaged(file, "it is damaged");
	}
	if (all[kept_key] != kept_version) {
		throw Error(Exit::failed,
			    fmt::format("policy file {}: it has version {}, and this ringway knows {} only; "
					"install the ringway that wrote it",
					quote(file), all[kept_key].dump(), kept_version));
	}
	return {read_values(all, "attached", file), read_values(all, "set", file)};
}

} // namespace ringway
