// SPDX-License-Identifier: GPL-2.0-only
#include "swap/vifs.hpp"

#include <algorithm>
#include <fmt/format.h>
#include "vif/device.hpp"
#include "vif/policy.hpp"
#include "vif/record.hpp"
#include "vif/state.hpp"
#include "xenstore_schema.hpp"

namespace ringway
{

namespace
{

constexpr Millis devices_come{20000}, guests_connect{20000}, guests_pause{20};
constexpr unsigned connected_state = 4, reconfiguring_state = 7, reconfigured_state = 8;

bool waits_for(Context &context, const Deadline &deadline, const std::function<bool()> &done)
{
	while (!done()) {
		if (deadline.over()) {
			return false;
		}
		stop_if_asked(context);
		context.clock.sleep(guests_pause);
	}
	return true;
}

std::optional<Link> link_of(Context &context, const VifImage &vif)
{
	const auto name = context.host.vif_device(vif.domid, vif.devid);
	return name ? context.links.find(*name) : std::nullopt;
}

// Each vif on its own: the text of what was thrown, in a line that names it.
template <typename Action>
std::vector<std::string> each(Context &context, const std::vector<VifImage> &vifs, const Action &action)
{
	std::vector<std::string> out;
	for (const VifImage &vif : vifs) {
		try {
			action(vif);
		} catch (const Error &error) {
			stop_if_asked(context);
			out.push_back(fmt::format("vif {}.{}: {}", vif.domid, vif.devid, error.what()));
		}
	}
	return out;
}

void make_known(Context &context, const VifImage &vif, Link &link)
{
	if (link.name != vif.device) {
		context.links.rename(link, vif.device);
		link.name = vif.device;
	}
	if (link.mac.text() != vif.mac) {
		context.links.set_mac(link, Mac::parse(vif.mac));
	}
	if (link.mtu != vif.mtu) {
		context.links.set_mtu(link, vif.mtu);
	}
	context.host.keep_ipv6_off(link.name);
}

// What a vif was in its bridge when the picture was taken, which its new device knows nothing of.
struct Membership {
	const BridgeImage *bridge = nullptr;
	BridgePort port;
};
Membership membership(const HostPicture &picture, const VifImage &vif, const Link &bridge, const Link &device)
{
	for (const auto *images : {&picture.bridges, &picture.others}) {
		const auto image = std::find_if(images->begin(), images->end(), [&](const BridgeImage &i) {
			return i.index == bridge.index;
		});
		if (image == images->end()) {
			continue;
		}
		for (const BridgePort &port : image->ports) {
			if (port.name == vif.device && port.index != device.index) {
				return {&*image, {device.index, port.name, port.settings, port.vlans}};
			}
		}
	}
	return {};
}

void put_back(Swap &swap, const HostPicture &picture, const VifImage &vif, const Deadline &deadline)
{
	Context &context = swap.context;
	if (!waits_for(context, deadline,
		       [&] { return !is_alive(context, vif) || link_of(context, vif).has_value(); })) {
		throw Error(Exit::timeout, "its device did not come");
	}
	auto link = link_of(context, vif);
	const auto record = read_record(context.store, vif.domid, vif.devid);
	if (!link || !record) {
		return; // the guest is gone
	}
	const auto bridge = vif.bridge.empty() ? std::nullopt : context.links.find(vif.bridge);
	const Membership was = bridge ? membership(picture, vif, *bridge, *link) : Membership();
	const bool joins = bridge && (was.bridge || link->master != bridge->index);
	const bool has_policy = bridge && bridge->kind == "brlite";
	if (joins || has_policy || link->name != vif.device) {
		context.links.set_up(*link, false);
		make_known(context, vif, *link);
	}
	if (was.bridge) {
		swap.bridges.join(*was.bridge, was.port);
	} else if (joins) {
		context.links.set_master(*link, *bridge);
	}
	if (has_policy) {
		put_policy_in_force(context, *record);
	} else if (joins && !was.bridge && !record->vlan.empty() && context.links.filters_vlans(*bridge)) {
		context.links.set_vlan(*link, Vlan::parse(record->vlan));
	}
	context.links.set_up(*link, vif.up);
	context.store.write(Store::none, record->backend_path() + "/hotplug-status", "connected");
}

// HOSTILE: the guest's own state. It decides about a line of text on this vif.
bool is_back(Context &context, const VifImage &vif)
{
	const auto record = read_record(context.store, vif.domid, vif.devid);
	if (!vif.connected || !record || !is_alive(context, vif)) {
		return true;
	}
	// A guest that makes new rings says so first: the backend that is still connected will not be.
	const unsigned guest = frontend_state(context.store, *record).value_or(0);
	const auto link = link_of(context, vif);
	return backend_state(context.store, *record) == connected_state &&
	       (guest == connected_state || guest == reconfiguring_state || guest == reconfigured_state) &&
	       link && (link->running || !vif.running);
}

std::string why_not(Context &context, const VifImage &vif)
{
	const auto record = read_record(context.store, vif.domid, vif.devid);
	if (!record) {
		return "it is gone";
	}
	const std::string error = backend_error(context.store, *record);
	return fmt::format(
		"it is not connected any more (backend {}, guest {}{}): 'ringway vif detach {} {}' "
		"and attach it again, or reboot the guest",
		state_name(backend_state(context.store, *record)),
		state_name(frontend_state(context.store, *record)), error.empty() ? "" : ", " + error,
		vif.domid, vif.devid);
}

} // namespace

void stop_if_asked(Context &context)
{
	if (context.clock.interrupted()) {
		throw Error(Exit::failed, "a signal asked to stop");
	}
}

std::vector<VifImage> vifs_of(Context &context)
{
	std::vector<VifImage> out;
	for (const Record &record : list_records(context.store)) {
		const auto link = device_of(context, record);
		if (!link) {
			continue;
		}
		const auto bridge = link->master != 0 ? context.links.find(link->master) : std::nullopt;
		out.push_back({record.domid, record.devid, link->name, bridge ? bridge->name : "",
			       link->mac.text(), link->mtu, link->up,
			       backend_state(context.store, record) == connected_state, link->running});
	}
	return out;
}

void add_newcomers(Context &context, std::vector<VifImage> &vifs)
{
	for (const VifImage &now : vifs_of(context)) {
		const bool known = std::any_of(vifs.begin(), vifs.end(), [&](const VifImage &vif) {
			return vif.domid == now.domid && vif.devid == now.devid;
		});
		if (!known) {
			vifs.push_back(now);
		}
	}
}

bool is_alive(Context &context, const VifImage &vif)
{
	return context.store.introduced(vif.domid) && read_record(context.store, vif.domid, vif.devid);
}

void unbind_all(Swap &swap, const std::vector<VifImage> &vifs)
{
	for (const VifImage &vif : vifs) {
		if (swap.context.host.vif_device(vif.domid, vif.devid)) {
			swap.modules.unbind_vif(vif.domid, vif.devid);
		}
	}
}

std::vector<std::string> bind_all(Swap &swap, const std::vector<VifImage> &vifs)
{
	return each(swap.context, vifs, [&](const VifImage &vif) {
		if (is_alive(swap.context, vif) && !swap.context.host.vif_device(vif.domid, vif.devid)) {
			swap.modules.bind_vif(vif.domid, vif.devid);
		}
	});
}

std::vector<std::string> put_back_all(Swap &swap, const HostPicture &picture,
				      const std::vector<VifImage> &vifs)
{
	const Deadline deadline(swap.context.clock, devices_come);
	return each(swap.context, vifs, [&](const VifImage &vif) {
		stop_if_asked(swap.context);
		put_back(swap, picture, vif, deadline);
	});
}

std::vector<std::string> wait_for_guests(Context &context, const std::vector<VifImage> &vifs)
{
	const auto back = [&](const VifImage &vif) { return is_back(context, vif); };
	waits_for(context, Deadline(context.clock, guests_connect),
		  [&] { return std::all_of(vifs.begin(), vifs.end(), back); });
	return each(context, vifs, [&](const VifImage &vif) {
		if (!is_back(context, vif)) {
			throw Error(Exit::timeout, why_not(context, vif));
		}
	});
}

} // namespace ringway
