// SPDX-License-Identifier: GPL-2.0-only
#include "world/ethtool_counters.hpp"

#include <cerrno>
#include <cstring>
#include <fmt/format.h>
#include <linux/ethtool.h>
#include <linux/sockios.h>
#include <net/if.h>
#include <sys/ioctl.h>
#include <sys/socket.h>
#include <unistd.h>
#include "words/error.hpp"

namespace ringway
{

namespace
{

class Socket
{
public:
	Socket() : fd_(socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC, 0))
	{
		if (fd_ < 0) {
			throw Error(Exit::failed, fmt::format("no socket: {}", std::strerror(errno)));
		}
	}
	~Socket() { close(fd_); }
	Socket(const Socket &) = delete;
	Socket &operator=(const Socket &) = delete;

	// 0, or the errno.
	int ask(const std::string &device, void *request) const
	{
		ifreq ifr{};
		device.copy(ifr.ifr_name, sizeof(ifr.ifr_name) - 1);
		ifr.ifr_data = static_cast<char *>(request);
		return ioctl(fd_, SIOCETHTOOL, &ifr) == 0 ? 0 : errno;
	}

private:
	int fd_;
};

// A request followed by what the kernel fills in, aligned for either.
class Buffer
{
public:
	Buffer(std::size_t head, std::size_t body) : words_((head + body + 7) / 8) {}
	template <typename T>
	T *as()
	{
		return reinterpret_cast<T *>(words_.data());
	}

private:
	std::vector<std::uint64_t> words_;
};

bool answered(int error, const std::string &device, const char *what)
{
	if (error == ENODEV) {
		return false;
	}
	if (error != 0) {
		throw Error(Exit::failed,
			    fmt::format("device {}: {}: {}", device, what, std::strerror(error)));
	}
	return true;
}

} // namespace

std::optional<std::vector<Counter>> ethtool_counters(const std::string &device)
{
	const Socket socket;
	Buffer size(sizeof(ethtool_sset_info), sizeof(__u32));
	auto *info = size.as<ethtool_sset_info>();
	info->cmd = ETHTOOL_GSSET_INFO;
	info->sset_mask = 1ull << ETH_SS_STATS;
	if (const int error = socket.ask(device, info); error == EOPNOTSUPP) {
		return std::vector<Counter>(); // its driver counts nothing of its own
	} else if (!answered(error, device, "number of counters")) {
		return std::nullopt;
	}
	const std::uint32_t n = info->sset_mask == 0 ? 0 : info->data[0];

	Buffer names(sizeof(ethtool_gstrings), std::size_t{n} * ETH_GSTRING_LEN);
	auto *strings = names.as<ethtool_gstrings>();
	strings->cmd = ETHTOOL_GSTRINGS;
	strings->string_set = ETH_SS_STATS;
	strings->len = n;
	Buffer values(sizeof(ethtool_stats), std::size_t{n} * sizeof(std::uint64_t));
	auto *stats = values.as<ethtool_stats>();
	stats->cmd = ETHTOOL_GSTATS;
	stats->n_stats = n;
	if (n == 0) {
		return std::vector<Counter>();
	}
	if (!answered(socket.ask(device, strings), device, "names of counters") ||
	    !answered(socket.ask(device, stats), device, "counters")) {
		return std::nullopt;
	}
	if (strings->len != n || stats->n_stats != n) {
		throw Error(Exit::failed,
			    fmt::format("device {}: its counters changed while they were read; try again",
					device));
	}
	std::vector<Counter> out;
	for (std::uint32_t i = 0; i < n; ++i) {
		const auto *name = reinterpret_cast<const char *>(strings->data) + i * ETH_GSTRING_LEN;
		out.push_back({std::string(name, strnlen(name, ETH_GSTRING_LEN)), stats->data[i]});
	}
	return out;
}

} // namespace ringway
