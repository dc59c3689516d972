// SPDX-License-Identifier: GPL-2.0-only
#include "core/offload.hpp"
#include <gtest/gtest.h>
#include <random>
#include <vector>

using namespace ringway;

namespace
{
using Bytes = std::vector<u8>;

Bytes ethernet(u16 type, int tags = 0)
{
	Bytes b(12, 0x02);
	for (int i = 0; i < tags; i++)
		b.insert(b.end(), {0x81, 0x00, 0x00, 0x05});
	b.insert(b.end(), {static_cast<u8>(type >> 8), static_cast<u8>(type)});
	return b;
}

Bytes ipv4(u8 proto, Bytes b = ethernet(0x0800))
{
	b.insert(b.end(), {0x45, 0, 0, 0, 0, 0, 0x40, 0, 64, proto, 0, 0, 127, 9, 0, 1, 127, 9, 0, 2});
	return b;
}

Bytes ipv6(u8 proto, Bytes b = ethernet(0x86dd))
{
	b.insert(b.end(), {0x60, 0, 0, 0, 0, 0, proto, 64});
	b.resize(b.size() + 32);
	return b;
}

Bytes tcp(Bytes b, u32 payload = 100, u8 words = 5)
{
	const size_t at = b.size();
	b.resize(at + 20 + payload);
	b[at + 12] = static_cast<u8>(words << 4);
	return b;
}

bool fit(const Bytes &b, u8 gso = XEN_NETIF_GSO_TYPE_NONE)
{
	const Bytes exact(b); // ASan sees a read beyond the end
	return offload_headers_fit(exact.data(), static_cast<u32>(exact.size()),
				   static_cast<u32>(exact.size()), gso);
}
constexpr u8 kV4 = XEN_NETIF_GSO_TYPE_TCPV4, kV6 = XEN_NETIF_GSO_TYPE_TCPV6;
} // namespace

TEST(Offload, PlainTcpAndUdpPass)
{
	EXPECT_TRUE(fit(tcp(ipv4(6))));
	EXPECT_TRUE(fit(tcp(ipv6(6))));
	EXPECT_TRUE(fit(tcp(ipv4(17))));
	EXPECT_TRUE(fit(tcp(ipv4(6, ethernet(0x0800, 1)))));
	EXPECT_TRUE(fit(tcp(ipv4(6, ethernet(0x0800, 2))), kV4));
	EXPECT_FALSE(fit(tcp(ipv4(6, ethernet(0x0800, 3)))));
}

// NB-17
TEST(Offload, GsoTypeMustMatchTheHeaders)
{
	EXPECT_TRUE(fit(tcp(ipv4(6)), kV4));
	EXPECT_TRUE(fit(tcp(ipv6(6)), kV6));
	EXPECT_FALSE(fit(tcp(ipv4(6)), kV6));
	EXPECT_FALSE(fit(tcp(ipv6(6)), kV4));
	EXPECT_FALSE(fit(tcp(ipv4(17)), kV4));
	EXPECT_FALSE(fit(ethernet(0x0806), kV4));
	EXPECT_FALSE(fit(tcp(ipv4(6), 0), kV4)) << "nothing behind the headers to segment";
}

TEST(Offload, BrokenHeaders)
{
	for (u8 words = 0; words < 16; words++)
		EXPECT_EQ(fit(tcp(ipv4(6), 20, words)), words >= 5 && 20 + 20u >= words * 4u) << int(words);
	Bytes short_ip = tcp(ipv4(6));
	short_ip[14] = 0x44;
	EXPECT_FALSE(fit(short_ip));
	Bytes fragment = tcp(ipv4(6));
	fragment[20] = 0x20;
	EXPECT_FALSE(fit(fragment));
	Bytes wrong_version = tcp(ipv4(6));
	wrong_version[14] = 0x65;
	EXPECT_FALSE(fit(wrong_version));
}

// NB-19
TEST(Offload, EveryCutIsRefusedWithoutReadingBeyond)
{
	const Bytes whole = tcp(ipv4(6, ethernet(0x0800, 1)), 0);
	for (size_t n = 0; n < whole.size(); n++)
		EXPECT_FALSE(fit(Bytes(whole.begin(), whole.begin() + static_cast<long>(n)))) << n;
	EXPECT_TRUE(fit(whole));
}

TEST(Offload, RandomBytesNeverReadBeyond)
{
	std::mt19937 random(7);
	for (int i = 0; i < 200000; i++) {
		Bytes b(random() % 80);
		for (auto &byte : b)
			byte = static_cast<u8>(random());
		if (b.size() > 14 && i % 2)
			b[12] = i % 4 == 1 ? 0x08 : 0x86, b[13] = i % 4 == 1 ? 0x00 : 0xdd;
		(void)fit(b, static_cast<u8>(random() % 3));
	}
}

// The short cut says yes only where the thorough way does, and it does not read beyond what was staged.
TEST(PlainTransport, IsTheCommonFramesAlone)
{
	const auto plain = [](const Bytes &b) {
		const Bytes exact(b);
		const auto size = static_cast<u32>(exact.size());
		return is_plain_transport(exact.data(), size, size);
	};
	for (const u8 proto : {6, 17}) {
		const Bytes frame = tcp(ipv4(proto), 0);
		EXPECT_TRUE(plain(frame));
		EXPECT_FALSE(plain(tcp(ipv6(proto))));
		EXPECT_FALSE(plain(tcp(ipv4(proto, ethernet(0x0800, 1)))));
		for (const u8 first : {0x44, 0x46, 0x4f, 0x65, 0x05}) {
			Bytes other = frame;
			other[14] = first;
			EXPECT_FALSE(plain(other)) << int(first);
		}
		for (u32 bit = 0; bit < 16; bit++) { // don't-fragment and the reserved bit are no fragment
			Bytes other = frame;
			other[20] = static_cast<u8>((1u << bit) >> 8);
			other[21] = static_cast<u8>(1u << bit);
			EXPECT_EQ(plain(other), bit >= 14) << bit;
			EXPECT_EQ(plain(other), fit(other)) << bit;
		}
		for (u32 len = 12; len < 60; len++) {
			Bytes cut = frame;
			cut.resize(len);
			EXPECT_EQ(plain(cut), len >= (proto == 17 ? 42u : 54u)) << len;
		}
	}
	EXPECT_FALSE(plain(tcp(ipv4(1))));
	for (u8 words = 0; words < 16; words++) {
		const Bytes frame = tcp(ipv4(6), 20, words);
		EXPECT_EQ(plain(frame), fit(frame)) << int(words);
	}
}

TEST(PlainTransport, NeverSaysMoreThanTheThoroughWay)
{
	std::mt19937 random{11};
	u32 said_yes = 0;
	for (u32 i = 0; i < 200000; i++) {
		Bytes b = tcp(ipv4(random() % 2 ? 17 : 6), 4);
		for (u32 n = random() % 4; n; n--)
			b[12 + random() % (b.size() - 12)] = static_cast<u8>(random());
		const u32 staged = 12 + random() % (static_cast<u32>(b.size()) - 11);
		const Bytes exact(b.begin(), b.begin() + staged);
		const auto len = static_cast<u32>(b.size());
		const bool yes = is_plain_transport(exact.data(), staged, len);
		said_yes += yes;
		ASSERT_TRUE(!yes || offload_headers_fit(exact.data(), staged, len, XEN_NETIF_GSO_TYPE_NONE))
			<< i;
	}
	EXPECT_GT(said_yes, 10000u);
}
