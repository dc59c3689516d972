// SPDX-License-Identifier: GPL-2.0-only
// The machine: Xen's grant copies, memory, skbs, and how polls and interrupts come about.
#include "fake.hpp"
#include <cstdlib>
#include <cstring>
#include <gtest/gtest.h>

using namespace ringway;
using namespace ringway::test;

Host *ringway::test::host;
struct host_params host_params;

namespace
{
u8 *new_page()
{
	auto *page = static_cast<u8 *>(std::aligned_alloc(kPageSize, kPageSize));
	std::memset(page, 0xdb, kPageSize);
	return page;
}

u64 frame_of(const u8 *page)
{
	return reinterpret_cast<u64>(page) / kPageSize;
}

// --- Xen ---------------------------------------------------------------------------------------------

// One side of a copy, or null: checked in Xen's order.
u8 *side(bool granted, u64 frame, u16 domain, u16 offset, u16 len, bool write, s16 &status)
{
	if (offset + len > kPageSize) {
		ADD_FAILURE() << "a copy across a page: Xen is not there to find our mistakes";
		status = GNTST_bad_copy_arg;
		return nullptr;
	}
	if (!granted) {
		EXPECT_EQ(domain, DOMID_SELF);
		const auto at = host->frames.find(frame);
		EXPECT_NE(at, host->frames.end()) << "a frame that is not ours";
		if (at == host->frames.end()) {
			status = GNTST_bad_page;
			return nullptr;
		}
		return at->second + offset;
	}
	const auto at = host->grants.find({domain, static_cast<u32>(frame)});
	if (at == host->grants.end()) {
		status = GNTST_bad_gntref;
		return nullptr;
	}
	if (write && at->second.read_only) {
		status = GNTST_permission_denied;
		return nullptr;
	}
	return at->second.page + offset;
}

s16 copy(const gnttab_copy &op)
{
	s16 status = host->refuse ? host->refuse(host->operations, op) : GNTST_okay;
	if (status != GNTST_okay)
		return status;
	EXPECT_GT(op.len, 0u) << "an empty copy costs as much as a full one";
	const bool from_gref = op.flags & GNTCOPY_source_gref, to_gref = op.flags & GNTCOPY_dest_gref;
	const u8 *from = side(from_gref, from_gref ? op.source.u.ref : op.source.u.gmfn, op.source.domid,
			      op.source.offset, op.len, false, status);
	if (!from)
		return status;
	u8 *to = side(to_gref, to_gref ? op.dest.u.ref : op.dest.u.gmfn, op.dest.domid, op.dest.offset,
		      op.len, true, status);
	if (!to)
		return status;
	std::memmove(to, from, op.len);
	return GNTST_okay;
}

// --- interrupts and polls -------------------------------------------------------------------------------

void interrupt(queue_host &q, queue_host::Side &side, u32 (*work)(netback_queue *))
{
	if (!side.bound || !q.enabled || side.owed || !side.pending)
		return;
	side.pending = false;
	side.owed = true;
	side.interrupts++;
	if (work(q.queue)) {
		side.scheduled = true;
	} else {
		side.owed = false;
		side.spurious++;
	}
}

void poll(queue_host &q, queue_host::Side &side, int (*function)(netback_queue *, int))
{
	constexpr int budget = 64;
	side.polling = true;
	side.completed = side.missed = false;
	const int done = function(q.queue, budget);
	side.polling = false;
	EXPECT_GE(done, 0);
	EXPECT_LE(done, budget);
	if (side.completed)
		EXPECT_LT(done, budget) << "completed a poll that used up its budget";
	else
		EXPECT_EQ(done, budget) << "a poll that is not through must say so";
	EXPECT_FALSE(q.locked) << "the to-guest lock outlived a poll";
	EXPECT_TRUE(q.receive.empty()) << "skbs were not flushed";
}

void schedule(queue_host::Side &side)
{
	if (side.polling && !side.completed)
		side.missed = true;
	else
		side.scheduled = true;
}

bool complete(queue_host::Side &side)
{
	EXPECT_TRUE(side.polling) << "completed outside of a poll";
	EXPECT_FALSE(side.completed) << "completed twice";
	side.completed = true;
	side.scheduled = side.missed;
	return !side.missed;
}

void end_of_interrupt(queue_host::Side &side)
{
	side.owed = false;
}
} // namespace

Host::Host()
{
	EXPECT_EQ(host, nullptr);
	host = this;
	host_params = {20, 10000, 60000};
	EXPECT_EQ(netback_lanes_create(), 0);
}

