// SPDX-License-Identifier: GPL-2.0-only
//
// What hosts, routers and liars may say about multicast groups, and frames to groups in between. The parser
// reads nothing behind a frame. Nobody is lost: while somebody is asked, who joined by a report that is
// right, and has not left since, gets his group; nobody has more memberships than his share, and when all are
// silent all is forgotten.
//
// Cases of docs/security.md: BR-25
#include "group_frames.hpp"
#include "input.hpp"
#include "switch_env.hpp"
#include <cstring>
#include <map>
#include <memory>

using namespace ringway::fuzz;
using namespace ringway::test;

namespace
{
constexpr u32 kPorts = 5, kLimit = 64;

struct World {
	std::unique_ptr<FdbBucket[]> buckets{new FdbBucket[Fdb::buckets_for(kLimit)]()};
	Switch<Env> made;
	std::unique_ptr<brlite_groups> groups = std::make_unique<brlite_groups>();
	Port port[kPorts] = {};
	brlite_counters counters[kPorts] = {};
	// Until when a port surely gets a group.
	std::map<std::pair<u64, u32>, u32> joined;

	World()
	{
		seconds = 1000;
		made.init(buckets.get(), kLimit, 0, nullptr, {0x9e3779b97f4a7c15, 0xbf58476d1ce4e5b9});
		for (u32 p = 0; p < kPorts; p++) {
			port[p].counters = &counters[p];
			port[p].max_frame = ~0u;
			FUZZ_CHECK(made.attach(port[p], p == 0));
			made.set_up(port[p], true);
		}
		const u64 seed[2] = {3, 5};
		groups->init(seed);
		made.set_groups(groups.get());
	}

	Verdict send(u32 from, const FrameBytes &bytes)
	{
		const std::unique_ptr<u8[]> exact(new u8[bytes.size()]); // ASan sees a read behind it
		std::memcpy(exact.get(), bytes.data(), bytes.size());
		const auto length = static_cast<u32>(bytes.size());
		const Frame frame{exact.get(), length, static_cast<u16>(length), 0};
		Verdict verdict;
		made.classify(port[from], &frame, &verdict, 1);
		if (verdict.action == BRLITE_FLOOD)
			check_flood(from, frame, verdict);
		return verdict;
	}

	void check_flood(u32 from, const Frame &frame, const Verdict &verdict)
	{
		Port *out[2];
		bool got[kPorts] = {};
		u32 cursor = 0;
		while (const u32 n = made.flood_ports(port[from], frame, verdict.list, out, 2, cursor))
			for (u32 i = 0; i < n; i++) {
				FUZZ_CHECK(out[i] != &port[from] && out[i]->index && !got[out[i]->index]);
				got[out[i]->index] = true;
			}
		const u64 to = frame_destination(static_cast<const u8 *>(frame.data));
		GroupParser parser(static_cast<const u8 *>(frame.data), frame.staged);
		if (parser.parse().kind == GroupMessage::Kind::report)
			return;
		for (u32 p = 1; p < kPorts; p++)
			if (const auto at = joined.find({to, p}); p != from && at != joined.end())
				FUZZ_CHECK(got[p] || seconds >= at->second);
	}

	void note(u32 from, const FrameBytes &report)
	{
		GroupParser parser(report.data(), static_cast<u32>(report.size()));
		FUZZ_CHECK(parser.parse().kind == GroupMessage::Kind::report);
		GroupRecord record;
		while (parser.next(record))
			if (record.joins && is_joinable_group(record.group))
				joined[{group_mac(record.group), from}] = seconds + kMembershipInterval;
			else if (record.leaves)
				joined.erase({group_mac(record.group), from});
	}

