// SPDX-License-Identifier: GPL-2.0-only
// The machine: Xen's grant copies, memory, skbs, and how polls and interrupts come about.
#include "fake.hpp"
#include <cstdlib>
#include <cstring>
#include <gtest/gtest.h>

using namespace ringway;
using namespace ringway::test;

Host *ringway::test::host;

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

void interrupt(nb_kqueue &kq, nb_kqueue::Side &side, int (*work)(void *))
{
	if (!side.bound || !kq.enabled || side.owed || !side.pending)
		return;
	side.pending = false;
	side.owed = true;
	side.interrupts++;
	if (work(kq.queue)) {
		side.scheduled = true;
	} else {
		side.owed = false;
		side.spurious++;
	}
}

void poll(nb_kqueue &kq, nb_kqueue::Side &side, int (*function)(void *, int))
{
	constexpr int budget = 64;
	side.polling = true;
	side.completed = side.missed = false;
	const int done = function(kq.queue, budget);
	side.polling = false;
	EXPECT_GE(done, 0);
	EXPECT_LE(done, budget);
	if (side.completed)
		EXPECT_LT(done, budget) << "completed a poll that used up its budget";
	else
		EXPECT_EQ(done, budget) << "a poll that is not through must say so";
	EXPECT_FALSE(kq.locked) << "the RX lock outlived a poll";
	EXPECT_TRUE(kq.receive.empty()) << "skbs were not flushed";
}

void schedule(nb_kqueue::Side &side)
{
	if (side.polling && !side.completed)
		side.missed = true;
	else
		side.scheduled = true;
}

int complete(nb_kqueue::Side &side)
{
	EXPECT_TRUE(side.polling) << "completed outside of a poll";
	EXPECT_FALSE(side.completed) << "completed twice";
	side.completed = true;
	side.scheduled = side.missed;
	return !side.missed;
}

void end_of_interrupt(nb_kqueue::Side &side)
{
	side.owed = false;
}
} // namespace

Host::Host()
{
	EXPECT_EQ(host, nullptr);
	host = this;
	EXPECT_EQ(nb_lanes_create(), 0);
}

Host::~Host()
{
	nb_lanes_destroy();
	EXPECT_EQ(leaks(), "");
	host = nullptr;
}

void Host::poll_tx(nb_kqueue &kq)
{
	kq.tx.scheduled = false;
	poll(kq, kq.tx, nb_queue_tx_poll);
}

void Host::poll_rx(nb_kqueue &kq)
{
	kq.rx.scheduled = false;
	poll(kq, kq.rx, nb_queue_rx_poll);
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
	for (const nb_kqueue *kq : queues)
		if (kq->enabled && kq->queue->waits && kq->tx_hold && (!due || kq->tx_hold < due))
			due = kq->tx_hold;
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
		for (nb_kqueue *kq : all) {
			if (!queues.contains(kq) || !kq->enabled)
				continue;
			if (kq->tx_timer && kq->tx_timer <= micros) {
				kq->tx_timer = 0;
				schedule(kq->tx);
			}
			if (kq->rx_timer && kq->rx_timer <= micros) {
				kq->rx_timer = 0;
				schedule(kq->rx);
			}
			if (kq->tx_hold && kq->tx_hold <= micros) {
				kq->tx_hold = 0;
				schedule(kq->tx);
			}
			if (kq->rx_hold && kq->rx_hold <= micros) {
				kq->rx_hold = 0;
				nb_queue_rx_held(kq->queue);
			}
			interrupt(*kq, kq->tx, nb_queue_tx_event);
			interrupt(*kq, kq->rx, nb_queue_rx_event);
			if (kq->tx.scheduled) {
				idle = false;
				poll(*kq, kq->tx, nb_queue_tx_poll);
			}
			if (kq->rx.scheduled) {
				idle = false;
				poll(*kq, kq->rx, nb_queue_rx_poll);
			}
		}
		for (nb_kvif *kvif : vifs)
			if (kvif->kicked || (kvif->later && kvif->later <= jiffies)) {
				idle = kvif->kicked = false;
				kvif->later = 0;
				nb_vif_housekeeping(kvif->vif);
			}
		if (idle && !pass_wait())
			return;
	}
	FAIL() << "never comes to rest";
}

// --- glue.h: memory, time, Xen
// ------------------------------------------------------------------------------

void *nb_alloc(unsigned long size)
{
	if (host->step_fails())
		return nullptr;
	host->live_memory++;
	return std::calloc(1, size);
}

void nb_free(void *memory)
{
	host->live_memory -= memory != nullptr;
	std::free(memory);
}

