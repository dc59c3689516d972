// SPDX-License-Identifier: GPL-2.0-only
// netload: load whose own cost is worth counting. It sleeps whenever there is nothing to do.
//
//   netload send ADDRESS COUNT FRAME [BURST PERIOD_US]
//       COUNT UDP datagrams in frames of FRAME bytes (without check sequence), to the discard port. Without a
//       pace the socket's buffer is the limit: the kernel puts us to sleep when it is full, and wakes us when
//       half of it has been sent. With one, BURST datagrams every PERIOD_US; a late burst is not followed by
//       hasty ones.
//   netload join GROUP SECONDS
//       is a member of the IPv4 multicast group for so long, on eth0
//   netload drain PORT
//       reads the datagrams that come to PORT
//   netload serve PORT
//       answers each request of one byte with one byte, one connection at a time
//   netload ask ADDRESS PORT COUNT
//       COUNT such round trips over one TCP connection
#include "address.hpp"
#include <array>
#include <cerrno>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <net/if.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <string>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>
#include <vector>

namespace
{

constexpr uint16_t discard_port = 9;
constexpr size_t headers = 14 + 20 + 8; // Ethernet, IPv4, UDP
constexpr size_t batch = 32;            // datagrams per system call
constexpr int64_t second_ns = 1'000'000'000;

[[noreturn]] void fail(const std::string &what)
{
	fprintf(stderr, "netload: %s: %s\n", what.c_str(), strerror(errno));
	exit(1);
}

int made_socket(int type)
{
	const int fd = socket(AF_INET, type, 0);
	if (fd < 0)
		fail("socket");
	return fd;
}

void set_option(int fd, int level, int name)
{
	const int on = 1;
	if (setsockopt(fd, level, name, &on, sizeof on) != 0)
		fail("setsockopt");
}

int64_t now_ns()
{
	timespec t{};
	clock_gettime(CLOCK_MONOTONIC, &t);
	return t.tv_sec * second_ns + t.tv_nsec;
}

void sleep_until(int64_t ns)
{
	const timespec t{ns / second_ns, ns % second_ns};
	while (clock_nanosleep(CLOCK_MONOTONIC, TIMER_ABSTIME, &t, nullptr) == EINTR) {
	}
}

// The same datagram over and over.
class Sender
{
public:
	Sender(const char *host, size_t frame)
	    : to_{address(host, discard_port)}, payload_(frame > headers ? frame - headers : 0)
	{
		set_option(fd_, SOL_SOCKET, SO_BROADCAST);
		data_ = {payload_.data(), payload_.size()};
		for (auto &m : messages_) {
			m.msg_hdr.msg_name = &to_;
			m.msg_hdr.msg_namelen = sizeof to_;
			m.msg_hdr.msg_iov = &data_;
			m.msg_hdr.msg_iovlen = 1;
		}
	}

