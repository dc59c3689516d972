// SPDX-License-Identifier: GPL-2.0-only
#include "world/nl_events.hpp"

#include <array>
#include <cstring>
#include <fmt/format.h>
#include <linux/neighbour.h>
#include <linux/rtnetlink.h>
#include <net/if.h>
#include <netlink/attr.h>
#include <netlink/errno.h>
#include <netlink/msg.h>
#include <netlink/netlink.h>
#include <poll.h>
#include <sys/socket.h>
#include "context/links.hpp"
#include "words/error.hpp"

namespace ringway
{

namespace
{

constexpr unsigned lower_up = 0x10000;  // IFF_LOWER_UP of linux/if.h, which net/if.h cannot be with
constexpr int receive_most = 16 << 20;  // for the events of a thousand guests that start at once
constexpr int receive_buffer = 1 << 20; // for some thousand; also less than that if the host's limit is less

using LinkAttributes = std::array<nlattr *, IFLA_MAX + 1>;
using AddressAttributes = std::array<nlattr *, NDA_MAX + 1>;

std::string name_or_none(int index)
{
	std::array<char, IF_NAMESIZE> name{};
	return if_indextoname(static_cast<unsigned>(index), name.data()) != nullptr ? name.data() : "";
}

std::string text_of(nlattr *attribute)
{
	if (attribute == nullptr || nla_len(attribute) <= 0) {
		return "";
	}
	const auto *data = static_cast<const char *>(nla_data(attribute));
	return {data, strnlen(data, static_cast<std::size_t>(nla_len(attribute)))};
}

unsigned number_of(nlattr *attribute)
{
	return attribute != nullptr && nla_len(attribute) == 4 ? nla_get_u32(attribute) : 0;
}

// The bridge's kind, for itself and for its ports; empty for any other device.
std::string bridge_kind(nlattr *link_info)
{
	std::array<nlattr *, IFLA_INFO_MAX + 1> info{};
	if (link_info == nullptr || nla_parse_nested(info.data(), IFLA_INFO_MAX, link_info, nullptr) < 0) {
		return "";
	}
	const std::string own = text_of(info[IFLA_INFO_KIND]), of_port = text_of(info[IFLA_INFO_SLAVE_KIND]);
	return is_bridge_kind(own) ? own : is_bridge_kind(of_port) ? of_port : "";
}

} // namespace

void NlEvents::CloseSocket::operator()(nl_sock *socket) const
{
	nl_socket_free(socket);
}

NlEvents::NlEvents() : socket_(nl_socket_alloc())
{
	if (!socket_) {
		throw std::bad_alloc();
	}
	nl_socket_disable_seq_check(socket_.get()); // nobody asked for these
	nl_socket_modify_cb(socket_.get(), NL_CB_VALID, NL_CB_CUSTOM, take, this);
	int error = nl_connect(socket_.get(), NETLINK_ROUTE);
	error = error < 0
			? error
			: nl_socket_add_memberships(socket_.get(), RTNLGRP_LINK, RTNLGRP_NEIGH, RTNLGRP_NONE);
	error = error < 0 ? error : nl_socket_set_nonblocking(socket_.get());
	if (error >= 0 && setsockopt(nl_socket_get_fd(socket_.get()), SOL_SOCKET, SO_RCVBUFFORCE,
				     &receive_most, sizeof(receive_most)) != 0) {
		error = nl_socket_set_buffer_size(socket_.get(), receive_buffer, 0);
	}
	if (error < 0) {
		throw Error(Exit::failed, fmt::format("cannot listen to rtnetlink: {}", nl_geterror(error)));
	}
}

void NlEvents::take_link(nl_msg *message)
{
	LinkAttributes at{};
	nlmsghdr *header = nlmsg_hdr(message);
	if (nlmsg_parse(header, sizeof(ifinfomsg), at.data(), IFLA_MAX, nullptr) < 0) {
		return;
	}
	const auto *info = static_cast<ifinfomsg *>(nlmsg_data(header));
	const bool gone = header->nlmsg_type == RTM_DELLINK, of_port = info->ifi_family == AF_BRIDGE;
	LinkEvent event;
	event.index = info->ifi_index;
	event.device = text_of(at[IFLA_IFNAME]);
	event.kind = bridge_kind(at[IFLA_LINKINFO]);
	const auto shown = shown_.find(event.index);
	if (event.kind.empty() && !of_port && shown == shown_.end()) {
		return; // neither a bridge nor a port, nor was it one
	}
	event.bridge =
		at[IFLA_MASTER] != nullptr ? name_or_none(static_cast<int>(number_of(at[IFLA_MASTER]))) : "";
	event.up = (info->ifi_flags & IFF_UP) != 0;
	event.carrier = (info->ifi_flags & lower_up) != 0;
	event.mtu = number_of(at[IFLA_MTU]);
	event.what = !gone     ? LinkEvent::What::link
		     : of_port ? LinkEvent::What::port_left
			       : LinkEvent::What::link_gone;
	if (event.what == LinkEvent::What::link_gone) {
		shown_.erase(event.index);
	} else {
		shown_[event.index] = event.device;
	}
	events_.push_back(std::move(event));
}

void NlEvents::take_address(nl_msg *message)
{
	AddressAttributes at{};
	nlmsghdr *header = nlmsg_hdr(message);
	std::array<std::uint8_t, 6> mac{};
	if (nlmsg_parse(header, sizeof(ndmsg), at.data(), NDA_MAX, nullptr) < 0) {
		return;
	}
	const auto *entry = static_cast<ndmsg *>(nlmsg_data(header));
	if (entry->ndm_family != AF_BRIDGE || at[NDA_LLADDR] == nullptr ||
	    nla_len(at[NDA_LLADDR]) != static_cast<int>(mac.size())) {
		return; // the host's own neighbours
	}
	std::memcpy(mac.data(), nla_data(at[NDA_LLADDR]), mac.size());
	LinkEvent event;
	event.what =
		header->nlmsg_type == RTM_DELNEIGH ? LinkEvent::What::address_gone : LinkEvent::What::address;
	const unsigned port = number_of(at[NDA_IFINDEX]), bridge = number_of(at[NDA_MASTER]);
	event.index = port != 0 ? static_cast<int>(port) : entry->ndm_ifindex;
	event.device = name_or_none(event.index);
	event.bridge = name_or_none(bridge != 0 ? static_cast<int>(bridge) : entry->ndm_ifindex);
	event.mac = Mac(mac);
	event.vlan = at[NDA_VLAN] != nullptr && nla_len(at[NDA_VLAN]) == 2 ? nla_get_u16(at[NDA_VLAN]) : 0;
	event.learned = (entry->ndm_state & (NUD_NOARP | NUD_PERMANENT)) == 0;
	events_.push_back(std::move(event));
}

int NlEvents::take(nl_msg *message, void *out)
{
	auto &self = *static_cast<NlEvents *>(out);
	switch (nlmsg_hdr(message)->nlmsg_type) {
	case RTM_NEWLINK:
	case RTM_DELLINK:
		self.take_link(message);
		break;
	case RTM_NEWNEIGH:
	case RTM_DELNEIGH:
		self.take_address(message);
		break;
	default:
		break;
	}
	return NL_OK;
}

std::vector<LinkEvent> NlEvents::wait(int also, Millis at_most)
{
	constexpr std::size_t most_at_once = 4096;
	std::array<pollfd, 2> ready{{{nl_socket_get_fd(socket_.get()), POLLIN, 0}, {also, POLLIN, 0}}};
	poll(ready.data(), ready.size(), static_cast<int>(at_most.count()));
	events_.clear();
	while (events_.size() < most_at_once) {
		const int error = nl_recvmsgs_default(socket_.get());
		if (error == -NLE_NOMEM) { // ENOBUFS: the kernel dropped some
			events_.emplace_back().what = LinkEvent::What::lost;
		} else if (error == -NLE_AGAIN || error == -NLE_INTR) {
			break;
		} else if (error < 0) {
			throw Error(Exit::failed,
				    fmt::format("reading rtnetlink failed: {}", nl_geterror(error)));
		}
	}
	return std::move(events_);
}

} // namespace ringway
