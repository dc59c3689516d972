// SPDX-License-Identifier: GPL-2.0-only
#include <algorithm>
#include <fmt/format.h>
#include <fstream>
#include "swap/boot_files.hpp"
#include "swap/change.hpp"
#include "swap/other_kind.hpp"
#include "vif/record.hpp"
#include "vif/wanted_policy.hpp"

namespace ringway
{

namespace fs = std::filesystem;

namespace
{

fs::path memory_of(const Host &host, const std::string &bridge)
{
	return host.root() / "var/lib/ringway/stock" / (bridge + ".json");
}

std::optional<BridgeImage> remembered(const Host &host, const std::string &bridge)
{
	std::ifstream in(memory_of(host, bridge));
	if (!in) {
		return std::nullopt;
	}
	try {
		return bridge_from_json(nlohmann::json::parse(in));
	} catch (const std::exception &) {
		return std::nullopt; // what cannot be read is not remembered
	}
}

void plan_bridges(Swap &swap, bool to_ringway, SwapPlan &plan)
{
	const std::string wanted = to_ringway ? "brlite" : "bridge";
	for (const BridgeImage &image : plan.before.bridges) {
		if (image.kind == wanted) {
			plan.after.bridges.push_back(image);
			continue;
		}
		BridgeImage other = to_ringway ? as_brlite(image)
					       : as_bridge(image, remembered(swap.context.host, image.name));
		plan.steps.push_back(
			fmt::format("{}: bridge of kind {} becomes one of kind {}, with {} ports, {} "
				    "addresses, {} routes",
				    image.name, image.kind, wanted, image.ports.size(),
				    image.addresses.size(), image.routes.size()));
		for (const std::string &obstacle : other.obstacles) {
			plan.obstacles.push_back(image.name + ": " + obstacle);
		}
		if (image.listeners != 0) {
			plan.warnings.push_back(
				fmt::format("{}: {} programs listen on it (a DHCP client, tcpdump) and "
					    "must be started again afterwards; 'ss -0 -p' names them",
					    image.name, image.listeners));
		}
		other.obstacles.clear();
		plan.after.bridges.push_back(std::move(other));
	}
}

void plan_driver(Context &context, bool to_ringway, SwapPlan &plan)
{
	const std::string module = to_ringway ? "ringway-netback" : "xen-netback";
	const std::string wanted = to_ringway ? "ringway_netback" : "xen_netback";
	plan.after.driver = wanted;
	if (plan.before.driver == wanted) {
		return;
	}
	if (plan.before.driver == "built-in") {
		plan.obstacles.emplace_back(
			"the kernel has its backend driver built in: it cannot be changed");
		return;
	}
	for (const std::string &need : to_ringway ? std::vector<std::string>{module, "bridge-lite"}
						  : std::vector<std::string>{module}) {
		if (!context.host.module_available(need)) {
			plan.obstacles.push_back(
				fmt::format("this kernel has no module {}: install ringway-modules-$(uname "
					    "-r) or ringway-dkms, then 'depmod -a'",
					    need));
		}
	}
	plan.steps.push_back(fmt::format("backend driver {} becomes {}; {} vifs of guests connect again",
					 plan.before.driver.empty() ? "(none)" : plan.before.driver, wanted,
					 plan.before.vifs.size()));
}

void plan_vifs(Context &context, bool to_ringway, SwapPlan &plan)
{
	for (const VifImage &vif : plan.before.vifs) {
		const auto record = read_record(context.store, vif.domid, vif.devid);
		if (!record) {
			continue;
		}
		if (!vif.connected && plan.before.driver != plan.after.driver) {
			plan.warnings.push_back(record->text() + " is not connected: it is not waited for");
		}
		try {
			const WantedPolicy wanted = wanted_policy(context, *record);
			if (!to_ringway && wanted.needs_brlite()) {
				plan.warnings.push_back(
					fmt::format("{}: NOT IN FORCE on an ordinary bridge: {}",
						    record->text(), wanted.policy().text()));
			}
		} catch (const Error &error) {
			plan.obstacles.push_back(fmt::format("{}: its policy cannot be read: {}",
							     record->text(), error.what()));
		}
	}
}

// Of the whole host, if no bridge was named, no paragraph stays with a word that only Ringway knows.
void plan_files(Context &context, bool to_ringway, bool whole, SwapPlan &plan)
{
	std::vector<std::string> names;
	for (const BridgeImage &image : plan.after.bridges) {
		names.push_back(image.name);
	}
	plan.before.files = boot_files(context.host.root());
	plan.file_bridges = !to_ringway && whole ? BridgeNames() : names;
	plan.after.files =
		boot_files_for(plan.before.files, to_ringway, plan.file_bridges, context.host.root());
	for (const auto &[path, text] : plan.before.files) {
		for (const std::string &line :
		     to_ringway &&text ? ports_by_pattern(*text, names) : std::vector<std::string>()) {
			plan.obstacles.push_back(fmt::format(
				"/{}: '{}': brlite_ports knows names of devices only: write these first",
				path, line));
		}
	}
	for (const auto &[path, text] : plan.after.files) {
		if (text != plan.before.files.at(path)) {
			plan.steps.push_back(fmt::format("/{}: {}", path,
							 !text                        ? "removed"
							 : plan.before.files.at(path) ? "changed"
										      : "written"));
		}
	}
}

// Who makes bridges anew at its own will.
void look_for_managers(Context &context, bool to_ringway, SwapPlan &plan)
{
	for (const BridgeImage &image : plan.before.bridges) {
		std::ifstream in(context.host.root() / "run/NetworkManager/devices" /
				 std::to_string(image.index));
		std::string text(std::istreambuf_iterator<char>(in), {});
		if (text.find("connection-uuid=") != text.npos) {
			plan.obstacles.push_back(
				fmt::format("{}: NetworkManager manages it, and would interfere: 'nmcli "
					    "device set {} managed no' first",
					    image.name, image.name));
		}
		std::error_code ignored;
		if (to_ringway &&
		    fs::exists(context.host.root() / "run/systemd/netif/links" / std::to_string(image.index),
			       ignored)) {
			plan.warnings.push_back(
				fmt::format("{}: systemd-networkd knows it; a bridge that a .netdev file "
					    "makes is of kind bridge again after a reboot",
					    image.name));
		}
	}
}

} // namespace

SwapPlan plan_swap(Swap &swap, bool to_ringway, const std::vector<std::string> &bridges)
{
	Context &context = swap.context;
	SwapPlan plan;
	plan.before = take_picture(swap, to_ringway, bridges);
	plan.after.vifs = plan.before.vifs;
	plan.after.others = plan.before.others;
	plan_bridges(swap, to_ringway, plan);
	plan_driver(context, to_ringway, plan);
	plan_vifs(context, to_ringway, plan);
	plan_files(context, to_ringway, bridges.empty(), plan);
	if (!plan.empty()) {
		look_for_managers(context, to_ringway, plan);
	}
	return plan;
}

void remember_bridges(const Host &host, const HostPicture &before)
{
	for (const BridgeImage &image : before.bridges) {
		if (image.kind == "bridge") {
			write_files(host.root(),
				    {{memory_of(host, image.name).lexically_relative(host.root()),
				      to_json(image).dump(1) + "\n"}});
		}
	}
}

void forget_bridges(const Host &host, const HostPicture &before)
{
	std::error_code ignored;
	for (const BridgeImage &image : before.bridges) {
		fs::remove(memory_of(host, image.name), ignored);
	}
}

} // namespace ringway
