// SPDX-License-Identifier: GPL-2.0-only
#include "world.hpp"

using namespace ringway;
using namespace ringway::test;

namespace
{
sk_buff *deliver(void *owner, sk_buff *first)
{
	auto *vif = static_cast<Vif *>(owner);
	EXPECT_TRUE(vif->dev) << "delivered to a vif that is gone";
	while (first) {
		sk_buff *next = first->next;
		vif->delivered++;
		if (os->on_the_wire)
			os->on_the_wire(*first);
		kfree_skb(first);
		first = next;
	}
	return nullptr;
}
const brlite_port_ops ops{deliver};

World *world;

// As netback hears of it.
void upper_changed(net_device *dev)
{
	for (Vif &vif : world->vifs) {
		if (vif.dev != dev)
			continue;
		const InModule in;
		if (dev->master) {
			__atomic_store_n(&vif.port, brlite_abi.bind(dev, &vif, &ops), __ATOMIC_RELEASE);
		} else if (vif.port) {
			brlite_abi.unbind(vif.port);
			__atomic_store_n(&vif.port, nullptr, __ATOMIC_RELEASE);
		}
	}
}

sk_buff *skb_of(const FrameBytes &bytes)
{
	sk_buff *skb = linux_skb_new(0);
	skb_put_data(skb, bytes.data(), static_cast<u32>(bytes.size()));
	return skb;
}
} // namespace

// --- with RTNL -----------------------------------------------------------------------------------------

void ringway::test::make_bridge(World &w)
{
	const Rtnl lock;
	if (!w.linux_.kind || w.bridge())
		return;
	net_device *dev = w.linux_.make_device("xenbr0", 100);
	dev->priv = kzalloc(w.linux_.kind->priv_size, GFP_KERNEL);
	dev->rtnl_link_ops = w.linux_.kind;
	u32 memory[2][4]{};
	const auto attribute = [&memory](int i, u32 value) {
		auto *nla = reinterpret_cast<nlattr *>(memory[i]);
		*nla = {NLA_HDRLEN + 4, 0};
		*static_cast<u32 *>(nla_data(nla)) = value;
		return nla;
	};
	nlattr *tb[IFLA_MAX + 1]{}, *data[IFLA_BRLITE_MAX + 1]{};
	data[IFLA_BRLITE_MCAST_SNOOPING] = attribute(0, 1);
	data[IFLA_BRLITE_FDB_MAX] = attribute(1, 64);
	const InModule in;
	dev->rtnl_link_ops->setup(dev);
	EXPECT_EQ(dev->rtnl_link_ops->newlink(nullptr, dev, tb, data, nullptr), 0);
}

net_device *ringway::test::add(World &w, const char *name, u8 octet)
{
	net_device *dev = w.linux_.make_device(name, octet);
	const Rtnl lock;
	ether_setup(dev);
	register_netdevice(dev);
	w.linux_.open(dev);
	return dev;
}
void ringway::test::join(World &w, const char *port)
{
	with(w, "xenbr0", [&](net_device *bridge) {
		net_device *dev = w.linux_.find(port);
		if (dev && !dev->master)
			EXPECT_EQ(bridge->netdev_ops->ndo_add_slave(bridge, dev, nullptr), 0);
	});
}
void ringway::test::leave(World &w, const char *port)
{
	with(w, port, [](net_device *dev) {
		if (dev->master)
			EXPECT_EQ(dev->master->netdev_ops->ndo_del_slave(dev->master, dev), 0);
	});
}
void ringway::test::destroy(World &w, const char *device)
{
	const Rtnl lock;
	net_device *dev = w.linux_.find(device);
	if (!dev)
		return;
	w.linux_.delete_device(dev);
	for (Vif &vif : w.vifs)
		if (vif.dev == dev)
			vif.dev = nullptr;
}
void ringway::test::load(World &w)
{
	EXPECT_EQ(linux_module_init(), 0);
	w.linux_.upper_changed = upper_changed;
}
void ringway::test::unload(World &w)
{
	if (!w.loaded)
		return;
	w.loaded = false; // for whoever would use the link kind: the module is going
	linux_module_exit();
	w.linux_.unloaded = true;
	EXPECT_TRUE(w.linux_.notifiers.empty());
	EXPECT_TRUE(w.linux_.module_notifiers.empty());
	for (const work_struct *work : w.linux_.works)
		EXPECT_FALSE(work->pending || work->running) << "work of a module that is gone";
}
void ringway::test::set_up(World &w, const char *device, bool up)
{
	with(w, device, [&](net_device *dev) { up ? w.linux_.open(dev) : dev_close(dev); });
}
void ringway::test::run_work(World &w, delayed_work brlite::*which)
{
	// A worker needs no lock: the work is there while it is queued.
	net_device *dev = w.bridge();
	if (dev && dev->priv)
		w.linux_.run((static_cast<brlite *>(dev->priv)->*which).work);
}
void ringway::test::run_all_work(World &w)
{
	for (work_struct *work : std::set(w.linux_.works))
		if (w.linux_.works.count(work))
			w.linux_.run(*work);
}

