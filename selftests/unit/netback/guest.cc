// SPDX-License-Identifier: GPL-2.0-only
// The guest: an honest frontend, unless a test makes it lie.
#include "fake.hpp"
#include <cstring>
#include <gtest/gtest.h>

using namespace ringway;
using namespace ringway::test;

Guest::Guest(u16 domid, u32 queues, u32 start) : domain(domid)
{
	queue.resize(queues);
	for (Queue &q : queue) {
		q.tx_page = static_cast<u8 *>(std::aligned_alloc(kPageSize, kPageSize));
		q.rx_page = static_cast<u8 *>(std::aligned_alloc(kPageSize, kPageSize));
	}
	reset_rings(start);
	dev.guest = this;
	dev.frontend.queues = queues;
	dev.vif = netback_vif_create(&dev, domain, kMostQueues);
	if (dev.vif) {
		host->vifs.insert(&dev);
		set_up(true);
	}
	port.decide = [](const brlite_frame &) { return brlite_verdict{}; };
	port.owner = dev.vif;
}

Guest::~Guest()
{
	remove();
	for (const auto &[gref, page] : pages_) {
		host->grants.erase({domain, gref});
		std::free(page);
	}
	for (Queue &q : queue) {
		std::free(q.tx_page);
		std::free(q.rx_page);
	}
}

void Guest::remove(bool in_xenwatch)
{
	if (!dev.vif || std::exchange(dev.leaving, true))
		return;
	dev.shows = false;
	wait_until([this] { return !dev.shown; }, "readers of debugfs");
	dev.watches = false;
	if (!in_xenwatch)
		wait_until([] { return !host->xenwatch; }, "a watch that is handled");
	netback_close(dev.vif);
	wait_until([this] { return !dev.working; }, "the housekeeping");
	dev.kicked = false;
	dev.later = 0;
	{
		RtnlLock lock;
		dev.listed = false;
		netback_stop(dev.vif);
		port.owner = nullptr;
		netback_set_port(dev.vif, nullptr, nullptr);
	}
	wait_for_readers();
	EXPECT_FALSE(dev.kicked || dev.later) << "freed with work to do";
	host->vifs.erase(&dev);
	netback_vif_destroy(dev.vif);
	dev.vif = nullptr;
}

void Guest::reset_rings(u32 start)
{
	for (Queue &q : queue) {
		std::memset(q.tx_page, 0, kPageSize);
		std::memset(q.rx_page, 0, kPageSize);
		q.tx.init(q.tx_page, start);
		q.rx.init(q.rx_page, start);
		q.sent.clear();
		q.posted.clear();
		q.responses.clear();
	}
}

void Guest::connect()
{
	frontend_state(XenbusState::initialising);
	frontend_state(XenbusState::connected);
	host->settle();
	ASSERT_EQ(vif().state, BackendState::connected);
}

void Guest::join_switch(std::function<brlite_verdict(const brlite_frame &)> decide)
{
	port.decide = std::move(decide);
	netback_set_port(dev.vif, &fake_switch, &port);
}

u8 *Guest::page_of(u32 gref)
{
	return pages_.at(gref);
}

u32 Guest::grant(const u8 *bytes, u32 len, u32 offset, bool read_only)
{
	auto *page = static_cast<u8 *>(std::aligned_alloc(kPageSize, kPageSize));
	std::memset(page, 0xcc, kPageSize);
	if (len)
		std::memcpy(page + offset, bytes, len);
	const u32 gref = next_gref_++;
	pages_[gref] = page;
	host->grants[{domain, gref}] = {page, read_only};
	return gref;
}

void Guest::revoke(u32 gref)
{
	if (const auto grant = host->grants.find({domain, gref});
	    grant != host->grants.end() && grant->second.mapped)
		return; // it stays, and so does its page
	host->grants.erase({domain, gref});
	const auto at = pages_.find(gref);
	if (at == pages_.end())
		return;
	std::free(at->second);
	pages_.erase(at);
}

u16 Guest::post(const Bytes &bytes, const Send &how, u32 index)
{
	Queue &q = queue[index];
	std::vector<u32> slots = how.slots;
	for (u32 left = slots.empty() ? static_cast<u32>(bytes.size()) : 0; left || slots.empty();
	     left -= slots.back())
		slots.push_back(left < kPageSize ? left : kPageSize);
	const u16 first = next_id_;
	u32 done = 0;
	for (size_t i = 0; i < slots.size(); i++) {
		const u32 size = slots[i], offset = (kPageSize - size) / 3;
		const u32 gref = grant(bytes.data() + done, size, offset, true);
		done += size;
		u16 flags = i + 1 < slots.size() ? NETTXF_more_data : 0;
		if (!i)
			flags |= how.flags | (how.gso_type || how.hash_type ? NETTXF_extra_info : 0);
		q.sent[next_id_] = gref;
		q.tx.post(TxRequest{gref, static_cast<u16>(offset), flags, next_id_++,
				    static_cast<u16>(i ? size : bytes.size())});
		if (!i && how.gso_type) {
			ExtraInfo extra{};
			extra.type = XEN_NETIF_EXTRA_TYPE_GSO;
			extra.u.gso.type = how.gso_type;
			extra.u.gso.size = how.gso_size;
			extra.flags = how.hash_type ? XEN_NETIF_EXTRA_FLAG_MORE : 0;
			q.tx.post(extra);
		}
		if (!i && how.hash_type) {
			ExtraInfo extra{};
			extra.type = XEN_NETIF_EXTRA_TYPE_HASH;
			extra.u.hash.type = static_cast<u8>(how.hash_type - 1);
			extra.u.hash.algorithm = XEN_NETIF_CTRL_HASH_ALGORITHM_TOEPLITZ;
			std::memcpy(extra.u.hash.value, &how.hash, sizeof how.hash);
			q.tx.post(extra);
		}
	}
	EXPECT_EQ(done, bytes.size());
	return first;
}

