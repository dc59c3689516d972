// SPDX-License-Identifier: GPL-2.0-only
#include <array>
#include <gtest/gtest.h>
#include "words/ip_address.hpp"
#include "words/vifspec.hpp"
#include "words/error.hpp"

namespace ringway
{

TEST(IpAddress, HasFourBytesOrSixteen)
{
	std::array<unsigned char, 16> bytes{};
	EXPECT_EQ(read_ip_address("192.0.2.1", bytes.data()), 4u);
	EXPECT_EQ(bytes[0], 192);
	EXPECT_EQ(bytes[3], 1);
	EXPECT_EQ(read_ip_address("2001:db8::1", bytes.data()), 16u);
	EXPECT_EQ(bytes[15], 1);
	for (const char *none : {"", "192.0.2", "192.0.2.256", "2001:db8:::1", "web", " 192.0.2.1"}) {
		EXPECT_EQ(read_ip_address(none, bytes.data()), 0u) << none;
	}
}

// CL-03
TEST(IpAddress, DoesNotEndAtANul)
{
	using namespace std::string_view_literals;
	std::array<unsigned char, 16> bytes{};
	EXPECT_EQ(read_ip_address("192.0.2.1\0x"sv, bytes.data()), 0u);
	EXPECT_EQ(read_ip_address("2001:db8::1\0\x12"sv, bytes.data()), 0u);
	EXPECT_THROW(VifSpec::parse("ip=2001:db8::1\0\x12"sv), Error);
}

} // namespace ringway
