// SPDX-License-Identifier: GPL-2.0-only
//
// Arbitrary frames against arbitrary rules. What the switch decides is what a slow reader decides, who takes
// the frame apart byte by byte and looks at each rule's fields one after the other; nothing is read behind
// the frame.
//
// Cases of docs/security.md: BR-11, BR-28
#include "bridge-lite/judge/frame_rules.hpp"
#include "input.hpp"
#include <memory>
#include <vector>

using namespace ringway;
using namespace ringway::fuzz;

namespace
{
using Bytes = std::vector<u8>;

// Addresses that share prefixes, so that rules meet them.
constexpr u8 kAddresses[4][16] = {{10, 1, 0, 1, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 1},
				  {10, 1, 0, 3, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 3},
				  {10, 1, 128, 1, 0, 0, 0, 0, 0x80, 0, 0, 0, 0, 0, 0, 1},
				  {192, 0, 2, 7, 0, 0, 0, 1, 0, 0, 0, 0, 0, 0, 0, 0}};
constexpr u8 kProtocols[] = {6, 17, 1, 58, 0, 43, 44, 60, 50, 51, 59};
constexpr u16 kPorts[] = {0, 1, 22, 53, 1024, 65535};

struct Hits {
	static inline u32 seen[BRLITE_RULE_HITS];
	static void count_rule(brlite_rule_hits *, u32 outcome) { seen[outcome]++; }
};

// --- Rules and frames out of the input
// ----------------------------------------------------------------------

brlite_rule rule_of(Input &in)
{
	brlite_rule rule{};
	rule.action = in.take() & 1;
	rule.match = in.take() & BRLITE_MATCH_ALL;
	rule.kind = static_cast<u8>(in.below(4));
	rule.protocol = in.pick(kProtocols);
	rule.from_bits = in.take() % 129;
	rule.to_bits = in.take() % 129;
	for (u16 *range : {rule.from_ports, rule.to_ports}) {
		range[0] = in.pick(kPorts);
		range[1] = in.one_in(3) ? 65535 : range[0];
	}
	std::memcpy(rule.from, kAddresses[in.below(4)], 16);
	std::memcpy(rule.to, kAddresses[in.below(4)], 16);
	return rule;
}

// Pieces that make headers meet more often than chance would.
void piece(Input &in, Bytes &frame)
{
	const auto add = [&](std::initializer_list<int> bytes) {
		for (int byte : bytes)
			frame.push_back(static_cast<u8>(byte));
	};
	const auto address = [&](size_t n) {
		const u8 *from = kAddresses[in.below(4)];
		frame.insert(frame.end(), from, from + n);
	};
	switch (in.below(9)) {
	case 0:
		return add({0x81, 0x00, 0, in.take()});
	case 1:
		return add({in.one_in(2) ? 0x91 : 0x88, in.one_in(2) ? 0 : 0xa8, 0, 1});
	case 2:
		add({8, 0, in.one_in(8) ? in.take() : 0x45, 0, in.one_in(4) ? 0 : 5, in.take(), 0, 0,
		     in.one_in(4) ? 0x20 : 0, in.one_in(3) ? in.take() % 3 : 0, 64, in.pick(kProtocols), 0,
		     0});
		address(4);
		return address(4);
	case 3:
		add({0x86, 0xdd, 0x60, 0, 0, 0, in.one_in(4) ? 0 : 5, in.take(), in.pick(kProtocols), 64});
		address(16);
		return address(16);
	case 4:
		return add({in.pick(kProtocols), in.one_in(4) ? in.take() % 4 : 0, 0,
			    in.one_in(3) ? in.take() : 0, 0, 0, 0, 0});
	case 5: {
		const u16 from = in.pick(kPorts), to = in.pick(kPorts);
		return add({from >> 8, from & 255, to >> 8, to & 255, 0, 0, 0, 0});
	}
	case 6:
		return add({0, 0, 0, 0, 0x50, in.take(), 0, 0, 0, 0, 0, 0});
	case 7:
		return add({8, 6, 0, 1, 8, 0, 6, 4});
	default:
		return add({in.take()});
	}
}

// --- The slow reader
// ----------------------------------------------------------------------------------------

struct Hidden {
};

struct Read {
	int kind = BRLITE_KIND_OTHER;
	int protocol = -1, from_port = -1, to_port = -1;
	bool syn_alone = false;
	Bytes from, to;
};

class Reader
{
	Bytes rest_;

public:
	explicit Reader(Bytes bytes) : rest_(std::move(bytes)) {}
	Bytes next(size_t n)
	{
		if (rest_.size() < n)
			throw Hidden();
		const Bytes out(rest_.begin(), rest_.begin() + static_cast<long>(n));
		rest_.erase(rest_.begin(), rest_.begin() + static_cast<long>(n));
		return out;
	}
	void end_after(size_t n) { rest_.resize(std::min(n, rest_.size())); }
};

u32 number(const Bytes &b, size_t at)
{
	return b[at] * 256u + b[at + 1];
}
Bytes part(const Bytes &b, size_t at, size_t n)
{
	return Bytes(b.begin() + static_cast<long>(at), b.begin() + static_cast<long>(at + n));
}

void read_transport(Reader &in, Read &out, u32 offset)
{
	if (out.protocol != 6 && out.protocol != 17)
		return;
	if (offset) {
		if (offset == 1 && out.protocol == 6)
			throw Hidden();
		return;
	}
	const Bytes header = in.next(out.protocol == 6 ? 20 : 8);
	out.from_port = static_cast<int>(number(header, 0));
	out.to_port = static_cast<int>(number(header, 2));
	out.syn_alone = out.protocol == 6 && header[13] & 2 && !(header[13] & 16);
}

void read_ipv4(Reader &in, Read &out)
{
	const Bytes fixed = in.next(20);
	const u32 header = fixed[0] % 16 * 4, total = number(fixed, 2);
	if (fixed[0] / 16 != 4 || header < 20)
		throw Hidden();
	in.next(header - 20);
	if (total < header)
		throw Hidden();
	in.end_after(total - header);
	out.protocol = fixed[9];
	out.from = part(fixed, 12, 4);
	out.to = part(fixed, 16, 4);
	read_transport(in, out, number(fixed, 6) % 0x2000);
}

void read_ipv6(Reader &in, Read &out)
{
	const Bytes fixed = in.next(40);
	if (fixed[0] / 16 != 6)
		throw Hidden();
	if (number(fixed, 4))
		in.end_after(number(fixed, 4));
	out.from = part(fixed, 8, 16);
	out.to = part(fixed, 24, 16);
	int next = fixed[6], seen = 0;
	u32 offset = 0;
	bool fragment = false;
	while (next == 0 || next == 43 || next == 44 || next == 60) {
		if (fragment || ++seen > 8)
			throw Hidden();
		const Bytes first = in.next(8);
		fragment = next == 44;
		if (fragment)
			offset = number(first, 2) / 8;
		else
			in.next(first[1] * 8u);
		next = first[0];
	}
	out.protocol = next;
	read_transport(in, out, offset);
}

Read read(const Bytes &frame)
{
	Reader in(part(frame, 12, frame.size() - 12));
	Read out;
	u32 type = number(in.next(2), 0);
	for (int tags = 0; type == 0x8100 || type == 0x88a8 || type == 0x9100 || type == 0x9200; tags++) {
		if (tags == 2)
			throw Hidden();
		type = number(in.next(4), 2);
	}
	if (type < 0x600)
		throw Hidden();
	out.kind = type == 0x800    ? BRLITE_KIND_IPV4
		   : type == 0x86dd ? BRLITE_KIND_IPV6
		   : type == 0x806  ? BRLITE_KIND_ARP
				    : BRLITE_KIND_OTHER;
	if (out.kind == BRLITE_KIND_IPV4)
		read_ipv4(in, out);
	if (out.kind == BRLITE_KIND_IPV6)
		read_ipv6(in, out);
	return out;
}

bool below(const Bytes &address, const u8 *prefix, u32 bits)
{
	for (u32 i = 0; i < bits; i++)
		if ((address[i / 8] ^ prefix[i / 8]) >> (7 - i % 8) & 1)
			return false;
	return true;
}
bool within(int port, const u16 *range)
{
	return port >= range[0] && port <= range[1];
}

bool fits(const brlite_rule &rule, const Read &packet)
{
	const auto asks = [&](u8 bit) { return (rule.match & bit) != 0; };
	if (asks(BRLITE_MATCH_KIND) && packet.kind != rule.kind)
		return false;
	if (asks(BRLITE_MATCH_PROTOCOL) && packet.protocol != rule.protocol)
		return false;
	if (asks(BRLITE_MATCH_NEW) && !packet.syn_alone)
		return false;
	if (asks(BRLITE_MATCH_FROM) && !below(packet.from, rule.from, rule.from_bits))
		return false;
	if (asks(BRLITE_MATCH_TO) && !below(packet.to, rule.to, rule.to_bits))
		return false;
	if (asks(BRLITE_MATCH_FROM_PORTS) && !within(packet.from_port, rule.from_ports))
		return false;
	return !asks(BRLITE_MATCH_TO_PORTS) || within(packet.to_port, rule.to_ports);
}

u32 slow(const std::vector<brlite_rule> &rules, const Bytes &frame)
{
	try {
		const Read packet = read(frame);
		for (size_t i = 0; i < rules.size(); i++)
			if (fits(rules[i], packet))
				return static_cast<u32>(i);
		return RuleList::kDefault;
	} catch (const Hidden &) {
		return RuleList::kHidden;
	}
}
} // namespace

