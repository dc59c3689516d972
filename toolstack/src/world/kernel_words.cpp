// SPDX-License-Identifier: GPL-2.0-only
#include "world/kernel_words.hpp"

#include <netlink/errno.h>
#include <netlink/netlink.h>
#include <netlink/socket.h>
#include <sys/socket.h>
#include <utility>

namespace ringway
{

namespace
{

int take(sockaddr_nl *, nlmsgerr *error, void *last)
{
	// libnl hands over what is behind the header.
	const char *answer = reinterpret_cast<const char *>(error) - NLMSG_HDRLEN;
	nlmsghdr header{};
	std::memcpy(&header, answer, sizeof(header));
	*static_cast<std::string *>(last) = kernel_words({answer, header.nlmsg_len});
	return NL_STOP; // libnl goes on as without us
}

} // namespace

// A kernel that cannot do it is no error: then there are libnl's words.
void KernelWords::listen(nl_sock *socket)
{
	const int on = 1;
	setsockopt(nl_socket_get_fd(socket), SOL_NETLINK, NETLINK_EXT_ACK, &on, sizeof(on));
	nl_socket_modify_err_cb(socket, NL_CB_CUSTOM, take, &last_);
}

std::string KernelWords::reason(int error)
{
	const std::string words = std::exchange(last_, "");
	return words.empty() ? nl_geterror(error) : words;
}

} // namespace ringway
