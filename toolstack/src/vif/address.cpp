// SPDX-License-Identifier: GPL-2.0-only
#include "vif/address.hpp"

namespace ringway
{

std::optional<std::string> address_user(Context &context, const Mac &mac, const std::string &bridge,
					bool bridge_here, const Record *besides)
{
	if (const auto other = find_user(context.store, mac, bridge, besides)) {
		return other->text();
	}
	const auto link = bridge_here ? context.links.find(bridge) : std::nullopt;
	if (!link) {
		return std::nullopt;
	}
	for (const Link &port : context.links.ports(*link)) {
		if (port.mac == mac) {
			return "port " + port.name;
		}
	}
	return link->mac == mac ? std::optional<std::string>("the bridge itself") : std::nullopt;
}

} // namespace ringway
