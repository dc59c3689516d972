// SPDX-License-Identifier: GPL-2.0-only
//
// Several requests to rtnetlink in one system call: the kernel does them one after the other, and nothing
// that happens to this process in between keeps it from doing all of them.
#pragma once

#include <functional>
#include <span>
#include <string>
#include <vector>
#include "context/bridge_maker.hpp"
#include "context/file_lock.hpp"

struct nlattr;
struct nlmsghdr;

namespace ringway
{

class Batch
{
public:
	// what: for the error, should the kernel refuse it.
	Batch &begin(int type, int flags, std::string what);
	template <typename Header>
	Batch &header(const Header &header)
	{
		return raw({reinterpret_cast<const std::uint8_t *>(&header), sizeof(header)});
	}
	Batch &raw(std::span<const std::uint8_t> body);
	Batch &put(int type, std::span<const std::uint8_t> value);
	Batch &put(int type, std::uint32_t value);
	Batch &put(int type, const std::string &value);
	Batch &put(const Attributes &attributes);
	Batch &nest(int type, const std::function<void()> &body);

private:
	friend class BatchSocket;
	void fix_length();
	Bytes bytes_;
	std::size_t last_ = 0; // where the last message begins
	std::vector<std::string> whats_;
};

class BatchSocket
{
public:
	BatchSocket();
	// The first refusal is thrown as Error when all has been done.
	void send(const Batch &batch);
	// Every message of a dump.
	void dump(int type, std::span<const std::uint8_t> body,
		  const std::function<void(const nlmsghdr &)> &take);

private:
	template <typename Take>
	void receive(const Take &take);
	Descriptor socket_;
	unsigned sequence_ = 1;
};

// The attributes behind a header of that size. Those of a nest.
Attributes attributes_of(const nlmsghdr &message, std::size_t header);
Attributes attributes_in(std::span<const std::uint8_t> nest);
std::uint32_t number_in(const Attributes &attributes, int type, std::uint32_t fallback = 0);
std::string text_in(const Attributes &attributes, int type);

} // namespace ringway