Host::~Host()
{
	netback_lanes_destroy();
	EXPECT_EQ(leaks(), "");
	host = nullptr;
}

void Host::poll_tx(queue_host &q)
{
	q.from_guest.scheduled = false;
	poll(q, q.from_guest, netback_poll_from_guest);
}

void Host::poll_rx(queue_host &q)
{
	q.to_guest.scheduled = false;
	poll(q, q.to_guest, netback_poll_to_guest);
}

std::string Host::leaks() const
{
	std::string out;
	const auto say = [&](const char *what, s64 n) {
		if (n)
			out += std::to_string(n) + " " + what + "; ";
	};
	say("allocations", live_memory);
	say("pages", live_pages);
	say("skbs", live_skbs);
	say("queues", live_queues);
	say("mapped rings", live_rings);
	say("bound channels", live_channels);
	return out;
}

// Lets the time pass that a poll waits for a receiver.
bool Host::pass_wait()
{
	u64 due = 0;
	for (const queue_host *q : queues)
		if (q->enabled && q->queue->waits && q->from_guest.hold && (!due || q->from_guest.hold < due))
			due = q->from_guest.hold;
	if (due > micros) {
		jiffies += due / 1000 - micros / 1000;
		micros = due;
	}
	return due != 0;
}

void Host::settle()
{
	for (int round = 0; round < 10000; round++) {
		bool idle = true;
		const auto all = queues; // housekeeping takes queues away
		for (queue_host *q : all) {
			if (!queues.contains(q) || !q->enabled)
				continue;
			if (q->from_guest.timer && q->from_guest.timer <= micros) {
				q->from_guest.timer = 0;
				schedule(q->from_guest);
			}
			if (q->to_guest.timer && q->to_guest.timer <= micros) {
				q->to_guest.timer = 0;
				schedule(q->to_guest);
			}
			if (q->from_guest.hold && q->from_guest.hold <= micros) {
				q->from_guest.hold = 0;
				schedule(q->from_guest);
			}
			if (q->to_guest.hold && q->to_guest.hold <= micros) {
				q->to_guest.hold = 0;
				netback_to_guest_held(q->queue);
			}
			interrupt(*q, q->from_guest, netback_event_from_guest);
			interrupt(*q, q->to_guest, netback_event_to_guest);
			if (q->from_guest.scheduled) {
				idle = false;
				poll(*q, q->from_guest, netback_poll_from_guest);
			}
			if (q->to_guest.scheduled) {
				idle = false;
				poll(*q, q->to_guest, netback_poll_to_guest);
			}
		}
		for (vif_host *dev : vifs)
			if (dev->kicked || (dev->later && dev->later <= jiffies)) {
				idle = dev->kicked = false;
				dev->later = 0;
				netback_housekeeping(dev->vif);
			}
		if (idle && !pass_wait())
			return;
	}
	FAIL() << "never comes to rest";
}

// --- host.h: memory, time, Xen
// ------------------------------------------------------------------------------

void *host_alloc(u64 size)
{
	if (host->step_fails())
		return nullptr;
	host->live_memory++;
	return std::calloc(1, size);
}

void host_free(void *memory)
{
	host->live_memory -= memory != nullptr;
	std::free(memory);
}

void *host_page_alloc(u64 *frame)
{
	if (!host->pages_left)
		return nullptr;
	host->pages_left--;
	host->live_pages++;
	u8 *page = new_page();
	*frame = frame_of(page);
	host->frames[*frame] = page;
	return page;
}

void host_page_free(void *page)
{
	host->live_pages--;
	EXPECT_EQ(host->frames.erase(frame_of(static_cast<u8 *>(page))), 1u);
	std::free(page);
}

// CPUs' numbers have holes.
int host_lanes_create(u64 size)
{
	for (u32 cpu = 0; cpu < std::size(host->lane); cpu++) {
		if (cpu == 1)
			continue;
		host->lane[cpu] = host_alloc(size);
		if (!host->lane[cpu]) {
			host_lanes_destroy(nullptr);
			return -ENOMEM;
		}
	}
	return 0;
}

void host_lanes_destroy(void (*empty)(void *lane))
{
	for (void *&lane : host->lane) {
		if (lane && empty)
			empty(lane);
		host_free(lane);
		lane = nullptr;
	}
}

void *host_this_cpu_lane(void)
{
	return host->lane[host->cpu];
}
unsigned long host_jiffies(void)
{
	return host->jiffies;
}
u64 host_micros(void)
{
	return host->micros;
}
u64 host_cycles(void)
{
	return host->cycles += host->cycles_step;
}
u64 host_nanos(u64 cycles)
{
	return cycles / 2;
}
unsigned long host_msecs(u32 msecs)
{
	return msecs;
}

