// SPDX-License-Identifier: GPL-2.0-only
// What the administrator switches off at a receiver's device stays off on every way from ring to ring: each
// switch, by the administrator or by what the frontend cannot do, against each kind of packet, for one
// receiver and flooded, copied by grant and between buffers that stay mapped. What may not go as it is goes
// as an skb, where Linux asks the same device.
#include "mapped.hpp"

using namespace ringway;
using namespace ringway::test;

namespace
{
struct Kind {
	const char *name;
	u32 len;
	u16 type;
	u16 flags;
	u8 gso;
	u32 needs; // of NETBACK_OFFLOAD_*
};
constexpr u16 kBlank = NETTXF_csum_blank;
constexpr Kind kKinds[] = {
	{"plain", 200, 0x0800, 0, 0, 0},
	{"checked", 200, 0x0800, NETTXF_data_validated, 0, 0},
	{"a page", 4096, 0x0800, 0, 0, 0},
	{"larger than a page", 4097, 0x0800, 0, 0, NETBACK_OFFLOAD_SG},
	{"blank, IPv4", 200, 0x0800, kBlank, 0, NETBACK_OFFLOAD_CSUM4},
	{"blank, IPv6", 200, 0x86dd, kBlank, 0, NETBACK_OFFLOAD_CSUM6},
	{"blank, tagged", 200, 0x8100, kBlank, 0, NETBACK_OFFLOAD_CSUM4 | NETBACK_OFFLOAD_CSUM6},
	{"blank and large", 5000, 0x0800, kBlank, 0, NETBACK_OFFLOAD_CSUM4 | NETBACK_OFFLOAD_SG},
	{"segments, IPv4", 9000, 0x0800, kBlank, XEN_NETIF_GSO_TYPE_TCPV4,
	 NETBACK_OFFLOAD_CSUM4 | NETBACK_OFFLOAD_TSO4 | NETBACK_OFFLOAD_SG},
	{"segments, IPv6", 9000, 0x86dd, kBlank, XEN_NETIF_GSO_TYPE_TCPV6,
	 NETBACK_OFFLOAD_CSUM6 | NETBACK_OFFLOAD_TSO6 | NETBACK_OFFLOAD_SG},
	{"few segments", 3000, 0x0800, kBlank, XEN_NETIF_GSO_TYPE_TCPV4,
	 NETBACK_OFFLOAD_CSUM4 | NETBACK_OFFLOAD_TSO4},
};

enum class Buffers { granted, mapped };

class SwitchedOff : public TwoGuests, public testing::WithParamInterface<Buffers>
{
	Mapper from_{a}, to_{b};
	GrefEntries sent_, posted_; // empty: nothing stays mapped

protected:
	void SetUp() override
	{
		TwoGuests::SetUp();
		a.port.flood = {&a.port, &b.port};
		if (GetParam() == Buffers::mapped)
			sent_ = from_.mapped(64, true);
		map_b();
	}
	// It has connected just now.
	void map_b()
	{
		if (GetParam() == Buffers::mapped)
			posted_ = to_.mapped(64, false);
	}
	void forget_b() { to_.begin(); }
	void exchange(const Kind &kind)
	{
		const u32 buffers = std::min(30u, b.queue[0].rx.free_slots());
		const u16 gso_size = kind.gso ? 1440 : 0;
		const Bytes frame = make_frame(kind.len, 3, kind.type);
		if (posted_.empty()) {
			b.post_buffers(buffers);
			a.send(frame, {{}, kind.flags, kind.gso, gso_size});
		} else {
			std::vector<u32> slots;
			for (u32 left = kind.len; left; left -= slots.back())
				slots.push_back(std::min(left, kPageSize));
			to_.post_buffers(posted_, buffers);
			from_.post_packet(sent_, frame, slots, kind.flags, kind.gso, gso_size);
			a.push();
		}
		host->settle();
		a.responses();
	}
	void flooded(bool on)
	{
		a.port.decide = [this, on](auto &) {
			return on ? brlite_verdict{BRLITE_FLOOD, BRLITE_FORWARDED, 0, 0, nullptr, nullptr}
				  : to_b();
		};
	}
	// Does a packet of this kind go from ring to ring?
	bool directly(const Kind &kind)
	{
		const ToGuestStats before = b.back().to_guest_stats;
		exchange(kind);
		const auto got = b.receive();
		EXPECT_EQ(got.size(), 1u);
		const ToGuestStats &now = b.back().to_guest_stats;
		const bool direct = now.direct != before.direct;
		if (direct)
			EXPECT_EQ(now.mapped - before.mapped, posted_.empty() ? 0u : 1u) << kind.name;
		return direct;
	}
	// Each kind against each set of what is on.
	template <typename Switch>
	void all(Switch &&set)
	{
		for (u32 on = 0; on <= NETBACK_OFFLOADS; on++) {
			set(on);
			for (const bool flood : {false, true}) {
				flooded(flood);
				for (const Kind &kind : kKinds) {
					const bool may = (kind.needs & on) == kind.needs;
					ASSERT_EQ(directly(kind), may)
						<< kind.name << (flood ? ", flooded" : "") << ", on: " << on;
				}
			}
		}
	}
};

// ethtool -K, which comes at any time.
// NB-65
TEST_P(SwitchedOff, ByTheAdministrator)
{
	all([this](u32 on) {
		RtnlLock lock;
		netback_set_offloads(b.dev.vif, on);
	});
}

// A frontend that cannot, and one that could again while the administrator does not want it.
// NB-65
TEST_P(SwitchedOff, ByWhatTheFrontendCan)
{
	const auto reconnect = [this](u32 can) {
		b.dev.frontend.can_sg = can & NETBACK_OFFLOAD_SG;
		b.dev.frontend.gso_tcpv4 = can & NETBACK_OFFLOAD_TSO4;
		b.dev.frontend.gso_tcpv6 = can & NETBACK_OFFLOAD_TSO6;
		b.dev.frontend.ip_csum = can & NETBACK_OFFLOAD_CSUM4;
		b.dev.frontend.ipv6_csum = can & NETBACK_OFFLOAD_CSUM6;
		b.frontend_state(XenbusState::closing);
		b.frontend_state(XenbusState::closed);
		b.reset_rings();
		forget_b();
		b.connect();
		map_b();
	};
	all(reconnect);
	for (u32 off = 1; off <= NETBACK_OFFLOADS; off <<= 1) {
		b.dev.switched_on = NETBACK_OFFLOADS & ~off;
		reconnect(NETBACK_OFFLOADS);
		flooded(false);
		for (const Kind &kind : kKinds)
			ASSERT_EQ(directly(kind), !(kind.needs & off)) << kind.name << ", off: " << off;
	}
}

// ip link set gso_max_size: what is larger is segmented by Linux.
// NB-65
TEST_P(SwitchedOff, SegmentsLargerThanAllowed)
{
	for (const bool flood : {false, true}) {
		flooded(flood);
		b.dev.gso_max = 5000;
		for (const Kind &kind : kKinds)
			ASSERT_EQ(directly(kind), !(kind.gso && kind.len >= 5000)) << kind.name;
		b.dev.gso_max = 65536;
		for (const Kind &kind : kKinds)
			ASSERT_TRUE(directly(kind)) << kind.name;
	}
}

// What else an administrator does to the receiver's device: each on every way, for every kind of packet, and
// back.
enum class Comes { directly, as_skb, never };
struct State {
	const char *name;
	void (*set)(Guest &b, bool on);
	Comes (*comes)(const Kind &kind, bool flood);
};
constexpr State kStates[] = {
	{"nothing", [](Guest &, bool) {}, [](const Kind &, bool) { return Comes::directly; }},
	{"ip link set down", [](Guest &b, bool on) { b.set_up(!on); },
	 [](const Kind &, bool) { return Comes::never; }},
	// A packet socket: tcpdump, with promiscuity or without.
	{"watched", [](Guest &b, bool on) { b.dev.watched = on; },
	 [](const Kind &, bool) { return Comes::as_skb; }},
	// A receiver that stalled.
	{"no carrier", [](Guest &b, bool on) { b.dev.carrier = !on; },
	 [](const Kind &, bool) { return Comes::never; }},
	{"tc qdisc add", [](Guest &b, bool on) { b.dev.shaped = on; },
	 [](const Kind &, bool) { return Comes::as_skb; }},
	// For one receiver the switch looks at the length.
	{"ip link set mtu", [](Guest &b, bool on) { b.port.longest = on ? 1514 : 65535; },
	 [](const Kind &kind, bool flood) {
		 return flood && !kind.gso && kind.len > 1514 ? Comes::never : Comes::directly;
	 }},
};

// NB-65
TEST_P(SwitchedOff, TheDeviceItself)
{
	const auto comes = [&](const Kind &kind) {
		const u64 direct = b.back().to_guest_stats.direct;
		exchange(kind);
		if (b.receive().empty())
			return Comes::never;
		return b.back().to_guest_stats.direct == direct ? Comes::as_skb : Comes::directly;
	};
	for (const State &state : kStates)
		for (const bool flood : {false, true}) {
			flooded(flood);
			for (const Kind &kind : kKinds) {
				state.set(b, true);
				EXPECT_EQ(comes(kind), state.comes(kind, flood))
					<< state.name << ", " << kind.name << (flood ? ", flooded" : "");
				state.set(b, false);
				EXPECT_EQ(comes(kind), Comes::directly)
					<< state.name << " no more, " << kind.name
					<< (flood ? ", flooded" : "");
			}
		}
}

INSTANTIATE_TEST_SUITE_P(Buffers, SwitchedOff, testing::Values(Buffers::granted, Buffers::mapped),
			 [](const auto &info) {
				 return info.param == Buffers::granted ? "granted" : "mapped";
			 });
} // namespace
