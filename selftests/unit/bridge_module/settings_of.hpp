// SPDX-License-Identifier: GPL-2.0-only
// Settings, by the messages that programs send.
#pragma once
#include "world.hpp"
extern "C" {
#include "bridge-lite/ageing.h"
#include "bridge-lite/settings/gate.h"
#include "bridge-lite/settings/groups.h"
#include "bridge-lite/settings/vlan.h"
#include "bridge-lite/settings/vlan_counters.h"
}

namespace ringway::test
{
// A message under way.
class Message
{
	sk_buff *skb_ = linux_skb_new(0);

public:
	~Message() { kfree_skb(skb_); }
	sk_buff *skb() { return skb_; }
	nlattr *nest(int type) { return nla_nest_start(skb_, type); }
	void end(nlattr *nest) { nla_nest_end(skb_, nest); }
	template <typename T>
	nlattr *put(int type, const T &value)
	{
		nlattr *at = reinterpret_cast<nlattr *>(skb_->data + skb_->len);
		EXPECT_EQ(nla_put(skb_, type, sizeof value, &value), 0);
		return at;
	}
};

// How a message says what it is about: the kind of the port (bridge(8) does, and ringway(8)), or that of the
// device (ip(8) does). Null: not at all.
struct Kinds {
	const char *of_port = nullptr, *of_device = nullptr;
};
// A message for a port: fill(message) writes what stands in its nest. Returns what the bridge says to it.
template <typename Fill>
int change_port(World &w, const char *port, const Kinds &kinds, Fill &&fill)
{
	int err = 0;
	on_port(w, port, [&](brlite_slave &slave) {
		Message message;
		nlattr *info = message.nest(IFLA_LINKINFO);
		if (kinds.of_device)
			EXPECT_EQ(nla_put_string(message.skb(), IFLA_INFO_KIND, kinds.of_device), 0);
		if (kinds.of_port)
			EXPECT_EQ(nla_put_string(message.skb(), IFLA_INFO_SLAVE_KIND, kinds.of_port), 0);
		nlattr *data = message.nest(IFLA_INFO_SLAVE_DATA);
		fill(message);
		message.end(data);
		message.end(info);
		nlattr *tb[IFLA_MAX + 1]{};
		tb[IFLA_LINKINFO] = info;
		net_device *dev = slave.bridge->dev;
		err = dev->rtnl_link_ops->slave_changelink(dev, slave.port.dev, tb, nullptr, nullptr);
	});
	return err;
}

void change_address_of_eth0(World &w);
void bridge_ko_comes_and_goes(World &w);
void add_entry(World &w);
void delete_entry(World &w);
void flush(net_device *bridge, net_device *what);
void host_joins(World &w);
void host_has_address(World &w, u64 address, bool on); // besides the bridge's own, as by a macvlan on it
void add_member(World &w);
void delete_member(World &w);
void filter_vlans(World &w);
void give_vlan_to_b(World &w); // which then filters VLANs
void take_vlan_from_b(World &w);
void count_vlans(World &w);
void limit_a(World &w);
void limit_a_no_more(World &w);
void give_rules_to_a(World &w);
void give_other_rules_to_a(World &w);
void lock_a(World &w);
void lock_a_again(World &w);
void lock_b(World &w);
void unlock_a(World &w);
void mirror_a_to_b(World &w);
void mirror_a_to_eth0(World &w);
void isolate(World &w);
void lock_macs_of_b(World &w);
void dump_fdb(World &w);
void dump_mdb(World &w);
void dump_links(World &w);
void read_vlan_counters(World &w);
void read_statistics(World &w);
void read_counters(World &w);
void look_behind_policies(World &w);
} // namespace ringway::test
