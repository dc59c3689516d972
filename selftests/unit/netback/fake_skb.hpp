// SPDX-License-Identifier: GPL-2.0-only
// skbs as the fake kernel has them, and who is charged for them.
#pragma once
#include "netback/entry.h"
#include "core/types.hpp"
#include <optional>
#include <utility>
#include <vector>

namespace ringway::test
{
using Bytes = std::vector<u8>;

inline constexpr u32 kSkbOverhead = 768; // of dom0 memory, beside an skb's bytes

// What is charged to a queue for its skbs. They may outlive it.
struct Account {
	s64 bytes = 0;
	u32 skbs = 0;
	bool closed = false;
};
} // namespace ringway::test

struct sk_buff {
	struct Part {
		ringway::u8 *page;
		ringway::u32 offset, len;
		std::optional<std::pair<ringway::u16, ringway::u32>> foreign; // whose, and by which grant
	};
	std::vector<Part> parts; // the first one is the linear area
	bool frag_list = false;
	skb_view info{};
	unsigned long expires = 0;
	ringway::u32 txflags = 0, queue = 0, hash = 0;
	std::optional<host_hash> hash_of; // who made the hash, if there is one
	queue_host *from = nullptr;
	ringway::test::Account *owner = nullptr; // who is charged for it
	bool socket = false;                     // it is one of dom0's that is
	sk_buff *next = nullptr;

	ringway::test::Bytes bytes() const;
};

namespace ringway::test
{
// An skb for a guest: its bytes cut at the given places, each part in a page of its own.
sk_buff *make_skb(const Bytes &bytes, const std::vector<u32> &cuts = {});
void free_skb(sk_buff *skb);
u32 free_list(sk_buff *first);       // how many they were
void orphan(sk_buff *skb);           // nobody is charged for it any more
void drop_account(Account *account); // if nobody needs it any more
} // namespace ringway::test
