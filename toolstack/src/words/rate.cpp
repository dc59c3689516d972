// SPDX-License-Identifier: GPL-2.0-only
#include "words/rate.hpp"

#include <fmt/format.h>
#include "words/error.hpp"
#include "schema_types.hpp"

namespace ringway
{

namespace
{

constexpr std::uint64_t usecs_per_second = 1000000;
constexpr std::uint32_t default_interval_usecs = 50000;

// Takes the digits off the front; the rest stays in text.
std::uint64_t take_number(std::string_view whole, std::string_view &text)
{
	std::size_t length = 0;
	while (length < text.size() && text[length] >= '0' && text[length] <= '9') {
		++length;
	}
	const auto number = schema::parse_uint(text.substr(0, length));
	if (!number) {
		reject("rate", whole, "write a whole number first, such as 10Mb/s or 1MB/s@20ms");
	}
	if (*number == 0 || *number > UINT32_MAX) {
		reject("rate", whole, fmt::format("numbers must be from 1 to {}", UINT32_MAX));
	}
	text.remove_prefix(length);
	return *number;
}

std::uint64_t bytes_per_second(std::string_view whole, std::string_view text)
{
	std::uint64_t value = take_number(whole, text);
	if (text.starts_with('G')) {
		value *= 1000000000;
	} else if (text.starts_with('M')) {
		value *= 1000000;
	} else if (text.starts_with('K')) {
		value *= 1000;
	}
	if (!text.empty() && (text[0] == 'G' || text[0] == 'M' || text[0] == 'K')) {
		text.remove_prefix(1);
	}
	if (text != "B/s" && text != "b/s") {
		reject("rate", whole,
		       "the unit must be B/s or b/s, with or without K, M or G before it, such as 10Mb/s");
	}
	return text == "b/s" ? value / 8 : value;
}

std::uint64_t interval(std::string_view whole, std::string_view text)
{
	const std::uint64_t value = take_number(whole, text);
	if (text == "us" || text == "u") {
		return value;
	}
	if (text == "ms" || text == "m") {
		return value * 1000;
	}
	if (text == "s" || text.empty()) {
		return value * usecs_per_second;
	}
	reject("rate", whole, "the unit of the interval must be us, ms or s, such as @20ms");
}

std::string with_unit(std::uint64_t value, std::string_view unit)
{
	constexpr std::uint64_t thousand = 1000;
	std::string_view prefix = "";
	for (const std::string_view next : {"K", "M", "G"}) {
		if (value == 0 || value % thousand != 0) {
			break;
		}
		value /= thousand;
		prefix = next;
	}
	return fmt::format("{}{}{}", value, prefix, unit);
}

} // namespace

Rate Rate::parse(std::string_view text)
{
	const auto at = text.find('@');
	const std::uint64_t per_second = bytes_per_second(text, text.substr(0, at));
	const std::uint64_t usecs =
		at == text.npos ? default_interval_usecs : interval(text, text.substr(at + 1));
	if (usecs > UINT32_MAX) {
		reject("rate", text, fmt::format("the interval must be at most {} us", UINT32_MAX));
	}
	if (per_second > UINT64_MAX / usecs) {
		reject("rate", text, "too large; omit rate= for no limit");
	}
	const Rate rate{per_second * usecs / usecs_per_second, static_cast<std::uint32_t>(usecs)};
	if (rate.bytes_per_interval == 0) {
		reject("rate", text, "less than one byte per interval; raise the rate or the interval");
	}
	return rate;
}

std::string Rate::node() const
{
	return fmt::format("{},{}", bytes_per_interval, interval_usecs);
}

std::string Rate::text() const
{
	// Rounded up: parse() rounds down, which is what there was again.
	const std::uint64_t bytes =
		(bytes_per_interval * usecs_per_second + interval_usecs - 1) / interval_usecs;
	const std::string interval =
		interval_usecs == default_interval_usecs ? "" : fmt::format("@{}us", interval_usecs);
	const std::string in_bits = with_unit(bytes * 8, "b/s"), in_bytes = with_unit(bytes, "B/s");
	return (in_bits.size() <= in_bytes.size() ? in_bits : in_bytes) + interval;
}

std::optional<Rate> Rate::of_node(std::string_view node)
{
	const auto comma = node.find(',');
	const auto bytes = schema::parse_uint(node.substr(0, comma));
	const auto usecs = schema::parse_uint(comma == node.npos ? "" : node.substr(comma + 1));
	if (!bytes || !usecs || *usecs == 0 || *usecs > UINT32_MAX ||
	    *bytes > UINT64_MAX / 8 / usecs_per_second) {
		return std::nullopt;
	}
	return Rate{*bytes, static_cast<std::uint32_t>(*usecs)};
}

} // namespace ringway
