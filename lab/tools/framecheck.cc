// SPDX-License-Identifier: GPL-2.0-only
// framecheck: receives splitfront's frames on an interface, as the link delivers them, and checks every byte.
//
//   framecheck sweep IFACE PEER-MAC COUNT FIRST LAST KINDS SEED   the job as splitfront was told it
//       Frames must come in order, each once, with the offloads they were sent with. Tells the sender
//       how many were seen. Ends after COUNT frames, or when none has come for 10 s.
//   framecheck rewrite IFACE PEER-MAC SECONDS                     frames that change under way
//       Every frame bears this interface's address and no forged source, numbers only grow, and what was
//       staged is of one piece.
//
// Prints one JSON line; exit code 1 when something was not as it must be.
#include <arpa/inet.h>
#include <cerrno>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <linux/if_packet.h>
#include <net/ethernet.h>
#include <net/if.h>
#include <poll.h>
#include <string>
#include <sys/ioctl.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>
#include <vector>

#include "../../selftests/kselftest/splitfront/testframe.h"

namespace
{

constexpr int idle_ms = 10'000;
constexpr int ack_ms = 20;           // what was seen is told at the latest after this time
constexpr unsigned ack_every = 16;   // frames
constexpr unsigned findings_max = 3; // are described

[[noreturn]] void fail(const char *what)
{
	fprintf(stderr, "framecheck: %s: %s\n", what, strerror(errno));
	exit(2);
}

// What the kernel puts before a frame with PACKET_VNET_HDR (its header is no C++).
struct virtio_net_hdr {
	uint8_t flags, gso_type;
	uint16_t hdr_len, gso_size, csum_start, csum_offset;
};
constexpr unsigned VIRTIO_NET_HDR_F_NEEDS_CSUM = 1;
constexpr unsigned VIRTIO_NET_HDR_GSO_NONE = 0, VIRTIO_NET_HDR_GSO_TCPV4 = 1, VIRTIO_NET_HDR_GSO_TCPV6 = 4;

struct Mac {
	uint8_t byte[6];
	bool operator==(const uint8_t *other) const { return memcmp(byte, other, 6) == 0; }
};

Mac parse_mac(const char *text)
{
	Mac m{};
	unsigned b[6];
	if (sscanf(text, "%x:%x:%x:%x:%x:%x", b, b + 1, b + 2, b + 3, b + 4, b + 5) != 6) {
		fprintf(stderr, "framecheck: \"%s\" is no address\n", text);
		exit(2);
	}
	for (int i = 0; i < 6; ++i)
		m.byte[i] = static_cast<uint8_t>(b[i]);
	return m;
}

// A frame as it came: offloads, then bytes.
struct Received {
	const virtio_net_hdr *offload;
	const uint8_t *data;
	size_t len;
};

class Link
{
public:
	explicit Link(const char *name)
	{
		fd_ = socket(AF_PACKET, SOCK_RAW, htons(ETH_P_ALL));
		if (fd_ < 0)
			fail("packet socket");
		const int one = 1, large = 96 << 20;
		if (setsockopt(fd_, SOL_PACKET, PACKET_VNET_HDR, &one, sizeof one) != 0 ||
		    setsockopt(fd_, SOL_PACKET, PACKET_IGNORE_OUTGOING, &one, sizeof one) != 0)
			fail("packet socket's options");
		setsockopt(fd_, SOL_SOCKET, SO_RCVBUFFORCE, &large, sizeof large);
		sockaddr_ll at{};
		at.sll_family = AF_PACKET;
		at.sll_protocol = htons(ETH_P_ALL);
		at.sll_ifindex = static_cast<int>(if_nametoindex(name));
		if (!at.sll_ifindex || bind(fd_, reinterpret_cast<sockaddr *>(&at), sizeof at) != 0)
			fail(name);
		ifreq r{};
		strncpy(r.ifr_name, name, IFNAMSIZ - 1);
		if (ioctl(fd_, SIOCGIFHWADDR, &r) != 0)
			fail(name);
		memcpy(self.byte, r.ifr_hwaddr.sa_data, 6);
	}

	// The next frame that `from` sent; false when none came in time.
	bool receive(const Mac &from, int ms, Received &out)
	{
		for (;;) {
			const ssize_t n = recv(fd_, buffer_.data(), buffer_.size(), MSG_DONTWAIT);
			if (n < 0) {
				pollfd p{fd_, POLLIN, 0};
				if (poll(&p, 1, ms) <= 0)
					return false;
				continue;
			}
			const auto *offload = reinterpret_cast<const virtio_net_hdr *>(buffer_.data());
			out = {offload, buffer_.data() + sizeof *offload, n - sizeof *offload};
			forged += is_forged(from, out);
			if (out.len >= TF_MIN && from == out.data + 6)
				return true;
		}
	}

