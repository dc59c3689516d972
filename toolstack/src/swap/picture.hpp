// SPDX-License-Identifier: GPL-2.0-only
//
// What the host's network is, as far as a change of the stack touches it.
#pragma once

#include <map>
#include <optional>
#include <string>
#include <vector>
#include <nlohmann/json.hpp>
#include "context/bridge_maker.hpp"
#include "context/context.hpp"
#include "context/modules.hpp"
#include "words/mac.hpp"

namespace ringway
{

// A guest's interface. Its device goes with the driver, and the other driver makes another one.
struct VifImage {
	unsigned domid = 0, devid = 0;
	std::string device; // its name
	std::string bridge; // empty: none
	std::string mac;
	unsigned mtu = 0;
	bool up = false;
	bool connected = false;
	bool running = false; // it has a carrier, and the bridge knows so
};

struct HostPicture {
	std::string driver; // name of the module
	std::vector<BridgeImage> bridges;
	std::vector<BridgeImage> others; // that stay, and that guests' new devices go back to
	std::vector<VifImage> vifs;
	std::map<std::string, std::optional<std::string>> files; // path: text; nullopt: there is none
};

struct Swap {
	Context &context;
	BridgeMaker &bridges;
	Modules &modules;
};

// Of what a change to that stack is about. names: bridges; empty: those that have vifs, and the one of
// xl.conf; on the way to stock each that is Ringway's. Throws Error.
HostPicture take_picture(Swap &swap, bool to_ringway, const std::vector<std::string> &names);

nlohmann::json to_json(const HostPicture &picture);
HostPicture from_json(const nlohmann::json &json);
nlohmann::json to_json(const BridgeImage &image);
BridgeImage bridge_from_json(const nlohmann::json &json);

} // namespace ringway
