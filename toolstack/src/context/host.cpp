// SPDX-License-Identifier: GPL-2.0-only
#include "context/host.hpp"

#include <algorithm>
#include <fmt/format.h>
#include <fstream>
#include <sys/utsname.h>
#include "context/first_line.hpp"
#include "xenstore_schema.hpp"

namespace ringway
{

namespace fs = std::filesystem;

namespace
{

std::string all_of(const fs::path &file)
{
	std::ifstream in(file, std::ios::binary);
	return {std::istreambuf_iterator<char>(in), {}};
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

fs::path Host::module_file(const std::string &name) const
{
	struct utsname names {
	};
	if (uname(&names) != 0) {
		return {};
	}
	// modules.dep names each module's file, whatever it is packed with. There are file names with _ and
	// with -, which are one and the same to modprobe.
	const fs::path directory = root_ / "lib/modules" / names.release;
	std::ifstream in(directory / "modules.dep");
	const auto with_underscores = [](std::string text) {
		std::replace(text.begin(), text.end(), '-', '_');
		return text;
	};
	const std::string wanted = with_underscores(name) + ".ko";
	for (std::string line; std::getline(in, line);) {
		const fs::path file = line.substr(0, line.find(':'));
		if (with_underscores(file.filename()).starts_with(wanted)) {
			return directory / file;
		}
	}
	return {};
}

bool Host::module_available(const std::string &name) const
{
	return !module_file(name).empty();
}

std::optional<std::string> Host::loaded_version(const std::string &name) const
{
	const std::string version = first_line(root_ / "sys/module" / name / "version");
	return version.empty() ? std::nullopt : std::optional(version);
}

std::optional<std::string> Host::file_version(const std::string &name) const
{
	const std::string bytes = all_of(module_file(name));
	// The section .modinfo is texts like this one, each with a NUL before and behind it.
	const std::string key("\0version=", 9);
	const auto at = bytes.find(key);
	return at == bytes.npos ? std::nullopt : std::optional<std::string>(bytes.c_str() + at + key.size());
}

std::optional<bool> Host::file_is_what_runs(const std::string &name) const
{
	const std::string note = all_of(root_ / "sys/module" / name / "notes/.note.gnu.build-id"),
			  file = all_of(module_file(name));
	if (note.empty() || !file.starts_with("\x7f"
					      "ELF")) {
		return std::nullopt;
	}
	return file.find(note) != file.npos;
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

unsigned Host::module_users(const std::string &name) const
{
	const auto count = schema::parse_uint(first_line(root_ / "sys/module" / name / "refcnt"));
	return static_cast<unsigned>(count.value_or(0));
}

void Host::keep_ipv6_off(const std::string &device) const
{
	const fs::path file = root_ / "proc/sys/net/ipv6/conf" / device / "disable_ipv6";
	if (is_there(file)) {
		std::ofstream(file) << "1\n"; // where IPv6 is off there is no such file, and no need
	}
}

std::string Host::xl_conf(std::initializer_list<std::string_view> keys) const
{
	constexpr std::string_view blanks = " \t";
	std::string found;
	std::ifstream in(root_ / "etc/xen/xl.conf");
	for (std::string line; std::getline(in, line);) {
		const std::string_view all = line;
		const auto equals = all.find('=');
		const auto begin = all.find_first_not_of(blanks);
		if (equals == all.npos || begin >= equals) {
			continue;
		}
		const auto key = all.substr(begin, all.find_last_not_of(blanks, equals - 1) - begin + 1);
		const auto open = all.find_first_not_of(blanks, equals + 1);
		if (std::find(keys.begin(), keys.end(), key) == keys.end() || open == all.npos ||
		    (all[open] != '"' && all[open] != '\'')) {
			continue;
		}
		const auto close = all.find(all[open], open + 1);
		const auto value = close == all.npos ? "" : all.substr(open + 1, close - open - 1);
		if (!value.empty()) {
			found = value;
		}
	}
	return found;
}

std::string Host::default_bridge() const
{
	const std::string found = xl_conf({"vif.default.bridge", "defaultbridge"});
	return schema::is_ifname(found) ? found : "xenbr0";
}

std::string Host::default_backend() const
{
	const std::string found = xl_conf({"vif.default.backend"});
	return found.empty() ? "0" : found;
}

std::string Host::hotplug_script() const
{
	const std::string ours = "/etc/xen/scripts/vif-bridge-lite";
	return is_there(root_ / ours.substr(1)) ? ours : "/etc/xen/scripts/vif-bridge";
}

bool Host::has_policy_hook() const
{
	return is_there(root_ / "etc/xen/scripts/vif-post.d/ringway.hook");
}

} // namespace ringway