// --- without -------------------------------------------------------------------------------------------

FrameBytes ringway::test::frame(u64 to, u64 from)
{
	FrameBytes f = ethernet(to, from, 0x0800, 0);
	f.resize(60, 17);
	return f;
}
FrameBytes ringway::test::tagged(FrameBytes frame)
{
	frame.insert(frame.begin() + 2 * ETH_ALEN, {0x81, 0, 0, kTagged});
	return frame;
}
void ringway::test::receive(World &w, const char *device, const FrameBytes &bytes)
{
	const ReadSide softirq;
	net_device *dev = w.linux_.find(device);
	if (dev && dev->flags & IFF_UP)
		w.linux_.receive(dev, skb_of(bytes));
}
u32 ringway::test::poll(Vif &vif, const std::vector<FrameBytes> &batch,
			const std::function<void(sk_buff &)> &made)
{
	const ReadSide softirq;
	brlite_port *port = __atomic_load_n(&vif.port, __ATOMIC_ACQUIRE);
	if (!port)
		return 0;
	const InModule in;
	std::vector<brlite_frame> frames;
	std::vector<brlite_verdict> verdicts(batch.size());
	for (const FrameBytes &f : batch)
		frames.push_back({f.data(), static_cast<u32>(f.size()), static_cast<u16>(f.size()), 0});
	brlite_abi.classify(port, frames.data(), verdicts.data(), static_cast<u32>(batch.size()));
	std::vector<brlite_outgoing> rest;
	for (size_t i = 0; i < batch.size(); i++) {
		const brlite_verdict &verdict = verdicts[i];
		if (verdict.action == BRLITE_PORT && verdict.owner && !verdict.flags) {
			static_cast<Vif *>(verdict.owner)->delivered++; // from ring to ring
			continue;
		}
		sk_buff *skb = skb_of(batch[i]);
		skb->dev = brlite_abi.port_dev(port);
		skb_reset_mac_header(skb);
		skb->protocol = eth_hdr(skb)->h_proto;
		__skb_pull(skb, ETH_HLEN);
		if (made)
			made(*skb);
		rest.push_back({skb, &verdict});
	}
	return brlite_abi.forward(port, rest.data(), static_cast<u32>(rest.size()));
}
void ringway::test::host_sends(World &w, const FrameBytes &bytes)
{
	const ReadSide softirq;
	net_device *dev = w.bridge();
	if (!dev)
		return;
	sk_buff *skb = skb_of(bytes);
	skb->dev = dev;
	dev_queue_xmit(skb);
}

// --- the whole -----------------------------------------------------------------------------------------

