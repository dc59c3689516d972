// SPDX-License-Identifier: GPL-2.0-only
//
// The switch alone, against a model of it that is a std::map: arbitrary frames, and whatever an administrator
// may do in between. After every step the verdicts and the whole table are the model's.
//
// Cases of docs/security.md: BR-05, BR-09, BR-10, BR-18, BR-28
#include "input.hpp"
#include "switch_model.hpp"
#include <memory>
#include <vector>

using namespace ringway::fuzz;

namespace
{
struct World {
	std::unique_ptr<FdbBucket[]> buckets{new FdbBucket[Fdb::buckets_for(kLimit + kReserve)]()};
	std::unique_ptr<Switch<Env>> made = std::make_unique<Switch<Env>>();
	Port port[kPorts] = {};
	brlite_counters counters[kPorts] = {};
	brlite_storm storm[kPorts];
	brlite_vlans vlans[kPorts] = {};
	Model model;

	World()
	{
		seconds = 1000;
		made->init(buckets.get(), kLimit, kReserve, nullptr,
			   {0x9e3779b97f4a7c15, 0xbf58476d1ce4e5b9});
		for (u32 p = 0; p < kPorts; p++) {
			port[p].counters = &counters[p];
			port[p].max_frame = p ? kMaxFrame : ~0u;
			port[p].learn_limit = kPortLimit;
			port[p].owner = &port[p];
			port[p].storm = &storm[p];
			port[p].vlans = &vlans[p];
			vlans[p].type = kEtherTypeVlan;
			attach(p);
			made->set_guest(port[p], Model::is_guest(p));
		}
		set_ageing(300);
	}
	// The lowest free index is the port's own, because all below it are attached: leave in reverse order
	// only.
	void attach(u32 p)
	{
		FUZZ_CHECK(made->attach(port[p], p == 0));
		FUZZ_CHECK(port[p].index == p);
		model.attached[p] = true;
	}
	void set_ageing(u32 ageing)
	{
		made->set_ageing(ageing);
		model.ageing = ageing;
		if (!ageing)
			model.forget([](const Known &k) { return k.ages(); });
	}
	void set_up(u32 p, bool on)
	{
		made->set_up(port[p], on);
		model.up[p] = on;
		if (!on)
			model.forget([p](const Known &k) { return k.port == p && k.ages(); });
	}
	void set_gate(u32 p, brlite_gate gate)
	{
		if (gate != BRLITE_GATE_OPEN)
			set_up(p, false);
		made->set_gate(port[p], gate);
		model.gate[p] = gate;
		if (gate == BRLITE_GATE_SHUT)
			model.forget([p](const Known &k) { return k.port == p && k.ages(); });
	}
	void toggle_last()
	{
		const u32 p = kPorts - 1;
		if (!model.attached[p])
			return attach(p);
		made->detach(port[p]);
		model.attached[p] = model.up[p] = false;
		model.forget([](const Known &k) { return k.port == kPorts - 1; });
	}
	void set_policy(u32 p, u32 policy)
	{
		if (!p || !model.attached[p]) // this host's port has none
			return;
		if (policy & ~model.policy[p] & BRLITE_LOCKED)
			model.forget([p](const Known &k) { return k.port == p && k.ages(); });
		made->set_policy(port[p], policy);
		model.policy[p] = policy;
	}
	void limit(u32 p, u32 kind, u32 rate, u32 burst)
	{
		storm[p].limit[kind].set(rate, burst);
		model.bucket[p][kind] = {rate, burst, burst, seconds};
	}
	void filter_vlans(bool on)
	{
		made->filter_vlans(on);
		model.filtering = on;
		model.forget([](const Known &k) { return k.ages(); });
	}
	void set_vlan(u32 p, u16 id, u8 how)
	{
		Vlans &of = model.vlans[p];
		if (how & 1) {
			brlite::set_vlan(vlans[p], id,
					 (how & 2 ? BRLITE_VLAN_UNTAGGED : 0) |
						 (how & 4 ? BRLITE_VLAN_PVID : 0));
			of.untagged[id] = how & 2;
		} else {
			clear_vlan(vlans[p], id);
			of.untagged.erase(id);
			if (model.attached[p])
				made->vlans_left(port[p]);
			if (model.attached[p])
				std::erase_if(model.known, [&](const auto &entry) {
					const u16 vlan = fdb_key_vlan(entry.first);
					return entry.second.port == p && entry.second.ages() && vlan &&
					       !of.has(vlan);
				});
		}
		of.pvid = how & 1 && how & 4 ? id : of.pvid == id ? u16{0} : of.pvid;
	}
	bool is_static_of_another(u32 p, u64 key)
	{
		const auto at = model.known.find(key);
		return at != model.known.end() && (at->second.flags & FdbTarget::kStatic) &&
		       at->second.port != p;
	}
	bool is_hosts(u64 mac, u16 vlan)
	{
		auto at = model.known.find(fdb_key(mac, vlan));
		if (at == model.known.end())
			at = model.known.find(fdb_key(mac));
		return at != model.known.end() && (at->second.flags & FdbTarget::kLocal);
	}
	void by_hand(u32 p, u64 mac, u16 vlan, bool replace, u8 kind)
	{
		const u64 key = fdb_key(mac, vlan);
		const u32 flags = !p           ? FdbTarget::kStatic | FdbTarget::kLocal
				  : kind < 96  ? FdbTarget::kStatic
				  : kind < 192 ? FdbTarget::kSticky
					       : 0;
		if (!model.attached[p])
			return;
		Error wanted = Error::none;
		if (!mac_is_station(mac))
			wanted = Error::invalid;
		else if (model.known.contains(key) && !replace)
			wanted = Error::exists;
		else if (p && (is_static_of_another(p, key) || is_hosts(mac, vlan)))
			wanted = Error::taken;
		else if (!model.known.contains(key) && !model.has_room(flags))
			wanted = Error::full;
		else
			model.known[key] = {static_cast<u16>(p), flags, seconds, true};
		if (wanted == Error::none && !vlan && model.filtering)
			std::erase_if(model.known, [&](const auto &entry) {
				return entry.first != key && fdb_key_mac(entry.first) == mac &&
				       !entry.second.flags;
			});
		FUZZ_CHECK(made->set(port[p], key, flags, replace) == wanted);
	}
	void erase(u32 p, u64 mac, u16 vlan)
	{
		const u64 key = fdb_key(mac, vlan);
		const auto at = model.known.find(key);
		const bool there = at != model.known.end() && (p == kPorts || at->second.port == p);
		if (there)
			model.known.erase(at);
		FUZZ_CHECK(made->erase(p == kPorts ? nullptr : &port[p], key) ==
			   (there ? Error::none : Error::missing));
	}
	void age()
	{
		made->age();
		model.forget([this](const Known &k) { return k.ages() && seconds - k.seen >= model.ageing; });
	}
	void check_table()
	{
		FUZZ_CHECK(made->entries() == model.known.size());
		u32 found = 0;
		for (u32 position = 0; position < made->fdb().slots(); position++)
			found += made->fdb().snapshot(position).key != 0;
		FUZZ_CHECK(found == model.known.size() && found <= kLimit + kReserve);
		for (const auto &[key, entry] : model.known) {
			const FdbHit hit = made->fdb().find(key);
			FUZZ_CHECK(hit);
			FUZZ_CHECK(hit.target.word == (entry.port | entry.flags));
			FUZZ_CHECK(!entry.ages() || hit.slot->seen == entry.seen);
		}
		for (u32 p = 0; p < kPorts; p++)
			FUZZ_CHECK(port[p].learned == model.learned(static_cast<u16>(p)) &&
				   port[p].learned - model.aging_by_hand(p) <= kPortLimit);
	}
};

// A handful of addresses, so that they meet; some that no station has.
u64 address(Input &in)
{
	const u8 n = in.take();
	switch (n >> 5) {
	case 6:
		return mac_of(0x01, 0x80, 0xc2, 0, 0, n & 31);
	case 7:
		return n == 0xff ? kMacBroadcast : n & 1 ? 0 : mac_of(0x33, 0x33, 0, 0, 0, n & 3);
	default:
		return mac_of(0x00, 0x16, 0x3e, 0, 0, n & 31);
	}
}

// Few, so that they meet; the largest, and one nobody may have.
u16 vlan_id(Input &in)
{
	static constexpr u16 ids[] = {1, 2, 3, 64, 4094};
	return ids[in.below(5)];
}

// What a guest may write where a tag belongs: type and TCI.
void put_tag(Input &in, u8 *at)
{
	static constexpr u16 types[] = {kEtherTypeVlan, kEtherTypeVlan, kEtherTypeServiceVlan, 0x9100};
	const u8 choice = in.take();
	const u16 type = types[choice & 3];
	const u16 id = choice & 4 ? vlan_id(in) : choice & 8 ? 0 : 4095;
	const u16 tci = static_cast<u16>(id | (choice & 0xf0) << 8);
	for (const u16 word : {type, tci}) {
		*at++ = static_cast<u8>(word >> 8);
		*at++ = static_cast<u8>(word);
	}
}

u16 beside(Input &in, u8 shape)
{
	if ((shape & 0x30) == 0x30)
		return BRLITE_FRAME_TAG_OTHER;
	const u16 id = shape & 0x40 ? vlan_id(in) : shape & 0x80 ? 4095 : 0;
	return shape & 0x20 ? static_cast<u16>(BRLITE_FRAME_TAG_BESIDE | id << BRLITE_FRAME_VID_SHIFT) : 0;
}

void frames(Input &in, World &world)
{
	constexpr u32 kMost = 8;
	const u16 from = static_cast<u16>(in.below(kPorts));
	const u32 n = 1 + in.below(kMost);
	if (!world.model.attached[from])
		return;
	std::vector<std::vector<u8>> bytes(n);
	Frame frame[kMost];
	Verdict verdict[kMost];
	unsigned long counted = 0, before = 0;
	for (u32 reason = 0; reason < BRLITE_REASONS; reason++)
		before += world.counters[from].n[reason];
	for (u32 i = 0; i < n; i++) {
		const u8 shape = in.take();
		bytes[i].resize(shape & 1 ? 14 : in.below(24));
		u8 head[22] = {};
		mac_store(head, address(in));
		mac_store(head + 6, address(in));
		if (shape & 8) {
			put_tag(in, head + 12);
			put_tag(in, head + 16);
		}
		std::copy_n(head, std::min(bytes[i].size(), sizeof head), bytes[i].data());
		frame[i] = {bytes[i].data(), shape & 2 ? 9000u : 60u, static_cast<u16>(bytes[i].size()),
			    static_cast<u16>((shape & 4 ? BRLITE_FRAME_GSO : 0) | beside(in, shape))};
	}
	world.made->classify(world.port[from], frame, verdict, n);
	for (u32 i = 0; i < n; i++) {
		const auto wanted = world.model.judge(from, frame[i]);
		FUZZ_CHECK(verdict[i].action == wanted.action);
		FUZZ_CHECK(verdict[i].reason == wanted.reason);
		FUZZ_CHECK(verdict[i].flags == wanted.flags);
		FUZZ_CHECK(verdict[i].vlan == wanted.vlan);
		FUZZ_CHECK(verdict[i].port == (wanted.port ? &world.port[*wanted.port] : nullptr));
		FUZZ_CHECK(verdict[i].owner == (wanted.port ? world.port[*wanted.port].owner : nullptr));
		if (verdict[i].action == BRLITE_FLOOD) {
			Port *out[2];
			u32 cursor = 0, all = 0, expected = 0;
			while (const u32 some = world.made->flood_ports(world.port[from], frame[i],
									verdict[i].list, out, 2, cursor))
				all += some;
			const u64 to = mac_load(bytes[i].data());
			for (u32 p = 1; p < kPorts; p++)
				expected += world.model.gets_flood(
						    p, from, to, Model::tag_of(frame[i]).value_or(Says())) &&
					    (frame[i].len <= kMaxFrame || frame[i].flags & BRLITE_FRAME_GSO);
			FUZZ_CHECK(all == expected);
		}
	}
	for (u32 reason = 0; reason < BRLITE_REASONS; reason++)
		counted += world.counters[from].n[reason];
	FUZZ_CHECK(counted - before == n);
}
} // namespace

