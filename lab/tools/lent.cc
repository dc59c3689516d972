// SPDX-License-Identifier: GPL-2.0-only
// lent: pages that dom0 has from a guest, sent on to another guest, as a disk backend does whose disk is
// behind a vif.
//
//   lent give DOMAIN PAGES
//       grants PAGES pages full of a pattern to the domain, prints their grant references, and waits to be
//       killed
//   lent send DOMAIN ADDRESS PORT TIMES REF…
//       maps the domain's pages and sends all of them TIMES times over TCP, the pages themselves
//       (MSG_ZEROCOPY); fails if the kernel copied any of it instead
//   lent take PORT PAGES TIMES
//       takes a connection and these bytes, and fails at the first wrong one
#include "address.hpp"
#include <cerrno>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <fcntl.h>
#include <linux/errqueue.h>
#include <netinet/in.h>
#include <poll.h>
#include <string>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>
#include <vector>
#include <xen/gntalloc.h>

// What gntdev.h takes from Xen's headers.
using grant_ref_t = uint32_t;
using domid_t = uint16_t;
#include <xen/gntdev.h>

namespace
{

constexpr size_t page = 4096;
constexpr int patience_ms = 20'000;

[[noreturn]] void fail(const std::string &what)
{
	fprintf(stderr, "lent: %s: %s\n", what.c_str(), strerror(errno));
	exit(1);
}

// Each byte says where it is, in its page and among the pages.
uint8_t pattern(size_t at)
{
	return static_cast<uint8_t>(at * 2654435761u >> 16);
}

int opened(const char *device)
{
	const int fd = open(device, O_RDWR);
	if (fd < 0)
		fail(device);
	return fd;
}

// Both ioctls have a list at their end.
template <typename Request, typename Item>
std::vector<uint64_t> request_with(size_t items)
{
	return std::vector<uint64_t>((sizeof(Request) + items * sizeof(Item)) / sizeof(uint64_t) + 1);
}

int give(uint16_t domain, uint32_t pages)
{
	const int fd = opened("/dev/xen/gntalloc");
	auto memory = request_with<ioctl_gntalloc_alloc_gref, uint32_t>(pages);
	auto *request = reinterpret_cast<ioctl_gntalloc_alloc_gref *>(memory.data());
	request->domid = domain;
	request->count = pages;
	if (ioctl(fd, IOCTL_GNTALLOC_ALLOC_GREF, request))
		fail("granting");
	const off_t at = static_cast<off_t>(request->index);
	void *data = mmap(nullptr, pages * page, PROT_READ | PROT_WRITE, MAP_SHARED, fd, at);
	if (data == MAP_FAILED)
		fail("mapping what was granted");
	for (size_t i = 0; i < pages * page; i++)
		static_cast<uint8_t *>(data)[i] = pattern(i);
	for (uint32_t i = 0; i < pages; i++)
		printf("%u ", (&request->gref_ids[0])[i]);
	printf("\n");
	fflush(stdout);
	pause();
	return 0;
}

const uint8_t *mapped(uint16_t domain, const std::vector<uint32_t> &refs)
{
	const int fd = opened("/dev/xen/gntdev");
	auto memory = request_with<ioctl_gntdev_map_grant_ref, ioctl_gntdev_grant_ref>(refs.size());
	auto *request = reinterpret_cast<ioctl_gntdev_map_grant_ref *>(memory.data());
	request->count = static_cast<uint32_t>(refs.size());
	for (size_t i = 0; i < refs.size(); i++)
		(&request->refs[0])[i] = {domain, refs[i]};
	if (ioctl(fd, IOCTL_GNTDEV_MAP_GRANT_REF, request))
		fail("asking for the grants");
	const off_t at = static_cast<off_t>(request->index);
	void *data = mmap(nullptr, refs.size() * page, PROT_READ, MAP_SHARED, fd, at);
	if (data == MAP_FAILED)
		fail("mapping the grants");
	return static_cast<const uint8_t *>(data);
}

// How many of the sends are done since; copied: of those, how many were not sent as they were.
uint32_t completed(int fd, uint32_t &copied)
{
	char control[128];
	msghdr message{};
	message.msg_control = control;
	message.msg_controllen = sizeof(control);
	if (recvmsg(fd, &message, MSG_ERRQUEUE | MSG_DONTWAIT) < 0)
		return 0;
	const cmsghdr *header = CMSG_FIRSTHDR(&message);
	if (!header)
		return 0;
	sock_extended_err error{};
	memcpy(&error, CMSG_DATA(header), sizeof(error));
	if (error.ee_origin != SO_EE_ORIGIN_ZEROCOPY)
		return 0;
	const uint32_t sends = error.ee_data - error.ee_info + 1;
	if (error.ee_code & SO_EE_CODE_ZEROCOPY_COPIED)
		copied += sends;
	return sends;
}

int connected(const sockaddr_in &to)
{
	const int fd = socket(AF_INET, SOCK_STREAM, 0), on = 1;
	if (fd < 0 || setsockopt(fd, SOL_SOCKET, SO_ZEROCOPY, &on, sizeof(on)))
		fail("a socket that copies nothing");
	const timeval limit{patience_ms / 1000, 0};
	setsockopt(fd, SOL_SOCKET, SO_SNDTIMEO, &limit, sizeof(limit));
	if (connect(fd, reinterpret_cast<const sockaddr *>(&to), sizeof(to)))
		fail("connecting");
	return fd;
}

int send_pages(uint16_t domain, const sockaddr_in &to, uint32_t times, const std::vector<uint32_t> &refs)
{
	const uint8_t *data = mapped(domain, refs);
	const size_t size = refs.size() * page;
	const int fd = connected(to);
	uint32_t sends = 0, done = 0, copied = 0;
	for (uint32_t i = 0; i < times; i++)
		for (size_t at = 0; at < size;) {
			const ssize_t n = send(fd, data + at, size - at, MSG_ZEROCOPY | MSG_NOSIGNAL);
			if (n < 0)
				fail("sending");
			at += static_cast<size_t>(n);
			sends++;
		}
	shutdown(fd, SHUT_WR);
	while (done < sends) {
		pollfd wait{fd, 0, 0};
		const uint32_t more = completed(fd, copied);
		if (!more && poll(&wait, 1, patience_ms) == 0)
			fail("waiting for the pages");
		done += more;
	}
	printf("%zu bytes in %u sends, %u of them copied\n", size * times, sends, copied);
	return copied != 0;
}

int take(uint16_t port, size_t bytes, uint32_t times)
{
	const int listener = socket(AF_INET, SOCK_STREAM, 0), on = 1;
	const sockaddr_in here = address("0.0.0.0", port);
	setsockopt(listener, SOL_SOCKET, SO_REUSEADDR, &on, sizeof(on));
	if (listener < 0 || bind(listener, reinterpret_cast<const sockaddr *>(&here), sizeof(here)) ||
	    listen(listener, 1))
		fail("listening");
	const timeval limit{patience_ms / 1000, 0};
	setsockopt(listener, SOL_SOCKET, SO_RCVTIMEO, &limit, sizeof(limit));
	const int fd = accept(listener, nullptr, nullptr);
	if (fd < 0)
		fail("accepting");
	setsockopt(fd, SOL_SOCKET, SO_RCVTIMEO, &limit, sizeof(limit));
	std::vector<uint8_t> buffer(65536);
	size_t got = 0;
	for (ssize_t n; (n = recv(fd, buffer.data(), buffer.size(), 0)) != 0; got += static_cast<size_t>(n)) {
		if (n < 0)
			fail("after " + std::to_string(got) + " bytes");
		for (size_t i = 0; i < static_cast<size_t>(n); i++)
			if (buffer[i] != pattern((got + i) % bytes)) {
				fprintf(stderr, "lent: byte %zu is %u, not %u\n", got + i, buffer[i],
					pattern((got + i) % bytes));
				return 1;
			}
	}
	printf("%zu bytes of %zu\n", got, bytes * times);
	return got != bytes * times;
}

} // namespace

int main(int argc, char **argv)
{
	const std::string what = argc > 1 ? argv[1] : "";
	const auto number = [&](int i) { return static_cast<uint32_t>(strtoul(argv[i], nullptr, 0)); };
	if (what == "give" && argc == 4)
		return give(static_cast<uint16_t>(number(2)), number(3));
	if (what == "take" && argc == 5)
		return take(static_cast<uint16_t>(number(2)), number(3) * page, number(4));
	if (what == "send" && argc > 6) {
		std::vector<uint32_t> refs;
		for (int i = 6; i < argc; i++)
			refs.push_back(number(i));
		return send_pages(static_cast<uint16_t>(number(2)),
				  address(argv[3], static_cast<uint16_t>(number(4))), number(5), refs);
	}
	fprintf(stderr,
		"lent give DOMAIN PAGES | send DOMAIN ADDRESS PORT TIMES REF… | take PORT PAGES TIMES\n");
	return 2;
}
