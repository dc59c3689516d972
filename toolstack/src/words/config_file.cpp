// SPDX-License-Identifier: GPL-2.0-only
#include "words/config_file.hpp"

#include <algorithm>
#include <array>
#include <fmt/format.h>
#include <map>
#include "schema_types.hpp"
#include "words/bridge_words.hpp"
#include "words/error.hpp"
#include "words/limit.hpp"
#include "words/policy.hpp"
#include "words/name_text.hpp"
#include "words/text.hpp"
#include "words/toml_file.hpp"
#include "words/vifspec.hpp"

namespace ringway
{

namespace
{

constexpr std::array kinds = {ConfigKind::bridge, ConfigKind::uplink, ConfigKind::vif};
constexpr std::array<std::string_view, 7> vifspec_keys = {"bridge",  "vifname",    "mtu",    "devid",
							  "backend", "gatewaydev", "trusted"};
constexpr std::array<std::string_view, 5> uplink_policy = {"isolated", "broadcast", "multicast", "unknown",
							   "mirror"};

auto kind_named(std::string_view word)
{
	return std::find_if(kinds.begin(), kinds.end(),
			    [&](ConfigKind one) { return kind_name(one) == word; });
}

std::string known_keys(ConfigKind kind)
{
	switch (kind) {
	case ConfigKind::bridge:
		return "name, address, up, " + bridge_keys();
	case ConfigKind::uplink:
		return "device, bridge, up, isolated, broadcast, multicast, unknown, mirror, " + port_keys();
	case ConfigKind::vif:
		break;
	}
	return "guest, mac, bridge, vifname, mtu, devid, backend, gatewaydev, trusted, rate, pps, rx-rate, "
	       "rx-pps, isolated, mac_lock, ip, broadcast, multicast, unknown, rules, mirror and vlan";
}

void check_on_off(const std::string &key, const std::string &value)
{
	if (value != "on" && value != "off") {
		reject(key, value, "write true or false");
	}
}

void check_device(const std::string &key, const std::string &value)
{
	if (!schema::is_ifname(value)) {
		reject(key, value, "a device name has 1 to 15 characters, without blanks, / and :");
	}
}

[[noreturn]] void unknown(ConfigKind kind, const std::string &key)
{
	std::string keys = known_keys(kind);
	std::erase(keys, '=');
	throw Error(Exit::usage, fmt::format("{}: unknown; a {} has {}", quote(key), kind_name(kind), keys));
}

// The verbs' own readers decide.
void check_vif_word(const std::string &key, const std::string &value)
{
	if (is_limit_key(key)) {
		(void)parse_limits({key + "=" + value});
	} else if (key == "trusted") {
		check_on_off(key, value);
	} else if (is_vifspec_key(key)) {
		if (value.find(',') != value.npos) {
			reject(key, value, "no comma may be in it");
		}
		(void)VifSpec::parse(key + "=" + value);
	} else {
		(void)change_policy({}, {key + "=" + value});
	}
}

bool is_policy_key(const std::string &key)
{
	return key == "mac_lock" || key == "ip" || key == "rules" || key == "vlan" ||
	       std::find(uplink_policy.begin(), uplink_policy.end(), key) != uplink_policy.end();
}

void check_word(ConfigKind kind, const std::string &key, const std::string &value)
{
	KeyValues rest{{key, value}};
	if (value == "default" && kind != ConfigKind::bridge) {
		reject(key, value, "leave the key out instead");
	}
	if (kind == ConfigKind::vif) {
		if (!is_limit_key(key) && !is_vifspec_key(key) && !is_policy_key(key)) {
			unknown(kind, key);
		}
		return check_vif_word(key, value);
	}
	if (key == "up") {
		return check_on_off(key, value);
	}
	if (kind == ConfigKind::bridge) {
		(void)take_bridge_values(rest);
		if (!rest.empty() && key != "address") {
			unknown(kind, key);
		}
		if (key == "address") {
			(void)Mac::parse(value);
		}
		return;
	}
	if (key == "bridge") {
		return check_device(key, value);
	}
	(void)take_port_values(rest);
	if (rest.empty()) {
		return;
	}
	if (std::find(uplink_policy.begin(), uplink_policy.end(), key) == uplink_policy.end()) {
		unknown(kind, key);
	}
	(void)change_policy({}, {key + "=" + value});
}

class ConfigReader
{
public:
	ConfigReader(const TomlFile &file, const RulesOf &rules_of) : file_(file), rules_of_(rules_of) {}

