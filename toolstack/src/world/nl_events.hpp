// SPDX-License-Identifier: GPL-2.0-only
//
// Link and neighbour notices of rtnetlink, with a socket of their own.
#pragma once

#include <map>
#include <memory>
#include "context/link_events.hpp"

struct nl_msg;
struct nl_sock;

namespace ringway
{

class NlEvents : public LinkEvents
{
public:
	// Throws Error.
	NlEvents();

	std::vector<LinkEvent> wait(int also, Millis at_most) override;

private:
	struct CloseSocket {
		void operator()(nl_sock *socket) const;
	};
	static int take(nl_msg *message, void *out);
	void take_link(nl_msg *message);
	void take_address(nl_msg *message);

	std::unique_ptr<nl_sock, CloseSocket> socket_;
	std::map<int, std::string> shown_; // devices that an event was said of, by index
	std::vector<LinkEvent> events_;
};

} // namespace ringway
