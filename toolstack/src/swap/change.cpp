// SPDX-License-Identifier: GPL-2.0-only
#include "swap/change.hpp"

#include <algorithm>
#include <fmt/format.h>
#include <utility>
#include "swap/vifs.hpp"

namespace ringway
{

namespace
{

constexpr Millis drivers_pause{20}, drivers_settle{5000};

// Ports by what they are called now; a vif that is gone comes back with its driver.
BridgeImage with_present_ports(Context &context, BridgeImage image)
{
	std::erase_if(image.ports, [&](BridgePort &port) {
		const auto link = context.links.find(port.name);
		port.index = link ? link->index : 0;
		return !link;
	});
	return image;
}

bool is_so(Swap &swap, const BridgeImage &wanted)
{
	const auto link = swap.context.links.find(wanted.name);
	if (!link || link->kind != wanted.kind || link->up != wanted.up) {
		return false;
	}
	const auto now = swap.bridges.look(wanted.name);
	const BridgeImage present = with_present_ports(swap.context, wanted);
	const auto joined = [&](const BridgePort &port) {
		return std::any_of(now->ports.begin(), now->ports.end(),
				   [&](const BridgePort &p) { return p.name == port.name; });
	};
	return now && now->addresses.size() >= wanted.addresses.size() &&
	       now->routes.size() >= wanted.routes.size() &&
	       std::all_of(present.ports.begin(), present.ports.end(), joined);
}

std::string other_driver(const std::string &driver)
{
	return driver == "ringway_netback" ? "xen-netback" : "ringway-netback";
}

// A guest that starts or reboots meanwhile binds the module once more, one that goes takes its device with
// it, and a module that somebody is still loading cannot be told to let go.
void unload(Swap &swap, const std::string &module, std::vector<VifImage> &vifs)
{
	for (const Deadline deadline(swap.context.clock, drivers_settle);;) {
		stop_if_asked(swap.context);
		try {
			add_newcomers(swap.context, vifs);
			unbind_all(swap, vifs);
			return swap.modules.unload(module);
		} catch (const Error &) {
			if (deadline.over()) {
				throw;
			}
		}
		swap.context.clock.sleep(drivers_pause);
	}
}

void change_driver(Swap &swap, const std::string &driver, std::vector<VifImage> &vifs)
{
	Context &context = swap.context;
	if (driver.empty() || context.host.backend_driver() == driver) {
		return;
	}
	const std::string wanted = driver == "ringway_netback" ? "ringway-netback" : "xen-netback";
	// udev loads what the files for the next boot say, when a guest comes at the moment when none is
	// loaded; and that is the other one until the change is confirmed.
	for (const Deadline deadline(context.clock, drivers_settle);;) {
		unload(swap, other_driver(driver), vifs);
		std::string trouble =
			fmt::format("{} was loaded and does not serve the vifs: see 'dmesg'", wanted);
		try {
			swap.modules.load(wanted);
		} catch (const Error &error) {
			trouble = error.what();
		}
		const auto serves = context.host.backend_driver();
		if (serves == driver) {
			return;
		}
		if (!serves || deadline.over()) {
			throw Error(Exit::failed, trouble);
		}
		context.clock.sleep(drivers_pause);
	}
}

void append(std::vector<std::string> &to, const std::vector<std::string> &more)
{
	to.insert(to.end(), more.begin(), more.end());
}

} // namespace

Outcome make_so(Swap &swap, const HostPicture &picture)
{
	Context &context = swap.context;
	Outcome out;
	for (const BridgeImage &image : picture.bridges) {
		stop_if_asked(context);
		if (!is_so(swap, image)) {
			out.away = std::max(out.away, swap.bridges.build(with_present_ports(context, image)));
		}
	}
	stop_if_asked(context);
	std::vector<VifImage> vifs = picture.vifs;
	change_driver(swap, picture.driver, vifs);
	// A change that stopped in between may have left some without a driver.
	append(out.troubles, bind_all(swap, vifs));
	append(out.troubles, put_back_all(swap, picture, vifs));
	const std::vector<std::string> missing = wait_for_guests(context, vifs);
	append(out.troubles, missing);
	const auto were =
		std::count_if(vifs.begin(), vifs.end(), [](const VifImage &vif) { return vif.connected; });
	out.nobody_is_back = were > 0 && std::cmp_equal(were, missing.size());
	return out;
}

Outcome change_over(Swap &swap, const HostPicture &picture)
{
	Outcome out = make_so(swap, picture);
	if (out.nobody_is_back) {
		throw Error(Exit::timeout, out.troubles.back());
	}
	return out;
}

} // namespace ringway