	void acknowledge(const Mac &to, uint32_t seen)
	{
		uint8_t frame[sizeof(virtio_net_hdr) + 60]{};
		uint8_t *data = frame + sizeof(virtio_net_hdr);
		memcpy(data, to.byte, 6);
		memcpy(data + 6, self.byte, 6);
		tf_be16(data + 12, TF_TYPE_OTHER);
		memcpy(data + 14, &seen, 4);
		if (send(fd_, frame, sizeof frame, 0) < 0 && errno != ENOBUFS)
			fail("send");
	}

	// Frames that the socket itself had no room for: not the switch's fault.
	unsigned overrun()
	{
		tpacket_stats s{};
		socklen_t n = sizeof s;
		getsockopt(fd_, SOL_PACKET, PACKET_STATISTICS, &s, &n);
		return s.tp_drops;
	}

	Mac self{};
	unsigned forged = 0; // frames with a source that `from` may not use

private:
	static bool is_forged(const Mac &from, const Received &r)
	{
		if (r.len < TF_FLIP_AT || memcmp(from.byte, r.data + 6, TF_MAC_AT - 6) != 0)
			return false;
		const bool ours = from == r.data + 6, ip = r.data[12] == 8 && r.data[13] == 0;
		return r.data[TF_MAC_AT] == TF_FORGED_MAC || (ours && ip && r.data[TF_IP_AT] == TF_FORGED_IP);
	}

	int fd_;
	std::vector<uint8_t> buffer_ = std::vector<uint8_t>(1 << 17);
};

class Sweep
{
public:
	Sweep(const tf_job &job, const Mac &from, Link &link) : job_{job}, from_{from}, link_{link}
	{
		for (uint32_t i = 0; i < pool_.size(); ++i)
			pool_[i] = tf_pool_byte(i % TF_POOL);
	}

	int run()
	{
		Received r{};
		int waited = 0;
		uint32_t told = 0;
		while (next_ < job_.count && waited < idle_ms) {
			if (link_.receive(from_, ack_ms, r)) {
				waited = 0;
				take(r);
			} else {
				waited += ack_ms;
			}
			if (waited || next_ - told >= ack_every)
				link_.acknowledge(from_, told = next_);
		}
		for (int i = 0; i < 10; ++i) { // nothing may follow; and an acknowledgement may be lost
			link_.acknowledge(from_, next_);
			if (link_.receive(from_, 50, r))
				take(r);
		}
		lost_ += job_.count - next_;
		printf("{\"frames\":%u,\"gso\":%u,\"lost\":%u,\"again\":%u,\"wrong\":%u,\"offload\":%u,"
		       "\"overrun\":%u}\n",
		       seen_, gso_, lost_, again_, wrong_, offload_, link_.overrun());
		return seen_ != job_.count || lost_ || again_ || wrong_ || offload_;
	}

private:
	// Offset of the first byte that is not frame seq's, or its length when all are; the length itself
	// counts.
	size_t differs(const Received &r, uint32_t seq)
	{
		const tf_frame f = tf_frame_of(&job_, seq);
		uint8_t head[128];
		tf_head(&f, link_.self.byte, from_.byte, head);
		const size_t n = std::min<size_t>(f.len, r.len);
		for (size_t i = 0; i < std::min<size_t>(n, f.head); ++i)
			if (head[i] != r.data[i])
				return i;
		if (n > f.head && memcmp(r.data + f.head, &pool_[f.start], n - f.head) != 0)
			for (size_t i = f.head; i < n; ++i)
				if (r.data[i] != pool_[f.start + i - f.head])
					return i;
		return f.len == r.len ? all : n;
	}

	void take(const Received &r)
	{
		const size_t at = differs(r, next_);
		if (at != all && !jump(r)) {
			if (wrong_++ < findings_max)
				fprintf(stderr,
					"framecheck: where frame %u of %u bytes is due: %zu bytes, of type "
					"%02x%02x, wrong from byte %zu on\n",
					next_, tf_frame_of(&job_, next_).len, r.len, r.data[12], r.data[13],
					at);
			return;
		}
		const tf_frame f = tf_frame_of(&job_, next_);
		++seen_;
		++next_;
		gso_ += f.gso;
		const bool blank = r.offload->flags & VIRTIO_NET_HDR_F_NEEDS_CSUM;
		const unsigned type = r.offload->gso_type;
		const unsigned due = !f.gso              ? VIRTIO_NET_HDR_GSO_NONE
				     : f.kind == TF_TCP4 ? VIRTIO_NET_HDR_GSO_TCPV4
							 : VIRTIO_NET_HDR_GSO_TCPV6;
		if (blank != (f.kind != TF_PLAIN) || type != due || (f.gso && r.offload->gso_size != TF_MSS))
			if (offload_++ < findings_max)
				fprintf(stderr,
					"framecheck: frame %u (kind %u, %u bytes): flags %u, GSO type %u of "
					"%u\n",
					f.seq, f.kind, f.len, r.offload->flags, type, r.offload->gso_size);
	}

