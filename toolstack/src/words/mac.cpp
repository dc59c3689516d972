// SPDX-License-Identifier: GPL-2.0-only
#include "words/mac.hpp"

#include <charconv>
#include <fmt/format.h>
#include <fmt/ranges.h>
#include "words/error.hpp"
#include "schema_types.hpp"

namespace ringway
{

Mac Mac::parse(std::string_view text)
{
	if (!schema::is_mac(text)) {
		reject("mac", text,
		       "write six pairs of hex digits separated by colons, such as 00:16:3e:12:34:56");
	}
	Mac mac;
	for (std::size_t i = 0; i < mac.bytes_.size(); ++i) {
		const char *digits = text.data() + 3 * i;
		std::from_chars(digits, digits + 2, mac.bytes_[i], 16);
	}
	return mac;
}

Mac Mac::parse_station(std::string_view text)
{
	const Mac mac = parse(text);
	if (mac.is_multicast()) {
		reject("mac", text, "this is a multicast address; choose one whose first byte is even");
	}
	if (mac == Mac()) {
		reject("mac", text, "not a usable address; omit mac= to have one generated");
	}
	if (mac == vif()) {
		reject("mac", text, "reserved for the host's end of every vif; choose another");
	}
	return mac;
}

Mac Mac::generate(const std::array<std::uint8_t, 3> &random)
{
	return Mac({0x00, 0x16, 0x3e, static_cast<std::uint8_t>(random[0] & 0x7f), random[1], random[2]});
}

Mac Mac::vif()
{
	return Mac({0xfe, 0xff, 0xff, 0xff, 0xff, 0xff});
}

std::string Mac::text() const
{
	return fmt::format("{:02x}", fmt::join(bytes_, ":"));
}

} // namespace ringway
