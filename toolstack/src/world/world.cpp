// SPDX-License-Identifier: GPL-2.0-only
#include "world/world.hpp"

#include <cstdio>
#include <fmt/format.h>
#include <random>
#include <unistd.h>
#include "context/locale_text.hpp"

namespace ringway
{

namespace
{

std::array<std::uint8_t, 3> random_bytes()
{
	std::random_device device;
	std::array<std::uint8_t, 3> bytes{};
	for (std::uint8_t &byte : bytes) {
		byte = static_cast<std::uint8_t>(device());
	}
	return bytes;
}

void note(const std::string &text)
{
	fmt::print(stderr, "ringway: note: {}\n", locale_text(message_text(text)));
}

// What no command can do without. One line, before anything is opened.
void require_host(const Host &host)
{
	if (!host.on_xen()) {
		throw Error(Exit::host,
			    "this system does not run on Xen: boot the 'with Xen hypervisor' entry");
	}
	if (geteuid() != 0) {
		throw Error(Exit::host, "not root: run the command with sudo");
	}
	if (!host.in_control_domain()) {
		throw Error(Exit::host, "this domain does not control Xen: run the command in dom0");
	}
}

} // namespace

Context World::open()
{
	require_host(host_);
	store_ = std::make_unique<XsStore>();
	links_ = std::make_unique<NlLinks>();
	return {*store_, *links_, host_, clock_, random_bytes, note, journal_};
}

} // namespace ringway
