// SPDX-License-Identifier: GPL-2.0-only
#include "words/vifspec.hpp"

#include <array>
#include <fmt/format.h>
#include <fmt/ranges.h>
#include <nlohmann/json.hpp>
#include <set>
#include "words/error.hpp"
#include "words/ip_address.hpp"
#include "words/text.hpp"
#include "xenstore_schema.hpp"

namespace ringway
{

namespace
{

constexpr std::string_view script_dir = "/etc/xen/scripts/";

std::string device_name(std::string_view key, std::string_view value)
{
	if (value.size() > schema::ifname_max) {
		reject(key, value,
		       fmt::format("{} characters; a device name has at most {}", value.size(),
				   schema::ifname_max));
	}
	if (!schema::is_ifname(value)) {
		reject(key, value, "a device name has only letters, digits and ._-@+");
	}
	return std::string(value);
}

unsigned node_number(std::string_view key, const schema::Node &node, std::string_view value)
{
	if (!schema::valid(node, value)) {
		reject(key, value, fmt::format("write a whole number from {} to {}", node.min, node.max));
	}
	return static_cast<unsigned>(*schema::parse_uint(value));
}

// ringway wires the vif up itself and runs nothing. A script that does the same as ringway may be named; any
// other would silently not run, so it is refused.
std::string script_path(std::string_view value)
{
	std::string path(value);
	if (value.find('/') == value.npos) {
		path = std::string(script_dir) + path;
	}
	if (!schema::is_path(path) || path.find("/./") != path.npos) {
		reject("script", value, fmt::format("name a script in {}", script_dir));
	}
	const std::string_view name = std::string_view(path).substr(path.rfind('/') + 1);
	if (path != std::string(script_dir) + std::string(name) ||
	    (name != "vif-bridge" && name != "vif-bridge-lite")) {
		reject("script", value,
		       "ringway joins the bridge itself and runs no script; omit script=, or use xl "
		       "network-attach");
	}
	return path;
}

bool is_address(std::string_view text)
{
	const auto slash = text.find('/');
	std::array<unsigned char, 16> bytes;
	const unsigned length = read_ip_address(text.substr(0, slash), bytes.data());
	if (length == 0) {
		return false;
	}
	if (slash == text.npos) {
		return true;
	}
	const auto prefix = schema::parse_uint(text.substr(slash + 1));
	return prefix && *prefix <= length * 8;
}

std::vector<std::string> addresses(std::string_view value)
{
	std::vector<std::string> out;
	for (std::string_view word : split(value, ' ')) {
		if (word.empty()) {
			continue;
		}
		if (!is_address(word)) {
			reject("ip", word, "write IPv4 or IPv6 addresses, each with or without /PREFIX");
		}
		out.emplace_back(word);
	}
	return out;
}

void set_type(VifSpec &, std::string_view value)
{
	if (value == "ioemu") {
		reject("type", value,
		       "ringway cannot attach emulated network cards; use xl, or type=vif for a paravirtual "
		       "one");
	}
	if (value != "vif") {
		reject("type", value, "the only type is vif");
	}
}

void set_model(VifSpec &spec, std::string_view value)
{
	spec.model = escape(value);
	spec.notes.push_back(
		fmt::format("model {} applies to emulated cards only; it has no effect", quote(value)));
}

void set_backend(VifSpec &spec, std::string_view value)
{
	if (!schema::is_text(value, 255)) {
		reject("backend", value, "write a domain's name or number");
	}
	spec.backend = value;
	spec.names_backend = true;
}

void set_bridge(VifSpec &spec, std::string_view value)
{
	spec.bridge = device_name("bridge", value);
	spec.names_bridge = true;
}

struct Key {
	std::string_view name;
	void (*set)(VifSpec &, std::string_view);
};

constexpr Key keys[] = {
	{"mac", [](VifSpec &s, std::string_view v) { s.mac = Mac::parse_station(v); }},
	{"bridge", set_bridge},
	{"gatewaydev", [](VifSpec &s, std::string_view v) { s.gatewaydev = device_name("gatewaydev", v); }},
	{"type", set_type},
	{"model", set_model},
	{"vifname", [](VifSpec &s, std::string_view v) { s.vifname = device_name("vifname", v); }},
	{"script", [](VifSpec &s, std::string_view v) { s.script = script_path(v); }},
	{"ip", [](VifSpec &s, std::string_view v) { s.ip = addresses(v); }},
	{"backend", set_backend},
	{"rate", [](VifSpec &s, std::string_view v) { s.rate = Rate::parse(v); }},
	{"devid",
	 [](VifSpec &s, std::string_view v) { s.devid = node_number("devid", schema::backend::handle, v); }},
	{"mtu", [](VifSpec &s, std::string_view v) { s.mtu = node_number("mtu", schema::backend::mtu, v); }},
	{"vlan", [](VifSpec &s, std::string_view v) { s.vlan = Vlan::parse(v); }},
	{"accel",
	 [](VifSpec &s, std::string_view) { s.notes.emplace_back("accel= has no effect, as with xl"); }},
};

std::string known_keys()
{
	std::string out;
	for (const Key &key : keys) {
		out += std::string(key.name) + ", ";
	}
	return out + "trusted, untrusted";
}

const Key &find_key(std::string_view name)
{
	for (const Key &key : keys) {
		if (key.name == name) {
			return key;
		}
	}
	throw Error(Exit::usage,
		    fmt::format("vifspec key {}: unknown; the keys are {}", quote(name), known_keys()));
}

void read_flag(VifSpec &spec, std::string_view token)
{
	if (token != "trusted" && token != "untrusted") {
		throw Error(Exit::usage, fmt::format("vifspec word {}: write KEY=VALUE; the keys are {}",
						     quote(token), known_keys()));
	}
	spec.trusted = token == "trusted";
	spec.names_trust = true;
}

void read_token(VifSpec &spec, std::set<std::string_view> &seen, std::string_view token)
{
	const auto equals = token.find('=');
	std::string_view name = token.substr(0, equals);
	std::string_view once = name;
	if (name == "netdev") {
		spec.notes.emplace_back("netdev= is xl's old name for gatewaydev=");
		once = name = "gatewaydev";
	} else if (equals == token.npos) {
		once = "trusted";
	}
	if (!seen.insert(once).second) {
		throw Error(Exit::usage, fmt::format("vifspec key {}: given twice; keep one", quote(name)));
	}
	if (equals == token.npos) {
		return read_flag(spec, token);
	}
	const Key &key = find_key(name);
	const std::string_view value = token.substr(equals + 1);
	if (value.empty()) {
		throw Error(Exit::usage,
			    fmt::format("{}=: the value is missing; omit {}= for the default", name, name));
	}
	key.set(spec, value);
}

} // namespace

VifSpec VifSpec::parse(std::string_view text)
{
	VifSpec spec;
	std::set<std::string_view> seen;
	for (std::string_view token : split(text, ',')) {
		token = trim(token);
		if (!token.empty()) {
			read_token(spec, seen, token);
		}
	}
	return spec;
}

std::string VifSpec::ip_text() const
{
	return fmt::format("{}", fmt::join(ip, " "));
}

nlohmann::json to_json(const VifSpec &spec)
{
	nlohmann::json out = {{"backend_domname", spec.backend},
			      {"bridge", spec.bridge},
			      {"nictype", "vif"},
			      {"trusted", spec.trusted}};
	if (spec.mac) {
		out["mac"] = spec.mac->text();
	}
	if (spec.gatewaydev) {
		out["gatewaydev"] = *spec.gatewaydev;
	}
	if (spec.model) {
		out["model"] = *spec.model;
	}
	if (spec.vifname) {
		out["ifname"] = *spec.vifname;
	}
	if (spec.script) {
		out["script"] = *spec.script;
	}
	if (!spec.ip.empty()) {
		out["ip"] = spec.ip_text();
	}
	if (spec.rate) {
		out["rate_bytes_per_interval"] = spec.rate->bytes_per_interval;
		out["rate_interval_usecs"] = spec.rate->interval_usecs;
	}
	if (spec.devid) {
		out["devid"] = *spec.devid;
	}
	if (spec.mtu) {
		out["mtu"] = *spec.mtu;
	}
	if (spec.vlan) {
		out["vlan"] = spec.vlan->text;
	}
	return out;
}

} // namespace ringway
