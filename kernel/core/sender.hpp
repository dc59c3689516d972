// SPDX-License-Identifier: GPL-2.0-only
//
// Who a frame claims to be from: the addresses that a receiver would believe, and whether the sender acts as
// a DHCP server or IPv6 router, which not every machine may.
//
// HOSTILE: every byte. If a filter reads a frame differently from the receiver, that is a way around the
// filter. So nothing is guessed: a frame whose headers cannot be followed to their end is `hidden`. At most
// two VLAN tags, LLC/SNAP and IPv6 extension headers are skipped. Of a fragmented packet the first fragment
// must hold the headers that decide; later ones cannot change these, because a UDP header is no longer than
// the smallest fragment. Neighbour discovery in fragments is hidden (RFC 6980).
#pragma once
#include "core/claims.hpp"
#include "core/frame.hpp"

namespace ringway
{
struct Sender {
	IpAddress source; // of the IP header, or of the ARP sender
	IpAddress target; // that the sender claims as its own: neighbour advertisement, DAD
	bool has_source =
		false; // false and !hidden: it has no address yet, and the frame is one that may say so
	bool has_target = false;
	bool announces = false; // receivers remember the source together with the frame's hardware address
	bool conceals = false;  // it may be neighbour discovery, and nobody can see of what
	bool hidden = false;    // not to be believed: malformed, headers concealed, or not IP
	bool server = false;    // answers as a DHCP server, or announces or redirects as a router
};

class SenderParser
{
	static constexpr u8 kUdp = 17, kIcmpv6 = 58;
	static constexpr u32 kMostTags = 2, kMostExtensions = 8, kMostOptions = 16;

	const u8 *frame_;
	const u8 *at_;
	u32 left_;
	Sender sender_{};

public:
	// INVARIANT: staged >= kEthernetHeader.
	SenderParser(const u8 *frame, u32 staged)
	    : frame_(frame), at_(frame + kEthernetHeader), left_(staged - kEthernetHeader)
	{
	}

	Sender parse()
	{
		switch (ethertype()) {
		case kEtherTypeIpv4:
			ipv4();
			break;
		case kEtherTypeArp:
			arp();
			break;
		case kEtherTypeIpv6:
			ipv6();
			break;
		default:
			sender_.hidden = true;
		}
		return sender_;
	}

private:
	bool skip(u32 bytes)
	{
		if (left_ < bytes)
			return false;
		at_ += bytes;
		left_ -= bytes;
		return true;
	}
	void hide() { sender_.hidden = true; }
	void conceal() { sender_.hidden = sender_.conceals = true; }

	// 0 if there is none.
	u16 ethertype()
	{
		u16 type = load_be16(frame_ + 2 * kMacLength);
		for (u32 tags = 0; is_any_vlan_type(type); tags++) {
			if (tags == kMostTags || left_ < kVlanTag)
				return 0;
			type = load_be16(at_ + 2);
			skip(kVlanTag);
		}
		return type < 0x0600 ? snap_type() : type;
	}

	// A length instead of a type means LLC. Some receivers accept IP behind a SNAP header, but honest
	// senders do not use it.
	u16 snap_type()
	{
		static constexpr u8 kSnap[6] = {0xaa, 0xaa, 0x03, 0, 0, 0};
		hide();
		if (left_ < 8 || __builtin_memcmp(at_, kSnap, sizeof kSnap) != 0)
			return 0;
		const u16 type = load_be16(at_ + 6);
		skip(8);
		return type;
	}

	// --- IPv4 ------------------------------------------------------------------------------------

	void ipv4()
	{
		if (left_ < 20 || at_[0] >> 4 != 4)
			return hide();
		const u32 header = (at_[0] & 15) * 4u, total = load_be16(at_ + 2);
		if (header < 20 || left_ < header || total < header)
			hide();
		else if (total < left_)
			left_ = total; // what follows is padding
		const u8 *ip = at_;
		sender_.source = load_ipv4(ip + 12);
		sender_.has_source = sender_.source.low != 0;
		if (sender_.hidden)
			return;
		const bool first = !(load_be16(ip + 6) & 0x1fff), whole = !(load_be16(ip + 6) & 0x3fff);
		const bool udp = ip[9] == kUdp && first;
		if (udp && left_ < header + 8)
			return hide();
		const u16 from = udp ? load_be16(ip + header) : 0, to = udp ? load_be16(ip + header + 2) : 0;
		sender_.server = from == 67;
		if (!sender_.has_source && !(whole && from == 68 && to == 67 && to_everybody(ip + 16)))
			hide();
	}
	static bool to_everybody(const u8 *address) { return load_ipv4(address).low == 0xffffffff; }

	// --- ARP -------------------------------------------------------------------------------------

