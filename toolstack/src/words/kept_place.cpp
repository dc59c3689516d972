// SPDX-License-Identifier: GPL-2.0-only
#include "words/kept_place.hpp"

#include <fmt/format.h>
#include <nlohmann/json.hpp>
#include "words/cpu_list.hpp"
#include "words/error.hpp"
#include "words/text.hpp"

namespace ringway
{

namespace
{

using nlohmann::json;

constexpr const char *place_key = "ringway_place";
constexpr unsigned place_version = 1;

[[noreturn]] void damaged(const std::string &file)
{
	throw Error(Exit::failed,
		    fmt::format("file {}: it is damaged, or of another version of ringway; remove "
				"it and run 'ringway place --apply' again",
				quote(file)));
}

bool is_text(const json &entry, const char *key)
{
	return entry.contains(key) && entry[key].is_string();
}

bool is_number(const json &entry, const char *key)
{
	return entry.contains(key) && entry[key].is_number_unsigned() &&
	       entry[key].get<std::uint64_t>() < most_cpus;
}

KeptPlace place_of(const json &entry, const std::string &file)
{
	if (!entry.is_object() || !is_text(entry, "uuid") || !is_text(entry, "mac") ||
	    !is_text(entry, "before") || !is_number(entry, "queue") || !is_number(entry, "cpu")) {
		damaged(file);
	}
	KeptPlace out{entry["uuid"], entry["mac"], entry["queue"], entry["cpu"], entry["before"]};
	if (entry.contains("threads_before")) {
		out.threads = true;
		out.threads_before = is_text(entry, "threads_before") ? entry["threads_before"] : "?";
	}
	try {
		if (!out.before.empty()) {
			(void)parse_cpus(out.before);
		}
		if (!out.threads_before.empty()) {
			(void)parse_cpus(out.threads_before);
		}
	} catch (const Error &) {
		damaged(file);
	}
	return out;
}

} // namespace

std::string kept_places_text(const std::vector<KeptPlace> &places)
{
	json queues = json::array();
	for (const KeptPlace &place : places) {
		queues.push_back({{"uuid", place.uuid},
				  {"mac", place.mac},
				  {"queue", place.queue},
				  {"cpu", place.cpu},
				  {"before", place.before}});
		if (place.threads) {
			queues.back()["threads_before"] = place.threads_before;
		}
	}
	return json{{place_key, place_version}, {"queues", queues}}.dump(4, ' ', false,
									 json::error_handler_t::replace) +
	       "\n";
}

std::vector<KeptPlace> parse_kept_places(std::string_view text, const std::string &file)
{
	const json all = json::parse(text, nullptr, false);
	if (!all.is_object() || !all.contains(place_key) || all[place_key] != place_version ||
	    !all.contains("queues") || !all["queues"].is_array()) {
		damaged(file);
	}
	std::vector<KeptPlace> out;
	for (const json &entry : all["queues"]) {
		out.push_back(place_of(entry, file));
	}
	return out;
}

} // namespace ringway
