// SPDX-License-Identifier: GPL-2.0-only
// vstream: traffic in which every payload byte is a function of stream and position, and a receiver
// that checks each of them.
//
//   vstream recv udp|tcp|both PORT [-i STREAM] [-N BYTES] [-t SECONDS] [-w IDLE]   prints a JSON line each;
//   exit 1
//       when a byte was wrong, something was lost, doubled or nothing came (UDP loss is allowed with -l
//       PERCENT)
//   vstream send udp|tcp|both ADDR PORT [-i STREAM] [-n COUNT] [-s SIZE|MIN-MAX[+STEP]] [-r PER_SECOND]
//       [-b BURST]
//       UDP: COUNT datagrams of SIZE payload bytes (cycling through MIN..MAX by STEP, or by 1), then a few
//       end marks. SIGUSR1 ends it before its time, with the end marks of what was sent until then.
//
//       TCP: -N BYTES. -r paces datagrams (the sender sleeps between bursts of BURST).
//
//       both: TCP, then UDP. The receiver binds both first, so connecting proves that it is ready.
//
// UDP payload: sequence number (4 bytes, little endian), then the pattern of (stream, sequence) from
// byte 4 on. The end mark has sequence ~0 and holds the count. TCP: the pattern of (stream, 0).
#include <arpa/inet.h>
#include <cerrno>
#include <csignal>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <string>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>
#include <vector>

namespace
{

constexpr uint32_t end_mark = ~0u;
constexpr size_t max_payload = 65507;
volatile sig_atomic_t told_to_end = 0;

[[noreturn]] void fail(const std::string &what)
{
	fprintf(stderr, "vstream: %s: %s\n", what.c_str(), strerror(errno));
	exit(2);
}

// splitmix64: neighbouring words differ in about half of their bits, so a frame that is shifted,
// cut short or mixed up with another one cannot look right.
uint64_t mix(uint64_t x)
{
	x += 0x9e3779b97f4a7c15;
	x = (x ^ (x >> 30)) * 0xbf58476d1ce4e5b9;
	x = (x ^ (x >> 27)) * 0x94d049bb133111eb;
	return x ^ (x >> 31);
}

class Pattern
{
public:
	Pattern(uint32_t stream, uint32_t sequence) : key_{mix((uint64_t{stream} << 32) | sequence)} {}

