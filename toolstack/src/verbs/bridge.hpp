// SPDX-License-Identifier: GPL-2.0-only
//
// ringway bridge: brlite bridges and their ports, in words that ip(8) does not have.
#pragma once

#include <optional>
#include <string>
#include <vector>
#include "context/bridges.hpp"
#include "context/context.hpp"
#include "verbs/answer.hpp"

namespace ringway
{

struct BridgeContext {
	Links &links;
	Bridges &bridges;
	Store &store;
	Host &host;
	Clock &clock;
	Journal &journal;
};

using BridgeWords = std::vector<std::string>; // KEY=VALUE

// Throw Error before anything is done; what fails later is undone.
Answer bridge_add(BridgeContext &context, const Output &output, const std::string &name,
		  const BridgeWords &words);
Answer bridge_set(BridgeContext &context, const Output &output, const std::string &name,
		  const BridgeWords &words);
// An empty name: all.
Answer bridge_show(BridgeContext &context, const Output &output, const std::string &name);
// Without words it shows the port.
Answer bridge_port(BridgeContext &context, const Output &output, const std::string &device,
		   const BridgeWords &words);
Answer bridge_fdb(BridgeContext &context, const std::string &name);
// An empty port: all of the bridge.
Answer bridge_flush(BridgeContext &context, const Output &output, const std::string &name,
		    const std::string &port);

} // namespace ringway
