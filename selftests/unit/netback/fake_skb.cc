// SPDX-License-Identifier: GPL-2.0-only
// skbs: those that tests make, and what netback does with them.
#include "fake.hpp"
#include <cstring>

using namespace ringway;
using namespace ringway::test;

Bytes sk_buff::bytes() const
{
	Bytes out;
	for (const Part &part : parts)
		out.insert(out.end(), part.page + part.offset, part.page + part.offset + part.len);
	return out;
}

void ringway::test::free_skb(sk_buff *skb)
{
	orphan(skb);
	for (const sk_buff::Part &part : skb->parts)
		if (!part.foreign)
			host_page_free(part.page);
	host->live_skbs--;
	delete skb;
}

u32 ringway::test::free_list(sk_buff *skb)
{
	u32 n = 0;
	for (; skb; n++) {
		sk_buff *rest = host_skb_cut(skb);
		free_skb(skb);
		skb = rest;
	}
	return n;
}

void ringway::test::drop_account(Account *account)
{
	if (account->skbs || !account->closed)
		return;
	EXPECT_EQ(account->bytes, 0);
	host->live_accounts--;
	delete account;
}

void ringway::test::orphan(sk_buff *skb)
{
	Account *owner = std::exchange(skb->owner, nullptr);
	if (!owner)
		return;
	owner->bytes -= host_skb_memory(skb);
	owner->skbs--;
	drop_account(owner);
}

u32 host_under_way(const queue_host *q)
{
	return static_cast<u32>(q->account->bytes);
}

skb_owner host_skb_owner(const sk_buff *skb, u32 *under_way)
{
	if (skb->socket)
		return SKB_OF_SOCKET;
	if (!skb->owner)
		return SKB_OF_NOBODY;
	*under_way = static_cast<u32>(skb->owner->bytes);
	return SKB_OF_GUEST;
}

// The bytes, and what Linux keeps beside them.
u32 host_skb_memory(const sk_buff *skb)
{
	return static_cast<u32>(skb->bytes().size()) + kSkbOverhead;
}

void host_skb_describe(const sk_buff *skb, skb_view *info)
{
	*info = skb->info;
	info->len = static_cast<u32>(skb->bytes().size());
	info->memory = host_skb_memory(skb);
}

u32 host_skb_pieces(const sk_buff *skb, skb_piece *out)
{
	u32 n = 0;
	for (const sk_buff::Part &part : skb->parts) {
		if (!part.len)
			continue;
		if (n == HOST_MAX_PIECES)
			return 0;
		out[n] = {frame_of(part.page), static_cast<u16>(part.offset), static_cast<u16>(part.len),
			  DOMID_SELF, false};
		if (part.foreign) {
			out[n].frame = part.foreign->second;
			out[n].domain = part.foreign->first;
			out[n].granted = true;
		}
		n++;
	}
	return n;
}

u32 host_skb_head(const sk_buff *skb, void *to, u32 len)
{
	const Bytes bytes = skb->bytes();
	const u32 n = len < bytes.size() ? len : static_cast<u32>(bytes.size());
	std::memcpy(to, bytes.data(), n);
	return n;
}

void host_skb_done(sk_buff *skb)
{
	free_skb(skb);
}
void host_skb_drop(sk_buff *skb)
{
	free_skb(skb);
}

void host_skb_copy_part(const sk_buff *skb, u32 from, void *to, u32 len)
{
	const Bytes bytes = skb->bytes();
	ASSERT_LE(from + len, bytes.size());
	std::memcpy(to, bytes.data() + from, len);
}

void host_skb_copy(const sk_buff *skb, void *to, u32 len)
{
	const Bytes bytes = skb->bytes();
	ASSERT_EQ(bytes.size(), len);
	std::memcpy(to, bytes.data(), len);
}

void host_skb_set_hash(sk_buff *skb, u32 hash, host_hash of)
{
	skb->hash = hash;
	skb->hash_of = of;
}

// Linux's own: of everything behind the addresses of Ethernet, with its headers' numbers turned round. Not
// the same as anybody else's.
u32 host_skb_hash(sk_buff *skb)
{
	if (skb->hash_of && *skb->hash_of != HOST_HASH_ADDRESSES)
		return skb->hash;
	const Bytes bytes = skb->bytes();
	u32 hash = 2166136261u;
	for (size_t i = 26; i < 38 && i < bytes.size(); i++)
		hash = (hash ^ bytes[i]) * 16777619u;
	return ~hash;
}

sk_buff *host_skb_cut(sk_buff *skb)
{
	return std::exchange(skb->next, nullptr);
}

sk_buff *host_skb_join(sk_buff *first, sk_buff *rest)
{
	sk_buff *last = first;
	while (last->next)
		last = last->next;
	last->next = rest;
	return first;
}

