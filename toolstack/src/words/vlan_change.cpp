// SPDX-License-Identifier: GPL-2.0-only
#include "words/vlan_change.hpp"

#include <fmt/format.h>

namespace ringway
{

namespace
{

// All that does not stay as it is.
template <typename Stays>
std::vector<VlanRange> ranges(const VlanTable &from, const Stays &stays)
{
	std::vector<VlanRange> out;
	for (const auto &[vid, marks] : from) {
		if (stays(vid, marks)) {
			continue;
		}
		// A PVID is in no range.
		if (!out.empty() && out.back().last + 1 == vid && out.back().marks == marks && !marks.pvid) {
			out.back().last = vid;
		} else {
			out.push_back({vid, vid, marks});
		}
	}
	return out;
}

} // namespace

VlanTable vlan_table(const Vlan &vlan)
{
	VlanTable out;
	for (const std::uint16_t vid : vlan.tagged) {
		out[vid] = {};
	}
	for (const std::uint16_t vid : vlan.untagged) {
		out[vid] = {true, vid == vlan.pvid};
	}
	return out;
}

std::string vlan_text(const VlanTable &table)
{
	std::string out;
	for (const VlanRange &range : ranges(table, [](std::uint16_t, const VlanMarks &) { return false; })) {
		out += fmt::format("{}{}", out.empty() ? "" : "/", range.first);
		out += range.first == range.last ? "" : fmt::format("-{}", range.last);
		out += range.marks.pvid ? "p" : range.marks.untagged ? "u" : "";
	}
	return out.empty() ? "none" : out;
}

Vlan vlan_of(const VlanTable &table)
{
	Vlan out;
	out.text = vlan_text(table);
	for (const auto &[vid, marks] : table) {
		(marks.untagged ? out.untagged : out.tagged).insert(vid);
		out.pvid = marks.pvid ? vid : out.pvid;
	}
	return out;
}

VlanChange vlan_change(const VlanTable &now, const Vlan &wanted)
{
	const VlanTable then = vlan_table(wanted);
	return {ranges(then,
		       [&](std::uint16_t vid, const VlanMarks &marks) {
			       const auto at = now.find(vid);
			       return at != now.end() && at->second == marks;
		       }),
		ranges(now, [&](std::uint16_t vid, const VlanMarks &) { return then.contains(vid); })};
}

} // namespace ringway
