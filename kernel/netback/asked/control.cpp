// SPDX-License-Identifier: GPL-2.0-only
//
// The control ring: a guest's messages about hashing, and about buffers that stay mapped, which mappings.cpp
// carries out (core/control.hpp says what each one means).
//
// Messages are handled in process context, at most kMessages before others get the CPU. There are two
// configurations, one in force and one to change; a message works on a copy, and when packets are hashed by
// it, its writer waits until nobody uses the old one before the next message may write there. So readers on
// the transmit paths take no lock and see no half of a change, and a guest that changes its configuration
// in a loop waits for grace periods, at nobody's expense.
//
// A connection begins without hashing (a mapping may name queues that the next one has not).
#include "netback/asked/granted_page.hpp"
#include "netback/asked/mappings.hpp"
#include "netback/life/vif.hpp"

using namespace ringway;
using namespace ringway::netback;

namespace
{
inline constexpr u32 kMessages = 16; // a guest needs about five in its life

// The start of a page that the guest granted, by a copy: nothing of it is mapped. HOSTILE: the reference.
bool fetch(u16 domain, u32 gref, void *to, u32 bytes)
{
	GrantedPage page(domain);
	if (!page.read(gref, bytes))
		return false;
	__builtin_memcpy(to, page.bytes(), bytes);
	return true;
}

// Does the message change what packets are hashed by?
bool changes_hashing(const CtrlRequest &request)
{
	switch (request.type) {
	case XEN_NETIF_CTRL_TYPE_SET_HASH_ALGORITHM:
	case XEN_NETIF_CTRL_TYPE_SET_HASH_FLAGS:
	case XEN_NETIF_CTRL_TYPE_SET_HASH_KEY:
	case XEN_NETIF_CTRL_TYPE_SET_HASH_MAPPING_SIZE:
	case XEN_NETIF_CTRL_TYPE_SET_HASH_MAPPING:
		return true;
	default:
		return false;
	}
}

CtrlResponse handle(Vif &vif, Control &control, const CtrlRequest &request) RINGWAY_REQUIRES(control)
{
	HashConfig &next = control.config[!control.current];
	next = control.config[control.current];
	const CtrlResponse answer = control_message(
		next, request, vif.frontend.queues,
		[&vif](u32 gref, void *to, u32 bytes) { return fetch(vif.domain, gref, to, bytes); },
		BufferMessages(vif));
	if (answer.status == XEN_NETIF_CTRL_STATUS_SUCCESS && changes_hashing(request))
		control.publish();
	return answer;
}

} // namespace

// Puts the other configuration in force. INVARIANT: afterwards nobody reads the one that was.
void Control::publish()
{
	const HashConfig *before = active.load(std::memory_order_relaxed);
	current = !current;
	active.store(config[current].on() ? &config[current] : nullptr, std::memory_order_release);
	if (before)
		host_grace_period();
}

netback_control netback_control_poll(netback_vif *vif)
{
	Control &control = vif->control;
	Guard lock(control);
	CtrlBackRing &ring = control.ring;
	if (vif->disabled.load() || control.ending.load(std::memory_order_relaxed))
		return NETBACK_CONTROL_STOP;
	if (!ring.attached())
		return NETBACK_CONTROL_IDLE;
	const auto waiting = ring.unconsumed();
	if (!waiting.ok()) {
		vif->fatal(0, waiting.error());
		return NETBACK_CONTROL_STOP;
	}
	const u32 most = waiting.value() < kMessages ? waiting.value() : kMessages;
	u32 n = 0;
	bool later = false;
	for (; n < most; n++) {
		const CtrlRequest request = ring.request(ring.req_cons());
		const u32 entries = gref_list_length(request, vif->frontend.queues);
		if (RINGWAY_UNLIKELY(entries && !pay_for_entries(*vif, entries))) {
			later = true; // the message stays in the ring
			break;
		}
		ring.consume(1);
		ring.respond(handle(*vif, control, request));
		if (RINGWAY_UNLIKELY(control.ending.load(std::memory_order_relaxed)))
			return NETBACK_CONTROL_STOP; // who disconnects waits for one grace period of ours
	}
	if (n && ring.push_responses())
		host_control_notify(vif->host);
	if (RINGWAY_UNLIKELY(later))
		return NETBACK_CONTROL_LATER;
	if (n < waiting.value() || ring.ask_request_event())
		return NETBACK_CONTROL_MORE;
	return n ? NETBACK_CONTROL_DONE : NETBACK_CONTROL_IDLE;
}

// CONTEXT: process, the vif's life lock. The error is reported.
Result<void> Vif::open_control()
{
	void *page = nullptr;
	if (host_control_map(host, &page))
		return Error::missing;
	if (!page)
		return {}; // a guest without a control ring
	const auto attach = [this, page] {
		Guard lock(control);
		return control.ring.attach(page).ok();
	};
	if (!attach()) {
		host_report_error(host, error_errno(Error::ring_index),
				  "control ring indices out of range at connect");
		return Error::ring_index;
	}
	control.ending.store(false, std::memory_order_relaxed);
	if (host_control_bind(host))
		return Error::missing;
	return {};
}

// Also of a ring that was opened half way, or not at all.
void Vif::close_control()
{
	host_control_unbind(host); // no message is handled from here on
	{
		Guard lock(control);
		control.ring.detach();
	}
	host_control_unmap(host); // nobody looks at it any more
	control.active.store(nullptr, std::memory_order_release);
}

// INVARIANT: no queue was there for a grace period, so nobody hashes by what was in force.
void Vif::forget_control()
{
	Guard lock(control);
	control.current = 0;
	control.config[0] = {};
	control.config[1] = {};
}

PacketHash ringway::netback::hash_skb(const HashConfig &config, const sk_buff *skb)
{
	u8 head[kHashHead];
	return hash_frame(config, head, host_skb_head(skb, head, sizeof head));
}

// The queue for a packet: as the guest wants it, or by the packet's flow. What other vifs send brings a hash
// along that says so (from_guest/spread.hpp); which queue of a NIC a packet came from means nothing here.
// CONTEXT: softirqs off
u32 netback_select_queue(netback_vif *vif, sk_buff *skb)
{
	const u32 count = vif->queue_count.load(std::memory_order_acquire);
	if (count <= 1)
		return 0;
	if (const HashConfig *config = vif->control.hash(); RINGWAY_UNLIKELY(config))
		return hash_queue(*config, hash_skb(*config, skb), count);
	return host_skb_hash(skb) % count;
}
