// SPDX-License-Identifier: GPL-2.0-only
// What a frontend does that has its buffers mapped once: messages over the control ring, and packets that
// come from and go to the same buffers again and again.
#pragma once
#include "fake.hpp"
#include "ring_page.hpp"

namespace ringway::test
{
inline constexpr u32 kOk = XEN_NETIF_CTRL_STATUS_SUCCESS, kBad = XEN_NETIF_CTRL_STATUS_INVALID_PARAMETER,
		     kNo = XEN_NETIF_CTRL_STATUS_NOT_SUPPORTED;
inline constexpr u16 kGet = XEN_NETIF_CTRL_TYPE_GET_GREF_MAPPING_SIZE,
		     kAdd = XEN_NETIF_CTRL_TYPE_ADD_GREF_MAPPING, kDel = XEN_NETIF_CTRL_TYPE_DEL_GREF_MAPPING;

using GrefEntries = std::vector<GrefListEntry>;

class Mapper
{
	Page page_;
	CtrlFrontRing ring_;
	u16 id_ = 100;

public:
	Guest &guest;
	u32 last_data = 0; // of the last answer
	GrefEntries last_list;

	explicit Mapper(Guest &g) : guest(g) { begin(); }
	// The guest's half of a connection.
	void begin()
	{
		std::memset(page_.data(), 0, kPageSize);
		ring_.init(page_.data(), 0);
		guest.dev.ctrl_page = page_.data();
	}
	void post(u16 type, u32 a = 0, u32 b = 0, u32 c = 0)
	{
		ring_.post(CtrlRequest{id_++, type, {a, b, c}});
		(void)ring_.push_requests();
	}
	// Answers that came, by their statuses.
	std::vector<u32> answers()
	{
		std::vector<u32> out;
		for (u32 n = ring_.unconsumed().value(); n; n--) {
			const auto answer = ring_.response(ring_.rsp_cons());
			ring_.consume(1);
			last_data = answer.data;
			out.push_back(answer.status);
		}
		return out;
	}
	netback_control poll() { return netback_control_poll(guest.dev.vif); }
	u32 say(u16 type, u32 a = 0, u32 b = 0, u32 c = 0)
	{
		post(type, a, b, c);
		while (poll() == NETBACK_CONTROL_MORE)
			;
		const auto all = answers();
		EXPECT_EQ(all.size(), 1u);
		return all.empty() ? ~0u : all[0];
	}
	// With a list in a page that is granted for as long as the message takes.
	u32 say_list(u16 type, const GrefEntries &list, u32 queue = 0, bool read_only = false)
	{
		const u32 gref = guest.grant(reinterpret_cast<const u8 *>(list.data()),
					     static_cast<u32>(list.size() * sizeof list[0]), 0, read_only);
		const u32 status = say(type, queue, gref, static_cast<u32>(list.size()));
		last_list.resize(list.size());
		std::memcpy(last_list.data(), guest.page_of(gref), list.size() * sizeof list[0]);
		guest.revoke(gref);
		return status;
	}
	// n pages that are granted from now on.
	GrefEntries buffers(u32 n, bool read_only)
	{
		GrefEntries out;
		for (u32 i = 0; i < n; i++)
			out.push_back({guest.grant(nullptr, 0, 0, read_only),
				       static_cast<u16>(read_only ? XEN_NETIF_CTRLF_GREF_readonly : 0), 0});
		return out;
	}
	GrefEntries mapped(u32 n, bool read_only, u32 queue = 0)
	{
		const GrefEntries out = buffers(n, read_only);
		EXPECT_EQ(say_list(kAdd, out, queue), kOk);
		return out;
	}
	// RX requests that name these, each by the same id for ever.
	void post_buffers(const GrefEntries &list, u32 n, u32 queue = 0)
	{
		Guest::Queue &q = guest.queue[queue];
		for (u32 i = 0; i < n; i++) {
			const u32 slot = q.rx.req_prod(), gref = list[slot % list.size()].ref;
			q.posted[slot] = {static_cast<u16>(slot & 255), gref};
			q.rx.post(RxRequest{static_cast<u16>(slot & 255), 0, gref});
		}
		if (q.rx.push_requests() && queue < guest.vif().allocated)
			guest.back(queue).host->to_guest.pending = true;
	}
	// A packet out of these buffers, so many bytes in each slot. push() shows it.
	void post_packet(const GrefEntries &list, const Bytes &bytes, const std::vector<u32> &slots,
			 u16 flags = 0, u8 gso_type = 0, u16 gso_size = 0, u32 queue = 0)
	{
		Guest::Queue &q = guest.queue[queue];
		u32 done = 0;
		for (size_t i = 0; i < slots.size(); i++) {
			const u32 at = q.tx.req_prod(), size = slots[i], offset = (kPageSize - size) / 3;
			const u32 gref = list[at % list.size()].ref;
			const u16 id = static_cast<u16>(0x8000 | (at & 255));
			std::memcpy(guest.page_of(gref) + offset, bytes.data() + done, size);
			done += size;
			u16 more = i + 1 < slots.size() ? NETTXF_more_data : 0;
			if (!i)
				more |= flags | (gso_type ? NETTXF_extra_info : 0);
			q.sent[id] = gref;
			q.tx.post(TxRequest{gref, static_cast<u16>(offset), more, id,
					    static_cast<u16>(i ? size : bytes.size())});
			if (!i && gso_type) {
				ExtraInfo extra{};
				extra.type = XEN_NETIF_EXTRA_TYPE_GSO;
				extra.u.gso.type = gso_type;
				extra.u.gso.size = gso_size;
				q.tx.post(extra);
			}
		}
		EXPECT_EQ(done, bytes.size());
	}
	void send(const GrefEntries &list, const Bytes &bytes, u32 queue = 0)
	{
		post_packet(list, bytes, {static_cast<u32>(bytes.size())}, 0, 0, 0, queue);
		guest.push(queue);
	}
};
} // namespace ringway::test
