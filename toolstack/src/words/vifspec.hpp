// SPDX-License-Identifier: GPL-2.0-only
//
// xl's vifspec (xl-network-configuration(5)), read strictly: every key once, every value checked before
// anything is touched.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>
#include <nlohmann/json_fwd.hpp>
#include "words/mac.hpp"
#include "words/rate.hpp"
#include "words/vlan.hpp"

namespace ringway
{

struct VifSpec {
	std::optional<Mac> mac;
	std::string bridge = "xenbr0";
	bool names_bridge = false; // else the host's default takes its place
	std::optional<std::string> gatewaydev;
	std::optional<std::string> model;
	std::optional<std::string> vifname;
	std::optional<std::string> script;
	std::vector<std::string> ip;
	std::string backend = "0"; // a domain's name or id
	std::optional<Rate> rate;
	std::optional<unsigned> devid;
	std::optional<unsigned> mtu;
	std::optional<Vlan> vlan;
	bool trusted = true;
	bool names_trust = false, names_backend = false;
	// What was accepted for xl's sake but does nothing here; one line each, for the user.
	std::vector<std::string> notes;

	// Throws Error (usage) that names the key, the value and what to write instead.
	static VifSpec parse(std::string_view text);
	// The node's form of ip: separated by blanks.
	std::string ip_text() const;
};

// libxl's names (libxl_device_nic).
nlohmann::json to_json(const VifSpec &spec);

} // namespace ringway
