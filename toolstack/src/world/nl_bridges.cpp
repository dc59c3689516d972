// SPDX-License-Identifier: GPL-2.0-only
#include "world/nl_bridges.hpp"

#include <algorithm>
#include <array>
#include <cstring>
#include <fmt/format.h>
#include <linux/neighbour.h>
#include <net/if.h>
#include <unistd.h>
#include "words/error.hpp"
#include "world/nl_request.hpp"

namespace ringway
{

namespace
{

constexpr int nlm_f_bulk = 0x200; // NLM_F_BULK, of Linux 5.19

using LinkAttributes = std::array<nlattr *, IFLA_MAX + 1>;
using InfoAttributes = std::array<nlattr *, IFLA_INFO_MAX + 1>;

// The attributes of its kind, or of the kind that it is a port of.
bool parse_info(nl_msg *message, LinkAttributes &link, InfoAttributes &info)
{
	return nlmsg_parse(nlmsg_hdr(message), sizeof(ifinfomsg), link.data(), IFLA_MAX, nullptr) >= 0 &&
	       link[IFLA_LINKINFO] != nullptr &&
	       nla_parse_nested(info.data(), IFLA_INFO_MAX, link[IFLA_LINKINFO], nullptr) >= 0;
}

bool is_ours(const nlattr *kind)
{
	return kind != nullptr && nla_strcmp(kind, BRLITE_KIND) == 0;
}

template <typename Key>
std::map<Key, std::uint32_t> numbers_of(nlattr *nest, std::initializer_list<Key> keys)
{
	std::map<Key, std::uint32_t> out;
	nlattr *attribute = nullptr;
	int rest = 0;
	nla_for_each_nested(attribute, nest, rest)
	{
		for (const Key key : keys) {
			if (nla_type(attribute) == static_cast<int>(key) && nla_len(attribute) == 4) {
				out[key] = nla_get_u32(attribute);
			}
		}
	}
	return out;
}

int take_name(nl_msg *message, void *out)
{
	LinkAttributes link{};
	InfoAttributes info{};
	if (parse_info(message, link, info) && is_ours(info[IFLA_INFO_KIND]) &&
	    link[IFLA_IFNAME] != nullptr) {
		static_cast<std::vector<std::string> *>(out)->push_back(nla_get_string(link[IFLA_IFNAME]));
	}
	return NL_OK;
}

int take_bridge(nl_msg *message, void *out)
{
	LinkAttributes link{};
	InfoAttributes info{};
	if (parse_info(message, link, info) && is_ours(info[IFLA_INFO_KIND]) &&
	    info[IFLA_INFO_DATA] != nullptr) {
		using enum BridgeKey;
		*static_cast<BridgeValues *>(out) = numbers_of<BridgeKey>(
			info[IFLA_INFO_DATA],
			{ageing_time, fdb_max, fdb_port_max, fdb_entries, vlan_filtering, group_fwd_mask,
			 stp_state, vlan_protocol, default_pvid, mcast_snooping, mcast_querier,
			 vlan_stats_enabled});
	}
	return NL_OK;
}

int take_port(nl_msg *message, void *out)
{
	LinkAttributes link{};
	InfoAttributes info{};
	if (parse_info(message, link, info) && is_ours(info[IFLA_INFO_SLAVE_KIND]) &&
	    info[IFLA_INFO_SLAVE_DATA] != nullptr) {
		using enum PortKey;
		*static_cast<PortValues *>(out) =
			numbers_of<PortKey>(info[IFLA_INFO_SLAVE_DATA], {fdb_max, fdb_entries, loop_block});
	}
	return NL_OK;
}

struct Table {
	int bridge;
	std::vector<FdbEntry> entries;
};

std::string device_name(int index)
{
	std::array<char, IF_NAMESIZE> name{};
	return if_indextoname(static_cast<unsigned>(index), name.data()) != nullptr ? name.data() : "?";
}

int number_of(const nlattr *attribute, int otherwise)
{
	return attribute != nullptr && nla_len(attribute) == 4 ? static_cast<int>(nla_get_u32(attribute))
							       : otherwise;
}

// An entry comes as the port's, with the bridge as its master, or as the bridge's, with its port.
int take_entry(nl_msg *message, void *out)
{
	auto &table = *static_cast<Table *>(out);
	std::array<nlattr *, NDA_MAX + 1> at{};
	nlmsghdr *header = nlmsg_hdr(message);
	if (header->nlmsg_type != RTM_NEWNEIGH ||
	    nlmsg_parse(header, sizeof(ndmsg), at.data(), NDA_MAX, nullptr) < 0) {
		return NL_OK;
	}
	const auto *entry = static_cast<ndmsg *>(nlmsg_data(header));
	const int master = number_of(at[NDA_MASTER], 0);
	std::array<std::uint8_t, 6> mac{};
	if ((entry->ndm_ifindex != table.bridge && master != table.bridge) || at[NDA_LLADDR] == nullptr ||
	    nla_len(at[NDA_LLADDR]) != static_cast<int>(mac.size())) {
		return NL_OK;
	}
	std::memcpy(mac.data(), nla_data(at[NDA_LLADDR]), mac.size());
	FdbEntry row;
	row.mac = Mac(mac);
	row.device = device_name(number_of(at[NDA_IFINDEX], entry->ndm_ifindex));
	row.vlan = at[NDA_VLAN] != nullptr && nla_len(at[NDA_VLAN]) == 2 ? nla_get_u16(at[NDA_VLAN]) : 0;
	row.state = (entry->ndm_state & NUD_PERMANENT) != 0 ? "local"
		    : (entry->ndm_state & NUD_NOARP) != 0   ? "static"
							    : "learned";
	row.by_program = (entry->ndm_flags & NTF_EXT_LEARNED) != 0;
	if (at[NDA_CACHEINFO] != nullptr &&
	    nla_len(at[NDA_CACHEINFO]) >= static_cast<int>(sizeof(nda_cacheinfo))) {
		nda_cacheinfo cache{};
		std::memcpy(&cache, nla_data(at[NDA_CACHEINFO]), sizeof(cache));
		row.idle = cache.ndm_used / static_cast<unsigned>(std::max(1L, sysconf(_SC_CLK_TCK)));
	}
	table.entries.push_back(row);
	return NL_OK;
}

template <typename Key>
void put_numbers(Request &request, const std::map<Key, std::uint32_t> &values)
{
	for (const auto &[key, value] : values) {
		request.number(static_cast<int>(key), value);
	}
}

void put_kind(Request &request, const BridgeValues &values)
{
	request.nest(IFLA_LINKINFO, [&] {
		request.put(IFLA_INFO_KIND, BRLITE_KIND, sizeof(BRLITE_KIND));
		request.nest(IFLA_INFO_DATA, [&] { put_numbers(request, values); });
	});
}

} // namespace

void NlBridges::CloseSocket::operator()(nl_sock *socket) const
{
	nl_socket_free(socket);
}

NlBridges::NlBridges() : socket_(nl_socket_alloc())
{
	if (!socket_) {
		throw std::bad_alloc();
	}
	expect(nl_connect(socket_.get(), NETLINK_ROUTE), "rtnetlink", "opening it");
	words_.listen(socket_.get());
}

void NlBridges::expect(int error, const std::string &device, const std::string &what, const std::string &hint)
{
	if (error < 0) {
		throw Error(Exit::failed,
			    fmt::format("{}: {} failed: {}{}", device, what, words_.reason(error), hint));
	}
}

std::vector<std::string> NlBridges::names()
{
	// A list that changes while it is read is not whole. It does so as long as guests start.
	constexpr unsigned most_tries = 10;
	std::vector<std::string> out;
	int error = -NLE_DUMP_INTR;
	for (unsigned i = 0; i < most_tries && error == -NLE_DUMP_INTR; ++i) {
		out.clear();
		Request request(RTM_GETLINK, NLM_F_DUMP);
		error = request.header(ifinfomsg{}).ask(socket_.get(), take_name, &out);
	}
	expect(error, "bridges", "listing them");
	return out;
}

void NlBridges::add(const std::string &name, const BridgeValues &values)
{
	Request request(RTM_NEWLINK, NLM_F_CREATE | NLM_F_EXCL);
	request.header(ifinfomsg{}).put(IFLA_IFNAME, name.c_str(), name.size() + 1);
	put_kind(request, values);
	const int error = request.send(socket_.get());
	expect(error, "bridge " + name, "creating it",
	       error == -NLE_OPNOTSUPP ? "; is the module there? Try 'modprobe bridge-lite'" : "");
}

void NlBridges::remove(const Link &bridge)
{
	Request request(RTM_DELLINK, 0);
	expect(request.header(link_header(AF_UNSPEC, bridge)).send(socket_.get()), "bridge " + bridge.name,
	       "removing it");
}

void NlBridges::change(const Link &bridge, const BridgeValues &values)
{
	Request request(RTM_NEWLINK, 0);
	request.header(link_header(AF_UNSPEC, bridge));
	put_kind(request, values);
	expect(request.send(socket_.get()), "bridge " + bridge.name, "changing it");
}

BridgeValues NlBridges::values(const Link &bridge)
{
	BridgeValues out;
	Request request(RTM_GETLINK, 0);
	expect(request.header(link_header(AF_UNSPEC, bridge)).get(socket_.get(), take_bridge, &out),
	       "bridge " + bridge.name, "reading its settings");
	return out;
}

void NlBridges::change_port(const Link &port, const PortValues &values)
{
	Request request(RTM_NEWLINK, 0);
	request.header(link_header(AF_UNSPEC, port)).nest(IFLA_LINKINFO, [&] {
		request.put(IFLA_INFO_SLAVE_KIND, BRLITE_KIND, sizeof(BRLITE_KIND));
		request.nest(IFLA_INFO_SLAVE_DATA, [&] { put_numbers(request, values); });
	});
	expect(request.send(socket_.get()), "port " + port.name, "changing it");
}

PortValues NlBridges::port_values(const Link &port)
{
	PortValues out;
	Request request(RTM_GETLINK, 0);
	expect(request.header(link_header(AF_UNSPEC, port)).get(socket_.get(), take_port, &out),
	       "port " + port.name, "reading its settings");
	return out;
}

std::vector<FdbEntry> NlBridges::fdb(const Link &bridge)
{
	Table table{bridge.index, {}};
	Request request(RTM_GETNEIGH, NLM_F_DUMP);
	ifinfomsg header{};
	header.ifi_family = AF_BRIDGE;
	expect(request.header(header)
		       .number(IFLA_MASTER, static_cast<std::uint32_t>(bridge.index))
		       .ask(socket_.get(), take_entry, &table),
	       "bridge " + bridge.name, "reading its addresses");
	return table.entries;
}

void NlBridges::flush(const Link &bridge, const std::optional<Link> &port)
{
	Request request(RTM_DELNEIGH, nlm_f_bulk);
	ndmsg header{};
	header.ndm_family = AF_BRIDGE;
	header.ndm_ifindex = port ? port->index : bridge.index;
	header.ndm_flags = port ? NTF_MASTER : NTF_SELF;
	expect(request.header(header).send(socket_.get()),
	       port ? "port " + port->name : "bridge " + bridge.name, "forgetting its addresses");
}

} // namespace ringway
