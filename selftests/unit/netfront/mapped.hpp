// SPDX-License-Identifier: GPL-2.0-only
// A vif whose backend has a control ring, and maps what it is asked to as long as the test does not say
// otherwise.
#pragma once
#include "linked.hpp"

namespace ringway::test
{
class MappedVif : public LinkedVif
{
protected:
	CtrlBackRing control;
	vif_host &host = k.host;

	MappedVif() : LinkedVif("feature-ctrl-ring")
	{
		for (const char *node : {"feature-sg", "feature-xdp-headroom", "feature-gso-tcpv4"})
			k.backend[node] = 1;
	}
	void SetUp() override
	{
		LinkedVif::SetUp();
		connect_control();
	}
	void TearDown() override
	{
		k.on_sleep = [this] { unmap_all(); };
		take_down(4);
		EXPECT_EQ(k.custody.size(), 0u) << "a page was taken from a backend that was about to let go";
	}
	void backend(u32 state)
	{
		k.backend["state"] = state;
		netfront_backend_changed(vif, state);
	}

	// --- the backend
	void connect_control()
	{
		ASSERT_TRUE(k.ours.count("ctrl-ring-ref"));
		control = {};
		ASSERT_TRUE(control.attach(b.memory(k.ours.at("ctrl-ring-ref"), true)).ok());
	}
	bool asked() { return control.unconsumed().value() != 0; }
	CtrlRequest message()
	{
		EXPECT_EQ(control.unconsumed().value(), 1u) << "one message at a time";
		const CtrlRequest message = control.request(control.req_cons());
		control.consume(1);
		return message;
	}
	void event()
	{
		netfront_control_event(vif);
		EXPECT_EQ(k.control_later, 0);
		work();
	}
	void work()
	{
		k.control_later = -1;
		netfront_control_later(vif);
	}
	void reply(const CtrlRequest &to, u32 status, u32 data = 0)
	{
		control.respond(CtrlResponse{to.id, to.type, status, data});
		EXPECT_TRUE(control.push_responses()) << "an answer that nobody is told of";
		event();
	}
	void reply_size(u32 entries) { reply(message(), XEN_NETIF_CTRL_STATUS_SUCCESS, entries); }
	std::vector<MapEntry> list_of(const CtrlRequest &add)
	{
		EXPECT_EQ(add.type, XEN_NETIF_CTRL_TYPE_ADD_GREF_MAPPING);
		EXPECT_LE(add.data[2], 512u);
		const auto *list = reinterpret_cast<const MapEntry *>(b.memory(add.data[1], true));
		return {list, list + add.data[2]};
	}
	// Maps what is listed, as the hypervisor would, and holds on to it.
	void map(const CtrlRequest &add)
	{
		for (const MapEntry &entry : list_of(add)) {
			Grant &grant = k.grants.at(entry.ref);
			EXPECT_NE(grant.granted, nullptr);
			EXPECT_EQ(grant.read_only, (entry.flags & XEN_NETIF_CTRLF_GREF_readonly) != 0)
				<< "such a mapping is refused, and with it the whole list";
			EXPECT_FALSE(grant.mapped) << "listed twice";
			grant.mapped = true;
		}
	}
	void map_all(u32 entries = 512)
	{
		reply_size(entries);
		while (asked()) {
			const CtrlRequest add = message();
			map(add);
			reply(add, XEN_NETIF_CTRL_STATUS_SUCCESS);
		}
	}
	void unmap_all()
	{
		for (Grant &grant : k.grants)
			grant.mapped = false;
	}
	u32 mapped() const
	{
		u32 n = 0;
		for (const Grant &grant : k.grants)
			n += grant.mapped;
		return n;
	}

	void period()
	{
		ASSERT_EQ(k.watch_later, 5000);
		k.watch_later = -1;
		netfront_watch(vif);
		if (k.control_later == 0)
			work();
	}
	void expect_broken()
	{
		EXPECT_NE(k.complaint, "");
		EXPECT_EQ(k.later, 0);
		const int eoi = host.control_eoi;
		netfront_control_event(vif);
		netfront_control_later(vif);
		EXPECT_EQ(host.control_eoi, eoi) << "the channel stays masked";
		unmap_all();
		netfront_later(vif);
		EXPECT_EQ(k.fatal, k.complaint);
		EXPECT_FALSE(k.carrier);
	}

	// --- packets
	void send(sk_buff *skb)
	{
		host_tx_lock(&q);
		EXPECT_TRUE(netfront_transmit(q.queue, skb));
		host_tx_unlock(&q);
	}
	sk_buff *large(u32 head, u32 offset, u32 length)
	{
		sk_buff *skb = k.new_skb(pattern(head));
		k.add_frag(skb, pattern(length, 2), offset);
		return skb;
	}
	void arrive(const std::vector<u8> &bytes, u32 per_slot = kPageSize, u16 gso = 0, u32 offset = 0)
	{
		b.send(bytes, 0, per_slot, gso, offset);
		b.rx.push_responses();
		poll();
	}
	void answer_all()
	{
		for (auto &packet : b.take_all())
			b.answer(packet);
		b.tx.push_responses();
		poll();
	}
	// Both directions, packets of all lengths, each whole and in order.
	void expect_traffic()
	{
		for (const u32 length : {60u, 256u, 257u, 1514u, 2048u, 2049u, 4096u, 9000u, 65535u}) {
			drop_received();
			arrive(pattern(length, length));
			ASSERT_EQ(q.received.size(), 1u) << length;
			EXPECT_EQ(q.received[0]->bytes(), pattern(length, length)) << length;
			sk_buff *skb = length > 100 ? large(66, length % 4096, length - 66)
						    : k.new_skb(pattern(length));
			const auto bytes = skb->bytes();
			send(skb);
			const auto packets = b.take_all();
			ASSERT_EQ(packets.size(), 1u) << length;
			EXPECT_EQ(packets[0].bytes, bytes) << length;
			b.answer(packets[0]);
			b.tx.push_responses();
			poll();
		}
		drop_received();
		EXPECT_EQ(k.skbs.size(), 0u);
		EXPECT_EQ(k.complaint, "");
	}
};
} // namespace ringway::test
