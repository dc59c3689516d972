// SPDX-License-Identifier: GPL-2.0-only
//
// Links over rtnetlink (libnl-route-3). Changes name the device by index, so a rename by others cannot
// redirect them.
#pragma once

#include <memory>
#include "context/links.hpp"
#include "world/kernel_words.hpp"

struct nl_sock;
struct rtnl_link;

namespace ringway
{

class NlLinks : public Links
{
public:
	NlLinks();

	std::optional<Link> find(const std::string &name) override;
	std::optional<Link> find(int index) override;
	std::vector<Link> list() override;
	std::vector<Link> ports(const Link &bridge) override;
	void rename(const Link &link, const std::string &name) override;
	void set_mac(const Link &link, const Mac &mac) override;
	void set_mtu(const Link &link, unsigned mtu) override;
	void set_master(const Link &link, const Link &bridge) override;
	void set_up(const Link &link, bool up) override;
	void set_vlan(const Link &link, const Vlan &vlan) override;
	void change_port(const Link &link, const PortChange &change) override;
	std::optional<PortState> port_state(const Link &link, const std::optional<Mac> &mac) override;
	bool filters_vlans(const Link &bridge) override;
	std::optional<std::vector<Counter>> counters(const std::string &device) override;

private:
	struct CloseSocket {
		void operator()(nl_sock *socket) const;
	};
	std::optional<Link> get(int index, const char *name);
	void change(const Link &link, rtnl_link *wanted, const std::string &what);
	// What bridge(8) shows of the port: its VLANs, and whether it is isolated or locked.
	PortState bridge_words(const Link &link);
	bool has_station(const Link &link, const Mac &mac);
	void change_vlans(const Link &link, int type, const std::vector<VlanRange> &ranges);

	KernelWords words_; // outlives the socket, which writes to it
	std::unique_ptr<nl_sock, CloseSocket> socket_;
};

} // namespace ringway
