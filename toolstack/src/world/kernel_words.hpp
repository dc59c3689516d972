// SPDX-License-Identifier: GPL-2.0-only
//
// Why the kernel refused, in its own words: it says so behind the error of a netlink answer
// (NETLINK_EXT_ACK). libnl 3.7 does not read them, and turns an error number that it does not know into
// "Unspecific failure".
#pragma once

#include <cstddef>
#include <cstring>
#include <linux/netlink.h>
#include <span>
#include <string>
#include <string_view>
#include "words/text.hpp"

struct nl_sock;

namespace ringway
{

// Of one answer; empty when it is no error, or says nothing.
inline std::string kernel_words(std::span<const char> answer)
{
	nlmsghdr header{};
	nlmsgerr error{};
	if (answer.size() < NLMSG_HDRLEN + sizeof(error)) {
		return "";
	}
	std::memcpy(&header, answer.data(), sizeof(header));
	std::memcpy(&error, answer.data() + NLMSG_HDRLEN, sizeof(error));
	if (header.nlmsg_type != NLMSG_ERROR || (header.nlmsg_flags & NLM_F_ACK_TLVS) == 0) {
		return "";
	}
	std::size_t at = NLMSG_HDRLEN + sizeof(error);
	if ((header.nlmsg_flags & NLM_F_CAPPED) == 0) { // the request comes back as well
		at += NLMSG_ALIGN(std::size_t{error.msg.nlmsg_len}) - NLMSG_HDRLEN;
	}
	while (at <= answer.size() && answer.size() - at >= NLA_HDRLEN) {
		nlattr attribute{};
		std::memcpy(&attribute, answer.data() + at, sizeof(attribute));
		if (attribute.nla_len < NLA_HDRLEN || attribute.nla_len > answer.size() - at) {
			return "";
		}
		if ((attribute.nla_type & NLA_TYPE_MASK) == NLMSGERR_ATTR_MSG) {
			const std::string_view text(answer.data() + at + NLA_HDRLEN,
						    attribute.nla_len - NLA_HDRLEN);
			return escape(text.substr(0, text.find('\0')));
		}
		at += NLA_ALIGN(std::size_t{attribute.nla_len});
	}
	return "";
}

// Listens to one socket.
class KernelWords
{
public:
	KernelWords() = default;
	KernelWords(const KernelWords &) = delete;
	KernelWords &operator=(const KernelWords &) = delete;
	void listen(nl_sock *socket);
	// Of the request that failed just now: the kernel's words, or else libnl's for the error.
	std::string reason(int error);

private:
	std::string last_;
};

} // namespace ringway
