// SPDX-License-Identifier: GPL-2.0-only
#include "vif/address.hpp"

namespace ringway
{

AddressOwners owners_on(Context &context, const Link &bridge)
{
	AddressOwners out;
	for (const Link &port : context.links.ports(bridge)) {
		out.emplace(port.mac.text(), "port " + port.name);
	}
	out.emplace(bridge.mac.text(), "the bridge itself"); // unless it has the address of a port
	return out;
}

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
	const AddressOwners owners = owners_on(context, *link);
	const auto owner = owners.find(mac.text());
	return owner != owners.end() ? std::optional(owner->second) : std::nullopt;
}

} // namespace ringway