void host_grant_copy(void *ops, u32 count)
{
	auto *op = static_cast<gnttab_copy *>(ops);
	EXPECT_GT(count, 0u);
	host->hypercalls++;
	for (u32 i = 0; i < count; i++, host->operations++)
		op[i].status = copy(op[i]);
}

// --- host.h: queues
// -------------------------------------------------------------------------------------------

void host_to_guest_lock(queue_host *q)
{
	EXPECT_FALSE(q->locked) << "deadlock";
	q->locked = true;
}
void host_to_guest_unlock(queue_host *q)
{
	EXPECT_TRUE(q->locked);
	q->locked = false;
}
bool host_to_guest_lock_to_send(queue_host *q)
{
	if (q->irqs_off && q->locked)
		return false;
	host_to_guest_lock(q);
	return true;
}
void host_softirq_off(void) {}
void host_softirq_on(void) {}
void host_schedule(queue_host *q, guest_side side)
{
	schedule(q->side(side));
}
void host_schedule_later(queue_host *q, guest_side side, u64 microseconds)
{
	EXPECT_GT(microseconds, 0u);
	q->side(side).timer = host->micros + microseconds;
}
void host_hold(queue_host *q, guest_side side, u32 microseconds)
{
	if (side == TO_GUEST)
		EXPECT_TRUE(q->locked);
	EXPECT_GT(microseconds, 0u);
	q->side(side).hold = host->micros + microseconds;
}
bool host_complete(queue_host *q, guest_side side, int)
{
	return complete(q->side(side));
}
void host_eoi(queue_host *q, guest_side side)
{
	end_of_interrupt(q->side(side));
}
void host_notify(queue_host *q, guest_side side)
{
	EXPECT_TRUE(q->side(side).bound);
	q->side(side).notified++;
}

sk_buff *host_backlog_peek(queue_host *q)
{
	EXPECT_TRUE(q->locked);
	return q->backlog.empty() ? nullptr : q->backlog.front();
}
sk_buff *host_backlog_pop(queue_host *q)
{
	sk_buff *skb = host_backlog_peek(q);
	q->backlog.pop_front();
	return skb;
}
void host_backlog_push(queue_host *q, sk_buff *skb, unsigned long expires)
{
	EXPECT_TRUE(q->locked);
	skb->expires = expires;
	q->backlog.push_back(skb);
}
unsigned long host_skb_expires(const sk_buff *skb)
{
	return skb->expires;
}
void host_txq_stop(queue_host *q)
{
	q->stopped = true;
}
void host_txq_wake(queue_host *q)
{
	q->stopped = false;
}
bool host_txq_idle(queue_host *q)
{
	return !q->stopped && !q->dev->shaped;
}

// --- host.h: skbs
// ----------------------------------------------------------------------------------------------

Bytes sk_buff::bytes() const
{
	Bytes out;
	for (const Part &part : parts)
		out.insert(out.end(), part.page + part.offset, part.page + part.offset + part.len);
	return out;
}

