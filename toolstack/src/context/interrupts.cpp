// SPDX-License-Identifier: GPL-2.0-only
#include "context/interrupts.hpp"

#include <cerrno>
#include <cstring>
#include <fcntl.h>
#include <fmt/format.h>
#include <fstream>
#include <unistd.h>
#include "context/file_lock.hpp"
#include "context/first_line.hpp"
#include "schema_types.hpp"
#include "words/cpu_list.hpp"
#include "words/error.hpp"
#include "words/text.hpp"

namespace ringway
{

namespace fs = std::filesystem;

namespace
{

fs::path affinity_file(const fs::path &root, unsigned interrupt)
{
	return root / fmt::format("proc/irq/{}/smp_affinity_list", interrupt);
}

} // namespace

// " 73:   5   0  xen-dyn    -event     vif3.0-q0-tx": the number first, the name last.
std::vector<Interrupt> interrupts(const fs::path &root)
{
	std::vector<Interrupt> out;
	std::ifstream in(root / "proc/interrupts");
	for (std::string line; std::getline(in, line);) {
		const std::string_view text = trim(line);
		const auto colon = text.find(':');
		const auto number = schema::parse_uint(text.substr(0, colon));
		const auto blank = text.rfind(' ');
		if (number && colon != text.npos && blank != text.npos && blank > colon) {
			out.push_back({static_cast<unsigned>(*number), std::string(text.substr(blank + 1))});
		}
	}
	return out;
}

std::string affinity(const fs::path &root, unsigned interrupt)
{
	return first_line(affinity_file(root, interrupt));
}

// One write, as the kernel wants it; a stream would hide the reason of a refusal.
void set_affinity(const fs::path &root, const Interrupt &interrupt, const std::string &cpus)
{
	const Descriptor out(open(affinity_file(root, interrupt.number).c_str(), O_WRONLY | O_CLOEXEC));
	const std::string line = cpus + "\n";
	if (out.get() < 0 ||
	    write(out.get(), line.data(), line.size()) != static_cast<ssize_t>(line.size())) {
		throw Error(Exit::failed,
			    fmt::format("interrupt {} ({}): cannot move it to CPU {}: {}", interrupt.number,
					escape(interrupt.name), cpus, std::strerror(errno)));
	}
}

std::vector<unsigned> online_cpus(const fs::path &root)
{
	const std::string text = first_line(root / "sys/devices/system/cpu/online");
	if (text.empty()) {
		throw Error(Exit::host, "/sys/devices/system/cpu/online: cannot be read; is /sys mounted?");
	}
	return parse_cpus(text);
}

} // namespace ringway
