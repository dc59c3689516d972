// SPDX-License-Identifier: GPL-2.0-only
// Who looks: dumps and statistics.
#include "settings_of.hpp"

using namespace ringway;
using namespace ringway::test;

namespace
{
// Dumps of one device after the other, each in pieces that fit.
template <typename Fill>
void fill(Fill &&what)
{
	Message message;
	const int err = what(message.skb());
	EXPECT_TRUE(err <= 0);
}

template <typename Dump>
void fill_dump(Dump &&what)
{
	fill([&](sk_buff *skb) {
		nlmsghdr header{};
		netlink_callback cb{};
		cb.nlh = &header;
		cb.skb = skb;
		return what(skb, &cb);
	});
}
} // namespace

void ringway::test::dump_fdb(World &w)
{
	with(w, "xenbr0", [](net_device *dev) {
		fill_dump([dev](sk_buff *skb, netlink_callback *cb) {
			int index = 0;
			return dev->netdev_ops->ndo_fdb_dump(skb, cb, dev, nullptr, &index);
		});
	});
}
void ringway::test::dump_mdb(World &w)
{
	with(w, "xenbr0", [](net_device *dev) {
		fill_dump([dev](sk_buff *skb, netlink_callback *cb) {
			return dev->netdev_ops->ndo_mdb_dump(dev, skb, cb);
		});
	});
}
void ringway::test::dump_links(World &w)
{
	on_bridge(w, [](brlite &bridge) {
		net_device *dev = bridge.dev;
		fill([dev](sk_buff *skb) { return dev->rtnl_link_ops->fill_info(skb, dev); });
		brlite_slave *slave;
		list_for_each_entry(slave, &bridge.slaves, list)
		{
			net_device *port = slave->port.dev;
			fill([=](sk_buff *skb) {
				return dev->rtnl_link_ops->fill_slave_info(skb, dev, port);
			});
			fill([=](sk_buff *skb) {
				return dev->netdev_ops->ndo_bridge_getlink(skb, 0, 0, port,
									   RTEXT_FILTER_BRVLAN_COMPRESSED, 0);
			});
		}
	});
}
void ringway::test::read_vlan_counters(World &w)
{
	on_bridge(w, [](brlite &bridge) {
		const rtnl_link_ops *ops = bridge.dev->rtnl_link_ops;
		const auto read = [ops](const net_device *dev, int attribute) {
			int position = 0;
			fill([&](sk_buff *skb) {
				return ops->fill_linkxstats(skb, dev, &position, attribute);
			});
		};
		read(bridge.dev, IFLA_STATS_LINK_XSTATS);
		brlite_slave *slave;
		list_for_each_entry(slave, &bridge.slaves, list)
			read(slave->port.dev, IFLA_STATS_LINK_XSTATS_SLAVE);
	});
}
// /proc/net/dev: under RCU alone.
void ringway::test::read_statistics(World &w)
{
	const ReadSide reads;
	net_device *dev = w.bridge();
	if (!dev)
		return;
	const InModule in;
	u64 before = 0;
	for (u32 i = 0; i < 2; i++) {
		rtnl_link_stats64 stats{};
		dev->netdev_ops->ndo_get_stats64(dev, &stats);
		EXPECT_GE(stats.rx_dropped, before) << "a counter goes backwards";
		before = stats.rx_dropped;
	}
}
// INVARIANT: whoever sees that a port has something finds it.
void ringway::test::look_behind_policies(World &w)
{
	const ReadSide softirq;
	for (const Vif &vif : w.vifs) {
		const brlite_port *port = __atomic_load_n(&vif.port, __ATOMIC_ACQUIRE);
		if (!port)
			continue;
		const char *name = port->dev->name;
		const auto finds = [&](u32 bit, const void *what) {
			EXPECT_TRUE(!(port->policy & bit) || what) << name;
		};
		finds(BRLITE_STORM, port->storm);
		finds(BRLITE_RULES_FROM, port->rules[BRLITE_FROM_GUEST]);
		finds(BRLITE_RULES_TO, port->rules[BRLITE_TO_GUEST]);
		finds(BRLITE_MIRROR_FROM, port->mirror[BRLITE_FROM_GUEST]);
		finds(BRLITE_MIRROR_TO, port->mirror[BRLITE_TO_GUEST]);
	}
}
void ringway::test::read_counters(World &w)
{
	with(w, "xenbr0", [](net_device *dev) {
		std::vector<u64> counters(BRLITE_COUNTERS);
		ethtool_stats stats{};
		dev->ethtool_ops->get_ethtool_stats(dev, &stats, counters.data());
		ethtool_link_ksettings settings{};
		dev->ethtool_ops->get_link_ksettings(dev, &settings);
	});
}
