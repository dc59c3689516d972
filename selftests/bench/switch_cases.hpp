// SPDX-License-Identifier: GPL-2.0-only
// The switch's decisions, and the FDB below it, at several sizes of the table.
#pragma once
#include "bridge-lite/judge/switch.hpp"
#include "measured.hpp"
#include <memory>
#include <new>
#include <vector>

namespace ringway::bench
{
using namespace brlite;

struct Still {
	static u32 now() { return 1000; }
	static u64 nanoseconds() { return 1000000000; }
	static void lock(fdb_lock *) {}
	static void unlock(fdb_lock *) {}
	static void count(Port &port, u32 counter) { port.counters->n[counter]++; }
	static void tell(Port &, brlite_news, u64) {}
	static void changed(Port &, u64, FdbTarget, bool) {}
	static void count_vlan(Port &, u32, brlite_direction, s32, s32) {}
	static void count_rule(brlite_rule_hits *hits, u32 outcome) { hits->n[outcome]++; }
};

inline constexpr FdbSeed kSeed{0x9e3779b97f4a7c15, 0xbf58476d1ce4e5b9};

struct World {
	static constexpr u32 kLimit = 20000;
	std::unique_ptr<FdbBucket[]> buckets{new FdbBucket[Fdb::buckets_for(kLimit)]()};
	std::unique_ptr<Switch<Still>> made = std::make_unique<Switch<Still>>();
	std::vector<std::unique_ptr<Port>> ports;
	std::vector<std::unique_ptr<brlite_counters>> counters;
	std::vector<std::unique_ptr<brlite_vlans>> vlans;
	u8 head[kPackets][64] = {};
	Frame frame[kPackets];
	Verdict verdict[kPackets];