	// Is it another frame of this job? A later one: those between are lost. An earlier one: doubled, or
	// late.
	bool jump(const Received &r)
	{
		for (const unsigned protocols : {14, 42, 54, 62, 74}) {
			tf_tag tag{};
			if (r.len < protocols + sizeof tag)
				return false;
			memcpy(&tag, r.data + protocols, sizeof tag);
			if (tag.seq >= job_.count || tag.len != r.len || differs(r, tag.seq) != all)
				continue;
			if (tag.seq < next_) {
				if (again_++ < findings_max)
					fprintf(stderr, "framecheck: frame %u comes where %u is due\n",
						tag.seq, next_);
				return false;
			}
			if (lost_ == 0)
				fprintf(stderr, "framecheck: frames %u to %u are missing\n", next_,
					tag.seq - 1);
			lost_ += tag.seq - next_;
			next_ = tag.seq;
			return true;
		}
		return false;
	}

	static constexpr size_t all = ~size_t{0};
	tf_job job_;
	Mac from_;
	Link &link_;
	std::vector<uint8_t> pool_ = std::vector<uint8_t>(TF_POOL + TF_MAX);
	uint32_t next_ = 0, seen_ = 0, gso_ = 0, lost_ = 0, again_ = 0, wrong_ = 0, offload_ = 0;
};

class Rewrite
{
public:
	Rewrite(const Mac &from, Link &link, int seconds) : from_{from}, link_{link}, seconds_{seconds} {}

	int run()
	{
		timespec now{};
		clock_gettime(CLOCK_MONOTONIC, &now);
		const time_t end = now.tv_sec + seconds_;
		while (now.tv_sec < end) {
			Received r{};
			if (link_.receive(from_, 200, r))
				take(r);
			clock_gettime(CLOCK_MONOTONIC, &now);
		}
		printf("{\"frames\":%u,\"versions\":%llu,\"foreign\":%u,\"early\":%u,\"torn\":%u,\"stepped\":"
		       "%u,"
		       "\"forged\":%u,\"overrun\":%u}\n",
		       seen_, (unsigned long long)highest_, foreign_, early_, torn_, stepped_, link_.forged,
		       link_.overrun());
		return !seen_ || foreign_ || early_ || link_.forged;
	}

private:
	void take(const Received &r)
	{
		++seen_;
		foreign_ += !(link_.self == r.data);
		const bool plain = r.data[12] == TF_TYPE_PLAIN >> 8;
		if (r.len < TF_FLIP_END || (!plain && r.data[23] != TF_FORGED_PROTOCOL))
			return; // the UDP ones: their own kernel has checked them already
		uint32_t seq = 0;
		memcpy(&seq, r.data + TF_FLIP_SEQ, plain ? 4 : 2);
		if (!plain)
			memcpy(reinterpret_cast<char *>(&seq) + 2, r.data + TF_HIGH_AT, 2);
		early_ += any_ && seq <= last_;
		any_ = true;
		last_ = seq;
		uint64_t version[(TF_FLIP_END - TF_FLIP_AT) / 8];
		memcpy(version, r.data + TF_FLIP_AT, sizeof version);
		const uint64_t first = version[0] + ((version[0] & 1) != r.data[5] - 1u);
		uint64_t now = first;
		bool torn = false;
		for (const uint64_t v : version) {
			torn |= v != now && (v != now - 1 || now != first);
			now = v;
		}
		highest_ = std::max(highest_, first);
		torn_ += torn;
		stepped_ += now != first;
	}

	Mac from_;
	Link &link_;
	int seconds_;
	bool any_ = false;
	uint32_t last_ = 0, seen_ = 0, foreign_ = 0, early_ = 0, torn_ = 0, stepped_ = 0;
	uint64_t highest_ = 0;
};

} // namespace

int main(int argc, char **argv)
{
	const std::string what = argc > 4 ? argv[1] : "";
	const bool sweep = what == "sweep" && argc == 9;
	if (!sweep && !(what == "rewrite" && argc == 5)) {
		fprintf(stderr, "usage: framecheck sweep IFACE PEER-MAC COUNT FIRST LAST KINDS SEED\n"
				"       framecheck rewrite IFACE PEER-MAC SECONDS\n");
		return 2;
	}
	Link link{argv[2]};
	const Mac from = parse_mac(argv[3]);
	if (!sweep)
		return Rewrite{from, link, atoi(argv[4])}.run();
	tf_job job{};
	unsigned *field[] = {&job.count, &job.first, &job.last, &job.kinds, &job.seed};
	for (int i = 0; i < 5; ++i)
		*field[i] = static_cast<unsigned>(strtoul(argv[4 + i], nullptr, 0));
	return Sweep{job, from, link}.run();
}
