// SPDX-License-Identifier: GPL-2.0-only
#include "context/host.hpp"

#include <fmt/format.h>
#include <fstream>
#include <sys/utsname.h>
#include "xenstore_schema.hpp"

namespace ringway
{

namespace fs = std::filesystem;

namespace
{

std::string first_line(const fs::path &file)
{
	std::ifstream in(file);
	std::string line;
	std::getline(in, line);
	return line;
}

bool is_there(const fs::path &path)
{
	std::error_code ignored;
	return fs::exists(path, ignored);
}

std::vector<std::string> entries(const fs::path &directory)
{
	std::vector<std::string> out;
	std::error_code error;
	for (fs::directory_iterator it(directory, error), end; !error && it != end; it.increment(error)) {
		out.push_back(it->path().filename());
	}
	return out;
}

} // namespace

bool Host::on_xen() const
{
	return first_line(root_ / "sys/hypervisor/type") == "xen" ||
	       is_there(root_ / "proc/xen/capabilities");
}

bool Host::in_control_domain() const
{
	return first_line(root_ / "proc/xen/capabilities").find("control_d") != std::string::npos;
}

std::optional<std::string> Host::backend_driver() const
{
	const fs::path driver = root_ / "sys/bus/xen-backend/drivers/vif";
	if (!is_there(driver)) {
		return std::nullopt;
	}
	std::error_code error;
	const fs::path module = fs::read_symlink(driver / "module", error);
	return error ? "built-in" : module.filename().string();
}

bool Host::module_loaded(const std::string &name) const
{
	return is_there(root_ / "sys/module" / name);
}

bool Host::module_available(const std::string &name) const
{
	struct utsname names {
	};
	if (uname(&names) != 0) {
		return false;
	}
	// modules.dep names each module's file, whatever it is packed with.
	std::ifstream in(root_ / "lib/modules" / names.release / "modules.dep");
	const std::string wanted = "/" + name + ".ko";
	for (std::string line; std::getline(in, line);) {
		if (line.substr(0, line.find(':')).find(wanted) != std::string::npos) {
			return true;
		}
	}
	return false;
}

std::optional<std::string> Host::vif_device(unsigned domid, unsigned devid) const
{
	const auto names =
		entries(root_ / fmt::format("sys/bus/xen-backend/devices/vif-{}-{}/net", domid, devid));
	if (names.size() != 1 || !schema::is_ifname(names.front())) {
		return std::nullopt;
	}
	return names.front();
}

unsigned Host::queues(const std::string &device) const
{
	unsigned count = 0;
	for (const std::string &name : entries(root_ / "sys/class/net" / device / "queues")) {
		count += name.starts_with("tx-") ? 1 : 0;
	}
	return count;
}

std::string Host::hotplug_script() const
{
	const std::string ours = "/etc/xen/scripts/vif-bridge-lite";
	return is_there(root_ / ours.substr(1)) ? ours : "/etc/xen/scripts/vif-bridge";
}

} // namespace ringway
