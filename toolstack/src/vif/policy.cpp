// SPDX-License-Identifier: GPL-2.0-only
#include "vif/policy.hpp"

#include <algorithm>
#include <fmt/format.h>
#include "words/ip_lock.hpp"
#include "words/text.hpp"
#include "xenstore_schema.hpp"

namespace ringway
{

namespace
{

namespace be = schema::backend;

bool on_or_off(std::string_view key, std::string_view value)
{
	if (value != "on" && value != "off") {
		throw Error(Exit::usage, fmt::format("{} {}: write on or off", key, quote(value)));
	}
	return value == "on";
}

constexpr std::uint64_t most_rate = 10000000; // BRLITE_STORM_RATE_MAX
constexpr std::uint64_t most_burst = 1000000; // BRLITE_STORM_BURST_MAX
constexpr std::uint64_t least_default_burst = 32;

struct StormWord {
	const char *key;
	const schema::Node *node;
	StormLimit StormLimits::*limit;
};

constexpr StormWord storm_words[] = {
	{"broadcast", &be::storm_broadcast, &StormLimits::broadcast},
	{"multicast", &be::storm_multicast, &StormLimits::multicast},
	{"unknown", &be::storm_unknown, &StormLimits::unknown},
};

const StormWord *find_storm_word(std::string_view key)
{
	for (const StormWord &word : storm_words) {
		if (key == word.key) {
			return &word;
		}
	}
	return nullptr;
}

std::uint32_t number(std::string_view key, std::string_view text, std::uint64_t most)
{
	const auto value = schema::parse_uint(text);
	if (!value || *value == 0 || *value > most) {
		throw Error(Exit::usage,
			    fmt::format("{} {}: write packets a second, or with a burst as 1000/200; a "
					"number here is 1 to {}; off lifts the limit",
					key, quote(text), most));
	}
	return static_cast<std::uint32_t>(*value);
}

StormLimit storm_limit(std::string_view key, std::string_view value)
{
	if (value == "off") {
		return {};
	}
	const auto slash = value.find('/');
	const std::uint32_t rate = number(key, value.substr(0, slash), most_rate);
	if (slash != value.npos) {
		return {rate, number(key, value.substr(slash + 1), most_burst)};
	}
	// A tenth of a second's worth.
	return {rate, static_cast<std::uint32_t>(std::max(std::uint64_t{rate} / 10, least_default_burst))};
}

// The port's VLANs until now are not to be had back: it gets the one that every port starts with.
constexpr std::string_view default_vlan = "1";

// No VLAN at all where the text cannot be read.
Vlan vlans(const std::string &text)
{
	try {
		return Vlan::parse(text);
	} catch (const Error &) {
		return {};
	}
}

std::string storm_text(const StormLimit &limit)
{
	return fmt::format("{}/{}", limit.rate, limit.burst);
}

const schema::Node &rules_node(Way way)
{
	return way == Way::from_guest ? be::rules_from_guest : be::rules_to_guest;
}

// "2 from-guest, 1 to-guest": the rules themselves are long.
std::string rules_summary(const PortRules &rules)
{
	std::string out;
	for (const Way way : ways) {
		if (const RuleList &list = rules.of(way); !list.empty()) {
			out += fmt::format("{}{} {}", out.empty() ? "" : ", ", list.rules.size(),
					   way_name(way));
		}
	}
	return out;
}

std::string path(const Record &record, const schema::Node &node)
{
	return record.backend_path() + "/" + std::string(node.name);
}

void keep(Transaction &transaction, const Record &record, const schema::Node &node,
	  const std::optional<std::string> &value)
{
	const std::string where = path(record, node);
	if (!value) {
		transaction.remove(where);
		return;
	}
	transaction.write(where, *value);
	transaction.set_access(where, {record.backend, record.domid});
}

// In the record as well, for what shows the vif and for xl.
void keep_vlan(Transaction &transaction, const Record &record, const std::optional<Vlan> &vlan)
{
	if (vlan && vlan->text.empty()) {
		return; // what could not be read stays
	}
	const std::string where = record.record_path() + "/" + std::string(schema::record::vlan.name);
	keep(transaction, record, be::vlan, vlan ? std::optional(vlan->text) : std::nullopt);
	if (vlan) {
		transaction.write(where, vlan->text);
		transaction.set_access(where, {});
	} else {
		transaction.remove(where);
	}
}

std::optional<std::string> one_if(bool set)
{
	return set ? std::optional<std::string>("1") : std::nullopt;
}

// A guest that was the mirror may be gone: that must not keep the rest from being put in force.
int mirror_target(Context &context, const Link &port, const Mirror &mirror)
{
	const auto target = context.links.find(mirror.device);
	if (target && target->master == port.master && target->index != port.index) {
		return target->index;
	}
	context.note(
		fmt::format("mirror {}: no other port of {}'s bridge; nothing is copied until it is one and "
			    "'ringway vif set' is repeated, mirror=none forgets it",
			    quote(mirror.device), port.name));
	return 0;
}

} // namespace

Link find_port(Context &context, const Record &record)
{
	if (record.backend != 0) {
		throw Error(Exit::usage, fmt::format("{}: its backend is domain {}: set the policy there",
						     record.text(), record.backend));
	}
	const auto name = context.host.vif_device(record.domid, record.devid);
	const auto link = name ? context.links.find(*name) : std::nullopt;
	if (!link) {
		throw Error(Exit::absent, fmt::format("{}: it has no network device here; is it attached? "
						      "'ringway vif show {} {}'",
						      record.text(), record.domid, record.devid));
	}
	const auto master = link->master != 0 ? context.links.find(link->master) : std::nullopt;
	if (!master || master->kind != "brlite") {
		throw Error(Exit::usage,
			    fmt::format("{}: {} is in no brlite bridge; type 'ip link set {} master "
					"BRIDGE', or make one with 'ip link add BRIDGE type brlite'",
					record.text(), link->name, link->name));
	}
	return *link;
}

std::string Policy::ip_text() const
{
	return ip_lock ? ip_lock_text(*ip_lock) : "";
}

std::string Policy::text() const
{
	std::string out = isolated ? "isolated=on " : "";
	out += mac_lock ? "mac_lock=on " : "";
	out += ip_lock ? "ip=" + ip_text() + " " : "";
	for (const StormWord &word : storm_words) {
		if (const StormLimit &limit = storm.*word.limit; limit.rate != 0) {
			out += fmt::format("{}={} ", word.key, storm_text(limit));
		}
	}
	out += rules.empty() ? "" : fmt::format("rules=({}) ", rules_summary(rules));
	out += mirror ? fmt::format("mirror={} ", mirror_text(*mirror)) : "";
	out += vlan ? fmt::format("vlan={} ", vlan->text) : "";
	return out.substr(0, out.empty() ? 0 : out.size() - 1);
}

Policy change_policy(Policy policy, const std::vector<std::string> &words)
{
	for (const std::string &word : words) {
		const auto equals = word.find('=');
		const std::string key = word.substr(0, equals);
		const std::string value = equals == word.npos ? "" : word.substr(equals + 1);
		if (key == "isolated") {
			policy.isolated = on_or_off(key, value);
		} else if (key == "mac_lock") {
			policy.mac_lock = on_or_off(key, value);
		} else if (key == "ip") {
			policy.ip_lock = parse_ip_lock(value);
		} else if (const StormWord *storm = find_storm_word(key)) {
			policy.storm.*storm->limit = storm_limit(key, value);
		} else if (key == "rules") {
			policy.rules = value == "none" ? PortRules() : parse_rules(value, "rules");
		} else if (key == "mirror") {
			policy.mirror = parse_mirror(value);
		} else if (key == "vlan") {
			policy.vlan = value == "none" ? std::nullopt : std::optional(Vlan::parse(value));
		} else {
			throw Error(
				Exit::usage,
				fmt::format("{}: unknown; there are isolated=, mac_lock=, ip=, broadcast=, "
					    "multicast=, unknown=, rules=, mirror= and vlan=",
					    quote(word)));
		}
	}
	return policy;
}

Policy read_policy(Store &store, const Record &record)
{
	const auto get = [&](const schema::Node &node) {
		return store.read(Store::none, path(record, node));
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
	for (const StormWord &word : storm_words) {
		const auto text = get(*word.node);
		try {
			policy.storm.*word.limit = storm_limit(word.key, text.value_or("off"));
		} catch (const Error &) {
			policy.storm.*word.limit = {}; // a limit that cannot be read is none
		}
	}
	for (const Way way : ways) {
		const auto text = get(rules_node(way));
		policy.rules.of(way) = text ? read_stored_rules(*text) : RuleList();
	}
	try {
		policy.mirror = parse_mirror(get(be::mirror).value_or("none"));
	} catch (const Error &) {
		policy.mirror.reset(); // a mirror that cannot be read is none
	}
	return policy;
}

void set_policy(Context &context, const Record &record, const Policy &policy)
{
	const Link link = find_port(context, record);
	if (policy.mac_lock && !record.mac) {
		throw Error(Exit::usage,
			    fmt::format("{}: it has no MAC address to be locked to", record.text()));
	}
	PortPolicy port;
	port.isolated = policy.isolated;
	port.mac_lock = policy.mac_lock;
	port.mac = record.mac;
	port.ip_lock = policy.ip_lock;
	port.storm = policy.storm;
	port.rules = policy.rules;
	if (policy.mirror) {
		const int target = mirror_target(context, link, *policy.mirror);
		port.mirror_from = policy.mirror->from_guest ? target : 0;
		port.mirror_to = policy.mirror->to_guest ? target : 0;
	}
	port.vlan = policy.vlan;
	if (!policy.vlan && read_policy(context.store, record).vlan) {
		port.vlan = Vlan::parse(default_vlan);
	}
	context.links.set_policy(link, port);
	if (policy.vlan) {
		begin_filtering(context, context.links.find(link.master).value_or(Link()));
	}
	transact(context.store, context.clock, [&](Transaction &transaction) {
		if (!transaction.read(path(record, be::state))) {
			throw Error(Exit::absent,
				    fmt::format("{}: it was detached meanwhile", record.text()));
		}
		keep(transaction, record, be::isolated, one_if(policy.isolated));
		keep(transaction, record, be::mac_lock, one_if(policy.mac_lock));
		for (const StormWord &word : storm_words) {
			const StormLimit &limit = policy.storm.*word.limit;
			keep(transaction, record, *word.node,
			     limit.rate != 0 ? std::optional(storm_text(limit)) : std::nullopt);
		}
		for (const Way way : ways) {
			keep(transaction, record, rules_node(way), stored_rules(policy.rules.of(way)));
		}
		keep(transaction, record, be::mirror,
		     policy.mirror ? std::optional(mirror_text(*policy.mirror)) : std::nullopt);
		keep(transaction, record, be::ip_lock,
		     policy.ip_lock ? std::optional(policy.ip_text()) : std::nullopt);
		keep_vlan(transaction, record, policy.vlan);
	});
}

void begin_filtering(Context &context, const Link &bridge)
{
	if (bridge.kind != "brlite" || context.links.filters_vlans(bridge)) {
		return;
	}
	context.links.filter_vlans(bridge);
	context.note(
		fmt::format("bridge {} tells VLANs apart from now on; ports without vlan= are in VLAN {}, "
			    "untagged",
			    bridge.name, default_vlan));
}

} // namespace ringway