	World(u32 port_count, u32 addresses)
	{
		made->init(buckets.get(), kLimit, 0, nullptr, kSeed);
		made->set_ageing(300);
		for (u32 i = 0; i <= port_count; i++) {
			counters.push_back(std::make_unique<brlite_counters>());
			ports.push_back(std::make_unique<Port>());
			Port &port = *ports.back();
			port.counters = counters.back().get();
			vlans.push_back(std::make_unique<brlite_vlans>());
			port.vlans = vlans.back().get();
			port.vlans->type = kEtherTypeVlan;
			port.max_frame = i ? 1518 : ~0u;
			port.learn_limit = kLimit;
			(void)made->attach(port, i == 0);
			made->set_up(port, true);
		}
		for (u32 a = 0; a < addresses; a++)
			learn(*ports[1 + a % port_count], mac(a));
	}
	static u64 mac(u32 n)
	{
		return mac_of(0x00, 0x16, 0x3e, static_cast<u8>(n >> 16), static_cast<u8>(n >> 8),
			      static_cast<u8>(n));
	}
	void fill(u32 i, u64 to, u64 from)
	{
		mac_store(head[i], to);
		mac_store(head[i] + 6, from);
		head[i][12] = 0x08;
		frame[i] = {head[i], 60, 60, 0};
	}
	// IPv4 without options and UDP behind it; the addresses are the case's.
	void put_udp_header(u32 i)
	{
		head[i][14] = 0x45;
		head[i][17] = 46;
		head[i][23] = 17;
	}
	void learn(Port &port, u64 address)
	{
		fill(0, mac_of(0xff, 0xff, 0xff, 0xff, 0xff, 0xff), address);
		made->classify(port, frame, verdict, 1);
	}
	// The first `n` frames come in at a port, measured.
	void judge(u32 n, u32 port = 1)
	{
		auto body = [&] { made->classify(*ports[port], frame, verdict, n); };
		measured(body);
	}
};

// One sender; destinations: always the same one, or a different one each.
inline u32 bench_classify(u32 ports, u32 addresses, bool spread, u32 batch = kPackets)
{
	World world(ports, addresses);
	for (u32 i = 0; i < kPackets; i++)
		world.fill(i, World::mac(spread ? 1 + (i * 37) % (addresses - 1) : 1), World::mac(0));
	for (u32 round = 0; round < kRounds; round++)
		world.judge(batch);
	return kRounds * batch;
}

// The same destination always, from a port with a policy that lets it pass.
inline u32 bench_policy(u32 policy)
{
	World world(2, 10);
	alignas(Claims) u8 memory[Claims::bytes_for(1)];
	auto *claims = new (memory) brlite_claims;
	const u64 seed[2] = {kSeed.mask, kSeed.factor};
	const u8 address[4] = {10, 0, 0, 1};
	claims->init(1, seed);
	(void)claims->add(load_ipv4(address), 1);
	(void)world.made->set_claims(claims);
	(void)world.made->set(*world.ports[1], World::mac(0), FdbTarget::kStatic, true);
	world.made->set_policy(*world.ports[1], policy);
	for (u32 i = 0; i < kPackets; i++) {
		world.fill(i, World::mac(1), World::mac(0));
		world.put_udp_header(i);
		__builtin_memcpy(world.head[i] + 26, address, sizeof address);
	}
	for (u32 round = 0; round < kRounds; round++)
		world.judge(kPackets);
	return kRounds * kPackets;
}

// The same destination always, in a VLAN that both ports have untagged, or both with its tag.
inline u32 bench_vlan(bool trunk)
{
	constexpr u16 id = 10;
	World world(2, 10);
	world.made->filter_vlans(true);
	for (const auto &port : world.ports)
		set_vlan(*port->vlans, id, trunk ? 0 : BRLITE_VLAN_PVID | BRLITE_VLAN_UNTAGGED);
	(void)world.made->set(*world.ports[2], fdb_key(World::mac(1), id), FdbTarget::kStatic, true);
	for (u32 i = 0; i < kPackets; i++) {
		world.fill(i, World::mac(1), World::mac(0));
		if (!trunk)
			continue;
		world.head[i][12] = 0x81;
		world.head[i][15] = id;
	}
	for (u32 round = 0; round < kRounds; round++)
		world.judge(kPackets);
	return kRounds * kPackets;
}

// Broadcasts of a port with a limit on them that is not reached.
inline u32 bench_storm()
{
	World world(2, 10);
	brlite_storm limits;
	limits.limit[BRLITE_STORM_BROADCAST].set(1000, 1000000);
	world.ports[1]->storm = &limits;
	world.made->set_policy(*world.ports[1], BRLITE_STORM);
	for (u32 i = 0; i < kPackets; i++)
		world.fill(i, kMacBroadcast, World::mac(0));
	for (u32 round = 0; round < kRounds; round++)
		world.judge(kPackets);
	return kRounds * kPackets;
}

// Frames that the last of so many rules accepts; those before it differ in the address alone, so that nothing
// of them is saved.
inline u32 bench_rules(u32 count)
{
	World world(2, 10);
	brlite_rule_hits hits{};
	brlite_rule_list list(false, &hits);
	for (u32 i = 1; i <= count; i++) {
		brlite_rule rule{BRLITE_RULE_ACCEPT,
				 BRLITE_MATCH_KIND | BRLITE_MATCH_PROTOCOL | BRLITE_MATCH_TO,
				 BRLITE_KIND_IPV4, 17};
		rule.to_bits = 32;
		rule.to[3] = static_cast<u8>(count - i);
		add_rule(list, rule);
	}
	world.ports[1]->rules[BRLITE_FROM_GUEST] = &list;
	world.made->set_policy(*world.ports[1], BRLITE_RULES_FROM);
	for (u32 i = 0; i < kPackets; i++) {
		world.fill(i, World::mac(1), World::mac(0));
		world.put_udp_header(i);
	}
	for (u32 round = 0; round < kRounds; round++)
		world.judge(kPackets);
	return kRounds * kPackets;
}

// The same destination always, on a bridge where rules are asked about what goes to another port.
inline u32 bench_rules_elsewhere()
{
	World world(3, 10);
	brlite_rule_hits hits{};
	brlite_rule_list list(false, &hits);
	world.ports[3]->rules[BRLITE_TO_GUEST] = &list;
	world.made->set_policy(*world.ports[3], BRLITE_RULES_TO);
	for (u32 i = 0; i < kPackets; i++)
		world.fill(i, World::mac(1), World::mac(0));
	for (u32 round = 0; round < kRounds; round++)
		world.judge(kPackets);
	return kRounds * kPackets;
}

// Sources that change with every frame, all of them known.
inline u32 bench_known_sources(u32 addresses)
{
	World world(2, addresses);
	for (u32 i = 0; i < kPackets; i++)
		world.fill(i, World::mac(1), World::mac((i * 2 * 131) % addresses / 2 * 2));
	for (u32 round = 0; round < kRounds; round++)
		world.judge(kPackets);
	return kRounds * kPackets;
}

// Broadcasts: the verdict, and the ports it means.
inline u32 bench_flood()
{
	World world(16, 10);
	for (u32 i = 0; i < kPackets; i++)
		world.fill(i, kMacBroadcast, World::mac(0));
	Port *out[16];
	u32 found = 0;
	for (u32 round = 0; round < kRounds; round++) {
		world.judge(kPackets);
		auto body = [&] {
			u32 cursor = 0;
			while (const u32 n = world.made->flood_ports(*world.ports[1], world.frame[0], 0, out,
								     16, cursor))
				found += n;
		};
		measured(body);
	}
	keep(found);
	return kRounds * kPackets;
}

// Addresses nobody has used before, with so many in the table. They are forgotten again in between.
inline u32 bench_learn(u32 addresses)
{
	World world(2, addresses);
	for (u32 round = 0; round < kRounds; round++) {
		for (u32 i = 0; i < kPackets; i++)
			world.fill(i, World::mac(1), World::mac(addresses + round * kPackets + i));
		world.judge(kPackets);
		for (u32 i = 0; i < kPackets; i++)
			(void)world.made->erase(nullptr, World::mac(addresses + round * kPackets + i));
	}
	return kRounds * kPackets;
}

// Addresses that turn up at another port.
inline u32 bench_move(u32 addresses)
{
	World world(2, addresses);
	for (u32 i = 0; i < kPackets; i++)
		world.fill(i, kMacBroadcast, World::mac(i));
	for (u32 round = 0; round < kRounds; round++) {
		world.judge(kPackets, 1);
		world.judge(kPackets, 2);
	}
	return 2 * kRounds * kPackets;
}

// The table alone, as full as it is made for: addresses that are there, or not.
inline u32 bench_find(u32 addresses, bool there)
{
	std::unique_ptr<FdbBucket[]> buckets{new FdbBucket[Fdb::buckets_for(addresses)]()};
	Fdb fdb;
	fdb.attach(buckets.get(), Fdb::buckets_for(addresses), kSeed);
	for (u32 i = 0; i < addresses; i++)
		(void)fdb.insert(World::mac(i), FdbTarget{1}, 0);
	u64 key[kPackets];
	u32 found = 0;
	for (u32 round = 0; round < kRounds; round++) {
		for (u32 i = 0; i < kPackets; i++)
			key[i] = World::mac((round * kPackets + i) % addresses + (there ? 0 : addresses));
		auto body = [&] {
			for (const u64 k : key)
				found += fdb.find(k).target.port();
		};
		measured(body);
	}
	keep(found);
	return kRounds * kPackets;
}
} // namespace ringway::bench