extern "C" int LLVMFuzzerTestOneInput(const u8 *data, size_t size)
{
	Input in(data, size);
	const bool accept_rest = in.take() & 1;
	std::vector<brlite_rule> rules;
	brlite_rule_list list(accept_rest, nullptr);
	for (u32 n = in.below(BRLITE_RULES_MAX + 1); n; n--) {
		const brlite_rule rule = rule_of(in);
		if (!brlite::is_possible(rule))
			continue;
		rules.push_back(rule);
		brlite::add_rule(list, rule);
	}
	brlite_port port{};
	port.rules[BRLITE_TO_GUEST] = &list;
	while (in.more()) {
		Bytes frame = {0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0, 0x16, 0x3e, 0, 0, 10};
		for (u32 pieces = 1 + in.below(12); pieces; pieces--)
			piece(in, frame);
		if (frame.size() < kEthernetHeader)
			frame.resize(kEthernetHeader);
		const std::unique_ptr<u8[]> exact(new u8[frame.size()]); // ASan sees a read behind it
		std::memcpy(exact.get(), frame.data(), frame.size());
		const brlite_frame given{exact.get(), 9000, static_cast<u16>(frame.size()), 0};
		const u32 wanted = slow(rules, frame), before = Hits::seen[wanted];
		const bool accepted = wanted == RuleList::kDefault ? accept_rest
				      : wanted == RuleList::kHidden
					      ? false
					      : rules[wanted].action == BRLITE_RULE_ACCEPT;
		brlite::FrameRules<Hits> asked(given);
		FUZZ_CHECK(!asked.refuse(port, BRLITE_FROM_GUEST));
		FUZZ_CHECK(asked.refuse(port, BRLITE_TO_GUEST) == !accepted);
		FUZZ_CHECK(Hits::seen[wanted] == before + 1);
	}
	return 0;
}
