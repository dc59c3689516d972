// SPDX-License-Identifier: GPL-2.0-only
// A bridge with two guests' vifs and an uplink, and what CPUs do with it: each step with the locks that Linux
// holds.
#pragma once
#include "cpus/meetings.hpp"
#include "group_frames.hpp"
#include "linux.hpp"
extern "C" {
#include "bridge-lite/entry.h"
#include "bridge-lite/linux/state.h"
}

namespace ringway::test
{
constexpr u64 kStationA = mac_of(0x00, 0x16, 0x3e, 1, 0, 1), kStationB = mac_of(0x00, 0x16, 0x3e, 1, 0, 2);
constexpr u64 kFar = mac_of(0x00, 0x16, 0x3e, 1, 0, 9), kNobody = mac_of(0x00, 0x16, 0x3e, 1, 0, 0x77);
constexpr u64 kVirtual = mac_of(0, 0, 0x5e, 0, 1, 7); // of router 7, whichever host that is (VRRP)
constexpr u64 kEverybody = mac_of(0xff, 0xff, 0xff, 0xff, 0xff, 0xff);
constexpr u16 kTagged = 20;                              // a VLAN in which only frames with its tag are
constexpr u64 kEth0 = mac_of(0x00, 0x16, 0x3e, 0, 0, 9); // the uplink's own, and the bridge's

// What netback would be: a driver that binds its ports.
struct Vif {
	net_device *dev;
	brlite_port *port; // while bound; read in RCU read sides
	u32 delivered;
};

struct World {
	Linux linux_;
	Vif vifs[3]{}; // a, b, and one that is no port at first
	bool loaded = true;

	World();
	~World();
	// All that waits is done; what the bridge knows is true; once more a packet gets from a to b, if they
	// are there; and then all of it goes, and nothing is left.
	void come_to_rest();

	Vif &a() { return vifs[0]; }
	Vif &b() { return vifs[1]; }
	Vif &c() { return vifs[2]; }
	net_device *bridge() const { return linux_.find("xenbr0"); }

private:
	void look() const;
	void take_down();
};

extern const std::vector<Operation<World>> operations;

// --- with RTNL -----------------------------------------------------------------------------------------

// While the device of this name is there, with RTNL.
template <typename Do>
void with(World &w, const char *name, Do &&what)
{
	const Rtnl lock;
	if (net_device *dev = w.linux_.find(name))
		what(dev);
}
// While there is a bridge.
template <typename Do>
void on_bridge(World &w, Do &&what)
{
	with(w, "xenbr0", [&](net_device *dev) {
		const InModule in;
		what(*static_cast<brlite *>(netdev_priv(dev)));
	});
}
// While the device is a port of it.
template <typename Do>
void on_port(World &w, const char *name, Do &&what)
{
	on_bridge(w, [&](brlite &bridge) {
		brlite_slave *slave;
		list_for_each_entry(slave, &bridge.slaves,
				    list) if (std::string(slave->port.dev->name) == name) return what(*slave);
	});
}

void make_bridge(World &w);
net_device *add(World &w, const char *name, u8 last_octet); // a device
void join(World &w, const char *port);
void leave(World &w, const char *port);
void destroy(World &w, const char *device);
void load(World &w);
void unload(World &w);
void set_up(World &w, const char *device, bool up);
void run_work(World &w, delayed_work brlite::*which);
void run_all_work(World &w); // that is queued

// --- without -------------------------------------------------------------------------------------------

FrameBytes frame(u64 to, u64 from);
FrameBytes tagged(FrameBytes frame); // with 802.1Q's tag of VLAN kTagged
// As a NIC's driver does, if the device is there.
void receive(World &w, const char *device, const FrameBytes &bytes);
// As netback does: asks for verdicts, and acts upon them. made: what becomes of an skb before it is
// forwarded. Returns the packets that were made of all.
u32 poll(Vif &vif, const std::vector<FrameBytes> &batch, const std::function<void(sk_buff &)> &made = {});
void host_sends(World &w, const FrameBytes &bytes);
} // namespace ringway::test
