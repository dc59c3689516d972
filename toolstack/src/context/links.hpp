// SPDX-License-Identifier: GPL-2.0-only
//
// The host's network devices. Two implementations: rtnetlink (nl_links.hpp) and a list for the tests.
#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>
#include "words/ip_lock.hpp"
#include "words/mac.hpp"
#include "words/rules.hpp"
#include "words/storm.hpp"
#include "words/vlan.hpp"
#include "words/vlan_change.hpp"

namespace ringway
{

struct LinkStats {
	std::uint64_t rx_packets = 0, rx_bytes = 0, rx_errors = 0, rx_dropped = 0;
	std::uint64_t tx_packets = 0, tx_bytes = 0, tx_errors = 0, tx_dropped = 0;
};

// One of the driver's own, as ethtool -S shows it.
struct Counter {
	std::string name;
	std::uint64_t value = 0;
};

// An rtnetlink kind; ports have their bridge's as the kind of what they are to it.
inline bool is_bridge_kind(const std::string &kind)
{
	return kind == "bridge" || kind == "brlite";
}

struct Link {
	int index = 0;
	std::string name;
	std::string kind; // rtnetlink kind: "bridge", "brlite", empty for hardware and vifs
	Mac mac;
	unsigned mtu = 0;
	int master = 0;
	bool up = false;
	bool carrier = false;
	bool running = false; // it has a carrier, and bridges know so, which may take a second
	LinkStats stats;

	bool is_bridge() const { return is_bridge_kind(kind); }
};

// Changes to what a port of a brlite bridge may do. What is absent stays as it is in the kernel, whoever set
// it.
struct PortChange {
	std::optional<bool> isolated;
	std::optional<bool> mac_lock;
	std::optional<Mac> mac;                       // that it is locked to, or was
	bool has_mac = true;                          // another port of the same guest has it instead, if not
	std::optional<std::optional<IpLock>> ip_lock; // nullopt within: any address
	std::array<std::optional<StormLimit>, storm_kinds.size()> storm; // in their order
	std::optional<PortRules> rules;
	std::optional<int> mirror_from, mirror_to; // index of the port that gets copies; 0: none
	std::optional<Vlan> vlan;

	bool any() const;
};

// What a port of a brlite bridge may do, as the kernel has it now.
struct PortState {
	bool isolated = false;
	bool locked = false;  // to the addresses that are put behind it by hand
	bool has_mac = false; // the address that was asked about is one of them
	std::optional<IpLock> ip_lock;
	StormLimits storm;
	CountedRules counted;
	int mirror_from = 0, mirror_to = 0;
	VlanTable vlans;
};

// What makes the named parts of `change` what they were; nullopt: the port is gone, and nothing is named.
PortChange undoing(const PortChange &change, const std::optional<PortState> &before);

class Links
{
public:
	virtual ~Links() = default;
	// What does not exist is nullopt, and so is what cannot, as a name that is too long; everything else
	// that fails throws Error, naming the device and the kernel's reason.
	virtual std::optional<Link> find(const std::string &name) = 0;
	virtual std::optional<Link> find(int index) = 0;
	virtual std::vector<Link> list() = 0;
	// All that are in this bridge.
	virtual std::vector<Link> ports(const Link &bridge) = 0;
	virtual void rename(const Link &link, const std::string &name) = 0;
	virtual void set_mac(const Link &link, const Mac &mac) = 0;
	virtual void set_mtu(const Link &link, unsigned mtu) = 0;
	virtual void set_master(const Link &link, const Link &bridge) = 0;
	virtual void set_up(const Link &link, bool up) = 0;
	// The port must be in its bridge already. Replaces the VLANs that the bridge gave it by default; on a
	// brlite bridge all that it has.
	virtual void set_vlan(const Link &link, const Vlan &vlan) = 0;
	// The port must be in a brlite bridge already.
	virtual void change_port(const Link &link, const PortChange &change) = 0;
	// nullopt: it is no port of a brlite bridge (any more). mac: whether it is locked to this one.
	virtual std::optional<PortState> port_state(const Link &link, const std::optional<Mac> &mac) = 0;
	// Whether this bridge looks at VLAN tags at all.
	virtual bool filters_vlans(const Link &bridge) = 0;
	// Of the device of that name.
	virtual std::optional<std::vector<Counter>> counters(const std::string &device) = 0;
};

} // namespace ringway
