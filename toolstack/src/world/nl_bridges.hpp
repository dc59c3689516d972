// SPDX-License-Identifier: GPL-2.0-only
//
// Bridges over rtnetlink, with a socket of their own.
#pragma once

#include <memory>
#include "context/bridges.hpp"
#include "world/kernel_words.hpp"

struct nl_sock;

namespace ringway
{

class NlBridges : public Bridges
{
public:
	NlBridges();

	std::vector<std::string> names() override;
	void add(const std::string &name, const BridgeValues &values) override;
	void remove(const Link &bridge) override;
	void change(const Link &bridge, const BridgeValues &values) override;
	BridgeValues values(const Link &bridge) override;
	void change_port(const Link &port, const PortValues &values) override;
	PortValues port_values(const Link &port) override;
	std::vector<FdbEntry> fdb(const Link &bridge) override;
	void flush(const Link &bridge, const std::optional<Link> &port) override;

private:
	struct CloseSocket {
		void operator()(nl_sock *socket) const;
	};
	void expect(int error, const std::string &device, const std::string &what,
		    const std::string &hint = "");

	KernelWords words_; // outlives the socket, which writes to it
	std::unique_ptr<nl_sock, CloseSocket> socket_;
};

} // namespace ringway
