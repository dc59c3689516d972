// SPDX-License-Identifier: GPL-2.0-only
#include "vif/attach_check.hpp"

#include <algorithm>
#include <filesystem>
#include <fmt/format.h>
#include <fmt/ranges.h>
#include "context/first_line.hpp"
#include "context/policy_files.hpp"
#include "words/ip_lock.hpp"
#include "vif/address.hpp"
#include "vif/policy.hpp"
#include "vif/record.hpp"
#include "words/text.hpp"
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
		throw Error(Exit::host, "no vif backend driver is loaded: run 'modprobe ringway-netback' (or "
					"'modprobe xen-netback' for the stock one)");
	}
}

Link check_bridge(Context &context, const std::string &name)
{
	const auto bridge = context.links.find(name);
	if (!bridge) {
		throw Error(Exit::absent,
			    fmt::format("bridge {}: no such device; create it with 'ip link add {} type "
					"brlite && ip link set {} up', or choose another with bridge=",
					quote(name), name, name));
	}
	if (!bridge->is_bridge()) {
		throw Error(
			Exit::usage,
			fmt::format(
				"bridge {}: this device is not a bridge; choose one of kind brlite or bridge",
				quote(name)));
	}
	if (!bridge->up) {
		context.note(
			fmt::format("bridge {} is down; bring it up with 'ip link set {} up'", name, name));
	}
	return *bridge;
}

void check_vlan(Context &context, const Link &bridge, const VifSpec &spec)
{
	if (spec.vlan && !context.links.filters_vlans(bridge)) {
		throw Error(Exit::usage, not_filtering(bridge, spec.vlan->text));
	}
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
		reject("vifname", name,
		       "names like vif3.0 belong to the kernel; choose another, or omit vifname=");
	}
	if (context.links.find(name)) {
		throw Error(Exit::conflict, fmt::format("vifname {}: a device with this name already exists; "
							"choose another, or omit vifname=",
							quote(name)));
	}
}

void check_ip(AttachChecked &checked, const Link &bridge)
{
	if (checked.spec.ip.empty()) {
		return;
	}
	if (bridge.kind != "brlite") {
		// Fails rather than leave a guest unlocked whose administrator asked for a lock.
		throw Error(
			Exit::usage,
			fmt::format("ip {}: only ports of a brlite bridge can be locked to addresses, and {} "
				    "is not one; omit ip=, or use xl network-attach with script=vif-bridge",
				    quote(checked.spec.ip_text()), bridge.name));
	}
	checked.ip_lock = lock_of_vifspec(checked.spec.ip);
}

// Of others than Ringway, by name: Xen's scripts call them behind the join.
std::vector<std::string> foreign_hooks(const std::filesystem::path &root)
{
	constexpr auto executable = std::filesystem::perms::owner_exec;
	std::vector<std::string> out;
	std::error_code ignored;
	for (const auto &entry :
	     std::filesystem::directory_iterator(root / "etc/xen/scripts/vif-post.d", ignored)) {
		const std::string name = entry.path().filename();
		if (entry.path().extension() == ".hook" && name != "ringway.hook" &&
		    (entry.status(ignored).permissions() & executable) == executable) {
			out.push_back(name);
		}
	}
	std::sort(out.begin(), out.end());
	return out;
}

// What Xen's scripts do beside the join, and this command does not.
void note_what_scripts_do(Context &context, const Link &bridge)
{
	if (bridge.kind == "bridge" &&
	    first_line(context.host.root() / "proc/sys/net/bridge/bridge-nf-call-iptables") == "1") {
		context.note(
			fmt::format("frames of bridge {} pass iptables, where this command makes no rule; if "
				    "FORWARD drops, 'iptables -I FORWARD -m physdev --physdev-is-bridged -j "
				    "ACCEPT' lets them pass",
				    bridge.name));
	}
	if (const auto hooks = foreign_hooks(context.host.root()); !hooks.empty()) {
		context.note(fmt::format(
			"not called: {} of /etc/xen/scripts/vif-post.d; 'xl network-attach' calls "
			"its hooks",
			fmt::join(hooks, ", ")));
	}
}

