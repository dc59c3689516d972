// SPDX-License-Identifier: GPL-2.0-only
#include "words/ip_lock.hpp"

#include <algorithm>
#include <arpa/inet.h>
#include <array>
#include <fmt/format.h>
#include <fmt/ranges.h>
#include "words/error.hpp"
#include "words/ip_address.hpp"
#include "words/text.hpp"
#include "xenstore_schema.hpp"

namespace ringway
{

namespace
{

constexpr std::size_t most_addresses = 64; // BRLITE_PORT_ADDRESSES_MAX

// The address in its usual form, so that one address is written in one way.
std::string address(std::string_view text)
{
	std::array<std::uint8_t, 16> bytes{};
	std::array<char, INET6_ADDRSTRLEN> out{};
	if (const unsigned length = read_ip_address(text, bytes.data())) {
		return inet_ntop(length == 4 ? AF_INET : AF_INET6, bytes.data(), out.data(), out.size());
	}
	reject("ip", text,
	       "neither an IPv4 nor an IPv6 address; write addresses such as 192.0.2.1,2001:db8::1, or none, "
	       "or any");
}

void add(IpLock &lock, std::string_view text)
{
	const std::string one = address(text);
	if (std::find(lock.begin(), lock.end(), one) != lock.end()) {
		reject("ip", text, "given twice; keep one");
	}
	lock.push_back(one);
}

IpLock limited(IpLock lock)
{
	if (lock.size() > most_addresses) {
		throw Error(Exit::usage, fmt::format("ip: {} addresses are too many, a port is locked to at "
						     "most {}; give fewer, or do not lock it with ip=any",
						     lock.size(), most_addresses));
	}
	return lock;
}

} // namespace

std::optional<IpLock> parse_ip_lock(std::string_view value)
{
	if (value == "any") {
		return std::nullopt;
	}
	IpLock out;
	if (value == "none") {
		return out;
	}
	for (const std::string_view part : split(value, ',')) {
		add(out, part);
	}
	return limited(std::move(out));
}

IpLock lock_of_vifspec(const std::vector<std::string> &addresses)
{
	IpLock out;
	for (const std::string &text : addresses) {
		const auto slash = text.find('/');
		const bool v6 = text.find(':') != text.npos;
		if (slash != text.npos && text.substr(slash + 1) != (v6 ? "128" : "32")) {
			reject("ip", text,
			       "a port is locked to single addresses, not to networks; write each address "
			       "without /PREFIX");
		}
		add(out, std::string_view(text).substr(0, slash));
	}
	return limited(std::move(out));
}

IpLock read_ip_lock(const std::string &text)
{
	try {
		if (schema::valid(schema::backend::ip_lock, text)) {
			return parse_ip_lock(text).value_or(IpLock());
		}
	} catch (const Error &) { // NOLINT(bugprone-empty-catch): what it means is said below
	}
	return {};
}

std::string ip_lock_text(const IpLock &lock)
{
	return lock.empty() ? "none" : fmt::format("{}", fmt::join(lock, ","));
}

} // namespace ringway
