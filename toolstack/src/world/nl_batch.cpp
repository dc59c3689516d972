// SPDX-License-Identifier: GPL-2.0-only
#include "world/nl_batch.hpp"

#include <array>
#include <cerrno>
#include <cstring>
#include <fmt/format.h>
#include <linux/netlink.h>
#include <linux/rtnetlink.h>
#include <sys/socket.h>
#include <unistd.h>
#include "words/error.hpp"
#include "world/kernel_words.hpp"

namespace ringway
{

namespace
{

constexpr std::size_t room = 256 * 1024; // an answer to a dump is at most 32 KiB

[[noreturn]] void fail(const std::string &what)
{
	throw Error(Exit::failed, fmt::format("rtnetlink: {}: {}", what, std::strerror(errno)));
}

void pad(Bytes &bytes)
{
	bytes.resize(NLMSG_ALIGN(bytes.size()));
}

} // namespace

// --- Putting together -----------------------------------------------------------------------------

Batch &Batch::begin(int type, int flags, std::string what)
{
	pad(bytes_);
	last_ = bytes_.size();
	nlmsghdr header{};
	header.nlmsg_type = static_cast<std::uint16_t>(type);
	header.nlmsg_flags = static_cast<std::uint16_t>(NLM_F_REQUEST | NLM_F_ACK | flags);
	header.nlmsg_seq = static_cast<std::uint32_t>(whats_.size());
	const auto *from = reinterpret_cast<const std::uint8_t *>(&header);
	bytes_.insert(bytes_.end(), from, from + sizeof(header));
	whats_.push_back(std::move(what));
	fix_length();
	return *this;
}

void Batch::fix_length()
{
	const auto length = static_cast<std::uint32_t>(bytes_.size() - last_);
	std::memcpy(bytes_.data() + last_, &length, sizeof(length));
}

Batch &Batch::raw(std::span<const std::uint8_t> body)
{
	pad(bytes_);
	bytes_.insert(bytes_.end(), body.begin(), body.end());
	fix_length();
	return *this;
}

Batch &Batch::put(int type, std::span<const std::uint8_t> value)
{
	const nlattr attribute{static_cast<std::uint16_t>(sizeof(nlattr) + value.size()),
			       static_cast<std::uint16_t>(type)};
	return header(attribute).raw(value);
}

Batch &Batch::put(int type, std::uint32_t value)
{
	return put(type, std::span(reinterpret_cast<const std::uint8_t *>(&value), sizeof(value)));
}

Batch &Batch::put(int type, const std::string &value)
{
	return put(type, std::span(reinterpret_cast<const std::uint8_t *>(value.c_str()), value.size() + 1));
}

Batch &Batch::put(const Attributes &attributes)
{
	for (const auto &[type, value] : attributes) {
		put(type, value);
	}
	return *this;
}

Batch &Batch::nest(int type, const std::function<void()> &body)
{
	pad(bytes_);
	const std::size_t at = bytes_.size();
	put(type | NLA_F_NESTED, std::span<const std::uint8_t>());
	body();
	const auto length = static_cast<std::uint16_t>(bytes_.size() - at);
	std::memcpy(bytes_.data() + at, &length, sizeof(length));
	return *this;
}

// --- Sending --------------------------------------------------------------------------------------

BatchSocket::BatchSocket() : socket_(socket(AF_NETLINK, SOCK_RAW | SOCK_CLOEXEC, NETLINK_ROUTE))
{
	const int on = 1, most = 16 << 20;
	const timeval limit{20, 0}; // a kernel that does not answer is an error, and not a command that hangs
	if (socket_.get() < 0 ||
	    setsockopt(socket_.get(), SOL_NETLINK, NETLINK_EXT_ACK, &on, sizeof(on)) != 0 ||
	    setsockopt(socket_.get(), SOL_SOCKET, SO_RCVTIMEO, &limit, sizeof(limit)) != 0) {
		fail("opening it failed");
	}
	// A bridge of a thousand ports is one batch, and the kernel answers all of it before anybody can
	// read. Who may not have that much has few ports.
	static_cast<void>(setsockopt(socket_.get(), SOL_SOCKET, SO_SNDBUFFORCE, &most, sizeof(most)));
	static_cast<void>(setsockopt(socket_.get(), SOL_SOCKET, SO_RCVBUFFORCE, &most, sizeof(most)));
}

// Until take() says that it has all.
template <typename Take>
void BatchSocket::receive(const Take &take)
{
	std::vector<char> buffer(room);
	for (;;) {
		const ssize_t got = recv(socket_.get(), buffer.data(), buffer.size(), 0);
		if (got < 0 && errno == EINTR) {
			continue;
		}
		if (got <= 0) {
			fail("no answer");
		}
		std::span<const char> rest(buffer.data(), static_cast<std::size_t>(got));
		while (rest.size() >= sizeof(nlmsghdr)) {
			const auto *message = reinterpret_cast<const nlmsghdr *>(rest.data());
			if (message->nlmsg_len < sizeof(nlmsghdr) || message->nlmsg_len > rest.size()) {
				break;
			}
			if (!take(*message, rest.first(message->nlmsg_len))) {
				return;
			}
			rest = rest.subspan(
				std::min<std::size_t>(NLMSG_ALIGN(message->nlmsg_len), rest.size()));
		}
	}
}

void BatchSocket::send(const Batch &batch)
{
	if (batch.whats_.empty()) {
		return;
	}
	if (::send(socket_.get(), batch.bytes_.data(), batch.bytes_.size(), 0) < 0) {
		fail("sending failed");
	}
	std::string refused;
	std::size_t answers = 0;
	receive([&](const nlmsghdr &message, std::span<const char> bytes) {
		if (message.nlmsg_type != NLMSG_ERROR || message.nlmsg_seq >= batch.whats_.size()) {
			return true; // an echo, or an answer to an earlier dump
		}
		nlmsgerr error{};
		std::memcpy(&error, bytes.data() + NLMSG_HDRLEN, sizeof(error));
		if (error.error != 0 && refused.empty()) {
			const std::string words = kernel_words(bytes);
			refused = fmt::format("{} failed: {}", batch.whats_[message.nlmsg_seq],
					      words.empty() ? std::strerror(-error.error) : words);
		}
		return ++answers < batch.whats_.size();
	});
	if (!refused.empty()) {
		throw Error(Exit::failed, refused);
	}
}

void BatchSocket::dump(int type, std::span<const std::uint8_t> body,
		       const std::function<void(const nlmsghdr &)> &take)
{
	Bytes bytes(sizeof(nlmsghdr));
	bytes.insert(bytes.end(), body.begin(), body.end());
	nlmsghdr header{};
	header.nlmsg_len = static_cast<std::uint32_t>(bytes.size());
	header.nlmsg_type = static_cast<std::uint16_t>(type);
	header.nlmsg_flags = NLM_F_REQUEST | NLM_F_DUMP;
	header.nlmsg_seq = 0x10000 + sequence_++; // no batch has so many
	std::memcpy(bytes.data(), &header, sizeof(header));
	if (::send(socket_.get(), bytes.data(), bytes.size(), 0) < 0) {
		fail("asking failed");
	}
	receive([&](const nlmsghdr &message, std::span<const char> answer) {
		if (message.nlmsg_seq != header.nlmsg_seq) {
			return true;
		}
		if (message.nlmsg_type == NLMSG_DONE) {
			return false;
		}
		if (message.nlmsg_type == NLMSG_ERROR) {
			nlmsgerr error{};
			std::memcpy(&error, answer.data() + NLMSG_HDRLEN, sizeof(error));
			errno = -error.error;
			fail("a list is refused");
		}
		take(message);
		return true;
	});
}

// --- Reading --------------------------------------------------------------------------------------

Attributes attributes_in(std::span<const std::uint8_t> nest)
{
	Attributes out;
	while (nest.size() >= sizeof(nlattr)) {
		nlattr attribute{};
		std::memcpy(&attribute, nest.data(), sizeof(attribute));
		if (attribute.nla_len < sizeof(attribute) || attribute.nla_len > nest.size()) {
			break;
		}
		out[attribute.nla_type & NLA_TYPE_MASK].assign(nest.begin() + sizeof(attribute),
							       nest.begin() + attribute.nla_len);
		nest = nest.subspan(std::min<std::size_t>(NLA_ALIGN(attribute.nla_len), nest.size()));
	}
	return out;
}

Attributes attributes_of(const nlmsghdr &message, std::size_t header)
{
	const std::size_t behind = NLMSG_HDRLEN + NLMSG_ALIGN(header);
	if (message.nlmsg_len <= behind) {
		return {};
	}
	const auto *bytes = reinterpret_cast<const std::uint8_t *>(&message);
	return attributes_in({bytes + behind, message.nlmsg_len - behind});
}

std::uint32_t number_in(const Attributes &attributes, int type, std::uint32_t fallback)
{
	const auto found = attributes.find(type);
	if (found == attributes.end() || found->second.empty() || found->second.size() > sizeof(fallback)) {
		return fallback;
	}
	std::uint32_t value = 0; // little-endian, as the only CPUs that this is built for
	std::memcpy(&value, found->second.data(), found->second.size());
	return value;
}

std::string text_in(const Attributes &attributes, int type)
{
	const auto found = attributes.find(type);
	return found == attributes.end() || found->second.empty()
		       ? ""
		       : std::string(reinterpret_cast<const char *>(found->second.data()),
				     strnlen(reinterpret_cast<const char *>(found->second.data()),
					     found->second.size()));
}

} // namespace ringway
