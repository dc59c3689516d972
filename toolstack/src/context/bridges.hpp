// SPDX-License-Identifier: GPL-2.0-only
//
// What the verbs of `ringway bridge` need of the kernel besides Links. Two implementations: rtnetlink
// (world/nl_bridges.hpp) and a list for the tests.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>
#include "context/links.hpp"
#include "words/bridge_words.hpp"
#include "words/mac.hpp"

namespace ringway
{

struct FdbEntry {
	Mac mac;
	std::string device;      // port, or the bridge itself
	unsigned vlan = 0;       // 0: in all
	std::string state;       // learned, static or local
	bool by_program = false; // extern_learn
	unsigned idle = 0;       // seconds since it was last seen; of what was learned
};

class Bridges
{
public:
	virtual ~Bridges() = default;
	// All that fails throws Error, naming the device and the kernel's reason.
	virtual std::vector<std::string> names() = 0; // of all brlite bridges
	virtual void add(const std::string &name, const BridgeValues &values) = 0;
	virtual void remove(const Link &bridge) = 0;
	virtual void change(const Link &bridge, const BridgeValues &values) = 0;
	virtual BridgeValues values(const Link &bridge) = 0;
	// The port is in a brlite bridge.
	virtual void change_port(const Link &port, const PortValues &values) = 0;
	virtual PortValues port_values(const Link &port) = 0;
	virtual std::vector<FdbEntry> fdb(const Link &bridge) = 0;
	// Forgets what was learned: of the port, or of the whole bridge.
	virtual void flush(const Link &bridge, const std::optional<Link> &port) = 0;
};

} // namespace ringway
