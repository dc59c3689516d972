// SPDX-License-Identifier: GPL-2.0-only
//
// The switch alone, against a model of it that is a std::map: arbitrary frames, and whatever an administrator
// may do in between. After every step the verdicts and the whole table are the model's.
//
// Cases of docs/security.md: BR-05, BR-18, BR-28
#include "bridge-lite/switch.hpp"
#include "input.hpp"
#include <algorithm>
#include <map>
#include <memory>
#include <optional>
#include <vector>

using namespace ringway;
using namespace ringway::brlite;
using namespace ringway::fuzz;

namespace
{
u32 seconds;

struct Env {
	static u32 now() { return seconds; }
	static u64 nanoseconds() { return u64{seconds} * 1000000000; }
	static void lock(void *) {}
	static void unlock(void *) {}
	static void count(Port &port, u32 counter) { port.counters->n[counter]++; }
	static void count_rule(void *hits, u32 outcome) { static_cast<unsigned long *>(hits)[outcome]++; }
};

constexpr u32 kPorts = 5; // this host's among them
constexpr u32 kLimit = 16, kPortLimit = 6;
constexpr u32 kMaxFrame = 1518;

struct Known {
	u16 port;
	u32 flags; // FdbTarget::kStatic, kLocal, kSticky
	u32 seen;
	bool by_hand = false; // an administrator is not bound by the ports' limits

	bool ages() const { return !(flags & (FdbTarget::kStatic | FdbTarget::kLocal)); }
};

// A token bucket as it is told: tokens come with time, up to a burst; a packet takes one.
struct Bucket {
	u64 rate = 0, burst = 0, tokens = 0;
	u32 when = 0;

	bool take()
	{
		if (!rate)
			return true;
		tokens = std::min(burst, tokens + (seconds - when) * rate);
		when = seconds;
		return tokens && tokens--;
	}
};

struct Model {
	Bucket bucket[kPorts][BRLITE_STORM_KINDS];
	std::map<u64, Known> known;
	bool attached[kPorts] = {}, up[kPorts] = {};
	u32 policy[kPorts] = {};
	bool promisc = false;
	u32 ageing = 0;