void *nb_page_alloc(nb_u64 *frame)
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

void nb_page_free(void *page)
{
	host->live_pages--;
	EXPECT_EQ(host->frames.erase(frame_of(static_cast<u8 *>(page))), 1u);
	std::free(page);
}

void *nb_this_cpu_lane(void)
{
	return host->lane[host->cpu];
}
void nb_set_cpu_lane(unsigned int cpu, void *lane)
{
	EXPECT_TRUE(nb_cpu_possible(cpu));
	host->lane[cpu] = lane;
}
void *nb_cpu_lane(unsigned int cpu)
{
	return host->lane[cpu];
}
int nb_cpu_possible(unsigned int cpu)
{
	return cpu != 1; // numbers have holes
}
unsigned int nb_cpu_count(void)
{
	return std::size(host->lane);
}
unsigned long nb_jiffies(void)
{
	return host->jiffies;
}
nb_u64 nb_micros(void)
{
	return host->micros;
}
nb_u64 nb_cycles(void)
{
	return host->cycles += host->cycles_step;
}
nb_u64 nb_nanos(nb_u64 cycles)
{
	return cycles / 2;
}
unsigned long nb_msecs(unsigned int msecs)
{
	return msecs;
}

void nb_grant_copy(void *ops, unsigned int count)
{
	auto *op = static_cast<gnttab_copy *>(ops);
	EXPECT_GT(count, 0u);
	host->hypercalls++;
	for (u32 i = 0; i < count; i++, host->operations++)
		op[i].status = copy(op[i]);
}

unsigned int nb_param_fatal_slots(void)
{
	return host->fatal_slots;
}
unsigned int nb_param_drain_msecs(void)
{
	return host->drain_msecs;
}
unsigned int nb_param_stall_msecs(void)
{
	return host->stall_msecs;
}

// --- glue.h: queues
// -------------------------------------------------------------------------------------------

void nb_rx_lock(nb_kqueue *kq)
{
	EXPECT_FALSE(kq->locked) << "deadlock";
	kq->locked = true;
}
void nb_rx_unlock(nb_kqueue *kq)
{
	EXPECT_TRUE(kq->locked);
	kq->locked = false;
}
int nb_rx_lock_to_send(nb_kqueue *kq)
{
	if (kq->irqs_off && kq->locked)
		return 0;
	nb_rx_lock(kq);
	return 1;
}
void nb_softirq_off(void) {}
void nb_softirq_on(void) {}
void nb_schedule_tx(nb_kqueue *kq)
{
	schedule(kq->tx);
}
void nb_schedule_rx(nb_kqueue *kq)
{
	schedule(kq->rx);
}
void nb_schedule_tx_later(nb_kqueue *kq, nb_u64 microseconds)
{
	EXPECT_GT(microseconds, 0u);
	kq->tx_timer = host->micros + microseconds;
}
void nb_schedule_rx_later(nb_kqueue *kq, nb_u64 microseconds)
{
	EXPECT_GT(microseconds, 0u);
	kq->rx_timer = host->micros + microseconds;
}
void nb_hold_tx(nb_kqueue *kq, unsigned int microseconds)
{
	EXPECT_GT(microseconds, 0u);
	kq->tx_hold = host->micros + microseconds;
}
void nb_hold_rx(nb_kqueue *kq, unsigned int microseconds)
{
	EXPECT_TRUE(kq->locked);
	EXPECT_GT(microseconds, 0u);
	kq->rx_hold = host->micros + microseconds;
}
int nb_complete_tx(nb_kqueue *kq, int)
{
	return complete(kq->tx);
}
int nb_complete_rx(nb_kqueue *kq, int)
{
	return complete(kq->rx);
}
void nb_eoi_tx(nb_kqueue *kq)
{
	end_of_interrupt(kq->tx);
}
void nb_eoi_rx(nb_kqueue *kq)
{
	end_of_interrupt(kq->rx);
}
void nb_notify_tx(nb_kqueue *kq)
{
	EXPECT_TRUE(kq->tx.bound);
	kq->tx.notified++;
}
void nb_notify_rx(nb_kqueue *kq)
{
	EXPECT_TRUE(kq->rx.bound);
	kq->rx.notified++;
}

