// SPDX-License-Identifier: GPL-2.0-only
#include "words/ip_address.hpp"

#include <arpa/inet.h>
#include <string>

namespace ringway
{

unsigned read_ip_address(std::string_view text, unsigned char *out)
{
	const std::string terminated(text);
	if (terminated.find('\0') != terminated.npos) {
		return 0;
	}
	if (inet_pton(AF_INET, terminated.c_str(), out) == 1) {
		return 4;
	}
	return inet_pton(AF_INET6, terminated.c_str(), out) == 1 ? 16 : 0;
}

} // namespace ringway