World::World()
{
	world = this;
	jiffies = 1000ul * HZ;
	load(*this);
	const char *const names[] = {"vif1.0", "vif2.0", "vif3.0"};
	for (u32 i = 0; i < 3; i++)
		vifs[i].dev = add(*this, names[i], static_cast<u8>(i + 1));
	add(*this, "eth0", 9);
	make_bridge(*this);
	set_up(*this, "xenbr0", true);
	for (const char *port : {"eth0", "vif1.0", "vif2.0"})
		join(*this, port);
	poll(a(), {frame(kEverybody, kStationA)});
	poll(b(), {frame(kEverybody, kStationB)});
	receive(*this, "eth0", frame(kEverybody, kFar));
	poll(b(), {frame(kEverybody, kEverybody)}); // which is dropped, and counted
}

void World::look() const
{
	const auto &bridge = *static_cast<brlite *>(netdev_priv(this->bridge()));
	std::map<u32, u32> learned;
	brlite_fdb_entry entry;
	for (u32 at = 0; brlite_fdb_next(bridge.core, &at, &entry);) {
		const brlite_port *port = brlite_port_at(bridge.core, entry.port);
		ASSERT_TRUE(port) << "an address lives behind a port that left";
		if (entry.is_static || entry.is_extern || entry.is_sticky)
			continue;
		EXPECT_TRUE(port->up || port->gate == BRLITE_GATE_LEARNING)
			<< "an address is learned behind " << port->dev->name << ", which is down";
		EXPECT_EQ(entry.vlan != 0, bridge.vlan_filtering);
		EXPECT_FALSE(entry.vlan == kTagged && bridge.vlan_protocol != ETH_P_8021Q)
			<< "an address is learned by a tag that is none any more";
		if (bridge.vlan_filtering)
			EXPECT_TRUE(brlite_vlan_get(port, entry.vlan))
				<< "an address is learned in VLAN " << entry.vlan << ", which "
				<< port->dev->name << " left";
		learned[entry.port]++;
	}
	for (u32 index = 1; index < 8; index++)
		if (const brlite_port *port = brlite_port_at(bridge.core, index))
			EXPECT_EQ(port->learned, learned[index]) << port->dev->name;
	brlite_member member;
	for (u32 at = 0; brlite_member_next(bridge.core, &at, &member);) {
		const brlite_port *port = brlite_port_at(bridge.core, member.port);
		ASSERT_TRUE(port) << "a port that left is a member of a group";
		EXPECT_FALSE(member.vlan == kTagged && bridge.vlan_protocol != ETH_P_8021Q)
			<< "a group is joined by a tag that is none any more";
		EXPECT_TRUE(member.is_permanent || port->up)
			<< port->dev->name << " is down, and a member of a group";
	}
	for (u32 index = 1; index < 8; index++) {
		brlite_port fake_port{};
		fake_port.index = static_cast<u16>(index);
		const brlite_port *port = brlite_port_at(bridge.core, index);
		if (!port || !port->up)
			EXPECT_EQ(brlite_router_for(bridge.core, &fake_port, false), 0u)
				<< "a router is behind port " << index << ", which is down or gone";
	}
}

void World::come_to_rest()
{
	for (u32 round = 0; round < 3; round++)
		run_all_work(*this);
	if (loaded && bridge())
		look();
	take_down();
}

void World::take_down()
{
	with(*this, "eth1", [](net_device *dev) { dev->rx_handler = nullptr; });
	for (const char *name : {"vif1.0", "vif2.0", "vif3.0", "eth0", "eth1", "xenbr0.10"})
		destroy(*this, name);
	unload(*this);
	EXPECT_TRUE(linux_.memory.empty()) << linux_.memory.size() << " pieces of memory are lost";
	EXPECT_EQ(linux_.skbs, 0u) << "packets are lost";
	EXPECT_TRUE(linux_.devices.empty());
}

World::~World()
{
	take_down();
	world = nullptr;
}