// Its port could not be opened: a file that cannot be read may say that it should be locked.
void check_policy_files(const Host &host)
{
	(void)written_policies(host.root());
}

// They are in the backend's directory, and no more is known here.
void note_addresses_there(Context &context, const AttachChecked &checked)
{
	if (!checked.spec.ip.empty()) {
		context.note(
			fmt::format("ip {}: whether the port is locked to it is up to domain {}, which has "
				    "the bridge; look there",
				    quote(checked.spec.ip_text()), describe(checked.backend)));
	}
}

void check_here(Context &context, AttachChecked &checked)
{
	check_driver(context);
	check_policy_files(context.host);
	const Link bridge = check_bridge(context, checked.spec.bridge);
	check_vlan(context, bridge, checked.spec);
	if (checked.spec.vifname) {
		check_vifname(context, *checked.spec.vifname);
	}
	check_ip(checked, bridge);
	note_what_scripts_do(context, bridge);
	checked.mtu = checked.spec.mtu.value_or(bridge.mtu);
}

} // namespace

void settle_mac(Context &context, AttachChecked &checked)
{
	VifSpec &spec = checked.spec;
	const auto user = [&](const Mac &mac) {
		return address_user(context, mac, spec.bridge, checked.backend_here);
	};
	const auto twin = [&](const Mac &mac) { return find_twin(context.store, checked.domain.id, mac); };
	if (spec.mac) {
		if (const auto other = twin(*spec.mac); other && other->bridge != spec.bridge) {
			throw Error(
				Exit::conflict,
				fmt::format("mac {}: {}, of the same guest, has it on bridge {}, and what "
					    "is set for one of them would be set for both; choose "
					    "another, or omit mac=",
					    spec.mac->text(), other->text(), other->bridge));
		}
		if (const auto other = user(*spec.mac)) {
			throw Error(Exit::conflict,
				    fmt::format("mac {}: {} already has it on bridge {}; choose another, or "
						"omit mac=",
						spec.mac->text(), *other, spec.bridge));
		}
		return;
	}
	for (int i = 0; i < mac_tries; ++i) {
		const Mac mac = Mac::generate(context.random());
		if (!user(mac) && !twin(mac)) {
			spec.mac = mac;
			return;
		}
	}
	throw Error(Exit::failed, "no unused MAC address was found at random; give one with mac=");
}

void settle_defaults(const Host &host, VifSpec &spec)
{
	if (!spec.names_bridge) {
		spec.bridge = host.default_bridge();
	}
	if (!spec.names_backend) {
		spec.backend = host.default_backend();
	}
}

AttachChecked check_attach(Context &context, std::string_view domain_text, const VifSpec &spec)
{
	AttachChecked checked;
	checked.spec = spec;
	settle_defaults(context.host, checked.spec);
	checked.domain = find_domain(context.store, domain_text);
	checked.backend = find_domain(context.store, checked.spec.backend);
	checked.backend_here = checked.backend.id == control_domain;
	if (checked.domain.id == checked.backend.id) {
		throw Error(Exit::usage,
			    fmt::format("domain {}: it runs the backend itself; name a guest instead",
					quote(domain_text)));
	}
	if (!context.store.introduced(checked.domain.id)) {
		throw Error(Exit::absent, fmt::format("domain {}: it is not running; see 'xl list'",
						      describe(checked.domain)));
	}
	if (checked.backend_here) {
		check_here(context, checked);
	} else {
		checked.mtu = spec.mtu.value_or(standard_mtu);
		note_addresses_there(context, checked);
	}
	checked.script = spec.script.value_or(context.host.hotplug_script());
	for (const std::string &note : spec.notes) {
		context.note(note);
	}
	return checked;
}

} // namespace ringway
