// SPDX-License-Identifier: GPL-2.0-only
#include "world/kernel_modules.hpp"

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <fcntl.h>
#include <filesystem>
#include <fmt/format.h>
#include <fstream>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>
#include <vector>
#include "words/error.hpp"

namespace ringway
{

namespace
{

std::string with_underscores(std::string name)
{
	std::replace(name.begin(), name.end(), '-', '_');
	return name;
}

bool is_loaded(const std::string &name)
{
	std::error_code ignored;
	return std::filesystem::exists("/sys/module/" + with_underscores(name), ignored);
}

bool told_driver(const std::string &file, unsigned domid, unsigned devid)
{
	std::ofstream out("/sys/bus/xen-backend/drivers/vif/" + file);
	out << fmt::format("vif-{}-{}", domid, devid) << std::flush;
	return static_cast<bool>(out);
}

bool modprobe(std::vector<const char *> words)
{
	const pid_t child = fork();
	if (child == 0) {
		execvp(words[0], const_cast<char **>(words.data()));
		_exit(127);
	}
	int status = 0;
	while (child > 0 && waitpid(child, &status, 0) < 0 && errno == EINTR) {
	}
	return child > 0 && status == 0;
}

} // namespace

void KernelModules::load(const std::string &name)
{
	if (is_loaded(name)) {
		return;
	}
	// The very module: where Ringway's come first, "install" of xen-netback loads ours. A modprobe that
	// does not know the word (busybox) knows no "install" either.
	if (!modprobe({"modprobe", "--ignore-install", name.c_str(), nullptr})) {
		modprobe({"modprobe", name.c_str(), nullptr});
	}
	if (!is_loaded(name)) {
		throw Error(Exit::failed,
			    fmt::format("'modprobe {}' failed: see 'dmesg' (a signature that is refused "
					"is named there)",
					name));
	}
}

// The call itself: modprobe would obey an "install" or "remove" of its configuration.
void KernelModules::unload(const std::string &name)
{
	const std::string module = with_underscores(name);
	if (is_loaded(name) && syscall(SYS_delete_module, module.c_str(), O_NONBLOCK) != 0) {
		throw Error(Exit::failed,
			    fmt::format("module {} cannot be unloaded: {}", module, std::strerror(errno)));
	}
}

void KernelModules::unbind_vif(unsigned domid, unsigned devid)
{
	if (!told_driver("unbind", domid, devid)) {
		throw Error(Exit::failed,
			    fmt::format("vif {}.{}: its driver does not let it go", domid, devid));
	}
}

void KernelModules::bind_vif(unsigned domid, unsigned devid)
{
	if (!told_driver("bind", domid, devid)) {
		throw Error(Exit::failed,
			    fmt::format("vif {}.{}: the driver does not take it", domid, devid));
	}
}

} // namespace ringway