// The kernel's validation drops, keeps or segments.
sk_buff *host_skb_suit(vif_host *dev, sk_buff *skb)
{
	return dev->suit ? dev->suit(skb) : skb;
}

sk_buff *host_skb_new(queue_host *q, u32 len, void **bytes)
{
	if (!host->skbs_left)
		return nullptr;
	host->skbs_left--;
	EXPECT_LE(len, kPageSize);
	sk_buff *skb = make_skb(Bytes(len, 0xdb));
	*bytes = skb->parts[0].page + skb->parts[0].offset;
	skb->from = q;
	return skb;
}

// INVARIANT of the kernel: at most MAX_SKB_FRAGS fragments.
void host_skb_add_page(sk_buff *skb, void *page, u32 len)
{
	EXPECT_GT(len, 0u);
	EXPECT_LE(len, kPageSize);
	skb->parts.push_back({static_cast<u8 *>(page), 0, len, {}});
	EXPECT_LE(skb->parts.size(), 18u) << "MAX_SKB_FRAGS";
}

bool host_skb_finish(queue_host *q, sk_buff *skb, u32 txflags, u32 gso_type, u32 gso_size, u64 *)
{
	skb->txflags = txflags;
	skb->info.csum_partial = txflags & NETTXF_csum_blank ? 1 : 0;
	skb->info.csum_unnecessary = !skb->info.csum_partial && txflags & NETTXF_data_validated;
	skb->info.gso_type = static_cast<u8>(gso_type);
	skb->info.gso_size = static_cast<u16>(gso_size);
	skb->queue = q->index;
	// Ethernet type 0xbad0 stands for headers that the kernel refuses.
	if (skb->parts[0].page[skb->parts[0].offset + 12] == 0xba)
		return false;
	skb->owner = q->account;
	q->account->bytes += host_skb_memory(skb);
	q->account->skbs++;
	return true;
}

void host_receive(queue_host *q, sk_buff *skb)
{
	q->receive.push_back(skb);
}

void host_receive_flush(queue_host *q)
{
	for (sk_buff *skb : q->receive) {
		q->dev->received.push_back(record(Forwarded::up, skb, {}));
		if (q->dev->keeps)
			q->dev->keeps->push_back(skb);
		else
			free_skb(skb);
	}
	q->receive.clear();
}

sk_buff *ringway::test::make_skb(const Bytes &bytes, const std::vector<u32> &cuts)
{
	auto *skb = new sk_buff;
	host->live_skbs++;
	u32 done = 0;
	const auto add = [&](u32 len) {
		u64 frame;
		const u64 left = host->pages_left;
		host->pages_left = ~0ull; // the linear area is not what tests run out of
		auto *page = static_cast<u8 *>(host_page_alloc(&frame));
		host->pages_left = left;
		const u32 offset = (kPageSize - len) / 2;
		std::memcpy(page + offset, bytes.data() + done, len);
		skb->parts.push_back({page, offset, len, {}});
		done += len;
	};
	for (const u32 cut : cuts)
		add(cut - done);
	while (done < bytes.size() || skb->parts.empty()) {
		const u32 left = static_cast<u32>(bytes.size()) - done;
		add(left < kPageSize ? left : kPageSize);
	}
	return skb;
}

// The headers are right as far as they fit: anything else would not go directly with offloads.
Bytes ringway::test::make_frame(u32 len, u32 seed, u16 ethertype)
{
	Bytes frame(len);
	for (u32 i = 0; i < len; i++)
		frame[i] = static_cast<u8>(i * 7 + seed * 31 + (i >> 8));
	u8 head[18 + 40 + 20] = {2, 0, 0, 0, 0, static_cast<u8>(seed),
				 2, 0, 0, 0, 1, static_cast<u8>(seed >> 8)};
	u32 at = 12;
	const auto put16 = [&](u32 where, u32 value) {
		head[where] = static_cast<u8>(value >> 8);
		head[where + 1] = static_cast<u8>(value);
	};
	if (ethertype == 0x8100) { // a tag, and IPv4 behind it
		put16(at, ethertype);
		put16(at + 2, 10);
		at += 4;
		ethertype = 0x0800;
	}
	put16(at, ethertype);
	at += 2;
	u32 tcp = at;
	if (ethertype == 0x0800) {
		head[at] = 0x45;
		put16(at + 2, len - at);
		put16(at + 4, seed);
		head[at + 8] = 64;
		head[at + 9] = 6;
		tcp = at + 20;
	} else if (ethertype == 0x86dd) {
		head[at] = 0x60;
		put16(at + 4, len - at - 40);
		head[at + 6] = 6;
		head[at + 7] = 64;
		tcp = at + 40;
	}
	u32 span = at;
	if (tcp != at) {
		head[tcp + 12] = 5 << 4;
		span = tcp + 20;
	}
	std::memcpy(frame.data(), head, len < span ? len : span);
	return frame;
}