	void check_shares()
	{
		u32 count[kPorts] = {}, position = 0;
		while (const Member *member = groups->next_member(position)) {
			FUZZ_CHECK(member->port && member->port < kPorts);
			FUZZ_CHECK(is_joinable_group(member->group));
			FUZZ_CHECK(++count[member->port] <= kMembersPerPort);
		}
	}
};

IpAddress group(Input &in, bool ipv6)
{
	const u8 n = in.take();
	if (ipv6)
		return n == 255 ? ip6(2, 1) : ip6(n & 64 ? 2 : 5, n & 63);
	return n == 255 ? ip4(224, 0, 0, 5)
			: ip4(n & 64 ? 239 : 224, n & 32 ? 129 : 1, in.one_in(4) ? in.take() : 0, n);
}
u64 mac(u32 port)
{
	return mac_of(0, 0x16, 0x3e, 0, 0, static_cast<u8>(port));
}

FrameBytes report(Input &in, u32 from, bool ipv6)
{
	static constexpr u8 types4[] = {0x12, 0x16, 0x17}, types6[] = {131, 132};
	if (in.one_in(2))
		return ipv6 ? mld1(types6[in.below(2)], group(in, true), mac(from))
			    : igmp2(types4[in.below(3)], group(in, false), mac(from));
	std::vector<Groups4> records(in.below(20));
	for (Groups4 &r : records) {
		r.type = static_cast<u8>(in.below(8));
		r.group = group(in, ipv6);
		r.sources = in.below(3);
	}
	return ipv6 ? mld2(records, mac(from)) : igmp3(records, mac(from));
}

FrameBytes query(Input &in, u32 from, bool ipv6)
{
	const bool one = in.one_in(2);
	if (ipv6)
		return mld1(130, one ? group(in, true) : IpAddress{}, mac(from),
			    static_cast<u16>(in.take() << 8));
	return igmp_query(mac(from), ip4(10, 0, 0, in.take()), one ? group(in, false) : ip4(0, 0, 0, 0),
			  in.take());
}

FrameBytes data(const IpAddress &to, u32 from)
{
	FrameBytes f = ethernet(group_mac(to), mac(from), is_ipv4(to) ? 0x0800 : 0x86dd, 0);
	f.resize(60, 17);
	return f;
}

// Changed, cut, or made longer.
void spoil(Input &in, FrameBytes &frame)
{
	for (u32 n = in.below(4); n; n--)
		frame[12 + in.below(static_cast<u32>(frame.size() - 12))] = in.take();
	frame.resize(14 + in.below(static_cast<u32>(frame.size())), 0);
}
} // namespace

extern "C" int LLVMFuzzerTestOneInput(const u8 *input, size_t size)
{
	Input in(input, size);
	World world;
	while (in.more()) {
		const u32 from = 1 + in.below(kPorts - 1);
		const bool ipv6 = in.one_in(3);
		switch (in.below(12)) {
		case 0:
		case 1:
		case 2: {
			const FrameBytes frame = report(in, from, ipv6);
			world.send(from, frame);
			world.note(from, frame);
			break;
		}
		case 3: {
			const FrameBytes frame = query(in, from, ipv6);
			world.send(from, frame);
			GroupParser parser(frame.data(), static_cast<u32>(frame.size()));
			if (parser.parse().asks_for_one) // who does not answer is forgotten soon
				std::erase_if(world.joined, [&](const auto &entry) {
					return entry.first.first == frame_destination(frame.data());
				});
			break;
		}
		case 4:
		case 5: {
			FrameBytes frame = in.one_in(2) ? report(in, from, ipv6) : query(in, from, ipv6);
			spoil(in, frame);
			world.send(from, frame);
			world.joined.clear(); // it may have been right all the same
			break;
		}
		case 6:
			seconds += in.take();
			break;
		case 7:
			world.groups->age(seconds);
			break;
		case 8:
			world.groups->set_querier(in.one_in(2), seconds);
			break;
		case 9:
			world.made.set_policy(world.port[from], in.one_in(2) ? BRLITE_FAST_LEAVE : 0);
			break;
		case 10: {
			GroupQuestion asked;
			if (world.groups->next_question(seconds, nullptr, asked) && asked.for_one)
				std::erase_if(world.joined, [&](const auto &entry) {
					return entry.first.first == group_mac(asked.group);
				});
			break;
		}
		default:
			world.send(from, data(group(in, ipv6), from));
		}
		world.check_shares();
	}
	seconds += 300;
	world.groups->age(seconds);
	u32 position = 0;
	FUZZ_CHECK(!world.groups->next_member(position));
	FUZZ_CHECK(!world.groups->router_for(false, 1, seconds) &&
		   !world.groups->router_for(true, 1, seconds));
	return 0;
}
