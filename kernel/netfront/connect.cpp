// SPDX-License-Identifier: GPL-2.0-only
//
// From a backend in InitWait to rings that both sides know, and back.
//
//     negotiate   read what the backend offers, once
//     make_queues rings, grants, buffers, event channels
//     advertise   all of it in one XenStore transaction
//
// A queue owns what it made. Whatever fails, disconnect() gives back what there is, from any state.
#include "core/mac.hpp"
#include "netfront/vif.hpp"
#include <initializer_list>

namespace ringway::netfront
{
namespace
{
constexpr u32 kLeastMtu = 68;   // IPv4's
constexpr u32 kPlainMtu = 1500; // of one slot, and where the node is not there
constexpr u32 kMostMtu = 65517; // a frame's length has 16 bits; header and a VLAN tag
} // namespace

// HOSTILE: every value. Read once here; nothing looks at the backend's nodes again while connected.
Result<void> Vif::negotiate()
{
	const auto flag = [this](const char *node) {
		return host_xenstore_read(host_, XENSTORE_BACKEND, node, 0) != 0;
	};
	if (!flag("feature-rx-copy")) // granting pages for it to keep ended in 2011
		return Error::missing;
	features_ = {flag("feature-sg"), flag("feature-gso-tcpv4"), flag("feature-gso-tcpv6"),
		     flag("feature-ipv6-csum-offload")};
	split_events_ = flag("feature-split-event-channels");
	shared_.agreed_headroom = flag("feature-xdp-headroom");
	wants_control_ = host_map_buffers() && flag("feature-ctrl-ring");
	shared_.trust_again();
	shared_.bounce = !host_trusted(host_) || host_xenstore_read(host_, XENSTORE_OURS, "trusted", 1) == 0;
	shared_.backend = host_backend_domain(host_);

	u32 queues = host_xenstore_read(host_, XENSTORE_BACKEND, "multi-queue-max-queues", 1);
	queues = queues < 1 ? 1 : queues;
	active_ = queues < allocated_ ? queues : allocated_;
	return {};
}

// The guest's MAC address, from its own directory. The vif does not connect without a unicast address.
// HOSTILE: text of any kind, or none.
Result<void> Vif::read_address(netdev_wish &wish)
{
	char text[24] = "";
	const bool there = host_xenstore_text(host_, XENSTORE_OURS, "mac", text, sizeof text);
	const auto mac = parse_mac(text);
	if (!there || !mac.ok() || !mac_is_station(mac.value())) {
		host_refused(host_, "mac", text,
			     "not a unicast MAC address (expected for example 00:16:3e:12:34:56)");
		return Error::invalid;
	}
	// An address that was changed inside the guest survives a reconnect.
	wish.new_mac = mac.value() != mac_;
	mac_ = mac.value();
	mac_store(wish.mac, mac_);
	return {};
}

// The MTU to set, or 0 to leave it. Like the address, it only counts if the toolstack has changed it.
// HOSTILE: any number. Less than IPv4 needs is ignored; more than can be sent is reduced to that.
u32 Vif::read_mtu()
{
	const u32 wanted = host_xenstore_read(host_, XENSTORE_OURS, "mtu", kPlainMtu);
	const u32 most = features_.sg ? kMostMtu : kPlainMtu;
	if (wanted < kLeastMtu) {
		host_log(host_, "XenStore node 'mtu' is less than 68 and is ignored");
		return 0;
	}
	const u32 mtu = wanted < most ? wanted : most;
	if (mtu == mtu_)
		return 0;
	if (mtu < wanted)
		host_log(host_, features_.sg ? "XenStore node 'mtu' is more than 65517; using 65517"
					     : "XenStore node 'mtu' is more than 1500, but the backend has "
					       "no feature-sg; using 1500");
	mtu_ = mtu;
	return mtu;
}

// Fewer queues than agreed are legal; none is an error.
Result<void> Vif::make_queues()
{
	const u32 wanted = active_;
	for (active_ = 0; active_ < wanted; active_++) {
		netfront_queue &queue = *queue_[active_];
		Result<void> made = queue.tx.connect(host_, queue.host, &shared_);
		if (made.ok())
			made = queue.rx.connect(host_, queue.host, &shared_);
		queue.events.clear();
		if (made.ok() && host_events_bind(queue.host, split_events_) < 0)
			made = Error::hypercall;
		if (!made.ok()) {
			queue.tx.disconnect();
			queue.rx.disconnect();
			if (active_ == 0)
				return made.error();
			host_log(host_, "not enough memory or grants for all queues: using fewer");
			break;
		}
		host_softirq_off();
		queue.rx.refill(true);
		host_softirq_on();
	}
	return {};
}

Result<void> Vif::advertise()
{
	const bool multi = host_xenstore_has(host_, XENSTORE_BACKEND, "multi-queue-max-queues");
	for (u32 tries = 0; tries < kTransactionTries; tries++) {
		if (host_xenstore_begin(host_) < 0)
			return Error::hypercall;
		if (multi)
			host_xenstore_write(host_, -1, "multi-queue-num-queues", active_);
		for (u32 i = 0; i < active_; i++)
			host_xenstore_write_queue(host_, queue_[i]->host,
						  active_ == 1 ? -1 : static_cast<int>(i),
						  queue_[i]->tx.ring_ref(), queue_[i]->rx.ring_ref());
		host_xenstore_write_control(host_, control_.there() ? control_.ref() : kNoRef);
		for (const char *node :
		     {"request-rx-copy", "feature-rx-notify", "feature-sg", "feature-gso-tcpv4",
		      "feature-gso-tcpv6", "feature-ipv6-csum-offload"})
			host_xenstore_write(host_, -1, node, 1);
		if (shared_.agreed_headroom)
			host_xenstore_write(host_, -1, "xdp-headroom", headroom_ = wanted_headroom());
		const int result = host_xenstore_commit(host_);
		if (result == 0)
			return {};
		if (result < 0)
			return Error::hypercall;
	}
	return Error::hypercall;
}

void Vif::connect()
{
	disconnect(); // what a backend that went silent never let go of
	if (const auto done = negotiate(); !done.ok())
		return give_up("backend does not offer feature-rx-copy", done.error());
	netdev_wish wish{};
	if (const auto done = read_address(wish); !done.ok())
		return give_up("XenStore node 'mac' is not a unicast MAC address", done.error());
	wish.mtu = read_mtu();
	if (const auto done = make_queues(); !done.ok())
		return give_up("making rings", done.error());
	make_control();
	if (const auto done = advertise(); !done.ok())
		return give_up("writing the frontend's nodes", done.error());
	wish.queues = active_;
	if (host_netdev_announce(host_, &wish) < 0)
		return give_up("registering the network device", Error::no_memory);
	set_linked(true);
	stage_ = Stage::waiting;
	host_switch_state(host_, static_cast<u32>(XenbusState::connected));
}

void Vif::give_up(const char *what, Error error)
{
	disconnect();
	stage_ = Stage::dead;
	host_fatal(host_, error_errno(error), what);
}

// Nothing moves any more, and nothing of the backend's reaches us. What it was granted still is.
void Vif::halt()
{
	host_netdev_carrier(host_, false);
	set_linked(false);
	asking_ = false;
	control_.stop();
	for (u32 i = 0; i < active_; i++)
		host_events_unbind(queue_[i]->host);
}

// Gives everything back, from any state. Packets on the rings are lost, as when a cable is pulled.
void Vif::disconnect()
{
	halt();
	forget_mapping();
	for (u32 i = 0; i < active_; i++) {
		queue_[i]->tx.disconnect();
		queue_[i]->rx.disconnect();
	}
	active_ = 0;
}
} // namespace ringway::netfront
