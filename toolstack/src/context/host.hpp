// SPDX-License-Identifier: GPL-2.0-only
//
// What the tool must know of the machine it runs on, read from /proc and /sys below a root that tests can
// choose.
#pragma once

#include <filesystem>
#include <initializer_list>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace ringway
{

class Host
{
public:
	explicit Host(std::filesystem::path root = "/") : root_(std::move(root)) {}

	const std::filesystem::path &root() const { return root_; }
	bool on_xen() const;
	bool in_control_domain() const; // dom0, or whoever else is allowed to build domains
	// The module whose driver claimed "vif" on the backend bus: ringway_netback, xen_netback, or
	// "built-in".
	std::optional<std::string> backend_driver() const;
	bool module_loaded(const std::string &name) const;
	unsigned module_users(const std::string &name) const; // what holds it loaded
	bool module_available(const std::string &name) const;
	// What the module calls its version: the one that runs, and the one whose file modprobe would load.
	// nullopt: there is none, it does not say, or its file is compressed.
	std::optional<std::string> loaded_version(const std::string &name) const;
	std::optional<std::string> file_version(const std::string &name) const;
	// Whether the file is what runs, by the identity that the linker gave it; nullopt: as above.
	std::optional<bool> file_is_what_runs(const std::string &name) const;
	// The network device that belongs to the vif, whatever it is called now.
	std::optional<std::string> vif_device(unsigned domid, unsigned devid) const;
	// Queues that the device has in use on the host's side, 0 if it does not say.
	unsigned queues(const std::string &device) const;
	// Of vifs whose vifspec names none: xl.conf's vif.default.bridge, as with xl.
	std::string default_bridge() const;
	// The same of vif.default.backend: a domain's name or number.
	std::string default_backend() const;
	// This host has no address of its own on the device, and says nothing there.
	void keep_ipv6_off(const std::string &device) const;
	// A hotplug script that xl can run when it removes the vif.
	std::string hotplug_script() const;
	// Xen's own scripts run what puts a policy in force, before the guest connects.
	bool has_policy_hook() const;

private:
	// The last value that xl.conf gives one of the keys.
	std::string xl_conf(std::initializer_list<std::string_view> keys) const;
	// For this kernel, as modules.dep names it; empty when there is none.
	std::filesystem::path module_file(const std::string &name) const;

	std::filesystem::path root_;
};

} // namespace ringway
