// SPDX-License-Identifier: GPL-2.0-only
//
// An Ethernet address as the tool handles it.
#pragma once

#include <array>
#include <cstdint>
#include <string>
#include <string_view>

namespace ringway
{

class Mac
{
public:
	Mac() = default;
	explicit Mac(const std::array<std::uint8_t, 6> &bytes) : bytes_(bytes) {}

	// Six pairs of hex digits, separated by colons; nothing else. Throws Error (usage).
	static Mac parse(std::string_view text);
	// parse, and refuse what no guest may have: multicast, broadcast, all zero.
	static Mac parse_station(std::string_view text);
	// An address in Xen's own range, 00:16:3e:00:00:00 to 00:16:3e:7f:ff:ff.
	static Mac generate(const std::array<std::uint8_t, 3> &random);
	// What every vif wears in dom0: the highest unicast address, so that no bridge adopts it as its own.
	static Mac vif();

	std::string text() const;
	const std::array<std::uint8_t, 6> &bytes() const { return bytes_; }
	bool is_multicast() const { return (bytes_[0] & 1) != 0; }
	bool operator==(const Mac &) const = default;

private:
	std::array<std::uint8_t, 6> bytes_{};
};

} // namespace ringway
