// SPDX-License-Identifier: GPL-2.0-only
#include "verbs/limit.hpp"

#include <fmt/format.h>
#include "verbs/journal_words.hpp"
#include "vif/stock.hpp"
#include "vif/policy.hpp"
#include "xenstore_schema.hpp"

namespace ringway
{

namespace
{

struct Key {
	std::string_view name;
	std::string Record::*member;
	bool is_rate;
};

const Key keys[] = {
	{"rate", &Record::rate, true},
	{"pps", &Record::pps, false},
	{"rx-rate", &Record::rx_rate, true},
	{"rx-pps", &Record::rx_pps, false},
};

Answer planned(const Record &record, const std::vector<Limit> &limits)
{
	nlohmann::json writes = nlohmann::json::array(), removes = nlohmann::json::array();
	std::string out;
	for (const Limit &limit : limits) {
		for (const std::string &path : {node_path(record.backend_path(), *limit.backend),
						node_path(record.record_path(), *limit.record)}) {
			if (limit.value) {
				writes.push_back({{"path", path}, {"value", *limit.value}});
				out += fmt::format("{} = \"{}\"\n", path, *limit.value);
			} else {
				removes.push_back(path);
				out += fmt::format("remove {}\n", path);
			}
		}
	}
	return {nlohmann::json{{"writes", writes}, {"removes", removes}}, out};
}

} // namespace

Answer vif_limit(Context &context, const Output &output, const std::string &domain, const std::string &vif,
		 const std::vector<std::string> &words)
{
	const Record old = find_vif(context.store, domain, vif);
	if (output.dry_run) {
		return planned(old, try_limits(context, old, words));
	}
	if (!words.empty()) {
		update_limits(context, old, words);
		say_vif(context, "vif limit", old, words);
	}
	const Record record = read_record(context.store, old.domid, old.devid).value_or(old);
	Answer out{nlohmann::json{{"domid", record.domid}, {"devid", record.devid}}, record.text() + ":"};
	add_limits(out.json, record);
	for (const Key &key : keys) {
		const std::string &value = record.*key.member;
		out.text += fmt::format(" {}={}", key.name, value.empty() ? "none" : value);
	}
	out.text += "\n";
	return out;
}

void add_limits(nlohmann::json &out, const Record &record)
{
	for (const Key &key : keys) {
		const std::string &value = record.*key.member;
		if (value.empty()) {
			continue;
		}
		std::string name(key.name);
		if (const auto dash = name.find('-'); dash != name.npos) {
			name[dash] = '_';
		}
		if (!key.is_rate) {
			out[name] = *schema::parse_uint(value);
			continue;
		}
		const auto comma = value.find(',');
		out[name + "_bytes_per_interval"] =
			*schema::parse_uint(std::string_view(value).substr(0, comma));
		out[name + "_interval_usecs"] =
			*schema::parse_uint(std::string_view(value).substr(comma + 1));
	}
}

} // namespace ringway
