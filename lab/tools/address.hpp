// SPDX-License-Identifier: GPL-2.0-only
// address.hpp: an IPv4 address and a port, as somebody wrote it on a command line. What is none ends the
// program.
#pragma once
#include <arpa/inet.h>
#include <cerrno>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <netinet/in.h>

inline sockaddr_in address(const char *host, uint16_t port)
{
	sockaddr_in to{};
	to.sin_family = AF_INET;
	to.sin_port = htons(port);
	if (inet_pton(AF_INET, host, &to.sin_addr) != 1) {
		fprintf(stderr, "%s: \"%s\" is no IPv4 address\n", program_invocation_short_name, host);
		exit(2);
	}
	return to;
}
