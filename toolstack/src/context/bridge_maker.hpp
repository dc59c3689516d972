// SPDX-License-Identifier: GPL-2.0-only
//
// A bridge as a whole, with all that goes away with it: so that one of another kind can take its place.
// What the kernel says of addresses and routes is kept as it said it, byte for byte.
#pragma once

#include <chrono>
#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <vector>

namespace ringway
{

using Bytes = std::vector<std::uint8_t>;
using Attributes = std::map<int, Bytes>; // of one nest

// One thing that the kernel dumps, and takes again.
struct KernelMessage {
	int type = 0;
	Bytes body; // header of its family and attributes
};

struct BridgePort {
	int index = 0;
	std::string name;
	Attributes settings;      // IFLA_BRPORT_…, those that can be set
	std::vector<Bytes> vlans; // bridge_vlan_info each, as AF_SPEC has them
};

struct BridgeImage {
	int index = 0; // the one that takes its place gets the same
	std::string name;
	std::string kind;
	bool up = false;
	Attributes link; // address, MTU, length of the queue, group, alias
	Attributes data; // IFLA_INFO_DATA of its kind
	std::vector<Bytes> vlans;
	std::vector<BridgePort> ports;
	std::vector<KernelMessage> addresses, routes, neighbours;
	std::map<std::string, std::string> sysctls; // file below /proc/sys/net: value
	// Why no other can take its place, each a line; not part of what is kept.
	std::vector<std::string> obstacles;
	// Sockets of programs that will not hear it any more, by number of the protocol.
	unsigned listeners = 0;
};

class BridgeMaker
{
public:
	virtual ~BridgeMaker() = default;
	virtual std::vector<std::string> names() = 0; // of kind bridge and brlite
	virtual std::optional<BridgeImage> look(const std::string &name) = 0;
	// Throws Error when the kernel cannot make a bridge of that kind with these settings. Changes
	// nothing.
	virtual void try_out(const BridgeImage &image) = 0;
	// Takes the place of whatever has that name or index. Says how long there was no bridge. Throws
	// Error.
	virtual std::chrono::microseconds build(const BridgeImage &image) = 0;
	// A device becomes a port of the bridge, with settings and VLANs. Throws Error.
	virtual void join(const BridgeImage &image, const BridgePort &port) = 0;
};

} // namespace ringway