	u32 learned(u16 port) const
	{
		u32 n = 0;
		for (const auto &[mac, entry] : known)
			n += entry.port == port && entry.ages();
		return n;
	}
	u32 aging_by_hand(u32 port) const
	{
		u32 n = 0;
		for (const auto &[mac, entry] : known)
			n += entry.port == port && entry.ages() && entry.by_hand;
		return n;
	}
	template <typename Condition>
	void forget(Condition condition)
	{
		std::erase_if(known, [&](const auto &entry) { return condition(entry.second); });
	}
	u8 learn(u16 in, u64 source)
	{
		if (in == BRLITE_LOCAL_PORT)
			return 0;
		if (!mac_is_station(source))
			return BRLITE_DROP_SOURCE_INVALID;
		const auto at = known.find(source);
		if (at != known.end() && at->second.flags & FdbTarget::kLocal)
			return BRLITE_DROP_SOURCE_LOCAL;
		if (at != known.end() && at->second.port == in) {
			at->second.seen = seconds;
			return 0;
		}
		if (policy[in] & BRLITE_LOCKED)
			return BRLITE_DROP_LOCKED_MAC;
		if (at != known.end() && at->second.flags)
			return policy[at->second.port] & BRLITE_LOCKED ? BRLITE_DROP_LOCKED_MAC : 0;
		if (policy[in] & BRLITE_NO_LEARNING)
			return 0;
		if (!ageing || learned(in) >= kPortLimit)
			return 0;
		if (at != known.end() || known.size() < kLimit)
			known[source] = {in, 0, seconds};
		return 0;
	}
	// Do floods differ from frame to frame, or is one copied for a mirror?
	u16 alone(u32 in) const
	{
		u32 all = 0;
		for (u32 p = 0; p < kPorts; p++)
			all |= attached[p] ? policy[p] : 0;
		const bool mirrored = all & BRLITE_MIRROR_TO || policy[in] & BRLITE_MIRROR_FROM;
		return all & BRLITE_NO_FLOOD || mirrored ? BRLITE_VIA_SKB : 0;
	}
	bool gets_flood(u32 p, u32 from, u64 to) const
	{
		const u32 refused = to == kMacBroadcast ? BRLITE_NO_BROADCAST_FLOOD
				    : mac_is_group(to)  ? BRLITE_NO_MULTICAST_FLOOD
							: BRLITE_NO_UNICAST_FLOOD;
		return p != from && up[p] && !(policy[p] & refused) &&
		       !(policy[p] & policy[from] & BRLITE_ISOLATED);
	}
	// What becomes of a frame: action, reason, flags and port.
	struct Outcome {
		u8 action, reason;
		u16 flags = 0;
		std::optional<u16> port = {};
	};
	Outcome limited(u16 in, u64 to, Outcome flooded)
	{
		const u32 kind = to == kMacBroadcast ? BRLITE_STORM_BROADCAST
				 : mac_is_group(to)  ? BRLITE_STORM_MULTICAST
						     : BRLITE_STORM_UNKNOWN;
		if (policy[in] & BRLITE_STORM && !bucket[in][kind].take())
			return {BRLITE_DROP, BRLITE_DROP_STORM};
		return flooded;
	}
	Outcome judge(u16 in, const Frame &frame)
	{
		const auto drop = [](u8 reason) { return Outcome{BRLITE_DROP, reason}; };
		if (!up[in])
			return drop(BRLITE_DROP_PORT_DOWN);
		if (frame.staged < 14)
			return drop(BRLITE_DROP_RUNT);
		const auto *bytes = static_cast<const u8 *>(frame.data);
		const u64 to = mac_load(bytes), from = mac_load(bytes + 6);
		if (const u8 refused = learn(in, from))
			return drop(refused);
		const bool local = in == BRLITE_LOCAL_PORT;
		const u16 copy = promisc && !local ? BRLITE_AND_LOCAL : 0;
		if (mac_is_link_local(to))
			return drop(BRLITE_DROP_LINK_LOCAL);
		if (mac_is_group(to))
			return limited(in, to,
				       {BRLITE_FLOOD, BRLITE_FLOODED,
					static_cast<u16>((local ? 0 : BRLITE_AND_LOCAL) | alone(in))});
		const auto at = known.find(to);
		if (at == known.end())
			return limited(in, to,
				       {BRLITE_FLOOD, BRLITE_FLOODED, static_cast<u16>(copy | alone(in))});
		if (at->second.flags & FdbTarget::kLocal)
			return local ? drop(BRLITE_DROP_HAIRPIN) : Outcome{BRLITE_LOCAL, BRLITE_TO_LOCAL};
		const u16 port = at->second.port;
		if (port == in)
			return drop(BRLITE_DROP_HAIRPIN);
		if (!up[port])
			return drop(BRLITE_DROP_EGRESS_DOWN);
		if (policy[port] & policy[in] & BRLITE_ISOLATED)
			return drop(BRLITE_DROP_ISOLATED);
		if (frame.len > kMaxFrame && !(frame.flags & BRLITE_FRAME_GSO))
			return drop(BRLITE_DROP_OVERSIZE);
		const bool mirrored = policy[in] & BRLITE_MIRROR_FROM || policy[port] & BRLITE_MIRROR_TO;
		return {BRLITE_PORT, BRLITE_FORWARDED,
			static_cast<u16>(copy | (mirrored ? BRLITE_VIA_SKB : 0)), port};
	}
};

struct World {
	std::unique_ptr<FdbBucket[]> buckets{new FdbBucket[Fdb::buckets_for(kLimit)]()};
	std::unique_ptr<Switch<Env>> made = std::make_unique<Switch<Env>>();
	Port port[kPorts] = {};
	brlite_counters counters[kPorts] = {};
	StormLimits storm[kPorts];
	Model model;

