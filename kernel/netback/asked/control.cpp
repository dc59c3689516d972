// SPDX-License-Identifier: GPL-2.0-only
//
// The control ring: a guest's messages about hashing (core/control.hpp says what each one means).
//
// Messages are handled in process context, at most kMessages before others get the CPU. There are two
// configurations, one in force and one to change; a message works on a copy, and when packets are hashed by
// it, its writer waits until nobody uses the old one before the next message may write there. So readers on
// the transmit paths take no lock and see no half of a change, and a guest that changes its configuration
// in a loop waits for grace periods, at nobody's expense.
//
// A connection begins without hashing (a mapping may name queues that the next one has not).
#include "netback/life/vif.hpp"

using namespace ringway;

namespace
{
inline constexpr u32 kMessages = 16; // a guest needs about five in its life

// The start of a page that the guest granted, by a copy: nothing of it is mapped. HOSTILE: the reference.
bool fetch(u16 domain, u32 gref, void *to, u32 bytes)
{
	nb_u64 frame;
	void *page = nb_page_alloc(&frame);
	if (!page)
		return false;
	CopyBatch<1> copy;
	bool failed = false;
	copy.add({gref, domain, 0, true}, {frame, DOMID_SELF, 0, false}, static_cast<u16>(bytes), 0);
	copy.run([](void *ops, u32 n) { nb_grant_copy(ops, n); }, [&failed](u16) { failed = true; });
	if (!failed)
		__builtin_memcpy(to, page, bytes);
	nb_page_free(page);
	return !failed;
}

CtrlResponse handle(Vif &vif, const CtrlRequest &request)
{
	Control &control = vif.control;
	HashConfig &next = control.config[!control.current];
	next = control.config[control.current];
	const CtrlResponse answer =
		control_message(next, request, vif.frontend.queues, [&vif](u32 gref, void *to, u32 bytes) {
			return fetch(vif.domain, gref, to, bytes);
		});
	if (answer.status == XEN_NETIF_CTRL_STATUS_SUCCESS &&
	    request.type != XEN_NETIF_CTRL_TYPE_GET_HASH_FLAGS &&
	    request.type != XEN_NETIF_CTRL_TYPE_GET_HASH_MAPPING_SIZE)
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
		nb_grace_period();
}

// CONTEXT: process, nb_ctrl_lock(). See NB_CTRL_* in glue.h.
int nb_ctrl_poll(void *opaque)
{
	auto &vif = *static_cast<Vif *>(opaque);
	CtrlBackRing &ring = vif.control.ring;
	if (vif.disabled.load())
		return NB_CTRL_STOP;
	if (!ring.attached())
		return NB_CTRL_IDLE;
	const auto waiting = ring.unconsumed();
	if (!waiting.ok()) {
		vif.fatal(0, waiting.error());
		return NB_CTRL_STOP;
	}
	const u32 n = waiting.value() < kMessages ? waiting.value() : kMessages;
	for (u32 i = 0; i < n; i++) {
		const CtrlRequest request = ring.request(ring.req_cons());
		ring.consume(1);
		ring.respond(handle(vif, request));
	}
	if (n && ring.push_responses())
		nb_ctrl_notify(vif.kvif);
	if (n < waiting.value() || ring.ask_request_event())
		return NB_CTRL_MORE;
	return n ? NB_CTRL_DONE : NB_CTRL_IDLE;
}

// CONTEXT: process, the vif's life lock. The error is reported.
Result<void> Vif::open_control()
{
	void *page = nullptr;
	if (nb_ctrl_map(kvif, &page))
		return Error::missing;
	if (!page)
		return {}; // a guest without a control ring
	nb_ctrl_lock(kvif);
	const auto attached = control.ring.attach(page);
	nb_ctrl_unlock(kvif);
	if (!attached.ok()) {
		nb_report_error(kvif, error_errno(Error::ring_index),
				"control ring indices out of range at connect");
		return Error::ring_index;
	}
	if (nb_ctrl_bind(kvif))
		return Error::missing;
	return {};
}

// Also of a ring that was opened half way, or not at all.
void Vif::close_control()
{
	nb_ctrl_unbind(kvif); // no message is handled from here on
	nb_ctrl_lock(kvif);
	control.ring.detach();
	nb_ctrl_unlock(kvif);
	nb_ctrl_unmap(kvif); // nobody looks at it any more
	control.active.store(nullptr, std::memory_order_release);
}

// INVARIANT: a grace period has passed since close_control().
void Vif::forget_control()
{
	nb_ctrl_lock(kvif);
	control.current = 0;
	control.config[0] = {};
	control.config[1] = {};
	nb_ctrl_unlock(kvif);
}

PacketHash ringway::hash_skb(const HashConfig &config, const sk_buff *skb)
{
	u8 head[kHashHead];
	return hash_frame(config, head, nb_skb_head(skb, head, sizeof head));
}

// The queue that the guest wants the packet on, or -1: any. CONTEXT: softirqs off
int nb_vif_select_queue(void *opaque, const sk_buff *skb)
{
	const auto *vif = static_cast<const Vif *>(opaque);
	const HashConfig *config = vif->control.hash();
	const u32 count = vif->queue_count.load(std::memory_order_acquire);
	if (RINGWAY_LIKELY(!config) || !count)
		return -1;
	return static_cast<int>(hash_queue(*config, hash_skb(*config, skb), count));
}