// CONTEXT of events: only if the backend asked for one, as an honest guest does.
void Guest::push(u32 index)
{
	if (!queue[index].tx.push_requests())
		return;
	queue[index].tx_events++;
	if (index < vif().allocated)
		back(index).host->from_guest.pending = true;
}

void Guest::post_buffers(u32 n, u32 index)
{
	Queue &q = queue[index];
	for (u32 i = 0; i < n; i++) {
		ASSERT_GT(q.rx.free_slots(), 0u);
		const u32 gref = grant(nullptr, 0, 0, false), slot = q.rx.req_prod();
		const u16 id = static_cast<u16>(slot & 255);
		q.posted[slot] = {id, gref};
		q.rx.post(RxRequest{id, 0, gref});
	}
	if (!q.rx.push_requests())
		return;
	q.rx_events++;
	if (index < vif().allocated)
		back(index).host->to_guest.pending = true;
}

std::vector<TxResponse> Guest::responses(u32 index)
{
	Queue &q = queue[index];
	std::vector<TxResponse> out;
	const auto n = q.tx.unconsumed();
	EXPECT_TRUE(n.ok());
	for (u32 i = 0; i < n.value(); i++) {
		const TxResponse response = q.tx.response(q.tx.rsp_cons());
		q.tx.consume(1);
		out.push_back(response);
		if (response.status == NETIF_RSP_NULL)
			continue;
		EXPECT_TRUE(q.sent.contains(response.id))
			<< "answered twice, or never asked: " << response.id;
		revoke(q.sent[response.id]);
		q.sent.erase(response.id);
	}
	q.tx.ask_response_event();
	return out;
}

std::vector<Received> Guest::receive(u32 index)
{
	Queue &q = queue[index];
	std::vector<Received> all;
	const auto n = q.rx.unconsumed();
	EXPECT_TRUE(n.ok());
	for (u32 left = n.value(); left;) {
		Received packet;
		for (bool first = true, more = true; more; first = false) {
			EXPECT_GT(left, 0u) << "a packet without its end";
			const u32 at = q.rx.rsp_cons();
			const RxResponse response = q.rx.response(at);
			const auto [id, gref] = q.posted[at];
			EXPECT_EQ(response.id, id) << "out of order";
			q.rx.consume(1);
			left--;
			packet.slots++;
			more = response.flags & NETRXF_more_data;
			if (first)
				packet.flags = response.flags & (NETRXF_csum_blank | NETRXF_data_validated);
			if (response.status < 0)
				packet.error = true;
			else
				packet.bytes.insert(packet.bytes.end(), pages_.at(gref) + response.offset,
						    pages_.at(gref) + response.offset + response.status);
			revoke(gref);
			q.posted.erase(at);
			for (bool extras = first && response.flags & NETRXF_extra_info; extras;) {
				EXPECT_GT(left, 0u) << "an extra info is missing";
				const auto extra = q.rx.response_as<ExtraInfo>(q.rx.rsp_cons());
				revoke(q.posted[q.rx.rsp_cons()].second);
				q.posted.erase(q.rx.rsp_cons());
				q.rx.consume(1);
				left--;
				packet.slots++;
				extras = extra.flags & XEN_NETIF_EXTRA_FLAG_MORE;
				if (extra.type == XEN_NETIF_EXTRA_TYPE_GSO) {
					packet.gso_type = extra.u.gso.type;
					packet.gso_size = extra.u.gso.size;
				} else if (extra.type == XEN_NETIF_EXTRA_TYPE_HASH) {
					EXPECT_EQ(extra.u.hash.algorithm,
						  XEN_NETIF_CTRL_HASH_ALGORITHM_TOEPLITZ);
					packet.hash_type = static_cast<u8>(extra.u.hash.type + 1);
					std::memcpy(&packet.hash, extra.u.hash.value, sizeof packet.hash);
				} else {
					EXPECT_EQ(extra.type, kExtraTypeXdp);
					EXPECT_NE(extra.u.pad[0], 0u);
					packet.headroom = extra.u.pad[0];
				}
			}
		}
		all.push_back(std::move(packet));
	}
	q.rx.ask_response_event();
	return all;
}

std::vector<std::vector<u32>> ringway::test::all_cuts(u32 len)
{
	std::vector<std::vector<u32>> all;
	const auto even = [&](u32 first, u32 n) { // the first slot, then n of about the same size
		std::vector<u32> cut{first};
		u32 left = len - first;
		for (; n && left; n--) {
			const u32 part = (left + n - 1) / n;
			if (part > kPageSize)
				return;
			cut.push_back(part);
			left -= part;
		}
		if (!left && first <= kPageSize)
			all.push_back(cut);
	};
	if (len <= kPageSize)
		all.push_back({len});
	for (const u32 first : {14u, 15u, 54u, 128u, 256u, 257u, 300u, 1500u, 4095u, 4096u})
		for (const u32 n : {1u, 2u, 3u, 15u, 16u, 17u, 18u})
			if (first < len)
				even(first, n);
	// Empty slots between and behind.
	if (len <= 3 * kPageSize && len >= 40) {
		const u32 part = (len - 20) / 3;
		all.push_back({20, 0, part, 0, 0, part, len - 20 - 2 * part, 0});
	}
	return all;
}
