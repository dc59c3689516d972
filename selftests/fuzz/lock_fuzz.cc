// SPDX-License-Identifier: GPL-2.0-only
//
// Arbitrary frames from a port locked to addresses. The parser reads nothing behind the frame, and what
// passes is, to a reader that follows the standards and nothing else, from an address of the port's own: the
// shortest way to read each header, written down a second time.
//
// From any other port nothing passes by which a receiver would look for the locked port's address there.
//
// And whom a request of ARP or of neighbour discovery asks for, which the switch reads to leave others out:
// it is nobody, or who stands where the standards put him.
//
// Cases of docs/security.md: BR-11, BR-16, BR-34
#include "bridge-lite/judge/claimed.hpp"
#include "core/asked_address.hpp"
#include "input.hpp"
#include <cstring>
#include <memory>
#include <vector>

using namespace ringway;
using namespace ringway::fuzz;

namespace
{
constexpr u32 kPort = 1, kOther = 2;
constexpr u8 kMine[4] = {10, 0, 0, 1}, kTheirs[4] = {10, 0, 0, 2};
constexpr u8 kMine6[16] = {0x20, 1, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 1},
	     kTheirs6[16] = {0x20, 1, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 2};

struct Table {
	alignas(Claims) u8 memory[Claims::bytes_for(4)];
	Claims *claims = new (memory) brlite_claims;

	Table()
	{
		const u64 seed[2] = {1, 2};
		claims->init(4, seed);
		FUZZ_CHECK(claims->add(load_ipv4(kMine), kPort) && claims->add(load_ipv6(kMine6), kPort));
		FUZZ_CHECK(claims->add(load_ipv4(kTheirs), kOther) &&
			   claims->add(load_ipv6(kTheirs6), kOther));
	}
};

// Pieces that make headers meet more often than chance would; else bytes as they come.
void piece(Input &in, std::vector<u8> &frame)
{
	const auto add = [&](std::initializer_list<u8> bytes) { frame.insert(frame.end(), bytes); };
	const auto put4 = [&](u8 which) {
		const u8 *from = which % 3 ? kMine : kTheirs;
		frame.insert(frame.end(), from, from + 4);
	};
	const auto put6 = [&](u8 which) {
		static constexpr u8 none[16] = {};
		const u8 *from = which % 4 == 0 ? kTheirs6 : which % 4 == 1 ? none : kMine6;
		frame.insert(frame.end(), from, from + 16);
	};
	switch (in.below(10)) {
	case 0:
		return add({0x81, 0x00, 0, in.take()});
	case 1:
		return add({0, 50, 0xaa, 0xaa, 3, 0, 0, 0});
	case 2:
		add({0x08, 0x00, 0x45, 0, 0, 60, 0, 0, 0, static_cast<u8>(in.one_in(4) ? in.take() : 0), 64,
		     17, 0, 0});
		put4(in.take());
		return put4(in.take());
	case 3:
		add({0x08, 0x06, 0, 1, 8, 0, 6, 4, 0, static_cast<u8>(1 + in.below(2)), 0, 0x16, 0x3e, 0, 0,
		     10});
		put4(in.take());
		add({0, 0, 0, 0, 0, 0});
		return put4(in.take());
	case 4:
		add({0x86, 0xdd, 0x60, 0, 0, 0, 0, 64, in.below(2) ? u8{58} : in.take(),
		     in.one_in(4) ? in.take() : u8{255}});
		put6(in.take());
		return put6(in.take());
	case 5:
		return add({in.take(), in.below(3) ? u8{0} : in.take(), 0, 0, 0, 0, 0, 0}); // an extension
	case 6:
		add({static_cast<u8>(133 + in.below(5)), 0, 0, 0, 0, 0, 0, 0}); // neighbour discovery
		return put6(in.take());
	case 7:
		return add({static_cast<u8>(1 + in.below(2)), 1, 0, 0x16, 0x3e, 0, 0,
			    static_cast<u8>(10 + in.below(2))});
	case 8:
		return add({0, static_cast<u8>(66 + in.below(3)), 0, static_cast<u8>(66 + in.below(3)), 0, 8,
			    0, 0});
	default:
		return add({in.take()});
	}
}

bool equal(const u8 *a, const u8 *b, size_t n)
{
	return !std::memcmp(a, b, n);
}

bool own6(const u8 *address, const u8 *frame)
{
	const u8 *m = frame + 6;
	const u8 local[16] = {0xfe, 0x80, 0,    0,    0,    0,    0,   0, static_cast<u8>(m[0] ^ 2),
			      m[1], m[2], 0xff, 0xfe, m[3], m[4], m[5]};
	return equal(address, kMine6, 16) || equal(address, local, 16);
}

// Would a receiver take the frame for one of somebody else?
bool spoofed(const u8 *frame, size_t length)
{
	static constexpr u8 zero[16] = {};
	size_t at = 12;
	while (at + 4 <= length && (load_be16(frame + at) == 0x8100 || load_be16(frame + at) == 0x88a8))
		at += 4;
	if (at + 2 > length)
		return true; // the type lies beyond: nobody knows
	const u16 type = load_be16(frame + at);
	const u8 *p = frame + at + 2;
	const size_t left = length - at - 2;
	if (type == 0x0800)
		return left < 20 || !(equal(p + 12, kMine, 4) || equal(p + 12, zero, 4));
	if (type == 0x0806)
		return left < 28 || !equal(p + 8, frame + 6, 6) ||
		       !(equal(p + 14, kMine, 4) || equal(p + 14, zero, 4));
	if (type != 0x86dd || left < 40)
		return true;
	if (!own6(p + 8, frame) && !equal(p + 8, zero, 16))
		return true;
	// Discovery right behind the header is what every receiver acts on.
	if (p[6] != 58 || left < 64)
		return false;
	return p[40] == 134 || p[40] == 137 || (p[40] == 136 && !own6(p + 48, frame));
}
// Would a receiver of the untagged frame look for who has the address at its sender?
bool announces_mine(const u8 *frame, size_t length)
{
	const u8 *p = frame + 14;
	const u16 type = load_be16(frame + 12);
	if (type == 0x0806)
		return length >= 14 + 28 && !p[0] && (p[1] == 1 || p[1] == 6) && load_be16(p + 2) == 0x0800 &&
		       p[4] == 6 && p[5] == 4 && equal(p + 14, kMine, 4);
	return type == 0x86dd && length >= 14 + 64 && p[0] >> 4 == 6 && p[8] != 0xff && p[6] == 58 &&
	       load_be16(p + 4) >= 24 && p[40] == 136 && equal(p + 48, kMine6, 16);
}
// An untagged frame's question, with the place that it names; null: it asks for nobody.
const u8 *question(const u8 *frame, size_t length)
{
	static constexpr u8 request[8] = {0, 1, 8, 0, 6, 4, 0, 1};
	const u8 *p = frame + 14;
	const u16 type = load_be16(frame + 12);
	if (type == 0x0806 && length >= 14 + 28 && equal(p, request, 8) && !equal(p + 14, p + 24, 4))
		return p + 24;
	if (type == 0x86dd && length >= 14 + 64 && p[0] >> 4 == 6 && p[6] == 58 && p[7] == 255 &&
	    p[40] == 135)
		return p + 48;
	return nullptr;
}

void check_question(const u8 *frame, size_t length)
{
	const IpAddress asked = asked_address(frame, static_cast<u32>(length));
	const u16 type = load_be16(frame + 12);
	if (type == 0x8100 || type == 0x88a8)
		return; // behind a tag only the reading itself is watched
	const u8 *at = question(frame, length);
	const IpAddress meant = !at ? IpAddress{} : type == 0x0806 ? load_ipv4(at) : load_ipv6(at);
	FUZZ_CHECK(asked == meant);
}
} // namespace

