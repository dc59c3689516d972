// SPDX-License-Identifier: GPL-2.0-only
// A switch whose mind is what a test says of each port.
#include "fake.hpp"

using namespace ringway;
using namespace ringway::test;

Forwarded ringway::test::record(Forwarded::Kind kind, const sk_buff *skb, const brlite_verdict &verdict)
{
	return {kind,         skb->bytes(),       skb->parts[0].len,
		skb->txflags, skb->info.gso_type, skb->info.gso_size,
		verdict,      skb->hash,          skb->hash_of};
}

namespace
{
void judge(brlite_port *port, const brlite_frame *frames, brlite_verdict *verdicts, u32 n)
{
	port->batches.push_back(n);
	for (u32 i = 0; i < n; i++) {
		EXPECT_GE(frames[i].staged, 14u);
		EXPECT_LE(frames[i].staged, frames[i].len);
		verdicts[i] = port->decide(frames[i]);
	}
}

// As if it had not been asked.
void take_back(brlite_port *port, const brlite_frame *frames, const brlite_verdict *verdicts, u32 n)
{
	for (u32 i = 0; i < n; i++) {
		EXPECT_EQ(verdicts[i].action, BRLITE_PORT);
		EXPECT_GE(frames[i].staged, 14u);
	}
	port->taken_back += n;
}

// A switch does with an skb what its verdict says: the owner's device transmits it.
u32 forward(brlite_port *port, const brlite_outgoing *batch, u32 n)
{
	port->sent.push_back(n);
	u32 packets = 0;
	for (u32 i = 0; i < n; i++) {
		const brlite_verdict &verdict = *batch[i].verdict;
		sk_buff *skb = batch[i].skb;
		packets += verdict.action == BRLITE_FLOOD ? port->flooded_to : 1;
		port->forwarded.push_back(record(Forwarded::forward, skb, verdict));
		void *owner = verdict.owner ? verdict.owner : verdict.port ? verdict.port->owner : nullptr;
		// Linux asks the device for the queue.
		const u32 queue = owner ? netback_select_queue(static_cast<netback_vif *>(owner), skb) : 0;
		if (!owner && port->keeps)
			port->keeps->push_back(skb);
		else if (owner && !static_cast<netback_vif *>(owner)->host->carrier)
			free_skb(skb); // as noop does
		else if (verdict.action != BRLITE_PORT || !owner ||
			 netback_xmit(static_cast<netback_vif *>(owner), skb, queue))
			free_skb(skb);
	}
	return packets;
}

void forward_local(brlite_port *port, sk_buff *skb)
{
	port->forwarded.push_back(record(Forwarded::local, skb, {}));
	free_skb(skb);
}

u32 flood_ports(brlite_port *in, const brlite_frame *frame, u16 list, brlite_port **out, u32 max, u32 *cursor)
{
	const std::vector<brlite_port *> &ports = list ? in->lists[list] : in->flood;
	u32 n = 0;
	for (; n < max && *cursor < ports.size(); ++*cursor) {
		brlite_port *to = ports[*cursor];
		if (to != in && (frame->len <= to->longest || frame->flags & BRLITE_FRAME_GSO))
			out[n++] = to;
	}
	return n;
}
void *port_owner(const brlite_port *port)
{
	return port->owner;
}

// A port's device is known by nothing but its longest frame.
net_device *port_dev(const brlite_port *port)
{
	return reinterpret_cast<net_device *>(const_cast<brlite_port *>(port));
}
} // namespace

const struct brlite_abi ringway::test::fake_switch = {
	BRLITE_ABI_VERSION, nullptr,    nullptr,  judge,   take_back,
	flood_ports,        port_owner, port_dev, forward, forward_local,
};

u32 host_longest_frame(const net_device *dev)
{
	return reinterpret_cast<const brlite_port *>(dev)->longest;
}
