// SPDX-License-Identifier: GPL-2.0-only
// A port's VLANs over rtnetlink, on a brlite bridge and on an ordinary one, as bridge(8) shows and sets them.

#include <cstring>
#include <fmt/format.h>
#include <linux/if_bridge.h>
#include "words/error.hpp"
#include "world/nl_links.hpp"
#include "world/nl_request.hpp"

namespace ringway
{

namespace
{

struct Wanted {
	int index;
	PortState state;
};

// Of IFLA_PROTINFO.
bool is_set(nlattr *nest, int type)
{
	const nlattr *flag = nla_find(static_cast<nlattr *>(nla_data(nest)), nla_len(nest), type);
	return flag != nullptr && nla_len(flag) == 1 && nla_get_u8(flag) != 0;
}

void read_vlans(nlattr *nest, VlanTable &table)
{
	nlattr *attribute = nullptr;
	int rest = 0;
	std::uint16_t first = 0; // of a range that has begun
	nla_for_each_nested(attribute, nest, rest)
	{
		bridge_vlan_info info{};
		if (nla_type(attribute) != IFLA_BRIDGE_VLAN_INFO ||
		    nla_len(attribute) < static_cast<int>(sizeof(info))) {
			continue;
		}
		std::memcpy(&info, nla_data(attribute), sizeof(info));
		if ((info.flags & BRIDGE_VLAN_INFO_RANGE_BEGIN) != 0) {
			first = info.vid;
			continue;
		}
		for (unsigned vid = first != 0 ? first : info.vid; vid <= info.vid; ++vid) {
			table[static_cast<std::uint16_t>(vid)] = {(info.flags & BRIDGE_VLAN_INFO_UNTAGGED) !=
									  0,
								  (info.flags & BRIDGE_VLAN_INFO_PVID) != 0};
		}
		first = 0;
	}
}

int take_vlans(nl_msg *message, void *out)
{
	auto &wanted = *static_cast<Wanted *>(out);
	nlmsghdr *header = nlmsg_hdr(message);
	if (header->nlmsg_type != RTM_NEWLINK ||
	    nlmsg_datalen(header) < static_cast<int>(sizeof(ifinfomsg)) ||
	    static_cast<ifinfomsg *>(nlmsg_data(header))->ifi_index != wanted.index) {
		return NL_OK;
	}
	if (nlattr *nest = nlmsg_find_attr(header, sizeof(ifinfomsg), IFLA_AF_SPEC)) {
		read_vlans(nest, wanted.state.vlans);
	}
	if (nlattr *nest = nlmsg_find_attr(header, sizeof(ifinfomsg), IFLA_PROTINFO)) {
		wanted.state.isolated = is_set(nest, IFLA_BRPORT_ISOLATED);
		wanted.state.locked = is_set(nest, IFLA_BRPORT_LOCKED);
	}
	return NL_OK;
}

} // namespace

PortState NlLinks::bridge_words(const Link &link)
{
	Wanted wanted{link.index, {}};
	ifinfomsg header{};
	header.ifi_family = AF_BRIDGE;
	Request request(RTM_GETLINK, NLM_F_DUMP);
	request.header(header).number(IFLA_EXT_MASK, RTEXT_FILTER_BRVLAN_COMPRESSED);
	if (const int error = request.ask(socket_.get(), take_vlans, &wanted); error < 0) {
		throw Error(Exit::failed, fmt::format("device {}: reading its port's settings failed: {}",
						      link.name, words_.reason(error)));
	}
	return wanted.state;
}

// All in one message, which the kernel does as a whole.
void NlLinks::change_vlans(const Link &link, int type, const std::vector<VlanRange> &ranges)
{
	if (ranges.empty()) {
		return;
	}
	Request request(type, 0);
	const auto put = [&](std::uint16_t vid, int flags) {
		const bridge_vlan_info info{static_cast<std::uint16_t>(flags), vid};
		request.put(IFLA_BRIDGE_VLAN_INFO, &info, sizeof(info));
	};
	request.header(link_header(AF_BRIDGE, link)).nest(IFLA_AF_SPEC, [&] {
		for (const VlanRange &range : ranges) {
			const int flags = (range.marks.untagged ? BRIDGE_VLAN_INFO_UNTAGGED : 0) |
					  (range.marks.pvid ? BRIDGE_VLAN_INFO_PVID : 0);
			if (range.first == range.last) {
				put(range.first, flags);
			} else {
				put(range.first, flags | BRIDGE_VLAN_INFO_RANGE_BEGIN);
				put(range.last, flags | BRIDGE_VLAN_INFO_RANGE_END);
			}
		}
	});
	if (const int error = request.send(socket_.get()); error < 0) {
		throw Error(Exit::failed, fmt::format("device {}: {} its VLANs failed: {}", link.name,
						      type == RTM_DELLINK ? "removing some of" : "setting",
						      words_.reason(error)));
	}
}

void NlLinks::set_vlan(const Link &link, const Vlan &vlan)
{
	const VlanChange change = vlan_change(bridge_words(link).vlans, vlan);
	change_vlans(link, RTM_SETLINK, change.add);
	change_vlans(link, RTM_DELLINK, change.remove);
}

} // namespace ringway
