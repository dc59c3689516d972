// SPDX-License-Identifier: GPL-2.0-only
//
// What the table made from vif.json is written in: a node's description, and the checks that a value must
// pass before it is written or believed. Everything is constexpr and allocates nothing, so that a hostile
// value costs no more than its length.
#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string_view>

namespace ringway::schema
{

enum class Type { boolean, uint, mac, path, ifname, rate, vlan, enumeration, string };
enum class Party { toolstack, frontend, backend, script };
enum class Permission { guest, guest_ro, backend, own, root };

struct Node {
	std::string_view name;
	Type type;
	std::uint64_t min;
	std::uint64_t max;
	std::span<const std::string_view> values;
	Party writer;
	Permission permission;
	bool required;
};

// Decimal digits only, no sign, no blank, no leading zero, no overflow.
constexpr std::optional<std::uint64_t> parse_uint(std::string_view text)
{
	if (text.empty() || (text.size() > 1 && text.front() == '0')) {
		return std::nullopt;
	}
	std::uint64_t value = 0;
	for (char c : text) {
		if (c < '0' || c > '9') {
			return std::nullopt;
		}
		const auto digit = static_cast<std::uint64_t>(c - '0');
		if (value > (UINT64_MAX - digit) / 10) {
			return std::nullopt;
		}
		value = value * 10 + digit;
	}
	return value;
}

constexpr bool is_hex(char c)
{
	return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'f') || (c >= 'A' && c <= 'F');
}

constexpr bool is_printable(char c)
{
	return c >= ' ' && c <= '~';
}

constexpr bool is_mac(std::string_view text)
{
	if (text.size() != 17) {
		return false;
	}
	for (std::size_t i = 0; i < text.size(); ++i) {
		if (i % 3 == 2 ? text[i] != ':' : !is_hex(text[i])) {
			return false;
		}
	}
	return true;
}

// An absolute path that a shell or the kernel cannot read in two ways.
constexpr bool is_path(std::string_view text)
{
	if (text.size() < 2 || text.front() != '/' || text.back() == '/' || text.find("//") != text.npos ||
	    text.find("/../") != text.npos || text.ends_with("/..")) {
		return false;
	}
	for (char c : text) {
		if (!is_printable(c) || c == ' ') {
			return false;
		}
	}
	return true;
}

// Narrower than the kernel's rule (IFNAMSIZ - 1 characters, no '/', ':' or blank): a name here also means
// nothing to a shell, so that it can be shown in a command to type.
inline constexpr std::size_t ifname_max = 15;

constexpr bool is_ifname(std::string_view text)
{
	if (text.empty() || text.size() > ifname_max || text == "." || text == ".." || text.front() == '-') {
		return false;
	}
	for (char c : text) {
		const bool letter =
			(c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9');
		if (!letter && c != '.' && c != '-' && c != '_' && c != '@' && c != '+') {
			return false;
		}
	}
	return true;
}

constexpr bool is_rate(std::string_view text)
{
	const auto comma = text.find(',');
	if (comma == text.npos) {
		return false;
	}
	const auto bytes = parse_uint(text.substr(0, comma));
	const auto usecs = parse_uint(text.substr(comma + 1));
	return bytes && usecs && *bytes > 0 && *usecs > 0 && *usecs <= UINT32_MAX;
}

constexpr bool is_vlan_text(std::string_view text)
{
	if (text.empty() || text.size() > 1024) {
		return false;
	}
	for (char c : text) {
		if ((c < '0' || c > '9') && c != 'p' && c != 'u' && c != '/' && c != '-' && c != '+' &&
		    c != 'x') {
			return false;
		}
	}
	return true;
}

constexpr bool is_text(std::string_view text, std::uint64_t max)
{
	if (text.size() > max) {
		return false;
	}
	for (char c : text) {
		if (!is_printable(c)) {
			return false;
		}
	}
	return true;
}

constexpr bool valid(const Node &node, std::string_view value)
{
	switch (node.type) {
	case Type::boolean:
		return value == "0" || value == "1";
	case Type::uint: {
		const auto number = parse_uint(value);
		return number && *number >= node.min && *number <= node.max;
	}
	case Type::mac:
		return is_mac(value);
	case Type::path:
		return is_path(value);
	case Type::ifname:
		return is_ifname(value);
	case Type::rate:
		return is_rate(value);
	case Type::vlan:
		return is_vlan_text(value);
	case Type::enumeration:
		for (std::string_view allowed : node.values) {
			if (value == allowed) {
				return true;
			}
		}
		return false;
	case Type::string:
		return is_text(value, node.max);
	}
	return false;
}

} // namespace ringway::schema