extern "C" int LLVMFuzzerTestOneInput(const u8 *data, size_t size)
{
	Input in(data, size);
	World world;
	const u8 start = in.take();
	for (u32 p = 0; p < kPorts; p++)
		world.set_up(p, !(start >> p & 1));
	while (in.more()) {
		switch (in.below(20)) {
		default:
			frames(in, world);
			break;
		case 8:
			seconds += in.take();
			break;
		case 9:
			world.age();
			break;
		case 10: {
			const u32 p = in.below(kPorts);
			const u64 mac = address(in);
			const bool replace = in.one_in(2);
			const u16 vlan = in.one_in(2) ? vlan_id(in) : u16{0};
			world.by_hand(p, mac, vlan, replace, in.take());
			break;
		}
		case 11: {
			const u32 p = in.below(kPorts + 1);
			const u64 mac = address(in);
			world.erase(p, mac, in.one_in(2) ? vlan_id(in) : u16{0});
			break;
		}
		case 12: {
			const u32 p = in.below(kPorts);
			if (!world.model.attached[p])
				break;
			if (p && in.one_in(3))
				world.set_gate(p, static_cast<brlite_gate>(in.below(3)));
			else if (!world.model.gate[p])
				world.set_up(p, in.one_in(2));
			break;
		}
		case 13:
			world.toggle_last();
			break;
		case 14:
			world.model.forwarded_groups = in.one_in(2) ? 1u << in.below(16) : 0;
			world.made->forward_groups(world.model.forwarded_groups);
			world.model.promisc = in.one_in(2);
			world.made->set_promisc(world.model.promisc);
			break;
		case 15:
			world.set_ageing(in.take());
			break;
		case 16: {
			const u32 p = in.below(kPorts);
			const u32 bits = in.take();
			const u32 mirror = bits & 1 ? BRLITE_MIRROR_FROM : BRLITE_MIRROR_TO;
			world.set_policy(p, (bits & (0x3f | BRLITE_STORM)) | (bits & 0x40 ? mirror : 0));
			break;
		}
		case 17: {
			const u32 p = in.below(kPorts), kind = in.below(BRLITE_STORM_KINDS);
			static constexpr u32 rates[] = {0, 1, 2, 5, 10}; // whole nanoseconds a token
			const u32 rate = rates[in.below(5)];
			world.limit(p, kind, rate, 1 + in.below(20));
			break;
		}
		case 18:
			world.filter_vlans(!in.one_in(4));
			break;
		case 19: {
			const u32 p = in.below(kPorts);
			const u16 id = vlan_id(in);
			world.set_vlan(p, id, in.take());
			break;
		}
		}
		world.check_table();
	}
	return 0;
}
