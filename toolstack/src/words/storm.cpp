// SPDX-License-Identifier: GPL-2.0-only
#include "words/storm.hpp"

#include <algorithm>
#include <fmt/format.h>
#include "words/error.hpp"

namespace ringway
{

namespace
{

constexpr std::uint64_t most_rate = 10000000; // BRLITE_STORM_RATE_MAX
constexpr std::uint64_t most_burst = 1000000; // BRLITE_STORM_BURST_MAX
constexpr std::uint64_t least_default_burst = 32;

std::uint32_t number(std::string_view key, std::string_view text, std::uint64_t most)
{
	const auto value = schema::parse_uint(text);
	if (!value || *value == 0 || *value > most) {
		reject(key, text,
		       fmt::format("write packets per second, with or without a burst, such as 1000/200; "
				   "numbers must be from 1 to {}; off removes the limit",
				   most));
	}
	return static_cast<std::uint32_t>(*value);
}

} // namespace

StormLimit parse_storm_limit(std::string_view key, std::string_view value)
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

std::string storm_text(const StormLimit &limit)
{
	return fmt::format("{}/{}", limit.rate, limit.burst);
}

} // namespace ringway