	void defaults(const toml::table &all)
	{
		const toml::node *node = all.get("defaults");
		if (node == nullptr) {
			return;
		}
		if (!node->is_table()) {
			file_.fail(*node, "write [defaults.bridge], [defaults.uplink] or [defaults.vif]");
		}
		for (const auto &[key, value] : *node->as_table()) {
			const auto kind = kind_named(key.str());
			if (kind == kinds.end() || !value.is_table()) {
				file_.fail(value, fmt::format("{}: unknown; write [defaults.bridge], "
							      "[defaults.uplink] or [defaults.vif]",
							      quote(key.str())));
			}
			for (const auto &[word, at] : *value.as_table()) {
				take(*kind, defaults_[*kind], std::string(word.str()), at);
			}
		}
	}

	ConfigObject object(ConfigKind kind, const toml::table &table)
	{
		ConfigObject out{kind, "", {}, defaults_[kind], file_.where(table)};
		for (const auto &[word, node] : table) {
			const std::string key(word.str());
			if (key == name_key(kind)) {
				out.name = file_.text(key, node);
				if (kind != ConfigKind::vif) {
					checked(node, [&] { check_device(key, out.name); });
				}
			} else if (key == "mac" && kind == ConfigKind::vif) {
				const std::string mac = file_.text(key, node);
				checked(node, [&] { out.mac = Mac::parse_station(mac); });
			} else {
				take(kind, out.words, key, node);
			}
		}
		expect_whole(out, table);
		return out;
	}

private:
	void expect_whole(const ConfigObject &object, const toml::table &table)
	{
		if (object.name.empty()) {
			file_.fail(table, fmt::format("a {} needs {} = \"…\"", kind_name(object.kind),
						      name_key(object.kind)));
		}
		if (object.kind == ConfigKind::vif && !object.mac) {
			file_.fail(table, "a vif needs mac = \"…\", by which it is known");
		}
		if (object.kind == ConfigKind::uplink && !object.words.contains("bridge")) {
			file_.fail(table, "an uplink needs bridge = \"…\"");
		}
		const auto [at, fresh] = seen_.emplace(object.text(), object.from);
		if (!fresh) {
			file_.fail(table,
				   fmt::format("{} is there twice; see {}", object.text(), at->second));
		}
	}

	void take(ConfigKind kind, KeyValues &words, const std::string &key, const toml::node &node)
	{
		checked(node, [&] {
			std::string value = file_.value(key, node);
			if (key == "rules" && value != "none" && value.find('\n') == value.npos) {
				value = rules_of_(value);
			}
			check_word(kind, key, value);
			words[key] = value;
		});
	}

	template <typename Action>
	void checked(const toml::node &node, const Action &action)
	{
		try {
			action();
		} catch (const Error &error) {
			const std::string said = error.what();
			if (said.starts_with(file_.where(node))) {
				throw;
			}
			file_.fail(node, said);
		}
	}

	const TomlFile &file_;
	const RulesOf &rules_of_;
	std::map<ConfigKind, KeyValues> defaults_;
	std::map<std::string, std::string> seen_;
};

} // namespace

std::string_view kind_name(ConfigKind kind)
{
	return kind == ConfigKind::bridge ? "bridge" : kind == ConfigKind::uplink ? "uplink" : "vif";
}

std::string_view name_key(ConfigKind kind)
{
	return kind == ConfigKind::bridge ? "name" : kind == ConfigKind::uplink ? "device" : "guest";
}

bool is_vifspec_key(const std::string &key)
{
	return std::find(vifspec_keys.begin(), vifspec_keys.end(), key) != vifspec_keys.end();
}

std::string ConfigObject::text() const
{
	return fmt::format("{} {}{}", kind_name(kind), name_text(name, 80), mac ? " " + mac->text() : "");
}

std::vector<ConfigObject> parse_config_file(std::string_view text, const std::string &name,
					    const RulesOf &rules_of)
{
	const TomlFile file("configuration", name);
	ConfigReader reader(file, rules_of);
	const toml::table all = file.parse(text);
	reader.defaults(all);
	std::map<ConfigKind, std::vector<ConfigObject>> objects;
	for (const auto &[key, node] : all) {
		if (key.str() == "defaults") {
			continue;
		}
		const auto kind = kind_named(key.str());
		if (kind == kinds.end() || !node.is_array_of_tables()) {
			file.fail(node, fmt::format("{}: unknown; write [[bridge]], [[uplink]] or [[vif]] "
						    "before each object",
						    quote(key.str())));
		}
		for (const toml::node &element : *node.as_array()) {
			objects[*kind].push_back(reader.object(*kind, *element.as_table()));
		}
	}
	std::vector<ConfigObject> out;
	for (const ConfigKind kind : kinds) {
		out.insert(out.end(), objects[kind].begin(), objects[kind].end());
	}
	return out;
}

} // namespace ringway