	void fill(uint8_t *out, size_t n, uint64_t position) const
	{
		for (size_t i = 0; i < n;) {
			const uint64_t word = mix(key_ + (position + i) / 8);
			for (size_t k = (position + i) % 8; k < 8 && i < n; ++k, ++i)
				out[i] = static_cast<uint8_t>(word >> (8 * k));
		}
	}
	// Offset of the first wrong byte, or n.
	size_t check(const uint8_t *data, size_t n, uint64_t position)
	{
		scratch_.resize(n);
		fill(scratch_.data(), n, position);
		if (memcmp(scratch_.data(), data, n) == 0)
			return n;
		size_t i = 0;
		while (scratch_[i] == data[i])
			++i;
		return i;
	}

private:
	uint64_t key_;
	inline static std::vector<uint8_t> scratch_;
};

struct Options {
	bool udp = true, tcp = false;
	std::string address;
	int port = 0;
	uint32_t stream = 1;
	uint64_t count = 1000, bytes = 1'000'000;
	size_t size_min = 64, size_max = 64, size_step = 1;
	double rate = 0;
	unsigned burst = 1;
	int seconds = 60, idle = 5;
	double loss_percent = 0;
};

// Sleeps so that `done` units never run ahead of the rate.
class Pace
{
public:
	Pace(double rate, unsigned burst) : rate_{rate}, burst_{burst}
	{
		clock_gettime(CLOCK_MONOTONIC, &start_);
	}
	void after(uint64_t done) const
	{
		if (rate_ <= 0 || done % burst_ != 0)
			return;
		const auto ns =
			static_cast<uint64_t>(static_cast<double>(done) * 1e9 / rate_) + start_.tv_nsec;
		const timespec due{start_.tv_sec + static_cast<time_t>(ns / 1'000'000'000),
				   static_cast<long>(ns % 1'000'000'000)};
		while (clock_nanosleep(CLOCK_MONOTONIC, TIMER_ABSTIME, &due, nullptr) == EINTR) {
		}
	}

private:
	double rate_;
	unsigned burst_;
	timespec start_{};
};

sockaddr_in address_of(const Options &o)
{
	sockaddr_in a{};
	a.sin_family = AF_INET;
	a.sin_port = htons(static_cast<uint16_t>(o.port));
	if (!o.address.empty() && inet_pton(AF_INET, o.address.c_str(), &a.sin_addr) != 1) {
		fprintf(stderr, "vstream: \"%s\" is no IPv4 address\n", o.address.c_str());
		exit(2);
	}
	return a;
}

int make_socket(int type)
{
	const int fd = socket(AF_INET, type, 0);
	if (fd < 0)
		fail("socket");
	const int one = 1, large = 4 << 20;
	setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &one, sizeof one);
	setsockopt(fd, SOL_SOCKET, SO_RCVBUFFORCE, &large, sizeof large);
	return fd;
}

int bound_socket(const Options &o, int type)
{
	const int fd = make_socket(type);
	const sockaddr_in at = address_of(o);
	if (bind(fd, reinterpret_cast<const sockaddr *>(&at), sizeof at) != 0)
		fail("bind to port " + std::to_string(o.port));
	if (type == SOCK_STREAM && listen(fd, 1) != 0)
		fail("listen");
	return fd;
}

int send_udp(const Options &o)
{
	signal(SIGUSR1, [](int) { told_to_end = 1; });
	const int fd = make_socket(SOCK_DGRAM);
	const sockaddr_in to = address_of(o);
	if (connect(fd, reinterpret_cast<const sockaddr *>(&to), sizeof to) != 0)
		fail("connect " + o.address);
	std::vector<uint8_t> data(max_payload);
	const Pace pace{o.rate, o.burst};
	size_t size = o.size_min;
	uint64_t sent = 0;
	for (uint32_t seq = 0; sent < o.count && !told_to_end; ++seq) {
		memcpy(data.data(), &seq, 4);
		Pattern{o.stream, seq}.fill(data.data() + 4, size - 4, 4);
		while (send(fd, data.data(), size, 0) < 0) {
			if (errno != ENOBUFS && errno != EAGAIN && errno != ECONNREFUSED)
				fail("send of " + std::to_string(size) + " bytes");
			if (errno != ECONNREFUSED)
				usleep(1000);
		}
		size = size + o.size_step > o.size_max ? o.size_min : size + o.size_step;
		pace.after(++sent);
	}
	for (int i = 0; i < 5; ++i) { // one of them will arrive
		usleep(100'000);
		memcpy(data.data(), &end_mark, 4);
		memcpy(data.data() + 4, &sent, 8);
		if (send(fd, data.data(), 12, 0) < 0 && errno != ECONNREFUSED)
			fail("send of the end mark");
	}
	printf("{\"sent\":%llu}\n", static_cast<unsigned long long>(sent));
	return 0;
}

int send_tcp(const Options &o)
{
	const sockaddr_in to = address_of(o);
	int fd = -1;
	for (int tries = 0;; ++tries) { // the receiver may still be starting
		fd = make_socket(SOCK_STREAM);
		if (connect(fd, reinterpret_cast<const sockaddr *>(&to), sizeof to) == 0)
			break;
		close(fd);
		if (tries == 10 * o.seconds)
			fail("connect " + o.address);
		usleep(100'000);
	}
	std::vector<uint8_t> data(64 << 10);
	Pattern pattern{o.stream, 0};
	uint64_t done = 0;
	while (done < o.bytes) {
		const size_t n = std::min<uint64_t>(data.size(), o.bytes - done);
		pattern.fill(data.data(), n, done);
		for (size_t sent = 0; sent < n;) {
			const ssize_t k = send(fd, data.data() + sent, n - sent, MSG_NOSIGNAL);
			if (k < 0)
				fail("send after " + std::to_string(done + sent) + " bytes");
			sent += k;
		}
		done += n;
	}
	shutdown(fd, SHUT_WR);
	char end;
	if (recv(fd, &end, 1, 0) != 0) // the receiver closes when it has read all
		fail("waiting for the receiver's close");
	printf("{\"sent\":%llu}\n", static_cast<unsigned long long>(done));
	return 0;
}

struct Report {
	uint64_t packets = 0, bytes = 0, expected = 0, lost = 0, duplicate = 0, reordered = 0, corrupt = 0;
};

int conclude(const Options &o, const char *protocol, const Report &r)
{
	printf("{\"proto\":\"%s\",\"stream\":%u,\"packets\":%llu,\"bytes\":%llu,\"expected\":%llu,\"lost\":%"
	       "llu,\"duplicate\":%llu,"
	       "\"reordered\":%llu,\"corrupt\":%llu}\n",
	       protocol, o.stream, (unsigned long long)r.packets, (unsigned long long)r.bytes,
	       (unsigned long long)r.expected, (unsigned long long)r.lost, (unsigned long long)r.duplicate,
	       (unsigned long long)r.reordered, (unsigned long long)r.corrupt);
	const bool enough =
		static_cast<double>(r.lost) * 100 <= o.loss_percent * static_cast<double>(r.expected);
	return r.bytes && r.expected && enough && !r.corrupt && !r.duplicate ? 0 : 1;
}

void set_idle(int fd, int seconds)
{
	const timeval t{seconds, 0};
	setsockopt(fd, SOL_SOCKET, SO_RCVTIMEO, &t, sizeof t);
}

int receive_udp(const Options &o, int fd)
{
	std::vector<uint8_t> data(max_payload + 1);
	std::vector<bool> seen;
	Report r;
	uint32_t next = 0;
	set_idle(fd, o.seconds); // until the first datagram comes
	for (;;) {
		const ssize_t n = recv(fd, data.data(), data.size(), 0);
		if (n < 0 && errno == EINTR) // frozen and thawed: this machine was suspended
			continue;
		if (n < 0)
			break;
		set_idle(fd, o.idle);
		uint32_t seq = 0;
		if (n < 4) {
			++r.corrupt;
			continue;
		}
		memcpy(&seq, data.data(), 4);
		if (seq == end_mark && n == 12) {
			memcpy(&r.expected, data.data() + 4, 8);
			break;
		}
		const size_t wrong = Pattern{o.stream, seq}.check(data.data() + 4, n - 4, 4);
		if (wrong != static_cast<size_t>(n - 4)) {
			if (r.corrupt++ < 3)
				fprintf(stderr,
					"vstream: datagram %u of %zd bytes is wrong from byte %zu on\n", seq,
					n, wrong + 4);
			continue;
		}
		if (seq >= seen.size())
			seen.resize(seq + 1024);
		if (seen[seq]) {
			++r.duplicate;
			continue;
		}
		seen[seq] = true;
		r.reordered += seq < next;
		next = seq + 1;
		++r.packets;
		r.bytes += n;
	}
	r.lost = r.expected > r.packets ? r.expected - r.packets : 0;
	return conclude(o, "udp", r);
}

int receive_tcp(const Options &o, int fd)
{
	set_idle(fd, o.seconds);
	const int c = accept(fd, nullptr, nullptr);
	if (c < 0)
		fail("accept");
	set_idle(c, o.idle);
	std::vector<uint8_t> data(1 << 18);
	Pattern pattern{o.stream, 0};
	Report r;
	r.expected = o.bytes;
	for (;;) {
		const ssize_t n = recv(c, data.data(), data.size(), 0);
		if (n < 0)
			fail("recv after " + std::to_string(r.bytes) + " bytes");
		if (n == 0)
			break;
		const size_t wrong = pattern.check(data.data(), n, r.bytes);
		if (wrong != static_cast<size_t>(n) && r.corrupt++ < 3)
			fprintf(stderr, "vstream: wrong from byte %llu on\n",
				(unsigned long long)(r.bytes + wrong));
		r.bytes += n;
		++r.packets;
	}
	close(c);
	r.lost = r.expected > r.bytes ? r.expected - r.bytes : 0;
	return conclude(o, "tcp", r);
}

int send_all(const Options &o)
{
	return (o.tcp ? send_tcp(o) : 0) | (o.udp ? send_udp(o) : 0);
}

int receive_all(const Options &o)
{
	const int udp = o.udp ? bound_socket(o, SOCK_DGRAM) : -1;
	const int tcp = o.tcp ? bound_socket(o, SOCK_STREAM) : -1;
	return (o.tcp ? receive_tcp(o, tcp) : 0) | (o.udp ? receive_udp(o, udp) : 0);
}

[[noreturn]] void usage()
{
	fprintf(stderr, "usage: vstream recv udp|tcp|both PORT [-i STREAM] [-N BYTES] [-t SECONDS] [-w IDLE] "
			"[-l LOSS_PERCENT] [-a ADDR]\n"
			"       vstream send udp|tcp|both ADDR PORT [-i STREAM] [-n DATAGRAMS] [-N BYTES] "
			"[-s SIZE|MIN-MAX] [-r PER_SECOND] "
			"[-b BURST] [-t SECONDS]\n");
	exit(2);
}

void parse_flags(int argc, char **argv, Options &o)
{
	for (int c; (c = getopt(argc, argv, "i:n:N:s:r:b:t:w:l:a:")) != -1;) {
		switch (c) {
		case 'i':
			o.stream = static_cast<uint32_t>(strtoul(optarg, nullptr, 0));
			break;
		case 'n':
			o.count = strtoull(optarg, nullptr, 0);
			break;
		case 'N':
			o.bytes = strtoull(optarg, nullptr, 0);
			break;
		case 'r':
			o.rate = atof(optarg);
			break;
		case 'b':
			o.burst = static_cast<unsigned>(atoi(optarg));
			break;
		case 't':
			o.seconds = atoi(optarg);
			break;
		case 'w':
			o.idle = atoi(optarg);
			break;
		case 'l':
			o.loss_percent = atof(optarg);
			break;
		case 'a':
			o.address = optarg;
			break;
		case 's': {
			const char *dash = strchr(optarg, '-'), *plus = strchr(optarg, '+');
			o.size_min = strtoul(optarg, nullptr, 0);
			o.size_max = dash ? strtoul(dash + 1, nullptr, 0) : o.size_min;
			o.size_step = plus ? strtoul(plus + 1, nullptr, 0) : 1;
			break;
		}
		default:
			usage();
		}
	}
	if (o.size_min < 4 || o.size_max < o.size_min || o.burst == 0 || o.size_step == 0 ||
	    o.size_max > max_payload) {
		fprintf(stderr, "vstream: sizes are 4 to %zu bytes, bursts and steps at least 1\n",
			max_payload);
		exit(2);
	}
}

} // namespace

int main(int argc, char **argv)
{
	if (argc < 4)
		usage();
	const bool sending = strcmp(argv[1], "send") == 0;
	const std::string protocol = argv[2];
	Options o;
	o.tcp = protocol != "udp";
	o.udp = protocol != "tcp";
	if ((!sending && strcmp(argv[1], "recv") != 0) || (o.tcp && o.udp && protocol != "both") ||
	    (sending && argc < 5))
		usage();
	if (sending)
		o.address = argv[3];
	o.port = atoi(argv[sending ? 4 : 3]);
	optind = sending ? 5 : 4;
	parse_flags(argc, argv, o);
	alarm(static_cast<unsigned>(o.seconds) + 60); // whatever happens, nothing waits for ever
	setvbuf(stdout, nullptr, _IOLBF, 0);
	return sending ? send_all(o) : receive_all(o);
}