	void send(uint64_t count)
	{
		while (count > 0) {
			const int n = sendmmsg(fd_, messages_.data(), count < batch ? count : batch, 0);
			if (n < 0 && errno != EINTR && errno != ENOBUFS)
				fail("sendmmsg");
			if (n > 0)
				count -= n;
		}
	}

private:
	int fd_ = made_socket(SOCK_DGRAM);
	sockaddr_in to_;
	std::vector<char> payload_;
	iovec data_{};
	std::array<mmsghdr, batch> messages_{};
};

int run_send(int argc, char **argv)
{
	const uint64_t count = strtoull(argv[3], nullptr, 10);
	Sender sender{argv[2], strtoull(argv[4], nullptr, 10)};
	if (argc == 5) {
		sender.send(count);
		return 0;
	}
	const uint64_t burst = strtoull(argv[5], nullptr, 10);
	const int64_t period = strtoll(argv[6], nullptr, 10) * 1000;
	int64_t next = now_ns();
	for (uint64_t sent = 0; sent < count && burst > 0; sent += burst) {
		sender.send(burst < count - sent ? burst : count - sent);
		next += period;
		if (const int64_t now = now_ns(); next < now)
			next = now;
		sleep_until(next);
	}
	return 0;
}

// Somebody has to listen. Otherwise the kernel writes an ICMP error for each datagram, and its cost is
// measured as well.
int run_drain(const char *port)
{
	const int fd = made_socket(SOCK_DGRAM);
	const int room_for_all =
		1 << 25; // of a load: this process gets the CPU only when the kernel has nothing to do
	if (setsockopt(fd, SOL_SOCKET, SO_RCVBUFFORCE, &room_for_all, sizeof room_for_all) != 0)
		fail("SO_RCVBUFFORCE");
	sockaddr_in here = address("0.0.0.0", static_cast<uint16_t>(atoi(port)));
	if (bind(fd, reinterpret_cast<sockaddr *>(&here), sizeof here) != 0)
		fail("bind");
	std::array<mmsghdr, batch> messages{};
	std::array<std::array<char, 2048>, batch> room{};
	std::array<iovec, batch> parts{};
	for (size_t i = 0; i < batch; ++i) {
		parts[i] = {room[i].data(), room[i].size()};
		messages[i].msg_hdr.msg_iov = &parts[i];
		messages[i].msg_hdr.msg_iovlen = 1;
	}
	for (;;) {
		if (recvmmsg(fd, messages.data(), batch, MSG_WAITFORONE, nullptr) < 0 && errno != EINTR)
			fail("recvmmsg");
	}
}

int run_serve(const char *port)
{
	const int fd = made_socket(SOCK_STREAM);
	set_option(fd, SOL_SOCKET, SO_REUSEADDR);
	sockaddr_in here = address("0.0.0.0", static_cast<uint16_t>(atoi(port)));
	if (bind(fd, reinterpret_cast<sockaddr *>(&here), sizeof here) != 0 || listen(fd, 16) != 0)
		fail("listen");
	for (;;) {
		const int peer = accept(fd, nullptr, nullptr);
		if (peer < 0)
			continue;
		set_option(peer, IPPROTO_TCP, TCP_NODELAY);
		for (char byte; read(peer, &byte, 1) == 1 && write(peer, &byte, 1) == 1;) {
		}
		close(peer);
	}
}

int run_ask(const char *host, const char *port, const char *count)
{
	const int fd = made_socket(SOCK_STREAM);
	const sockaddr_in to = address(host, static_cast<uint16_t>(atoi(port)));
	if (connect(fd, reinterpret_cast<const sockaddr *>(&to), sizeof to) != 0)
		fail("connect");
	set_option(fd, IPPROTO_TCP, TCP_NODELAY);
	for (long left = atol(count); left > 0; --left) {
		char byte = 'x';
		if (write(fd, &byte, 1) != 1 || read(fd, &byte, 1) != 1)
			fail("round trip");
	}
	return 0;
}

int run_join(const char *group, const char *seconds)
{
	const int fd = made_socket(SOCK_DGRAM);
	ip_mreqn wanted{};
	wanted.imr_multiaddr = address(group, 0).sin_addr;
	wanted.imr_ifindex = static_cast<int>(if_nametoindex("eth0"));
	if (!wanted.imr_ifindex || setsockopt(fd, IPPROTO_IP, IP_ADD_MEMBERSHIP, &wanted, sizeof wanted) != 0)
		fail(std::string("join ") + group);
	sleep_until(now_ns() + strtoll(seconds, nullptr, 10) * second_ns);
	return 0;
}
} // namespace

int main(int argc, char **argv)
{
	const std::string command = argc > 1 ? argv[1] : "";
	if (command == "send" && (argc == 5 || argc == 7))
		return run_send(argc, argv);
	if (command == "drain" && argc == 3)
		return run_drain(argv[2]);
	if (command == "serve" && argc == 3)
		return run_serve(argv[2]);
	if (command == "ask" && argc == 5)
		return run_ask(argv[2], argv[3], argv[4]);
	if (command == "join" && argc == 4)
		return run_join(argv[2], argv[3]);
	fprintf(stderr, "usage: netload send ADDRESS COUNT FRAME [BURST PERIOD_US] | join GROUP SECONDS | "
			"serve PORT | ask "
			"ADDRESS PORT COUNT\n");
	return 2;
}
