// SPDX-License-Identifier: GPL-2.0-only
// A host on which bridge-lite.ko is loaded: what Linux knows of it, and what it would complain about.
#pragma once
#include "bridge_module/linux/kernel.h"
#include "cpus/cpus.hpp"
#include <gtest/gtest.h>
#include <map>
#include <set>
#include <string>
#include <vector>

namespace ringway::test
{
struct Linux {
	bool rtnl = false;
	const Task *rtnl_owner = nullptr;
	struct Block {
		size_t size;
		const Task *owner; // who allocated it, and knows whether anybody else has seen it; null:
				   // others may
		bool is_array;     // which nobody shares
	};
	std::map<const void *, Block> memory; // what is allocated
	// Of each CPU that waited for a grace period: which read sides of the others have begun since.
	std::map<const Task *, std::map<const Task *, u64>> waited_for;
	std::set<work_struct *> works; // what was initialised and not freed
	std::vector<net_device *> devices;
	std::vector<net_device *> todo; // unregistered; freed when nobody refers to them
	std::vector<notifier_block *> notifiers, module_notifiers;
	rtnl_link_ops *kind = nullptr;
	bool bridge_ko = false;                           // bridge.ko is there
	bool is_administrator = true;                     // of the host, whoever asks
	bool no_memory = false;                           // for whoever may sleep
	u32 grace_periods = 0;                            // that were waited for
	u32 spinlocks = 0;                                // that were taken
	std::map<const Task *, unsigned> interrupts_off;  // of each CPU: how often, one inside the other
	std::function<void(const sk_buff &)> on_the_wire; // what a device sends
	u32 unregistering = 0;                            // devices that are not freed yet
	u32 notifying = 0;     // CPUs that tell of a module: it holds the chain's lock
	bool unloaded = false; // our module's text is gone
	u32 skbs = 0, validated = 0, came_up = 0, told = 0, logged = 0;
	std::map<const net_device *, u32> sent;
	const net_device *slow = nullptr; // where packets wait
	std::function<void()> at_grace_period;
	std::vector<sk_buff *> waiting;
	netdev_hw_addr unicast{}; // a second address of the bridge's device
	// Whoever drives ports and hears when they get another master (vifs): after it has one, or has none.
	void (*upper_changed)(net_device *dev) = nullptr;

	Linux();
	~Linux();
	Linux(const Linux &) = delete;

	net_device *make_device(const char *name, u8 last_octet);
	net_device *find(const std::string &name) const;
	void open(net_device *dev); // CONTEXT: RTNL
	void unregister(list_head *devices_of_list);
	void delete_device(net_device *dev);
	// As a NIC's driver does; puts_tag_back: or a VLAN device with reorder_hdr off.
	void receive(net_device *dev, sk_buff *skb, bool puts_tag_back = false);
	void run(work_struct &work); // if it is queued
	void notify_of_module(const char *name, unsigned long event);
	void is_published(const void *inside); // readers may find this memory from now on
};

extern Linux *os;

class Rtnl
{
public:
	Rtnl() { rtnl_lock(); }
	~Rtnl() { rtnl_unlock(); }
	Rtnl(const Rtnl &) = delete;
};

// A call into the module: it must be there, and not go meanwhile.
class InModule : CalledBack
{
	static void look() { EXPECT_FALSE(os->unloaded) << "a CPU is in the module's text, which is gone"; }

public:
	InModule() { look(); }
	~InModule() { look(); }
};
} // namespace ringway::test
