// SPDX-License-Identifier: GPL-2.0-only
//
// From the VLANs that a port has to those that it should have: what to add and what to remove, in ranges, and
// nothing where they are equal. Packets of a VLAN that stays are not lost.
#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <vector>
#include "words/vlan.hpp"

namespace ringway
{

struct VlanMarks {
	bool untagged = false, pvid = false;
	bool operator==(const VlanMarks &) const = default;
};
using VlanTable = std::map<std::uint16_t, VlanMarks>;

struct VlanRange {
	std::uint16_t first = 0, last = 0;
	VlanMarks marks;
	bool operator==(const VlanRange &) const = default;
};

struct VlanChange {
	std::vector<VlanRange> add, remove; // in this order: the port is in one of them at any time
	bool operator==(const VlanChange &) const = default;
};

VlanTable vlan_table(const Vlan &vlan);
// In the terms of vlan=; "none" for no VLAN at all.
std::string vlan_text(const VlanTable &table);

Vlan vlan_of(const VlanTable &table);

VlanChange vlan_change(const VlanTable &now, const Vlan &wanted);

} // namespace ringway
