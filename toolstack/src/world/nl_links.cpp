// SPDX-License-Identifier: GPL-2.0-only
#include "world/nl_links.hpp"

#include <algorithm>
#include <array>
#include <fmt/format.h>
#include <fstream>
#include <net/if.h>
#include <netlink/addr.h>
#include <netlink/cache.h>
#include <netlink/errno.h>
#include <netlink/netlink.h>
#include <netlink/route/link.h>
#include "words/error.hpp"
#include "world/ethtool_counters.hpp"
#include "xenstore_schema.hpp"

namespace ringway
{

namespace
{

struct PutLink {
	void operator()(rtnl_link *link) const { rtnl_link_put(link); }
};
struct PutAddress {
	void operator()(nl_addr *address) const { nl_addr_put(address); }
};
struct FreeCache {
	void operator()(nl_cache *cache) const { nl_cache_free(cache); }
};
using LinkPtr = std::unique_ptr<rtnl_link, PutLink>;

template <typename T>
T *checked(T *allocated)
{
	if (allocated == nullptr) {
		throw std::bad_alloc();
	}
	return allocated;
}

LinkPtr new_link()
{
	return LinkPtr(checked(rtnl_link_alloc()));
}

LinkStats stats_of(rtnl_link *link)
{
	const auto get = [link](rtnl_link_stat_id_t id) { return rtnl_link_get_stat(link, id); };
	return {get(RTNL_LINK_RX_PACKETS), get(RTNL_LINK_RX_BYTES),   get(RTNL_LINK_RX_ERRORS),
		get(RTNL_LINK_RX_DROPPED), get(RTNL_LINK_TX_PACKETS), get(RTNL_LINK_TX_BYTES),
		get(RTNL_LINK_TX_ERRORS),  get(RTNL_LINK_TX_DROPPED)};
}

Mac mac_of(rtnl_link *link)
{
	std::array<std::uint8_t, 6> bytes{};
	nl_addr *address = rtnl_link_get_addr(link);
	if (address != nullptr && nl_addr_get_len(address) == bytes.size()) {
		std::copy_n(static_cast<std::uint8_t *>(nl_addr_get_binary_addr(address)), bytes.size(),
			    bytes.begin());
	}
	return Mac(bytes);
}

Link describe(rtnl_link *from)
{
	Link link;
	link.index = rtnl_link_get_ifindex(from);
	link.name = rtnl_link_get_name(from);
	const char *kind = rtnl_link_get_type(from);
	link.kind = kind == nullptr ? "" : kind;
	link.mac = mac_of(from);
	link.mtu = rtnl_link_get_mtu(from);
	link.master = rtnl_link_get_master(from);
	link.up = (rtnl_link_get_flags(from) & IFF_UP) != 0;
	link.carrier = rtnl_link_get_carrier(from) != 0;
	link.running = (rtnl_link_get_flags(from) & IFF_RUNNING) != 0;
	link.stats = stats_of(from);
	return link;
}

} // namespace

void NlLinks::CloseSocket::operator()(nl_sock *socket) const
{
	nl_socket_free(socket);
}

NlLinks::NlLinks() : socket_(checked(nl_socket_alloc()))
{
	if (const int error = nl_connect(socket_.get(), NETLINK_ROUTE); error < 0) {
		throw Error(Exit::failed, fmt::format("cannot open rtnetlink: {}", nl_geterror(error)));
	}
	words_.listen(socket_.get());
}

std::optional<Link> NlLinks::get(int index, const char *name)
{
	rtnl_link *found = nullptr;
	const int error = rtnl_link_get_kernel(socket_.get(), index, name, &found);
	if (error == -NLE_NODEV || error == -NLE_OBJ_NOTFOUND) {
		return std::nullopt;
	}
	if (error < 0 || found == nullptr) {
		const std::string reason =
			error < 0 ? words_.reason(error) : "the kernel's answer names no device";
		throw Error(Exit::failed,
			    fmt::format("device {}: looking it up failed: {}",
					name == nullptr ? std::to_string(index) : name, reason));
	}
	return describe(LinkPtr(found).get());
}

std::optional<Link> NlLinks::find(const std::string &name)
{
	if (name.size() > schema::ifname_max) {
		return std::nullopt; // the kernel does not call that absent, but out of range
	}
	return get(0, name.c_str());
}

std::optional<Link> NlLinks::find(int index)
{
	return get(index, nullptr);
}

std::vector<Link> NlLinks::list()
{
	nl_cache *cache = nullptr;
	if (const int error = rtnl_link_alloc_cache(socket_.get(), AF_UNSPEC, &cache); error < 0) {
		throw Error(Exit::failed,
			    fmt::format("listing the network devices failed: {}", words_.reason(error)));
	}
	const std::unique_ptr<nl_cache, FreeCache> owned(cache);
	std::vector<Link> out;
	for (nl_object *object = nl_cache_get_first(cache); object != nullptr;
	     object = nl_cache_get_next(object)) {
		out.push_back(describe(reinterpret_cast<rtnl_link *>(object)));
	}
	return out;
}

std::vector<Link> NlLinks::ports(const Link &bridge)
{
	std::vector<Link> out = list();
	std::erase_if(out, [&](const Link &link) { return link.master != bridge.index; });
	return out;
}

void NlLinks::change(const Link &link, rtnl_link *wanted, const std::string &what)
{
	const LinkPtr original = new_link();
	rtnl_link_set_ifindex(original.get(), link.index);
	if (const int error = rtnl_link_change(socket_.get(), original.get(), wanted, 0); error < 0) {
		throw Error(Exit::failed,
			    fmt::format("device {}: {} failed: {}", link.name, what, words_.reason(error)));
	}
}

void NlLinks::rename(const Link &link, const std::string &name)
{
	const LinkPtr wanted = new_link();
	rtnl_link_set_name(wanted.get(), name.c_str());
	change(link, wanted.get(), fmt::format("renaming it to {}", name));
}

void NlLinks::set_mac(const Link &link, const Mac &mac)
{
	const LinkPtr wanted = new_link();
	const std::unique_ptr<nl_addr, PutAddress> address(
		checked(nl_addr_build(AF_LLC, mac.bytes().data(), mac.bytes().size())));
	rtnl_link_set_addr(wanted.get(), address.get());
	change(link, wanted.get(), fmt::format("setting its address to {}", mac.text()));
}

void NlLinks::set_mtu(const Link &link, unsigned mtu)
{
	const LinkPtr wanted = new_link();
	rtnl_link_set_mtu(wanted.get(), mtu);
	change(link, wanted.get(), fmt::format("setting MTU {}", mtu));
}

void NlLinks::set_master(const Link &link, const Link &bridge)
{
	const LinkPtr wanted = new_link();
	rtnl_link_set_master(wanted.get(), bridge.index);
	change(link, wanted.get(), fmt::format("joining bridge {}", bridge.name));
}

// rtnl_link_change writes all flags of its first argument, so that one must hold the present ones.
void NlLinks::set_up(const Link &link, bool up)
{
	rtnl_link *found = nullptr;
	int error = rtnl_link_get_kernel(socket_.get(), link.index, nullptr, &found);
	const LinkPtr original(found);
	const LinkPtr wanted = new_link();
	if (up) {
		rtnl_link_set_flags(wanted.get(), IFF_UP);
	} else {
		rtnl_link_unset_flags(wanted.get(), IFF_UP);
	}
	if (error >= 0) {
		error = original ? rtnl_link_change(socket_.get(), original.get(), wanted.get(), 0)
				 : -NLE_NODEV;
	}
	if (error < 0) {
		throw Error(Exit::failed,
			    fmt::format("device {}: {} failed: {}", link.name,
					up ? "bringing it up" : "taking it down", words_.reason(error)));
	}
}

bool NlLinks::filters_vlans(const Link &bridge)
{
	std::ifstream in(fmt::format("/sys/class/net/{}/{}/vlan_filtering", bridge.name, bridge.kind));
	int value = 0;
	return in >> value && value == 1;
}

std::optional<std::vector<Counter>> NlLinks::counters(const std::string &device)
{
	return ethtool_counters(device);
}

} // namespace ringway
