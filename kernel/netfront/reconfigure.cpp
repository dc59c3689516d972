// SPDX-License-Identifier: GPL-2.0-only
//
// Room for XDP, asked of the backend while packets flow.
//
//     we                                          backend
//     xdp-headroom = 256 (0 without a program)
//     Reconfiguring ─────────────────────────────► reads it
//     Connected ◄───────────────────────────────── Reconfigured
//
// Nothing waits for it: a packet that comes without room is copied (xdp_plan.hpp). Some backends stay in
// Reconfigured and answer only the first time, so an answer that does not come within kReconfigurePatience is
// taken as given.
#include "netfront/vif.hpp"
#include "netfront/xdp_plan.hpp"

namespace ringway::netfront
{
namespace
{
constexpr u32 kReconfigurePatience = 1000; // ms
} // namespace

// CONTEXT: the life mutex is taken before RTNL and never inside it, so the rest is work.
void Vif::set_xdp(bool on)
{
	shared_.xdp.store(on, std::memory_order_relaxed);
	host_reconfigure_later(host_, 0);
}

u32 Vif::wanted_headroom() const
{
	return shared_.xdp.load(std::memory_order_relaxed) ? kXdpHeadroom : 0;
}

// The node alone; connecting writes it with all others.
bool Vif::write_headroom(u32 bytes)
{
	for (u32 tries = 0; tries < kTransactionTries; tries++) {
		if (host_xenstore_begin(host_) < 0)
			return false;
		host_xenstore_write(host_, -1, "xdp-headroom", bytes);
		if (const int result = host_xenstore_commit(host_); result <= 0)
			return result == 0;
	}
	return false;
}

void Vif::ask_for_headroom()
{
	const u32 wanted = wanted_headroom();
	if (stage_ != Stage::linked || asking_ || !shared_.agreed_headroom || wanted == headroom_)
		return;
	if (!write_headroom(wanted)) {
		host_log(host_, "XenStore node 'xdp-headroom' cannot be written; packets are copied for XDP");
		return;
	}
	headroom_ = wanted;
	asking_ = true;
	host_switch_state(host_, static_cast<u32>(XenbusState::reconfiguring));
	host_reconfigure_later(host_, kReconfigurePatience);
}

// The backend has answered, or had the time to.
void Vif::reconfigured()
{
	asking_ = false;
	host_switch_state(host_, static_cast<u32>(XenbusState::connected));
	ask_for_headroom(); // a program came or went meanwhile
}

void Vif::reconfigure_later()
{
	LifeLock lock{host_};
	if (asking_)
		reconfigured();
	else
		ask_for_headroom();
}
} // namespace ringway::netfront

extern "C" void netfront_set_xdp(netfront_vif *vif, bool on)
{
	host_rtnl_assert_locked();
	vif->set_xdp(on);
}

extern "C" void netfront_reconfigure_later(netfront_vif *vif)
{
	vif->reconfigure_later();
}

extern "C" ringway::u32 netfront_xdp_longest(void)
{
	return ringway::netfront::kXdpLongest;
}