sk_buff *nb_backlog_peek(nb_kqueue *kq)
{
	EXPECT_TRUE(kq->locked);
	return kq->backlog.empty() ? nullptr : kq->backlog.front();
}
sk_buff *nb_backlog_pop(nb_kqueue *kq)
{
	sk_buff *skb = nb_backlog_peek(kq);
	kq->backlog.pop_front();
	return skb;
}
void nb_backlog_push(nb_kqueue *kq, sk_buff *skb, unsigned long expires)
{
	EXPECT_TRUE(kq->locked);
	skb->expires = expires;
	kq->backlog.push_back(skb);
}
unsigned long nb_skb_expires(const sk_buff *skb)
{
	return skb->expires;
}
void nb_txq_stop(nb_kqueue *kq)
{
	kq->stopped = true;
}
void nb_txq_wake(nb_kqueue *kq)
{
	kq->stopped = false;
}
int nb_txq_idle(nb_kqueue *kq)
{
	return !kq->stopped && !kq->kvif->shaped;
}

// --- glue.h: skbs
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
		nb_page_free(part.page);
	host->live_skbs--;
	delete skb;
}

// The bytes, and what Linux keeps beside them.
unsigned int nb_skb_memory(const sk_buff *skb)
{
	return static_cast<u32>(skb->bytes().size()) + kSkbOverhead;
}

void nb_skb_describe(const sk_buff *skb, nb_skb_info *info)
{
	*info = skb->info;
	info->len = static_cast<u32>(skb->bytes().size());
	info->memory = nb_skb_memory(skb);
}

unsigned int nb_skb_pieces(const sk_buff *skb, nb_piece *out)
{
	u32 n = 0;
	if (skb->frag_list)
		return 0;
	for (const sk_buff::Part &part : skb->parts) {
		if (!part.len)
			continue;
		if (n == NB_MAX_PIECES)
			return 0;
		out[n++] = {frame_of(part.page), static_cast<u16>(part.offset), static_cast<u16>(part.len)};
	}
	return n;
}

unsigned int nb_skb_head(const sk_buff *skb, void *to, unsigned int len)
{
	const Bytes bytes = skb->bytes();
	const u32 n = len < bytes.size() ? len : static_cast<u32>(bytes.size());
	std::memcpy(to, bytes.data(), n);
	return n;
}

void nb_skb_done(sk_buff *skb)
{
	free_skb(skb);
}
void nb_skb_drop(sk_buff *skb)
{
	free_skb(skb);
}

void nb_skb_copy(const sk_buff *skb, void *to, unsigned int len)
{
	const Bytes bytes = skb->bytes();
	ASSERT_EQ(bytes.size(), len);
	std::memcpy(to, bytes.data(), len);
}

unsigned int nb_pick_queue(nb_kvif *, sk_buff *skb)
{
	return skb->queue;
}

sk_buff *nb_skb_cut(sk_buff *skb)
{
	return std::exchange(skb->next, nullptr);
}

sk_buff *nb_skb_join(sk_buff *first, sk_buff *rest)
{
	sk_buff *last = first;
	while (last->next)
		last = last->next;
	last->next = rest;
	return first;
}

// The kernel's validation drops, keeps or segments.
sk_buff *nb_skb_suit(nb_kvif *kvif, sk_buff *skb)
{
	return kvif->suit ? kvif->suit(skb) : skb;
}

sk_buff *nb_skb_new(nb_kqueue *kq, const void *head, unsigned int len)
{
	if (!host->skbs_left)
		return nullptr;
	host->skbs_left--;
	EXPECT_LE(len, kPageSize);
	const auto *bytes = static_cast<const u8 *>(head);
	sk_buff *skb = make_skb(Bytes(bytes, bytes + len));
	skb->from = kq;
	return skb;
}

// INVARIANT of the kernel: at most MAX_SKB_FRAGS fragments.
void nb_skb_add_page(sk_buff *skb, void *page, unsigned int len)
{
	EXPECT_GT(len, 0u);
	EXPECT_LE(len, kPageSize);
	skb->parts.push_back({static_cast<u8 *>(page), 0, len});
	EXPECT_LE(skb->parts.size(), 18u) << "MAX_SKB_FRAGS";
}