extern "C" int LLVMFuzzerTestOneInput(const u8 *data, size_t size)
{
	static const Table table;
	Input in(data, size);
	std::vector<u8> frame = {0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0, 0x16, 0x3e, 0, 0, 10};
	while (in.more() && frame.size() < 512)
		piece(in, frame);
	if (frame.size() < kEthernetHeader)
		frame.resize(kEthernetHeader);
	const size_t length = frame.size();
	const std::unique_ptr<u8[]> exact(new u8[length]); // ASan sees a read behind it
	std::memcpy(exact.get(), frame.data(), length);
	const brlite_frame given{exact.get(), static_cast<u32>(length), static_cast<u16>(length), 0};
	const u64 source = frame_source(exact.get());

	const auto check = [&](u32 port, bool is_locked) {
		return brlite::check_addresses(*table.claims, given, source, port, is_locked);
	};
	const u8 locked = check(kPort, true).reason, open = check(3, false).reason;
	const u8 router = check(3, false).sent_by == Claims::kNobody ? open : 0;
	FUZZ_CHECK(check(kPort, true).sent_by == Claims::kNobody);
	FUZZ_CHECK(locked || !spoofed(exact.get(), length));
	FUZZ_CHECK(!open || open == BRLITE_DROP_LOCKED_ADDRESS || open == BRLITE_DROP_LOCKED_HIDDEN);
	FUZZ_CHECK(router == open || open == BRLITE_DROP_LOCKED_ADDRESS);
	FUZZ_CHECK(router || !announces_mine(exact.get(), length));
	check_question(exact.get(), length);
	return 0;
}
