// SPDX-License-Identifier: GPL-2.0-only
//
// A guest's end: what netfront does with a packet, without Linux around it. Sending copies it into a buffer
// that stays granted and writes one request; receiving reads the responses, copies the bytes out and posts
// the buffer again (kernel/netfront/tx.cpp, rx.cpp, refill.cpp). Records of requests and of packets are
// netfront's own (tx_slots.hpp, rx_packet.hpp).
#pragma once
#include "core/control.hpp"
#include "frames.hpp"
#include "machine.hpp"
#include "netback/entry.h"
#include "netfront/rx_packet.hpp"
#include "netfront/tx_slots.hpp"

namespace ringway::native
{
using netfront::RxPacket;
using netfront::TxSlot;
using netfront::TxSlots;

class Front
{
	static constexpr u32 kSize = TxFrontRing::kSize, kTxRefs = 8, kRxRefs = kTxRefs + kSize,
			     kListRef = kRxRefs + kSize;
	static constexpr u32 kRefillBatch = 16; // as netfront's
	const u16 domain_;
	TxFrontRing tx_;
	RxFrontRing rx_;
	TxSlots<kSize> slots_;
	u8 *rx_buffer_[kSize];
	u32 extras_ = 0; // extra infos that are not answered yet

	bool segments() const { return frames.length() > kPageSize; }
	void map_all();
	void complete();
	void post(const u8 *bytes);

public:
	Frames &frames;
	vif_host host;

	Front(u16 domain, Frames &own);
	Front(const Front &) = delete;
	Front &operator=(const Front &) = delete;

	// Slots of a packet, as long as it is in a ring to a guest.
	u32 slots() const { return segments() ? (frames.length() + kPageSize - 1) / kPageSize + 1 : 1; }
	netback_queue &back() { return host.vif->queues[0]; }
	bool send(u32 most); // so many packets, if there are slots for them
	u32 receive();       // how many came
};

inline Front::Front(u16 domain, Frames &own) : domain_(domain), frames(own)
{
	u8 *page = pages(2 + 2 * kSize);
	tx_.init(page);
	rx_.init(page + kPageSize);
	host.from_guest_ring = page;
	host.to_guest_ring = page + kPageSize;
	page += 2 * kPageSize;
	slots_.init();
	for (u32 i = 0; i < kSize; i++, page += kPageSize) {
		TxSlot &slot = slots_.next_bare();
		slot.buffer = page;
		slot.ref = kTxRefs + i;
		slots_.next_bare_has_a_buffer();
		machine.granted[domain_][slot.ref] = page;
	}
	for (u32 i = 0; i < kSize; i++, page += kPageSize) {
		rx_buffer_[i] = machine.granted[domain_][kRxRefs + i] = page;
		rx_.post(RxRequest{static_cast<u16>(i), 0, kRxRefs + i});
	}
	(void)rx_.push_requests();
	map_all();
}

// Connects, and has all buffers mapped by one message.
inline void Front::map_all()
{
	u8 *ring = pages(2), *list = ring + kPageSize;
	CtrlFrontRing control;
	control.init(ring);
	host.control_ring = ring;
	machine.granted[domain_][kListRef] = list;
	for (u32 i = 0; i < 2 * kSize; i++) {
		const u16 flags = i < kSize ? XEN_NETIF_CTRLF_GREF_readonly : 0;
		reinterpret_cast<GrefListEntry *>(list)[i] = {kTxRefs + i, flags, 0};
	}
	host.vif = netback_vif_create(&host, domain_, 1);
	netback_open(host.vif);
	for (const XenbusState state : {XenbusState::initialising, XenbusState::connected})
		netback_frontend_changed(host.vif, static_cast<int>(state));
	control.post(CtrlRequest{1, XEN_NETIF_CTRL_TYPE_ADD_GREF_MAPPING, {0, kListRef, 2 * kSize}});
	(void)control.push_requests();
	netback_control_poll(host.vif);
	if (control.unconsumed().value_or(0) != 1 ||
	    control.response(control.rsp_cons()).status != XEN_NETIF_CTRL_STATUS_SUCCESS)
		not_on_this_way("the buffers are not mapped");
}

// HOSTILE, as netfront sees them: index, id and status of each response.
inline void Front::complete()
{
	const Result<u32> count = tx_.unconsumed();
	if (RINGWAY_UNLIKELY(!count.ok()))
		not_on_this_way("a TX response index out of range");
	const u32 published = tx_.req_prod() - tx_.unpublished();
	for (u32 i = 0; i < count.value(); i++) {
		const TxResponse response = tx_.response(tx_.rsp_cons() + i);
		if (response.status == NETIF_RSP_NULL) {
			extras_--;
			continue;
		}
		if (RINGWAY_UNLIKELY(!slots_.answered(response.id, published).ok() ||
				     response.status != NETIF_RSP_OKAY))
			not_on_this_way("a TX response that is an error, or for no request");
		slots_.put(response.id);
	}
	tx_.consume(count.value());
}

inline void Front::post(const u8 *bytes)
{
	const u32 length = frames.length();
	const bool gso = segments();
	for (u32 done = 0; done < length;) {
		const u32 left = length - done, n = left < kPageSize ? left : kPageSize;
		const u32 id = slots_.take_buffered(tx_.req_prod());
		const TxSlot &slot = slots_[id];
		shared::copy_out(slot.buffer, bytes + done, n);
		u16 flags = left > n ? NETTXF_more_data : 0;
		if (!done && gso)
			flags |= NETTXF_extra_info | NETTXF_csum_blank | NETTXF_data_validated;
		tx_.post(TxRequest{slot.ref, 0, flags, static_cast<u16>(id),
				   static_cast<u16>(done ? n : length)});
		if (!done && gso) {
			ExtraInfo extra{};
			extra.type = XEN_NETIF_EXTRA_TYPE_GSO;
			extra.u.gso.type = XEN_NETIF_GSO_TYPE_TCPV4;
			extra.u.gso.size = 1448;
			tx_.post(extra);
			extras_++;
		}
		done += n;
	}
}

inline bool Front::send(u32 most)
{
	complete();
	u32 n = 0;
	for (; n < most && tx_.free_slots() >= slots(); n++)
		post(frames.next_to_send());
	if (n)
		(void)tx_.push_requests();
	return n != 0;
}

inline u32 Front::receive()
{
	u32 available = rx_.unconsumed().value_or(0), taken = 0;
	for (; available; taken++) {
		RxPacket packet;
		take_rx_packet(rx_, available, false, packet);
		if (RINGWAY_UNLIKELY(packet.fault != netfront::RxFault::none))
			not_on_this_way("an RX response that is wrong");
		u8 *to = frames.next_to_receive();
		if (RINGWAY_UNLIKELY(packet.length != frames.length()))
			not_on_this_way("a packet of another length");
		for (u32 i = 0; i < packet.pieces; i++) {
			const auto &piece = packet.piece[i];
			const u32 at = (rx_.rsp_cons() + piece.slot) & (kSize - 1);
			shared::copy_in(to, rx_buffer_[at] + piece.offset, piece.length);
			to += piece.length;
		}
		frames.arrived(packet.length);
		rx_.consume(packet.slots);
		available -= packet.slots;
	}
	if (rx_.free_slots() >= kRefillBatch) {
		for (u32 due = rx_.free_slots(); due; due--) {
			const u32 at = rx_.req_prod() & (kSize - 1);
			rx_.post(RxRequest{static_cast<u16>(at), 0, kRxRefs + at});
		}
		(void)rx_.push_requests();
	}
	return taken;
}
} // namespace ringway::native
