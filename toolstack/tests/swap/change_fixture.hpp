// SPDX-License-Identifier: GPL-2.0-only
//
// A host with one guest that goes from one stack to the other; whatever step of it can fail, or be the last
// one.
#pragma once

#include "swap/change.hpp"

#include <fmt/format.h>
#include "guest_test.hpp"

namespace ringway::test
{

// A process that ends here. It is caught by nobody but the test.
struct Killed {
};

// One counter for all that can fail. What failed once fails again.
struct Fails {
	int at = 0, steps = 0;
	int kill_at = 0, points = 0; // before and after each step
	std::string failing;
	std::function<void(const std::string &)> meanwhile; // what others do after each step
	void point()
	{
		if (++points == kill_at) {
			throw Killed();
		}
	}
	void step(const std::string &what)
	{
		failing = ++steps == at ? what : failing;
		if (failing == what) {
			throw Error(Exit::failed, what + " fails");
		}
	}
	void done(const std::string &what)
	{
		point();
		if (meanwhile) {
			meanwhile(what);
		}
	}
};

// Bridges of the fake links.
class FakeBridgeMaker : public BridgeMaker
{
public:
	FakeBridgeMaker(World &world, Fails &fails) : world_(world), fails_(fails) {}
	std::vector<std::string> names() override
	{
		std::vector<std::string> out;
		for (const Link &link : world_.links.all) {
			if (link.is_bridge()) {
				out.push_back(link.name);
			}
		}
		return out;
	}
	std::optional<BridgeImage> look(const std::string &name) override
	{
		const auto link = world_.links.find(name);
		if (!link || !link->is_bridge()) {
			return std::nullopt;
		}
		BridgeImage out;
		out.index = link->index;
		out.name = name;
		out.kind = link->kind;
		out.up = link->up;
		for (const Link &port : world_.links.ports(*link)) {
			out.ports.push_back({port.index, port.name, settings[port.index], {}});
		}
		out.obstacles = obstacles;
		return out;
	}
	void try_out(const BridgeImage &) override {}
	std::chrono::microseconds build(const BridgeImage &image) override
	{
		fails_.point();
		Link &link = world_.links.at(image.name);
		link.kind = image.kind;
		for (Link &port : world_.links.all) {
			port.master = port.master == link.index ? 0 : port.master;
		}
		fails_.step("building"); // with its ports gone
		for (const BridgePort &port : image.ports) {
			Link &device = world_.links.at(port.name);
			device.master = link.index;
			settings[device.index] = port.settings;
		}
		++built;
		fails_.done("building");
		return std::chrono::microseconds(1500);
	}
	void join(const BridgeImage &image, const BridgePort &port) override
	{
		fails_.point();
		fails_.step("joining");
		Link &link = world_.links.at(port.name);
		EXPECT_EQ(link.index, port.index);
		EXPECT_FALSE(link.up) << "a port is not open before it is what it should be";
		link.master = image.index;
		settings[link.index] = port.settings;
		fails_.done("joining");
	}
	std::map<int, Attributes> settings; // of ports, by index: a new device has none
	int built = 0;
	std::vector<std::string> obstacles;

private:
	World &world_;
	Fails &fails_;
};

class FakeModules : public Modules
{
public:
	FakeModules(World &world, Fails &fails) : world_(world), fails_(fails) {}
	void load(const std::string &name) override
	{
		fails_.point();
		fails_.step("loading " + name);
		if (world_.host.backend_driver()) {
			throw Error(Exit::failed, "driver vif is registered already");
		}
		world_.load_driver(name == "xen-netback" ? "xen_netback" : "ringway_netback");
		const Tree tree = world_.store.tree;
		for (const auto &[path, node] : tree) {
			unsigned domid = 0;
			unsigned devid = 0;
			if (std::sscanf(path.c_str(), "/local/domain/0/backend/vif/%u/%u/handle", &domid,
					&devid) == 2) {
				bind_vif(domid, devid);
			}
		}
		fails_.done("loading " + name);
	}
	void bind_vif(unsigned domid, unsigned devid) override
	{
		if (world_.host.vif_device(domid, devid)) {
			return;
		}
		const std::string device = fmt::format("vif{}.{}", domid, devid);
		world_.add_file(
			fmt::format("sys/bus/xen-backend/devices/vif-{}-{}/net/{}/x", domid, devid, device));
		world_.links.add(device, "", false);
		world_.store.put(fmt::format("/local/domain/0/backend/vif/{}/{}/state", domid, devid), "2");
	}
	void unload(const std::string &name) override
	{
		fails_.point();
		fails_.step("unloading " + name);
		for (const Link &link : world_.links.all) {
			if (link.name.starts_with("vif")) {
				throw Error(Exit::failed, name + " is in use");
			}
		}
		world_.remove_file("sys/bus/xen-backend/drivers/vif");
		fails_.done("unloading " + name);
	}
	void unbind_vif(unsigned domid, unsigned devid) override
	{
		fails_.point();
		if (before_unbinding) {
			before_unbinding();
		}
		fails_.step("unbinding");
		const std::string device = fmt::format("vif{}.{}", domid, devid);
		if (!world_.links.find(device)) {
			throw Error(Exit::failed, "no such device");
		}
		world_.remove_file(
			fmt::format("sys/bus/xen-backend/devices/vif-{}-{}/net/{}", domid, devid, device));
		std::erase_if(world_.links.all, [&](const Link &link) { return link.name == device; });
		world_.store.drop(
			fmt::format("/local/domain/0/backend/vif/{}/{}/hotplug-status", domid, devid));
		fails_.done("unbinding");
	}
	std::function<void()> before_unbinding;

private:
	World &world_;
	Fails &fails_;
};

class ChangeTest : public VifTest
{
protected:
	ChangeTest()
	{
		world.links.add("eth0", "");
		world.links.at("eth0").master = world.links.at("xenbr0").index;
		world.add_module("xen-netback", "1");
		world.links.on_change = [this] { fails.point(); };
		ready_since["vif3.0"] = Millis(1);
		world.links.at("vif3.0").running = true;
		world.clock.slept = [this] { look_at_carriers(); };
	}
	// A device has a carrier when both ends are connected, and the kernel says so with some delay.
	void look_at_carriers()
	{
		for (Link &link : world.links.all) {
			unsigned domid = 0;
			if (std::sscanf(link.name.c_str(), "vif%u.0", &domid) != 1) {
				continue;
			}
			const bool ready =
				link.up &&
				world.store.get(fmt::format("/local/domain/0/backend/vif/{}/0/state",
							    domid)) == "4" &&
				world.store.get(fmt::format("/local/domain/{}/device/vif/0/state", domid)) ==
					"4";
			Millis &since = ready_since[link.name];
			since = !ready ? Millis(0) : since == Millis(0) ? world.clock.time : since;
			link.running = ready && world.clock.time - since >= carrier_takes;
		}
	}
	std::string master(const std::string &name)
	{
		const auto link = world.links.find(name);
		const auto bridge = link ? world.links.find(link->master) : std::nullopt;
		return link ? fmt::format("{} in {} {}", name, bridge ? bridge->name : "-",
					  link->up ? "up" : "down")
			    : name + " is gone";
	}
	void detach_by_force()
	{
		world.store.drop("/local/domain/0/backend/vif/3/0");
		world.store.drop("/local/domain/3");
		world.store.drop("/libxl/3");
		std::erase_if(world.links.all, [](const Link &link) { return link.name == "vif3.0"; });
		world.remove_file("sys/bus/xen-backend/devices/vif-3-0");
	}
	std::string host()
	{
		return fmt::format("{} {} {} {} {}", context.host.backend_driver().value_or("no driver"),
				   world.links.at("xenbr0").kind, master("eth0"), master("vif3.0"),
				   node("state"));
	}

	std::map<std::string, Millis> ready_since;
	Millis carrier_takes{500};
	Fails fails;
	FakeBridgeMaker bridges{world, fails};
	FakeModules modules{world, fails};
	Swap swap{context, bridges, modules};
};

inline const std::string is_ringway = "ringway_netback brlite eth0 in xenbr0 up vif3.0 in xenbr0 up 4";
inline const std::string is_stock = "xen_netback bridge eth0 in xenbr0 up vif3.0 in xenbr0 up 4";

} // namespace ringway::test
