// SPDX-License-Identifier: GPL-2.0-only
#include "words/bridge_words.hpp"

#include <charconv>
#include <fmt/format.h>
#include <fmt/ranges.h>
#include <optional>
#include <span>
#include <vector>
#include "words/error.hpp"

namespace ringway
{

namespace
{

enum class Kind { number, on_off, mask, protocol };

template <typename Key>
struct Word {
	const char *name;
	Key key;
	Kind kind;
	std::uint32_t least, most;
	const char *unit; // for messages
	bool read_only = false;
};

constexpr std::uint32_t any = 0xffffffff;
constexpr std::uint32_t tagged = 0x8100, service_tagged = 0x88a8;

constexpr Word<BridgeKey> bridge_words[] = {
	{"ageing_time", BridgeKey::ageing_time, Kind::number, 0, any, "seconds; 0 learns nothing"},
	{"fdb_max", BridgeKey::fdb_max, Kind::number, 1, BRLITE_FDB_MAX_LIMIT, "addresses"},
	{"fdb_port_max", BridgeKey::fdb_port_max, Kind::number, 0, any, "addresses"},
	{"fdb_entries", BridgeKey::fdb_entries, Kind::number, 0, any, "addresses", true},
	{"vlan_filtering", BridgeKey::vlan_filtering, Kind::on_off, 0, 1, ""},
	{"group_fwd_mask", BridgeKey::group_fwd_mask, Kind::mask, 0, 0xfff8,
	 "a bit for each of 01:80:c2:00:00:03 to 0f"},
	{"stp_state", BridgeKey::stp_state, Kind::on_off, 0, 1, ""},
	{"vlan_protocol", BridgeKey::vlan_protocol, Kind::protocol, 0, any, ""},
	{"default_pvid", BridgeKey::default_pvid, Kind::number, 0, 4094, "VLAN; 0: none"},
	{"mcast_snooping", BridgeKey::mcast_snooping, Kind::on_off, 0, 1, ""},
	{"mcast_querier", BridgeKey::mcast_querier, Kind::on_off, 0, 1, ""},
	{"vlan_stats_enabled", BridgeKey::vlan_stats_enabled, Kind::on_off, 0, 1, ""},
};

constexpr Word<PortKey> port_words[] = {
	{"fdb_max", PortKey::fdb_max, Kind::number, 0, any, "addresses"},
	{"fdb_entries", PortKey::fdb_entries, Kind::number, 0, any, "addresses", true},
	{"loop_block", PortKey::loop_block, Kind::number, 0, BRLITE_LOOP_BLOCK_MAX,
	 "seconds; 0 shuts no port"},
};

std::optional<std::uint32_t> number(std::string_view text)
{
	const bool hex = text.starts_with("0x");
	text.remove_prefix(hex ? 2 : 0);
	std::uint32_t value = 0;
	const auto [end, error] =
		std::from_chars(text.data(), text.data() + text.size(), value, hex ? 16 : 10);
	return error == std::errc() && end == text.data() + text.size() && !text.empty()
		       ? std::optional(value)
		       : std::nullopt;
}

std::uint32_t parse_protocol(const std::string &text)
{
	if (text == "802.1Q" || text == "802.1q") {
		return tagged;
	}
	if (text == "802.1ad" || text == "802.1AD") {
		return service_tagged;
	}
	reject("vlan_protocol", text, "write 802.1Q or 802.1ad");
}

template <typename Key>
std::uint32_t parse(const Word<Key> &word, const std::string &text)
{
	if (word.read_only) {
		reject(word.name, text, "it can only be read");
	}
	if (word.kind == Kind::protocol) {
		return parse_protocol(text);
	}
	if (word.kind == Kind::on_off) {
		if (text == "on" || text == "1") {
			return 1;
		}
		if (text == "off" || text == "0") {
			return 0;
		}
		reject(word.name, text, "write on or off");
	}
	const auto value = number(text);
	if (!value || *value < word.least || *value > word.most ||
	    (word.kind == Kind::mask && *value % 8 != 0)) {
		reject(word.name, text,
		       word.kind == Kind::mask
			       ? fmt::format("write a mask of 0x{:x} ({})", word.most, word.unit)
			       : fmt::format("write a number from {} to {} ({})", word.least, word.most,
					     word.unit));
	}
	return *value;
}

template <typename Key>
std::string text_of(const Word<Key> &word, std::uint32_t value)
{
	switch (word.kind) {
	case Kind::on_off:
		return value != 0 ? "on" : "off";
	case Kind::mask:
		return fmt::format("0x{:x}", value);
	case Kind::protocol:
		return value == service_tagged ? "802.1ad" : "802.1Q";
	case Kind::number:
		break;
	}
	return std::to_string(value);
}

template <typename Key>
std::map<Key, std::uint32_t> take(KeyValues &from, std::span<const Word<Key>> words)
{
	std::map<Key, std::uint32_t> out;
	for (const Word<Key> &word : words) {
		if (const auto at = from.find(word.name); at != from.end()) {
			out[word.key] = parse(word, at->second);
			from.erase(at);
		}
	}
	return out;
}

template <typename Key>
std::map<std::string, std::string> texts(const std::map<Key, std::uint32_t> &values,
					 std::span<const Word<Key>> words)
{
	std::map<std::string, std::string> out;
	for (const Word<Key> &word : words) {
		if (const auto at = values.find(word.key); at != values.end()) {
			out[word.name] = text_of(word, at->second);
		}
	}
	return out;
}

template <typename Key>
std::string names(std::span<const Word<Key>> words)
{
	std::vector<std::string> out;
	for (const Word<Key> &word : words) {
		if (!word.read_only) {
			out.push_back(std::string(word.name) + "=");
		}
	}
	return fmt::format("{}", fmt::join(out, ", "));
}

} // namespace

BridgeValues take_bridge_values(KeyValues &words)
{
	return take<BridgeKey>(words, bridge_words);
}

PortValues take_port_values(KeyValues &words)
{
	return take<PortKey>(words, port_words);
}

std::map<std::string, std::string> words_of(const BridgeValues &values)
{
	return texts<BridgeKey>(values, bridge_words);
}

std::map<std::string, std::string> words_of(const PortValues &values)
{
	return texts<PortKey>(values, port_words);
}

std::string bridge_keys()
{
	return names<BridgeKey>(bridge_words);
}

std::string port_keys()
{
	return names<PortKey>(port_words);
}

} // namespace ringway
