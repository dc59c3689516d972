// SPDX-License-Identifier: GPL-2.0-only
#include "attach_check.hpp"

#include <fmt/format.h>
#include "record.hpp"
#include "text.hpp"
#include "xenstore_schema.hpp"

namespace ringway
{

namespace
{

constexpr unsigned control_domain = 0;
constexpr unsigned standard_mtu = 1500;
constexpr int mac_tries = 16;

void check_driver(Context &context)
{
	if (!context.host.backend_driver()) {
		throw Error(Exit::host,
			    "no vif backend driver is loaded: type 'modprobe ringway-netback' (or 'modprobe "
			    "xen-netback' for the stock one)");
	}
}

Link check_bridge(Context &context, const std::string &name)
{
	const auto bridge = context.links.find(name);
	if (!bridge) {
		throw Error(Exit::absent,
			    fmt::format("bridge {}: no such device; type 'ip link add {} type brlite && ip "
					"link set {} up', or name another with bridge=",
					quote(name), name, name));
	}
	if (!bridge->is_bridge()) {
		throw Error(
			Exit::usage,
			fmt::format("bridge {}: that device is no bridge; name one of kind brlite or bridge",
				    quote(name)));
	}
	if (!bridge->up) {
		context.note(fmt::format("bridge {} is down: 'ip link set {} up'", name, name));
	}
	return *bridge;
}

void check_vlan(Context &context, const Link &bridge, const VifSpec &spec)
{
	// A brlite bridge is told to with the first port that has VLANs.
	if (!spec.vlan || bridge.kind == "brlite" || context.links.filters_vlans(bridge)) {
		return;
	}
	throw Error(Exit::usage, fmt::format("vlan {}: bridge {} does not filter VLANs; type 'ip link set {} "
					     "type bridge vlan_filtering 1'",
					     quote(spec.vlan->text), bridge.name, bridge.name));
}

// Whether name is what the kernel calls some vif.
bool is_kernel_name(std::string_view name)
{
	if (!name.starts_with("vif")) {
		return false;
	}
	const auto parts = split(name.substr(3), '.');
	return parts.size() == 2 && schema::parse_uint(parts[0]) && schema::parse_uint(parts[1]);
}

void check_vifname(Context &context, const std::string &name)
{
	if (is_kernel_name(name)) {
		throw Error(
			Exit::usage,
			fmt::format(
				"vifname {}: vifNUMBER.NUMBER is how the kernel names vifs by itself; choose "
				"another, or leave vifname= out",
				quote(name)));
	}
	if (context.links.find(name)) {
		throw Error(
			Exit::conflict,
			fmt::format("vifname {}: a device with that name exists; choose another, or leave "
				    "vifname= out",
				    quote(name)));
	}
}

const Record *user_of(const std::vector<Record> &records, const Mac &mac, const std::string &bridge)
{
	for (const Record &record : records) {
		if (record.mac == mac && record.bridge == bridge) {
			return &record;
		}
	}
	return nullptr;
}

Mac choose_mac(Context &context, const VifSpec &spec)
{
	if (spec.mac) {
		check_mac(context, spec);
		return *spec.mac;
	}
	const auto records = list_records(context.store);
	for (int i = 0; i < mac_tries; ++i) {
		const Mac mac = Mac::generate(context.random());
		if (user_of(records, mac, spec.bridge) == nullptr) {
			return mac;
		}
	}
	throw Error(Exit::failed, "no free MAC address was found at random; give one with mac=");
}

void check_here(Context &context, AttachChecked &checked)
{
	check_driver(context);
	const Link bridge = check_bridge(context, checked.spec.bridge);
	check_vlan(context, bridge, checked.spec);
	if (checked.spec.vifname) {
		check_vifname(context, *checked.spec.vifname);
	}
	if (!checked.spec.ip.empty()) {
		// Fails rather than leave a guest unlocked whose administrator asked for a lock.
		throw Error(
			Exit::usage,
			fmt::format(
				"ip {}: ringway cannot lock a port to addresses; leave ip= out, or use xl "
				"network-attach with script=vif-bridge and an ordinary bridge",
				quote(checked.spec.ip_text())));
	}
	checked.mtu = checked.spec.mtu.value_or(bridge.mtu);
}

} // namespace

void check_mac(Context &context, const VifSpec &spec)
{
	if (const auto other = find_user(context.store, *spec.mac, spec.bridge)) {
		throw Error(Exit::conflict,
			    fmt::format("mac {}: {} has it on bridge {}; choose another, or leave mac= out",
					spec.mac->text(), other->text(), spec.bridge));
	}
}

AttachChecked check_attach(Context &context, std::string_view domain_text, const VifSpec &spec)
{
	AttachChecked checked;
	checked.spec = spec;
	checked.domain = find_domain(context.store, domain_text);
	checked.backend = find_domain(context.store, spec.backend);
	checked.backend_here = checked.backend.id == control_domain;
	if (checked.domain.id == checked.backend.id) {
		throw Error(Exit::usage, fmt::format("domain {}: it runs the backend itself; name a guest",
						     quote(domain_text)));
	}
	if (!context.store.introduced(checked.domain.id)) {
		throw Error(Exit::absent, fmt::format("domain {}: it is not alive; see 'xl list'",
						      describe(checked.domain)));
	}
	if (checked.backend_here) {
		check_here(context, checked);
	} else {
		checked.mtu = spec.mtu.value_or(standard_mtu);
	}
	checked.script = spec.script.value_or(context.host.hotplug_script());
	checked.spec.mac = choose_mac(context, spec);
	for (const std::string &note : spec.notes) {
		context.note(note);
	}
	return checked;
}

} // namespace ringway
