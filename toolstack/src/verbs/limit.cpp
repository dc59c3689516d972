// SPDX-License-Identifier: GPL-2.0-only
#include "verbs/limit.hpp"

#include <fmt/format.h>
#include <set>
#include "vif/plan.hpp"
#include "words/rate.hpp"
#include "words/text.hpp"
#include "xenstore_schema.hpp"

namespace ringway
{

namespace
{

namespace be = schema::backend;
namespace rec = schema::record;

struct Key {
	std::string_view name;
	const schema::Node &backend, &record;
	std::string Record::*member;
	bool is_rate;
};

const Key keys[] = {
	{"rate", be::rate, rec::rate, &Record::rate, true},
	{"pps", be::pps, rec::pps, &Record::pps, false},
	{"rx-rate", be::rx_rate, rec::rx_rate, &Record::rx_rate, true},
	{"rx-pps", be::rx_pps, rec::rx_pps, &Record::rx_pps, false},
};

constexpr std::string_view known = "rate, pps, rx-rate, rx-pps";

const Key &find_key(std::string_view name)
{
	for (const Key &key : keys) {
		if (key.name == name) {
			return key;
		}
	}
	throw Error(Exit::usage, fmt::format("limit {}: unknown; the limits are {}", quote(name), known));
}

Limit parse_limit(const Key &key, std::string_view value)
{
	Limit limit{&key.backend, &key.record, std::nullopt};
	if (value == "none") {
		return limit;
	}
	limit.value = key.is_rate ? Rate::parse(value).node() : std::string(value);
	if (!schema::valid(key.backend, *limit.value)) {
		throw Error(Exit::usage,
			    fmt::format("{} {}: write a whole number from {} to {}, or none", key.name,
					quote(value), key.backend.min, key.backend.max));
	}
	return limit;
}

void write_limit(Transaction &transaction, const std::string &path, const Limit &limit,
		 const NodeAccess &access)
{
	if (!limit.value) {
		transaction.remove(path);
		return;
	}
	transaction.write(path, *limit.value);
	transaction.set_access(path, access);
}

void write_limits(Context &context, const Record &record, const std::vector<Limit> &limits)
{
	transact(context.store, context.clock, [&](Transaction &transaction) {
		// INVARIANT: nothing is written where a vif was: a node there would outlive it.
		if (!transaction.read(node_path(record.backend_path(), be::state)) ||
		    !transaction.read(node_path(record.record_path(), rec::backend))) {
			throw Error(Exit::absent,
				    fmt::format("{}: it was detached in the meantime", record.text()));
		}
		for (const Limit &limit : limits) {
			write_limit(transaction, node_path(record.backend_path(), *limit.backend), limit,
				    {record.backend, record.domid});
			write_limit(transaction, node_path(record.record_path(), *limit.record), limit, {});
		}
	});
}

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

std::vector<Limit> parse_limits(const std::vector<std::string> &words)
{
	std::vector<Limit> out;
	std::set<std::string_view> seen;
	for (const std::string &word : words) {
		const auto equals = word.find('=');
		if (equals == word.npos) {
			throw Error(Exit::usage, fmt::format("limit {}: write KEY=VALUE; the keys are {}",
							     quote(word), known));
		}
		const Key &key = find_key(std::string_view(word).substr(0, equals));
		if (!seen.insert(key.name).second) {
			throw Error(Exit::usage, fmt::format("limit {}: given twice; keep one", key.name));
		}
		out.push_back(parse_limit(key, std::string_view(word).substr(equals + 1)));
	}
	return out;
}

Answer vif_limit(Context &context, const Output &output, const std::string &domain, const std::string &vif,
		 const std::vector<Limit> &limits)
{
	const Record old = find_vif(context.store, domain, vif);
	if (output.dry_run) {
		return planned(old, limits);
	}
	if (!limits.empty()) {
		write_limits(context, old, limits);
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