int nb_skb_finish(nb_kqueue *kq, sk_buff *skb, unsigned int txflags, unsigned int gso_type,
		  unsigned int gso_size, nb_u64 *)
{
	skb->txflags = txflags;
	skb->info.csum_partial = txflags & NETTXF_csum_blank ? 1 : 0;
	skb->info.csum_unnecessary = !skb->info.csum_partial && txflags & NETTXF_data_validated;
	skb->info.gso_type = static_cast<u8>(gso_type);
	skb->info.gso_size = static_cast<u16>(gso_size);
	skb->queue = kq->index;
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

void nb_receive_queue(nb_kqueue *kq, sk_buff *skb)
{
	kq->receive.push_back(skb);
}

void nb_receive_flush(nb_kqueue *kq)
{
	for (sk_buff *skb : kq->receive) {
		kq->kvif->received.push_back(record(Forwarded::up, skb, {}));
		free_skb(skb);
	}
	kq->receive.clear();
}

// --- glue.h: the device and the switch
// ------------------------------------------------------------------------------

int nb_device_watched(const nb_kvif *kvif)
{
	return kvif->watched;
}
void nb_device_carrier(nb_kvif *kvif, int on)
{
	kvif->carrier = on;
}
void nb_vif_kick(nb_kvif *kvif)
{
	kvif->kicked = true;
}
void nb_vif_kick_later(nb_kvif *kvif, unsigned long delay)
{
	if (!kvif->later)
		kvif->later = host->jiffies + delay;
}
void nb_log_fatal(nb_kvif *kvif, unsigned int, const char *)
{
	kvif->fatal_lines++;
}
void nb_log_stall(nb_kvif *kvif, unsigned int, int)
{
	for (const nb_kqueue *kq : host->queues)
		EXPECT_FALSE(kq->kvif == kvif && kq->locked) << "netconsole may send the line by this queue";
	kvif->stall_lines++;
}

void nb_rate_lock(nb_kvif *kvif)
{
	EXPECT_FALSE(kvif->rate_locked) << "deadlock";
	kvif->rate_locked = true;
}
void nb_rate_unlock(nb_kvif *kvif)
{
	EXPECT_TRUE(kvif->rate_locked);
	kvif->rate_locked = false;
}

void nb_classify(brlite_port *port, const brlite_frame *frames, brlite_verdict *verdicts, unsigned int n)
{
	port->batches.push_back(n);
	for (u32 i = 0; i < n; i++) {
		EXPECT_GE(frames[i].staged, 14u);
		EXPECT_LE(frames[i].staged, frames[i].len);
		verdicts[i] = port->decide(frames[i]);
	}
}

// A switch does with an skb what its verdict says: the owner's device transmits it.
void nb_forward(brlite_port *port, const brlite_outgoing *batch, unsigned int n)
{
	port->sent.push_back(n);
	for (u32 i = 0; i < n; i++) {
		const brlite_verdict &verdict = *batch[i].verdict;
		sk_buff *skb = batch[i].skb;
		port->forwarded.push_back(record(Forwarded::forward, skb, verdict));
		void *owner = verdict.owner ? verdict.owner : verdict.port ? verdict.port->owner : nullptr;
		// Linux asks the device for the queue.
		const int wanted = owner ? nb_vif_select_queue(owner, skb) : -1;
		const u32 queue = wanted >= 0 ? static_cast<u32>(wanted) : skb->queue;
		if (verdict.action != BRLITE_PORT || !owner || nb_vif_xmit(owner, skb, queue))
			free_skb(skb);
	}
}

void nb_forward_local(brlite_port *port, sk_buff *skb)
{
	port->forwarded.push_back(record(Forwarded::local, skb, {}));
	free_skb(skb);
}

unsigned int nb_flood_ports(brlite_port *in, const brlite_frame *frame, brlite_port **out, unsigned int max,
			    unsigned int *cursor)
{
	u32 n = 0;
	for (; n < max && *cursor < in->flood.size(); ++*cursor) {
		brlite_port *to = in->flood[*cursor];
		if (to != in && (frame->len <= to->longest || frame->flags & BRLITE_FRAME_GSO))
			out[n++] = to;
	}
	return n;
}
void *nb_port_owner(brlite_port *port)
{
	return port->owner;
}
unsigned int nb_port_longest(brlite_port *port)
{
	return port->longest;
}

// --- glue.h: connecting
// ------------------------------------------------------------------------------------------------

int nb_read_frontend(nb_kvif *kvif, nb_frontend *out)
{
	if (!kvif->readable || host->step_fails()) {
		nb_report_error(kvif, -EINVAL, "reading the frontend");
		return -EINVAL;
	}
	*out = kvif->frontend;
	return 0;
}

int nb_read_headroom(nb_kvif *kvif, unsigned int *bytes)
{
	*bytes = kvif->headroom;
	if (!kvif->headroom_text)
		return 0;
	nb_report_error(kvif, -EINVAL, "reading xdp-headroom");
	return -EINVAL;
}

nb_kqueue *nb_kqueue_create(nb_kvif *kvif, unsigned int index, unsigned int, void *queue, void **tx_ring,
			    void **rx_ring, int *error)
{
	*error = -EINVAL;
	auto *kq = new nb_kqueue;
	host->live_queues++;
	kq->kvif = kvif;
	kq->queue = static_cast<Queue *>(queue);
	kq->index = index;
	host->queues.insert(kq);
	// The nodes, then each ring.
	for (void **ring : {static_cast<void **>(nullptr), &kq->tx_ring, &kq->rx_ring}) {
		if (host->step_fails() || index >= kvif->guest->queue.size()) {
			nb_report_error(kvif, -EINVAL, "creating a queue");
			nb_kqueue_destroy(kq);
			return nullptr;
		}
		if (ring) {
			auto &front = kvif->guest->queue[index];
			*ring = ring == &kq->tx_ring ? front.tx_page : front.rx_page;
			host->live_rings++;
		}
	}
	*tx_ring = kq->tx_ring;
	*rx_ring = kq->rx_ring;
	*error = 0;
	return kq;
}

void nb_kqueue_destroy(nb_kqueue *kq)
{
	EXPECT_FALSE(kq->enabled);
	EXPECT_FALSE(kq->tx.bound || kq->rx.bound);
	EXPECT_TRUE(kq->backlog.empty());
	EXPECT_FALSE(kq->locked);
	host->live_rings -= (kq->tx_ring != nullptr) + (kq->rx_ring != nullptr);
	host->live_queues--;
	host->queues.erase(kq);
	delete kq;
}

int nb_kqueue_bind(nb_kqueue *kq, unsigned int)
{
	for (nb_kqueue::Side *side : {&kq->tx, &kq->rx}) {
		if (host->step_fails()) {
			nb_report_error(kq->kvif, -EINVAL, "binding an event channel");
			return -EINVAL;
		}
		EXPECT_FALSE(side->bound);
		side->bound = true;
		host->live_channels++;
	}
	return 0;
}

void nb_kqueue_unbind(nb_kqueue *kq)
{
	EXPECT_FALSE(kq->enabled) << "unbound while polls may run";
	for (nb_kqueue::Side *side : {&kq->tx, &kq->rx}) {
		host->live_channels -= side->bound;
		side->bound = false;
	}
}

void nb_kqueue_enable(nb_kqueue *kq)
{
	kq->enabled = true;
}
void nb_kqueue_disable(nb_kqueue *kq)
{
	kq->enabled = false;
	kq->tx_timer = kq->rx_timer = 0;
}

int nb_device_connected(nb_kvif *kvif, unsigned int queues)
{
	EXPECT_EQ(queues, kvif->vif->queue_count.load());
	if (host->step_fails())
		return -ENOMEM;
	kvif->connects++;
	EXPECT_FALSE(kvif->connected) << "connected twice";
	kvif->connected = true;
	if (kvif->up)
		nb_vif_up(kvif->vif);
	kvif->carrier = true;
	return 0;
}

void nb_device_disconnected(nb_kvif *kvif)
{
	kvif->carrier = false;
	if (!kvif->connected)
		return;
	kvif->disconnects++;
	kvif->connected = false;
	nb_vif_down(kvif->vif);
}

// INVARIANT: readers find no queues before it starts.
void nb_grace_period(void)
{
	host->grace_periods++;
	for (nb_kvif *kvif : host->vifs)
		if (!kvif->connected)
			EXPECT_EQ(kvif->vif->queue_count.load(), 0u)
				<< "a grace period while queues are still visible";
}

int nb_hotplug_connected(nb_kvif *kvif)
{
	return kvif->hotplug;
}
void nb_report_state(nb_kvif *kvif, int state)
{
	kvif->states.push_back(state);
}
void nb_report_error(nb_kvif *kvif, int error, const char *what)
{
	EXPECT_LT(error, 0);
	kvif->errors.emplace_back(what);
	kvif->states.push_back(static_cast<int>(BackendState::closing)); // as xenbus_dev_fatal() does
}
int nb_device_online(nb_kvif *kvif)
{
	return kvif->online;
}
void nb_device_unregister(nb_kvif *kvif)
{
	kvif->unregistered = true;
}

// --- what tests make
// -----------------------------------------------------------------------------------------------------

sk_buff *ringway::test::make_skb(const Bytes &bytes, const std::vector<u32> &cuts)
{
	auto *skb = new sk_buff;
	host->live_skbs++;
	u32 done = 0;
	const auto add = [&](u32 len) {
		nb_u64 frame;
		const u64 left = host->pages_left;
		host->pages_left = ~0ull; // the linear area is not what tests run out of
		auto *page = static_cast<u8 *>(nb_page_alloc(&frame));
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
