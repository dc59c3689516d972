// SPDX-License-Identifier: GPL-2.0-only
// A switch with this host's port and three more, and what tests ask of it.
#pragma once
#include "bridge-lite/judge/switch.hpp"
#include <gtest/gtest.h>
#include <atomic>
#include <cstring>
#include <map>
#include <memory>
#include <mutex>
#include <vector>

using namespace ringway;
using namespace ringway::brlite;

// What the switch locks, here.
struct fdb_lock {
	std::mutex mutex;
};

namespace
{
// The test's own time, and counters that lie where the port's per-CPU ones would.
struct Hosted {
	static inline std::atomic<u32> seconds{1000};
	static inline std::atomic<u64> ns{0};
	static u32 now() { return seconds; }
	static u64 nanoseconds() { return ns; }
	static void lock(fdb_lock *lock) { lock->mutex.lock(); }
	static void unlock(fdb_lock *lock) { lock->mutex.unlock(); }
	static void count(Port &port, u32 counter)
	{
		__atomic_fetch_add(&port.counters->n[counter], 1, __ATOMIC_RELAXED);
	}
	static void uncount(Port &port, u32 counter)
	{
		__atomic_fetch_sub(&port.counters->n[counter], 1, __ATOMIC_RELAXED);
	}
	static inline std::atomic<u32> told[BRLITE_NEWS] = {};
	static inline std::atomic<u64> told_mac{0};
	static void tell(Port &, brlite_news news, u64 mac)
	{
		told[news]++;
		told_mac = mac;
	}
	// What listeners would hear: the entry's key, its port's number, whether it went.
	struct Change {
		u64 key;
		u16 port;
		bool gone;
		bool operator==(const Change &) const = default;
	};
	static inline std::vector<Change> changes; // under the lock
	static void changed(Port &port, u64 key, FdbTarget target, bool gone)
	{
		EXPECT_EQ(port.index, target.port());
		changes.push_back({key, target.port(), gone});
	}
	// What came in and went out, by port and VLAN.
	struct VlanCounts {
		u32 in, in_bytes, out, out_bytes;
		bool operator==(const VlanCounts &) const = default;
	};
	static inline std::map<std::pair<const Port *, u32>, VlanCounts> by_vlan;
	static void count_vlan(Port &port, u32 vlan, brlite_direction direction, s32 packets, s32 bytes)
	{
		VlanCounts &of = by_vlan[{&port, vlan}];
		(direction == BRLITE_FROM_GUEST ? of.in : of.out) += static_cast<u32>(packets);
		(direction == BRLITE_FROM_GUEST ? of.in_bytes : of.out_bytes) += static_cast<u32>(bytes);
	}
	static void count_rule(brlite_rule_hits *hits, u32 outcome) { hits->n[outcome]++; }
};

constexpr u64 kA = mac_of(0x00, 0x16, 0x3e, 0, 0, 0x0a);
constexpr u64 kB = mac_of(0x00, 0x16, 0x3e, 0, 0, 0x0b);
constexpr u64 kHost = mac_of(0x02, 0, 0, 0, 0, 1);
constexpr u32 kMaxFrame = 1518;
constexpr u32 kReserve = 4; // for this host's and entries by hand

struct Bytes {
	u8 data[64] = {};
	Frame frame{};

	Bytes(u64 destination, u64 source, u32 length = 60, u16 flags = 0)
	{
		mac_store(data, destination);
		mac_store(data + 6, source);
		frame = {data, length, static_cast<u16>(length < sizeof data ? length : sizeof data), flags};
	}
};

class SwitchTest : public testing::Test
{
	std::unique_ptr<FdbBucket[]> buckets_;
	fdb_lock lock_;
	std::vector<std::unique_ptr<Port>> ports_;
	std::vector<std::unique_ptr<brlite_counters>> counters_;
	std::vector<std::unique_ptr<brlite_vlans>> vlans_;

protected:
	std::unique_ptr<Switch<Hosted>> made;
	Port *local = nullptr, *one = nullptr, *two = nullptr, *three = nullptr;

	void SetUp() override { make(1000); }

	void make(u32 limit, u32 reserve = kReserve)
	{
		Hosted::seconds = 1000;
		for (auto &news : Hosted::told)
			news = 0;
		made.reset();
		Hosted::changes.clear();
		Hosted::by_vlan.clear();
		buckets_.reset(new FdbBucket[Fdb::buckets_for(limit + reserve)]());
		made = std::make_unique<Switch<Hosted>>();
		made->init(buckets_.get(), limit, reserve, &lock_, {0x9e3779b97f4a7c15, 0xbf58476d1ce4e5b9});
		made->set_ageing(300);
		local = add(true);
		one = add();
		two = add();
		three = add();
		EXPECT_EQ(made->set(*local, kHost, FdbTarget::kStatic | FdbTarget::kLocal, true),
			  Error::none);
	}
	Port *add(bool is_local = false)
	{
		counters_.push_back(std::make_unique<brlite_counters>());
		ports_.push_back(std::make_unique<Port>());
		Port *port = ports_.back().get();
		port->counters = counters_.back().get();
		vlans_.push_back(std::make_unique<brlite_vlans>());
		port->vlans = vlans_.back().get();
		port->vlans->type = kEtherTypeVlan;
		port->max_frame = is_local ? ~0u : kMaxFrame;
		port->learn_limit = 100;
		EXPECT_TRUE(made->attach(*port, is_local));
		made->set_up(*port, true);
		return port;
	}
	Verdict judge(Port *in, const Bytes &bytes)
	{
		Verdict verdict;
		made->classify(*in, &bytes.frame, &verdict, 1);
		return verdict;
	}
	static unsigned long counted(const Port *port, u32 counter) { return port->counters->n[counter]; }
	std::vector<Port *> flooded(Port *in, const Bytes &bytes, u32 at_once = 16, u16 list = 0)
	{
		std::vector<Port *> all;
		Port *some[16];
		u32 cursor = 0;
		while (const u32 n = made->flood_ports(*in, bytes.frame, list, some, at_once, cursor))
			all.insert(all.end(), some, some + n);
		return all;
	}
	void expect_drop(Port *in, const Bytes &bytes, u8 reason)
	{
		const unsigned long before = counted(in, reason);
		const Verdict verdict = judge(in, bytes);
		EXPECT_EQ(verdict.action, BRLITE_DROP);
		EXPECT_EQ(verdict.reason, reason);
		EXPECT_EQ(verdict.port, nullptr);
		EXPECT_EQ(counted(in, reason), before + 1);
	}
};
} // namespace
