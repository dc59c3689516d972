// SPDX-License-Identifier: GPL-2.0-only
#include "words/mac.hpp"

#include <charconv>
#include <fmt/format.h>
#include "words/error.hpp"
#include "schema_types.hpp"

namespace ringway
{

Mac Mac::parse(std::string_view text)
{
	if (!schema::is_mac(text)) {
		reject("mac", text,
		       "write six pairs of hex digits separated by colons, "
		       "such as 00:16:3e:12:34:56");
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
		reject("mac", text, "that is a multicast address; make the first byte even");
	}
	if (mac == Mac()) {
		reject("mac", text, "all zero is no address; leave mac= out to have one made");
	}
	if (mac == vif()) {
		reject("mac", text, "the host's end of every vif uses it; choose another");
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
