// SPDX-License-Identifier: GPL-2.0-only
#include "vif/kept_policy.hpp"

#include "xenstore_schema.hpp"

namespace ringway
{

namespace
{

namespace be = schema::backend;

// No VLAN at all where the text cannot be read.
Vlan vlans(const std::string &text)
{
	try {
		return Vlan::parse(text);
	} catch (const Error &) {
		return {};
	}
}

const schema::Node &rules_node(Way way)
{
	return way == Way::from_guest ? be::rules_from_guest : be::rules_to_guest;
}

void keep(Transaction &transaction, const Record &record, const schema::Node &node,
	  const std::optional<std::string> &value)
{
	const std::string where = node_path(record.backend_path(), node);
	if (!value) {
		transaction.remove(where);
		return;
	}
	transaction.write(where, *value);
	transaction.set_access(where, {record.backend, record.domid});
}

std::optional<std::string> one_if(bool set)
{
	return set ? std::optional<std::string>("1") : std::nullopt;
}

} // namespace

Policy read_policy(Store &store, const Record &record)
{
	const auto get = [&](const schema::Node &node) {
		return store.read(Store::none, node_path(record.backend_path(), node));
	};
	Policy policy;
	policy.isolated = get(be::isolated) == "1";
	policy.mac_lock = get(be::mac_lock) == "1";
	if (const auto text = get(be::ip_lock)) {
		policy.ip_lock = read_ip_lock(*text);
	}
	if (const auto text = get(be::vlan)) {
		policy.vlan = vlans(*text);
	}
	for (const StormKind &kind : storm_kinds) {
		const auto text = get(*kind.node);
		try {
			policy.storm.*kind.limit = parse_storm_limit(kind.key, text.value_or("off"));
		} catch (const Error &) {
			policy.storm.*kind.limit = {}; // a limit that cannot be read is none
		}
	}
	for (const Way way : ways) {
		const auto text = get(rules_node(way));
		policy.rules.of(way) = text ? read_stored_rules(*text) : RuleList();
	}
	const auto mirror = get(be::mirror);
	try {
		policy.mirror = parse_mirror(mirror.value_or("none"));
	} catch (const Error &) {
		policy.mirror.reset(); // a mirror that cannot be read is none
	}
	return policy;
}

void keep_policy(Transaction &transaction, const Record &record, const Policy &policy)
{
	keep(transaction, record, be::isolated, one_if(policy.isolated));
	keep(transaction, record, be::mac_lock, one_if(policy.mac_lock));
	for (const StormKind &kind : storm_kinds) {
		const StormLimit &limit = policy.storm.*kind.limit;
		keep(transaction, record, *kind.node,
		     limit.rate != 0 ? std::optional(storm_text(limit)) : std::nullopt);
	}
	for (const Way way : ways) {
		keep(transaction, record, rules_node(way), stored_rules(policy.rules.of(way)));
	}
	keep(transaction, record, be::mirror,
	     policy.mirror ? std::optional(mirror_text(*policy.mirror)) : std::nullopt);
	keep(transaction, record, be::ip_lock,
	     policy.ip_lock ? std::optional(policy.ip_text()) : std::nullopt);
	keep(transaction, record, be::vlan, policy.vlan ? std::optional(policy.vlan->text) : std::nullopt);
}

} // namespace ringway