	void arp()
	{
		// Receivers take IEEE 802's hardware type (6) for Ethernet's, too.
		static constexpr u8 kIpv4[4] = {0x08, 0x00, 6, 4};
		enum : u16 { ethernet = 1, ieee802 = 6 };
		if (left_ < 28 || __builtin_memcmp(at_ + 2, kIpv4, sizeof kIpv4) != 0)
			return hide();
		if (const u16 hardware = load_be16(at_); hardware != ethernet && hardware != ieee802)
			return hide();
		const u16 operation = load_be16(at_ + 6);
		sender_.source = load_ipv4(at_ + 14);
		sender_.has_source = sender_.announces = sender_.source.low != 0;
		const bool probe = operation == 1;
		if (mac_load(at_ + 8) != frame_source(frame_) || (!probe && operation != 2) ||
		    (!sender_.has_source && !probe))
			hide();
	}

	// --- IPv6 ------------------------------------------------------------------------------------

	void ipv6()
	{
		if (left_ < 40 || at_[0] >> 4 != 6 || at_[8] == 0xff) // a group address is never a source
			return hide();
		const u32 payload = load_be16(at_ + 4);
		u8 next = at_[6];
		sender_.source = load_ipv6(at_ + 8);
		sender_.has_source = sender_.source != IpAddress{};
		skip(40);
		if (payload && payload < left_)
			left_ = payload;
		bool later = false, fragment = false;
		if (!extensions(next, later, fragment))
			return conceal();
		if (later) {
			if (!sender_.has_source)
				hide();
		} else if (next == kIcmpv6) {
			icmpv6(fragment);
		} else {
			if (next == kUdp)
				udp6();
			if (!sender_.has_source)
				hide();
		}
	}

	// Moves to the first header that is not an extension. False if the bytes end before it, or if there
	// are too many extensions.
	bool extensions(u8 &next, bool &later, bool &fragment)
	{
		for (u32 depth = 0; depth <= kMostExtensions; depth++) {
			u32 length = 8;
			switch (next) {
			case 0:   // hop by hop
			case 43:  // routing
			case 60:  // destination
			case 135: // mobility
			case 139: // host identity
			case 140: // shim6
				length = left_ < 8 ? 8 : (at_[1] + 1u) * 8;
				break;
			case 51: // authentication
				length = left_ < 8 ? 8 : (at_[1] + 2u) * 4;
				break;
			case 44: // fragment
				if (left_ < 8)
					return false;
				fragment = true;
				if (load_be16(at_ + 2) & 0xfff8) {
					later = true;
					return true;
				}
				break;
			default:
				return true;
			}
			if (left_ < length)
				return false;
			next = at_[0];
			skip(length);
		}
		return false;
	}

	void udp6()
	{
		if (left_ < 8)
			return hide();
		sender_.server = load_be16(at_) == 547;
	}

	void icmpv6(bool fragment)
	{
		enum : u8 { mld_report = 131, mld_done, rs, ra, ns, na, redirect, mld2_report = 143 };
		if (left_ < 8)
			return conceal();
		const u8 type = at_[0];
		const bool discovery = type >= rs && type <= redirect;
		if (discovery && fragment)
			return hide();
		sender_.server = type == ra || type == redirect;
		sender_.announces = discovery;
		if (type == ns || type == na) {
			if (left_ < 24)
				return conceal();
			sender_.target = load_ipv6(at_ + 8); // which receivers believe without a source, too
			sender_.has_target = type == na || !sender_.has_source;
		}
		if (!sender_.has_source && type != ns && type != rs && type != mld_report &&
		    type != mld_done && type != mld2_report)
			return hide();
		if (type == rs || type == ns || type == na)
			options(type == rs ? 8 : 24);
	}

	// Link-layer addresses in options must be the frame's own.
	void options(u32 offset)
	{
		skip(offset);
		for (u32 n = 0; left_; n++) {
			if (n == kMostOptions || left_ < 8 || !at_[1] || left_ < at_[1] * 8u)
				return hide();
			if ((at_[0] == 1 || at_[0] == 2) && mac_load(at_ + 2) != frame_source(frame_))
				return hide();
			skip(at_[1] * 8u);
		}
	}
};

// The link-local address that an IPv6 host makes from its MAC address: fe80:: and an EUI-64 identifier.
inline IpAddress link_local_of(u64 mac)
{
	u8 bytes[16] = {0xfe, 0x80};
	mac_store(bytes + 8, mac);
	__builtin_memmove(bytes + 13, bytes + 11, 3);
	bytes[8] ^= 2;
	bytes[11] = 0xff;
	bytes[12] = 0xfe;
	return load_ipv6(bytes);
}
} // namespace ringway
