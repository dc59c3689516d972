// SPDX-License-Identifier: GPL-2.0-only
// A linked vif with an XDP program, which is a function of the test's.
#pragma once
#include "linked.hpp"
#include "netfront/xdp_plan.hpp"

namespace ringway::test
{
class XdpTest : public LinkedVif
{
protected:
	XdpTest() : LinkedVif("feature-xdp-headroom") {}

	void attach(std::function<xdp_verdict(xdp_area &)> program)
	{
		k.program = std::move(program);
		set(true);
	}
	void detach() { set(false); }
	void set(bool on)
	{
		host_rtnl_lock();
		netfront_set_xdp(vif, on);
		host_rtnl_unlock();
	}
	void work()
	{
		ASSERT_GE(k.reconfigure_later, 0) << "no work waits";
		k.reconfigure_later = -1;
		netfront_reconfigure_later(vif);
	}
	// One packet as a backend sends it that was asked for room, or was not.
	void arrive(const std::vector<u8> &bytes, u32 offset = 256, u16 flags = 0, u32 per_slot = kPageSize,
		    u16 gso = 0)
	{
		b.send(bytes, flags, per_slot, gso, offset);
		b.rx.push_responses();
		poll();
		EXPECT_FALSE(k.unflushed) << "a redirect that nobody flushed";
		EXPECT_FALSE(q.tx_locked);
	}
	static xdp_verdict pass(xdp_area &) { return XDP_SAYS_PASS; }
	static xdp_verdict drop(xdp_area &) { return XDP_SAYS_DROP; }
	static xdp_verdict back(xdp_area &) { return XDP_SAYS_TX; }
	static xdp_verdict elsewhere(xdp_area &) { return XDP_SAYS_REDIRECT; }
};
} // namespace ringway::test
