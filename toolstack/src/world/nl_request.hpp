// SPDX-License-Identifier: GPL-2.0-only
#pragma once

#include <linux/rtnetlink.h>
#include <memory>
#include <netlink/errno.h>
#include <netlink/msg.h>
#include <netlink/netlink.h>
#include <new>
#include "context/links.hpp"

namespace ringway
{

// A request put together attribute by attribute; what does not fit is an error when it is sent.
class Request
{
public:
	Request(int type, int flags) : message_(nlmsg_alloc_size(room))
	{
		if (message_ == nullptr || nlmsg_put(message_, NL_AUTO_PORT, NL_AUTO_SEQ, type, 0,
						     NLM_F_REQUEST | flags) == nullptr) {
			nlmsg_free(message_);
			throw std::bad_alloc();
		}
	}
	~Request() { nlmsg_free(message_); }
	Request(const Request &) = delete;
	Request &operator=(const Request &) = delete;

	template <typename Header>
	Request &header(const Header &header)
	{
		return note(
			nlmsg_append(message_, const_cast<Header *>(&header), sizeof(header), NLMSG_ALIGNTO));
	}
	Request &put(int type, const void *data, std::size_t size)
	{
		return note(nla_put(message_, type, static_cast<int>(size), data));
	}
	Request &flag(int type, bool on)
	{
		const std::uint8_t value = on ? 1 : 0;
		return put(type, &value, sizeof(value));
	}
	Request &number(int type, std::uint32_t value) { return put(type, &value, sizeof(value)); }
	template <typename Body>
	Request &nest(int type, const Body &body)
	{
		nlattr *start = nla_nest_start(message_, type | NLA_F_NESTED);
		if (start == nullptr) {
			return note(-NLE_NOMEM);
		}
		body();
		nla_nest_end_keep_empty(message_, start); // an empty list is not an absent one
		return *this;
	}
	int send(nl_sock *socket)
	{
		if (error_ >= 0) {
			error_ = nl_send_auto(socket, message_);
		}
		return error_ < 0 ? error_ : nl_wait_for_ack(socket);
	}
	// What is called with each message of an answer, and with `out`; it returns NL_OK.
	using Take = int (*)(nl_msg *, void *out);
	// One answer.
	int get(nl_sock *socket, Take take, void *out)
	{
		const int error = ask(socket, take, out);
		return error < 0 ? error : nl_wait_for_ack(socket);
	}
	// A dump.
	int ask(nl_sock *socket, Take take, void *out)
	{
		const std::unique_ptr<nl_cb, FreeCallbacks> callbacks(nl_cb_alloc(NL_CB_DEFAULT));
		if (!callbacks) {
			throw std::bad_alloc();
		}
		nl_cb_set(callbacks.get(), NL_CB_VALID, NL_CB_CUSTOM, take, out);
		if (error_ >= 0) {
			error_ = nl_send_auto(socket, message_);
		}
		return error_ < 0 ? error_ : nl_recvmsgs(socket, callbacks.get());
	}

private:
	struct FreeCallbacks {
		void operator()(nl_cb *callbacks) const { nl_cb_put(callbacks); }
	};
	static constexpr std::size_t room = 32768; // addresses, rules and VLANs take more than a page
	Request &note(int error)
	{
		error_ = error_ < 0 ? error_ : error;
		return *this;
	}
	nl_msg *message_;
	int error_ = 0;
};

inline ifinfomsg link_header(int family, const Link &link)
{
	ifinfomsg header{};
	header.ifi_family = static_cast<unsigned char>(family);
	header.ifi_index = link.index;
	return header;
}

} // namespace ringway
