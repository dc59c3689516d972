// SPDX-License-Identifier: GPL-2.0-only
//
// Buffers that the backend maps once, in place of a grant copy for each packet.
//
//     link up     GET_GREF_MAPPING_SIZE     how many buffers of a queue?
//     per queue   all its buffers are made, and from now on every packet is copied through them
//                 ADD_GREF_MAPPING          a list of them in a page that is granted for this one message
//
// On the rings nothing changes: requests name the same grants. What is copied because a buffer might be
// mapped is right as well where it is not. So nothing waits for an answer, neither a packet nor a state of
// the vif, and a backend that does not answer costs the direction its lent pages, no more.
//
// HOSTILE: what the backend says of its mappings. It decides only which way packets go. Whether a page may be
// used for something else is decided by revoking its grant alone (TxSlot, RxQueue::Buffer).
//
// CONTEXT: process, with the life mutex.
#include "netfront/mapping.hpp"
#include "netfront/vif.hpp"

namespace ringway::netfront
{
namespace
{
constexpr u32 kFragsUnderWay = 20; // ms until the next look for frags that were granted before
// Periods of the watch that a message may take: 5 to 10 s.
constexpr u32 kMessagePatience = 2;
} // namespace

// Without the ring all goes as with a backend that has none.
void Vif::make_control()
{
	if (!wants_control_ || control_.begin(host_))
		return;
	host_log(host_, "not enough memory or grants for a control ring: buffers are not mapped");
}

void Vif::begin_mapping()
{
	if (!control_.there() || mapping_ != Mapping::none)
		return;
	go(Mapping::sizing);
	control_.ask(XEN_NETIF_CTRL_TYPE_GET_GREF_MAPPING_SIZE, 0);
}

// The backend's next driver has our rings, the control ring among them, and nothing mapped. A message that
// was not answered stays on the ring, so this driver answers it.
void Vif::map_again()
{
	map_anew_ = mapping_ == Mapping::sizing || mapping_ == Mapping::offered;
	if (map_anew_ || mapping_ == Mapping::none)
		return;
	for (next_to_map_ = 0; next_to_map_ < active_; next_to_map_++)
		keep_buffers(false);
	mapped_queues_.store(0, std::memory_order_relaxed);
	mapping_given_up_ = false;
	go(Mapping::none);
	begin_mapping();
}

void Vif::go(Mapping mapping)
{
	mapping_ = mapping;
	mapping_age_ = 0;
}

void Vif::control_later()
{
	LifeLock lock{host_};
	if (!control_.there() || shared_.broken())
		return; // no end of interrupt: the channel stays masked
	const bool interrupted = control_.interrupted.exchange(false, std::memory_order_relaxed);
	bool worked = false;
	// INVARIANT: ends, because one answer is taken for each message of ours, and we have few.
	for (;;) {
		CtrlResponse answer;
		const Result<bool> taken = control_.take(answer);
		if (!taken.ok()) {
			(void)shared_.broken_by("control response for a message that was not sent");
			return shared_.break_off();
		}
		if (taken.value()) {
			worked = true;
			answered(answer);
		} else if (!control_.ask_event()) {
			break;
		}
	}
	if (mapping_ == Mapping::preparing)
		offer_buffers();
	if (interrupted)
		host_control_eoi(host_, !worked);
}

void Vif::answered(const CtrlResponse &answer)
{
	const bool success = answer.status == XEN_NETIF_CTRL_STATUS_SUCCESS;
	if (map_anew_) {
		list_.end();
		go(Mapping::settled);
		return map_again();
	}
	if (mapping_ == Mapping::sizing) {
		map_per_queue_ = success && !mapping_given_up_ ? buffers_to_map(answer.data) : 0;
		next_to_map_ = 0;
		return go(map_per_queue_ ? Mapping::preparing : Mapping::settled);
	}
	list_.end();
	if (!success) {
		host_log(host_, "the backend does not map the buffers that it offered to");
		keep_buffers(false);
		return go(Mapping::settled);
	}
	mapped_queues_.store(++next_to_map_, std::memory_order_relaxed);
	go(mapping_given_up_ || next_to_map_ == active_ ? Mapping::settled : Mapping::preparing);
}

void Vif::offer_buffers()
{
	const Result<bool> ready = prepare_buffers();
	if (ready.ok() && !ready.value())
		return host_control_later(host_, kFragsUnderWay);
	if (!ready.ok() || !list_.begin(host_)) {
		host_log(host_, "not enough memory or grants to have buffers mapped");
		keep_buffers(false);
		return go(Mapping::settled);
	}
	netfront_queue &queue = *queue_[next_to_map_];
	auto *list = static_cast<MapEntry *>(list_.page());
	{
		TxLockBh lock{queue.tx};
		queue.tx.list_buffers(list);
	}
	if (map_per_queue_ > kTxBuffers)
		queue.rx.list_buffers(list + kTxBuffers);
	offered_ = true;
	go(Mapping::offered);
	control_.ask(XEN_NETIF_CTRL_TYPE_ADD_GREF_MAPPING, next_to_map_, list_.ref(), map_per_queue_);
}

// Every buffer of the next queue is there, and stays. False: frags that were granted before are under way.
Result<bool> Vif::prepare_buffers()
{
	netfront_queue &queue = *queue_[next_to_map_];
	{
		TxLockBh lock{queue.tx};
		queue.tx.keep_buffers(true);
	}
	for (;;) {
		page *page = host_page_alloc(true);
		if (!page)
			return Error::no_memory;
		TxLockBh lock{queue.tx};
		if (queue.tx.give_buffer(page))
			continue;
		host_page_free(page);
		if (!queue.tx.all_buffers())
			return false;
		break;
	}
	if (map_per_queue_ <= kTxBuffers)
		return true;
	RtnlLock rtnl_lock;
	const bool runs = up_ && linked_;
	if (runs)
		host_queue_disable(queue.host);
	host_softirq_off();
	const bool made = queue.rx.make_all();
	host_softirq_on();
	queue.rx.keep_buffers(made);
	if (runs)
		host_queue_enable(queue.host);
	if (!made)
		return Error::no_memory;
	return true;
}

// Of the queue whose turn it is.
void Vif::keep_buffers(bool on)
{
	netfront_queue &queue = *queue_[next_to_map_];
	{
		TxLockBh lock{queue.tx};
		queue.tx.keep_buffers(on);
	}
	queue.rx.keep_buffers(on);
}

// CONTEXT: once per period of the watch. An event may have been lost, or the backend is silent.
void Vif::watch_mapping()
{
	if (mapping_ == Mapping::none || mapping_ == Mapping::settled || mapping_given_up_)
		return;
	host_control_later(host_, 0);
	if (++mapping_age_ < kMessagePatience)
		return;
	host_log(host_, mapping_ == Mapping::preparing
				? "packets are still under way: buffers are not mapped"
				: "no answer from the backend over the control ring: buffers are not mapped");
	mapping_given_up_ = true;
	// What is offered may be mapped at any time, so it stays as it is until there is an answer.
	if (mapping_ == Mapping::preparing) {
		keep_buffers(false);
		go(Mapping::settled);
	}
}

// INVARIANT: halted.
void Vif::forget_mapping()
{
	list_.end();
	control_.end();
	go(Mapping::none);
	mapping_given_up_ = offered_ = map_anew_ = false;
	mapped_queues_.store(0, std::memory_order_relaxed);
}

// CONTEXT: hard interrupt.
void Vif::control_event()
{
	if (RINGWAY_UNLIKELY(shared_.broken()))
		return; // no end of interrupt
	control_.interrupted.store(true, std::memory_order_relaxed);
	host_control_later(host_, 0);
}
} // namespace ringway::netfront

extern "C" void netfront_control_event(netfront_vif *vif)
{
	vif->control_event();
}

extern "C" void netfront_control_later(netfront_vif *vif)
{
	vif->control_later();
}

extern "C" ringway::u32 netfront_mapped_queues(const netfront_vif *vif)
{
	return vif->mapped_queues();
}
