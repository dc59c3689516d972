// SPDX-License-Identifier: GPL-2.0-only
//
// What a rule may ask about a frame: its protocol, addresses and ports.
//
// HOSTILE: every byte. A frame is `hidden` if its headers do not end within the bytes at hand, or if
// receivers may disagree about how to read it:
//
//	LLC and SNAP, more than two VLAN tags       some receivers find IP behind them
//	an IP, TCP or UDP header that is cut short  the rest may come in the next fragment, or never
//	a TCP fragment that begins at byte 8        it could overwrite the flags in the first one (RFC 1858)
//	IPv6: more than eight extension headers, or one behind a fragment header
//
// Hop-by-hop, routing, destination and fragment headers are skipped. ESP, AH and any other header counts
// as the protocol. Fragments after the first have addresses and a protocol, but no ports.
#pragma once
#include "core/claims.hpp"
#include "core/frame.hpp"

namespace ringway
{
struct Flow {
	// Bits of `key`, which a rule compares under one mask.
	static constexpr u32 kKind = 3; // mask; the value is one of:
	static constexpr u32 kOther = 0, kIpv4 = 1, kIpv6 = 2, kArp = 3;
	static constexpr u32 kIp = 4;    // IPv4 or IPv6: the bits of kProtocol are valid
	static constexpr u32 kPorts = 8; // TCP or UDP, and the ports are known
	static constexpr u32 kNew = 16;  // TCP: SYN without ACK
	static constexpr u32 kProtocolShift = 8;
	static constexpr u32 kProtocol = 0xff << kProtocolShift;

	u32 key;
	u16 from_port, to_port;
	IpAddress from, to;
	bool hidden;
};

class FlowParser
{
	static constexpr u8 kTcp = 6, kUdp = 17;
	static constexpr u8 kHopByHop = 0, kRouting = 43, kFragment = 44, kDestination = 60;
	static constexpr u32 kMostTags = 2, kMostExtensions = 8;
	static constexpr u32 kIpv4Header = 20, kIpv6Header = 40, kTcpHeader = 20, kUdpHeader = 8;

	const u8 *at_;
	u32 left_;
	Flow &flow_;

public:
	// INVARIANT: staged >= kEthernetHeader.
	FlowParser(const u8 *frame, u32 staged, Flow &out)
	    : at_(frame + kEthernetHeader), left_(staged - kEthernetHeader), flow_(out)
	{
	}

	void parse()
	{
		flow_ = {};
		u16 type = load_be16(at_ - 2);
		for (u32 tags = 0; is_any_vlan_type(type); tags++)
			type = pass_tag(tags);
		if (type == kEtherTypeIpv4)
			ipv4();
		else if (type == kEtherTypeIpv6)
			ipv6();
		else if (type == kEtherTypeArp)
			flow_.key = Flow::kArp;
		else if (type < 0x0600) // a length
			hide();
	}

private:
	void hide() { flow_.hidden = true; }
	void skip(u32 bytes)
	{
		at_ += bytes;
		left_ -= bytes;
	}
	void shorten(u32 length)
	{
		if (length < left_)
			left_ = length; // what follows is padding
	}

	// The type behind a tag; 0 if there are too many tags or the frame ends.
	u16 pass_tag(u32 before)
	{
		if (before == kMostTags || left_ < kVlanTag)
			return hide(), u16{0};
		skip(kVlanTag);
		return load_be16(at_ - 2);
	}

	void ipv4()
	{
		flow_.key = Flow::kIpv4 | Flow::kIp;
		if (left_ < kIpv4Header || at_[0] >> 4 != 4)
			return hide();
		const u32 header = (at_[0] & 15) * 4u, total = load_be16(at_ + 2);
		if (header < kIpv4Header || left_ < header || total < header)
			return hide();
		const u16 fragment = load_be16(at_ + 6);
		const u8 protocol = at_[9];
		flow_.from = load_ipv4(at_ + 12);
		flow_.to = load_ipv4(at_ + 16);
		shorten(total);
		skip(header);
		transport(protocol, fragment & 0x1fff);
	}

	void ipv6()
	{
		flow_.key = Flow::kIpv6 | Flow::kIp;
		if (left_ < kIpv6Header || at_[0] >> 4 != 6)
			return hide();
		const u32 payload = load_be16(at_ + 4);
		u8 next = at_[6];
		flow_.from = load_ipv6(at_ + 8);
		flow_.to = load_ipv6(at_ + 24);
		skip(kIpv6Header);
		if (payload) // 0: a jumbogram
			shorten(payload);
		u32 offset = 0;
		if (!extensions(next, offset))
			return hide();
		transport(next, offset);
	}

	static bool is_extension(u8 next)
	{
		return next == kHopByHop || next == kRouting || next == kDestination || next == kFragment;
	}

	// Moves to the first header that is not an extension. `offset` of a fragment is in units of eight
	// bytes.
	bool extensions(u8 &next, u32 &offset)
	{
		for (u32 depth = 0; is_extension(next); depth++) {
			if (depth == kMostExtensions || left_ < 8)
				return false;
			const bool fragment = next == kFragment;
			const u32 length = fragment ? 8 : (at_[1] + 1u) * 8;
			if (left_ < length)
				return false;
			next = at_[0];
			if (fragment) {
				offset = load_be16(at_ + 2) >> 3;
				skip(length);
				return !is_extension(next);
			}
			skip(length);
		}
		return true;
	}

	void transport(u8 protocol, u32 offset)
	{
		flow_.key |= u32{protocol} << Flow::kProtocolShift;
		const bool tcp = protocol == kTcp;
		if (!tcp && protocol != kUdp)
			return;
		if (offset) {
			if (tcp && offset == 1)
				hide();
			return;
		}
		if (left_ < (tcp ? kTcpHeader : kUdpHeader))
			return hide();
		flow_.key |= Flow::kPorts;
		flow_.from_port = load_be16(at_);
		flow_.to_port = load_be16(at_ + 2);
		if (tcp && (at_[13] & 0x12) == 0x02)
			flow_.key |= Flow::kNew;
	}
};
} // namespace ringway
