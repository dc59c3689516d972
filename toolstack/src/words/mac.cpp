// SPDX-License-Identifier: GPL-2.0-only
#include "words/mac.hpp"

#include <charconv>
#include <fmt/format.h>
#include "words/error.hpp"
#include "schema_types.hpp"
#include "words/text.hpp"

namespace ringway
{

Mac Mac::parse(std::string_view text)
{
	if (!schema::is_mac(text)) {
		throw Error(Exit::usage,
			    fmt::format("mac {}: write six pairs of hex digits separated by colons, "
					"such as 00:16:3e:12:34:56",
					quote(text)));
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
		throw Error(Exit::usage,
			    fmt::format("mac {}: that is a multicast address; make the first byte even",
					quote(text)));
	}
	if (mac == Mac()) {
		throw Error(Exit::usage,
			    fmt::format("mac {}: all zero is no address; leave mac= out to have one made",
					quote(text)));
	}
	if (mac == vif()) {
		throw Error(Exit::usage,
			    fmt::format("mac {}: the host's end of every vif uses it; choose another",
					quote(text)));
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
