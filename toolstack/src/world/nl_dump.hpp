// SPDX-License-Identifier: GPL-2.0-only
//
// What the kernel lists: its headers, and messages that are kept as they are.
#pragma once

#include <cstring>
#include <linux/netlink.h>
#include <span>
#include "context/bridge_maker.hpp"

namespace ringway
{

template <typename Header>
Header header_of(const nlmsghdr &message)
{
	Header header{};
	if (message.nlmsg_len >= NLMSG_LENGTH(sizeof(header))) {
		std::memcpy(&header, NLMSG_DATA(&message), sizeof(header));
	}
	return header;
}

template <typename Header>
std::span<const std::uint8_t> bytes_of(const Header &header)
{
	return {reinterpret_cast<const std::uint8_t *>(&header), sizeof(header)};
}

inline KernelMessage kept(const nlmsghdr &message, int type)
{
	const auto *begin = static_cast<const std::uint8_t *>(NLMSG_DATA(&message));
	return {type, Bytes(begin, begin + (message.nlmsg_len - NLMSG_HDRLEN))};
}

} // namespace ringway
