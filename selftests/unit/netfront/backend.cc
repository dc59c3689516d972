// SPDX-License-Identifier: GPL-2.0-only
// A backend domain: it reads and writes what it was granted, and nothing else.
#include "host.hpp"
#include <gtest/gtest.h>

using namespace ringway;
using namespace ringway::test;

namespace ringway::test
{
std::string Backend::node(const char *name) const
{
	const bool flat = kernel_.ours.count(name);
	return flat ? name : "queue-" + std::to_string(queue_) + "/" + name;
}

u8 *Backend::ring_bytes(const char *name)
{
	return memory(kernel_.ours.at(node(name)), true);
}

void Backend::connect()
{
	ASSERT_TRUE(tx.attach(ring_bytes("tx-ring-ref")).ok());
	ASSERT_TRUE(rx.attach(ring_bytes("rx-ring-ref")).ok());
}

u8 *Backend::memory(u32 ref, bool write)
{
	const Grant &grant = kernel_.grants.at(ref);
	EXPECT_NE(grant.granted, nullptr) << "grant reference " << ref << " grants nothing";
	EXPECT_FALSE(write && grant.read_only) << "grant reference " << ref << " is read-only";
	return grant.granted ? grant.granted->data : nullptr;
}

std::deque<Backend::Packet> Backend::take_all()
{
	std::deque<Packet> packets;
	u32 available = tx.unconsumed().value();
	while (available) {
		Packet packet;
		const u32 before = tx.req_cons();
		TxRequest request;
		u32 left = 0;
		do {
			request = tx.request(tx.req_cons());
			tx.consume(1);
			if (packet.requests.empty())
				left = request.size;
			packet.requests.push_back(request);
			bool extra = request.flags & NETTXF_extra_info;
			while (extra) {
				packet.extras.push_back(tx.request_as<ExtraInfo>(tx.req_cons()));
				tx.consume(1);
				extra = packet.extras.back().flags & XEN_NETIF_EXTRA_FLAG_MORE;
			}
		} while (request.flags & NETTXF_more_data);
		u32 rest = 0;
		for (u32 i = 1; i < packet.requests.size(); i++)
			rest += packet.requests[i].size;
		EXPECT_GE(left, rest);
		for (u32 i = 0; i < packet.requests.size(); i++) {
			const TxRequest &r = packet.requests[i];
			const u32 size = i == 0 ? left - rest : r.size;
			EXPECT_LE(r.offset + size, kPageSize);
			const u8 *from = memory(r.gref, false);
			if (from)
				packet.bytes.insert(packet.bytes.end(), from + r.offset,
						    from + r.offset + size);
		}
		available -= tx.req_cons() - before;
		packets.push_back(std::move(packet));
	}
	return packets;
}

void Backend::answer(const Packet &packet, s16 status)
{
	for (u32 i = 0; i < packet.requests.size(); i++) {
		tx.respond(TxResponse{packet.requests[i].id, status});
		for (u32 e = 0; i == 0 && e < packet.extras.size(); e++)
			tx.respond(TxResponse{0, NETIF_RSP_NULL});
	}
}

void Backend::send(const std::vector<u8> &bytes, u16 flags, u32 per_slot, u16 gso, u32 offset)
{
	u32 done = 0;
	do {
		ASSERT_GT(rx.unconsumed().value(), 0u);
		const RxRequest request = rx.request(rx.req_cons());
		rx.consume(1);
		const u32 n = std::min<u32>(per_slot, static_cast<u32>(bytes.size()) - done);
		std::memcpy(memory(request.gref, true) + offset, bytes.data() + done, n);
		const bool first = done == 0;
		done += n;
		u16 f = done < bytes.size() ? NETRXF_more_data : 0;
		if (first)
			f |= static_cast<u16>(flags | (gso ? NETRXF_extra_info : 0));
		rx.respond(RxResponse{request.id, static_cast<u16>(offset), f, static_cast<s16>(n)});
		if (first && gso) {
			rx.consume(1);
			ExtraInfo extra{};
			extra.type = XEN_NETIF_EXTRA_TYPE_GSO;
			extra.u.gso.size = gso;
			extra.u.gso.type = XEN_NETIF_GSO_TYPE_TCPV4;
			rx.respond(extra);
		}
	} while (done < bytes.size());
}
} // namespace ringway::test
