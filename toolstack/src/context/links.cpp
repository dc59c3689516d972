// SPDX-License-Identifier: GPL-2.0-only
#include "context/links.hpp"

#include <algorithm>

namespace ringway
{

bool PortChange::any() const
{
	return isolated || mac_lock || ip_lock || rules || mirror_from || mirror_to || vlan ||
	       std::any_of(storm.begin(), storm.end(), [](const auto &limit) { return limit.has_value(); });
}

PortChange undoing(const PortChange &change, const std::optional<PortState> &before)
{
	PortChange out;
	if (!before) {
		return out;
	}
	const auto put = [](auto &to, const auto &named, const auto &value) {
		if (named) {
			to = value;
		}
	};
	put(out.isolated, change.isolated, before->isolated);
	put(out.mac_lock, change.mac_lock, before->locked);
	out.mac = change.mac;
	out.has_mac = before->has_mac;
	put(out.ip_lock, change.ip_lock, before->ip_lock);
	for (std::size_t i = 0; i < storm_kinds.size(); ++i) {
		put(out.storm[i], change.storm[i], before->storm.*storm_kinds[i].limit);
	}
	put(out.rules, change.rules, before->counted.rules);
	put(out.mirror_from, change.mirror_from, before->mirror_from);
	put(out.mirror_to, change.mirror_to, before->mirror_to);
	put(out.vlan, change.vlan, vlan_of(before->vlans));
	return out;
}

} // namespace ringway