	World()
	{
		seconds = 1000;
		made->init(buckets.get(), kLimit, nullptr, {0x9e3779b97f4a7c15, 0xbf58476d1ce4e5b9});
		for (u32 p = 0; p < kPorts; p++) {
			port[p].counters = &counters[p];
			port[p].max_frame = p ? kMaxFrame : ~0u;
			port[p].learn_limit = kPortLimit;
			port[p].owner = &port[p];
			port[p].storm = &storm[p];
			attach(p);
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
	void by_hand(u32 p, u64 mac, bool replace, u8 kind)
	{
		const u32 flags = !p           ? FdbTarget::kStatic | FdbTarget::kLocal
				  : kind < 96  ? FdbTarget::kStatic
				  : kind < 192 ? FdbTarget::kSticky
					       : 0;
		if (!model.attached[p])
			return;
		Change wanted = Change::done;
		if (!mac_is_station(mac))
			wanted = Change::invalid;
		else if (model.known.contains(mac) && !replace)
			wanted = Change::exists;
		else if (!model.known.contains(mac) && model.known.size() >= kLimit)
			wanted = Change::full;
		else
			model.known[mac] = {static_cast<u16>(p), flags, seconds, true};
		FUZZ_CHECK(made->set(port[p], fdb_key(mac), flags, replace) == wanted);
	}
	void erase(u32 p, u64 mac)
	{
		const auto at = model.known.find(mac);
		const bool there = at != model.known.end() && (p == kPorts || at->second.port == p);
		if (there)
			model.known.erase(at);
		FUZZ_CHECK(made->erase(p == kPorts ? nullptr : &port[p], fdb_key(mac)) ==
			   (there ? Change::done : Change::missing));
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
		FUZZ_CHECK(found == model.known.size() && found <= kLimit);
		for (const auto &[mac, entry] : model.known) {
			const FdbHit hit = made->fdb().find(fdb_key(mac));
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
		bytes[i].resize(shape & 1 ? 14 : in.below(20));
		u8 head[14] = {};
		mac_store(head, address(in));
		mac_store(head + 6, address(in));
		std::copy_n(head, std::min(bytes[i].size(), sizeof head), bytes[i].data());
		frame[i] = {bytes[i].data(), shape & 2 ? 9000u : 60u, static_cast<u16>(bytes[i].size()),
			    static_cast<u16>(shape & 4 ? BRLITE_FRAME_GSO : 0)};
	}
	world.made->classify(world.port[from], frame, verdict, n);
	for (u32 i = 0; i < n; i++) {
		const auto wanted = world.model.judge(from, frame[i]);
		FUZZ_CHECK(verdict[i].action == wanted.action);
		FUZZ_CHECK(verdict[i].reason == wanted.reason);
		FUZZ_CHECK(verdict[i].flags == wanted.flags);
		FUZZ_CHECK(verdict[i].port == (wanted.port ? &world.port[*wanted.port] : nullptr));
		FUZZ_CHECK(verdict[i].owner == (wanted.port ? world.port[*wanted.port].owner : nullptr));
		if (verdict[i].action == BRLITE_FLOOD) {
			Port *out[2];
			u32 cursor = 0, all = 0, expected = 0;
			while (const u32 some =
				       world.made->flood_ports(world.port[from], frame[i], out, 2, cursor))
				all += some;
			const u64 to = mac_load(bytes[i].data());
			for (u32 p = 1; p < kPorts; p++)
				expected += world.model.gets_flood(p, from, to) &&
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
		switch (in.below(18)) {
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
			world.by_hand(p, mac, replace, in.take());
			break;
		}
		case 11: {
			const u32 p = in.below(kPorts + 1);
			world.erase(p, address(in));
			break;
		}
		case 12: {
			const u32 p = in.below(kPorts);
			if (world.model.attached[p])
				world.set_up(p, in.one_in(2));
			break;
		}
		case 13:
			world.toggle_last();
			break;
		case 14:
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
		}
		world.check_table();
	}
	return 0;
}