void ringway::test::free_skb(sk_buff *skb)
{
	for (const sk_buff::Part &part : skb->parts)
		host_page_free(part.page);
	host->live_skbs--;
	delete skb;
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
	if (skb->frag_list)
		return 0;
	for (const sk_buff::Part &part : skb->parts) {
		if (!part.len)
			continue;
		if (n == HOST_MAX_PIECES)
			return 0;
		out[n++] = {frame_of(part.page), static_cast<u16>(part.offset), static_cast<u16>(part.len)};
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

void host_skb_copy(const sk_buff *skb, void *to, u32 len)
{
	const Bytes bytes = skb->bytes();
	ASSERT_EQ(bytes.size(), len);
	std::memcpy(to, bytes.data(), len);
}

u32 host_pick_queue(vif_host *, sk_buff *skb)
{
	return skb->queue;
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

sk_buff *host_skb_new(queue_host *q, const void *head, u32 len)
{
	if (!host->skbs_left)
		return nullptr;
	host->skbs_left--;
	EXPECT_LE(len, kPageSize);
	const auto *bytes = static_cast<const u8 *>(head);
	sk_buff *skb = make_skb(Bytes(bytes, bytes + len));
	skb->from = q;
	return skb;
}

// INVARIANT of the kernel: at most MAX_SKB_FRAGS fragments.
void host_skb_add_page(sk_buff *skb, void *page, u32 len)
{
	EXPECT_GT(len, 0u);
	EXPECT_LE(len, kPageSize);
	skb->parts.push_back({static_cast<u8 *>(page), 0, len});
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
	return !(skb->parts[0].page[skb->parts[0].offset + 12] == 0xba);
}

namespace
{
Forwarded record(Forwarded::Kind kind, const sk_buff *skb, const brlite_verdict &verdict)
{
	return {kind,   skb->bytes(), skb->parts[0].len, skb->txflags, skb->info.gso_type, skb->info.gso_size,
		verdict};
}
} // namespace

void host_receive(queue_host *q, sk_buff *skb)
{
	q->receive.push_back(skb);
}

void host_receive_flush(queue_host *q)
{
	for (sk_buff *skb : q->receive) {
		q->dev->received.push_back(record(Forwarded::up, skb, {}));
		free_skb(skb);
	}
	q->receive.clear();
}

// --- host.h: the device and the switch
// ------------------------------------------------------------------------------

bool host_device_watched(const vif_host *dev)
{
	return dev->watched;
}
void host_device_carrier(vif_host *dev, bool on)
{
	dev->carrier = on;
}
void host_kick(vif_host *dev)
{
	dev->kicked = true;
}
void host_kick_later(vif_host *dev, unsigned long delay)
{
	if (!dev->later)
		dev->later = host->jiffies + delay;
}
void host_log_fatal(vif_host *dev, u32, const char *)
{
	dev->fatal_lines++;
}
void host_log_stall(vif_host *dev, u32, bool)
{
	for (const queue_host *q : host->queues)
		EXPECT_FALSE(q->dev == dev && q->locked) << "netconsole may send the line by this queue";
	dev->stall_lines++;
}

void host_rate_lock(vif_host *dev)
{
	EXPECT_FALSE(dev->rate_locked) << "deadlock";
	dev->rate_locked = true;
}
void host_rate_unlock(vif_host *dev)
{
	EXPECT_TRUE(dev->rate_locked);
	dev->rate_locked = false;
}

// --- the switch, and the device of a port

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

// A switch does with an skb what its verdict says: the owner's device transmits it.
void forward(brlite_port *port, const brlite_outgoing *batch, u32 n)
{
	port->sent.push_back(n);
	for (u32 i = 0; i < n; i++) {
		const brlite_verdict &verdict = *batch[i].verdict;
		sk_buff *skb = batch[i].skb;
		port->forwarded.push_back(record(Forwarded::forward, skb, verdict));
		void *owner = verdict.owner ? verdict.owner : verdict.port ? verdict.port->owner : nullptr;
		// Linux asks the device for the queue.
		const int wanted = owner ? netback_select_queue(static_cast<netback_vif *>(owner), skb) : -1;
		const u32 queue = wanted >= 0 ? static_cast<u32>(wanted) : skb->queue;
		if (verdict.action != BRLITE_PORT || !owner ||
		    netback_xmit(static_cast<netback_vif *>(owner), skb, queue))
			free_skb(skb);
	}
}

void forward_local(brlite_port *port, sk_buff *skb)
{
	port->forwarded.push_back(record(Forwarded::local, skb, {}));
	free_skb(skb);
}

u32 flood_ports(brlite_port *in, const brlite_frame *frame, brlite_port **out, u32 max, u32 *cursor)
{
	u32 n = 0;
	for (; n < max && *cursor < in->flood.size(); ++*cursor) {
		brlite_port *to = in->flood[*cursor];
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
	BRLITE_ABI_VERSION, nullptr,  nullptr, judge,         flood_ports,
	port_owner,         port_dev, forward, forward_local,
};

u32 host_longest_frame(const net_device *dev)
{
	return reinterpret_cast<const brlite_port *>(dev)->longest;
}

// --- host.h: connecting
// ------------------------------------------------------------------------------------------------

int host_read_frontend(vif_host *dev, frontend_features *out)
{
	if (!dev->readable || host->step_fails()) {
		host_report_error(dev, -EINVAL, "reading the frontend");
		return -EINVAL;
	}
	*out = dev->frontend;
	return 0;
}

int host_read_headroom(vif_host *dev, u32 *bytes)
{
	*bytes = dev->headroom;
	if (!dev->headroom_text)
		return 0;
	host_report_error(dev, -EINVAL, "reading xdp-headroom");
	return -EINVAL;
}

queue_host *host_queue_create(vif_host *dev, u32 index, u32, netback_queue *queue, void **from_guest_ring,
			      void **to_guest_ring, int *error)
{
	*error = -EINVAL;
	auto *q = new queue_host;
	host->live_queues++;
	q->dev = dev;
	q->queue = queue;
	q->index = index;
	host->queues.insert(q);
	// The nodes, then each ring.
	for (void **ring : {static_cast<void **>(nullptr), &q->from_guest.ring, &q->to_guest.ring}) {
		if (host->step_fails() || index >= dev->guest->queue.size()) {
			host_report_error(dev, -EINVAL, "creating a queue");
			host_queue_destroy(q);
			return nullptr;
		}
		if (ring) {
			auto &front = dev->guest->queue[index];
			*ring = ring == &q->from_guest.ring ? front.tx_page : front.rx_page;
			host->live_rings++;
		}
	}
	*from_guest_ring = q->from_guest.ring;
	*to_guest_ring = q->to_guest.ring;
	*error = 0;
	return q;
}

void host_queue_destroy(queue_host *q)
{
	EXPECT_FALSE(q->enabled);
	EXPECT_FALSE(q->from_guest.bound || q->to_guest.bound);
	EXPECT_TRUE(q->backlog.empty());
	EXPECT_FALSE(q->locked);
	host->live_rings -= (q->from_guest.ring != nullptr) + (q->to_guest.ring != nullptr);
	host->live_queues--;
	host->queues.erase(q);
	delete q;
}

int host_queue_bind(queue_host *q)
{
	for (queue_host::Side *side : {&q->from_guest, &q->to_guest}) {
		if (host->step_fails()) {
			host_report_error(q->dev, -EINVAL, "binding an event channel");
			return -EINVAL;
		}
		EXPECT_FALSE(side->bound);
		side->bound = true;
		host->live_channels++;
	}
	return 0;
}

void host_queue_unbind(queue_host *q)
{
	EXPECT_FALSE(q->enabled) << "unbound while polls may run";
	for (queue_host::Side *side : {&q->from_guest, &q->to_guest}) {
		host->live_channels -= side->bound;
		side->bound = false;
	}
}

void host_queue_enable(queue_host *q)
{
	EXPECT_TRUE(host->rtnl_locked);
	q->enabled = true;
}
void host_queue_disable(queue_host *q)
{
	EXPECT_TRUE(host->rtnl_locked);
	q->enabled = false;
	q->from_guest.timer = q->to_guest.timer = 0;
}

void host_life_lock(vif_host *dev)
{
	EXPECT_FALSE(dev->life_locked) << "deadlock";
	dev->life_locked = true;
}
void host_life_unlock(vif_host *dev)
{
	EXPECT_TRUE(dev->life_locked);
	dev->life_locked = false;
}
void host_rtnl_lock(void)
{
	EXPECT_FALSE(host->rtnl_locked) << "deadlock";
	host->rtnl_locked = true;
}
void host_rtnl_unlock(void)
{
	EXPECT_TRUE(host->rtnl_locked);
	host->rtnl_locked = false;
}
void host_rtnl_assert_locked(void)
{
	EXPECT_TRUE(host->rtnl_locked);
}

int host_device_connected(vif_host *dev, u32 queues, u32 max_mtu)
{
	EXPECT_TRUE(dev->life_locked);
	EXPECT_EQ(queues, dev->vif->queue_count.load());
	EXPECT_EQ(max_mtu, netback_max_mtu(dev->vif));
	return host->step_fails() ? -ENOMEM : 0;
}

void host_device_start(vif_host *dev)
{
	EXPECT_TRUE(host->rtnl_locked);
	dev->connects++;
	EXPECT_FALSE(dev->connected) << "connected twice";
	dev->connected = dev->carrier = true;
}

void host_device_disconnected(vif_host *dev)
{
	EXPECT_TRUE(host->rtnl_locked);
	dev->carrier = false;
	dev->disconnects += dev->connected;
	dev->connected = false;
}

// INVARIANT: readers find no queues before it starts.
void host_grace_period(void)
{
	host->grace_periods++;
	for (vif_host *dev : host->vifs)
		if (!dev->connected)
			EXPECT_EQ(dev->vif->queue_count.load(), 0u)
				<< "a grace period while queues are still visible";
}

bool host_hotplug_connected(vif_host *dev)
{
	return dev->hotplug;
}
void host_report_state(vif_host *dev, int state)
{
	dev->states.push_back(state);
}
void host_report_error(vif_host *dev, int error, const char *what)
{
	EXPECT_LT(error, 0);
	dev->errors.emplace_back(what);
	dev->states.push_back(static_cast<int>(BackendState::closing)); // as xenbus_dev_fatal() does
}
bool host_device_online(vif_host *dev)
{
	return dev->online;
}
// --- what tests make
// -----------------------------------------------------------------------------------------------------

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
		skb->parts.push_back({page, offset, len});
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
