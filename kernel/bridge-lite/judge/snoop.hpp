// SPDX-License-Identifier: GPL-2.0-only
//
// What becomes of a frame to a group while members are told apart: what it says about groups is noted, and
// its verdict names the list of ports that it goes to.
//
// A function of its own, that the judge of all frames hands what it knows: others pay nothing for it.
#pragma once
#include "bridge-lite/judge/frames.hpp"
#include "bridge-lite/judge/table.hpp"

namespace ringway::brlite
{
template <typename Env, bool kVlans>
class Snoop
{
	using Kind = GroupMessage::Kind;

	Table<Env> &table_;
	Port &in_;
	const u16 vlan_;
	const u32 now_;
	const u32 policy_ = load_relaxed(in_.policy);

	Snoop(Table<Env> &table, Port &in, u16 vlan, u32 now) : table_(table), in_(in), vlan_(vlan), now_(now)
	{
	}

public:
	// The frame may pass, and is to a group that is not broadcast. INVARIANT: kEthernetHeader bytes are
	// staged.
	__attribute__((noinline)) static Verdict judge(Table<Env> &table, Port &in, const Frame &frame,
						       u16 vlan, u32 now)
	{
		return Snoop(table, in, vlan, now).judge(frame);
	}

private:
	Verdict judge(const Frame &frame)
	{
		const u64 destination = frame_destination(static_cast<const u8 *>(frame.data));
		const brlite_groups *groups = table_.groups();
		if (!groups || !(mac_is_ipv4_group(destination) || mac_is_ipv6_group(destination)))
			return flood(Groups::kToAll, true);
		GroupParser parser(static_cast<const u8 *>(frame.data), frame.staged);
		const GroupMessage &message = parser.parse();
		const bool asks = message.kind == Kind::query || message.kind == Kind::router;
		if (asks && (policy_ & BRLITE_ADDRESS_LOCKED))
			return verdict(BRLITE_DROP, BRLITE_DROP_LOCKED_SERVER);
		if (message.kind == Kind::malformed)
			Env::count(in_, BRLITE_GROUP_MALFORMED);
		else if (message.kind != Kind::none)
			hear(parser, message);
		if (asks)
			return flood(message.kind == Kind::query ? Groups::kToAsked : Groups::kToAll, true);
		const auto way = groups->where_to(destination, vlan_, now_, message.kind == Kind::report,
						  host_is_in_vlan());
		return flood(way.list, way.to_host);
	}

	void hear(GroupParser &parser, const GroupMessage &message)
	{
		Groups::Heard heard;
		table_.change_groups([&](Groups &groups) {
			if (load_relaxed(in_.up)) // else another CPU has forgotten the port on our way here
				heard = groups.heard(parser, message, in_, vlan_, now_, host_is_in_vlan());
		});
		count(BRLITE_GROUP_JOINED, heard.joined);
		count(BRLITE_GROUP_LEFT, heard.left);
		count(BRLITE_GROUP_REFUSED, heard.refused);
	}
	void count(u32 counter, u32 times)
	{
		while (times--)
			Env::count(in_, counter);
	}

	bool host_is_in_vlan() const { return !kVlans || is_vlan_member(table_.ports_.local(), vlan_); }

	Verdict flood(u16 list, bool to_host) const
	{
		const bool copies_all = table_.is_promisc();
		const bool copy = copies_all || (to_host && host_is_in_vlan());
		const u32 local = copy && in_.index != BRLITE_LOCAL_PORT ? BRLITE_AND_LOCAL : 0;
		const u32 alone = policy_ & BRLITE_FLOODS_ALONE ? BRLITE_VIA_SKB : 0;
		Verdict to_members = verdict(BRLITE_FLOOD, BRLITE_FLOODED, static_cast<u16>(local | alone));
		to_members.vlan = vlan_; // each port has its own idea of the tag
		to_members.list = list;
		return to_members;
	}
};
} // namespace ringway::brlite
