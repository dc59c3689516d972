// SPDX-License-Identifier: GPL-2.0-only
//
// The multicast addresses that a guest wants (source: xen/io/netif.h, "feature-multicast-control").
//
// Each address is one atomic word, so nothing is allocated, freed or half written: a reader on any CPU
// either sees an address or does not. Writers on several CPUs (a guest may send changes on all its queues at
// once) use compare-and-swap to claim a free word. The array has a fixed size, so a guest cannot make it
// grow.
//
// An address that was added twice has to be removed twice, and addresses that are not multicast take up room
// like any other. Existing backends behave the same.
//
// Cost: while the filter is off, one load per packet or batch; while it is on, a walk over the words in use
// for each multicast frame.
#pragma once
#include "core/mac.hpp"
#include <atomic>

namespace ringway
{
class MulticastList
{
public:
	static constexpr u32 kCapacity = 64;

private:
	static constexpr u64 kUsed = u64{1} << 48; // so that no address looks like a free word
	std::atomic<bool> wanted_{false};
	std::atomic<u32> end_{0}; // no word at or beyond it was ever used
	std::atomic<u64> word_[kCapacity]{};

public:
	// Has the guest asked for the filter? The list may change even while it has not.
	bool wanted() const { return wanted_.load(std::memory_order_relaxed); }
	void want(bool on) { wanted_.store(on, std::memory_order_relaxed); }

	// False: the list is full.
	bool add(u64 address)
	{
		for (u32 i = 0; i < kCapacity; i++) {
			u64 free = 0;
			if (!word_[i].compare_exchange_strong(free, address | kUsed,
							      std::memory_order_relaxed))
				continue;
			u32 end = end_.load(std::memory_order_relaxed);
			while (end <= i && !end_.compare_exchange_weak(end, i + 1, std::memory_order_relaxed))
				;
			return true;
		}
		return false;
	}

	// Removing an address that is not in the list is not an error.
	void remove(u64 address)
	{
		for (std::atomic<u64> &word : word_) {
			u64 old = address | kUsed;
			if (word.compare_exchange_strong(old, 0, std::memory_order_relaxed))
				return;
		}
	}

	bool has(u64 address) const
	{
		const u32 end = end_.load(std::memory_order_relaxed);
		for (u32 i = 0; i < end; i++)
			if (word_[i].load(std::memory_order_relaxed) == (address | kUsed))
				return true;
		return false;
	}

	// Does the filter drop a frame to this destination? Broadcasts always pass.
	// INVARIANT: only asked when wanted().
	bool refuses(u64 destination) const
	{
		return mac_is_group(destination) && destination != kMacBroadcast && !has(destination);
	}

	// For a new connection, which starts with an empty list. CONTEXT: no concurrent writer.
	void clear()
	{
		want(false);
		for (std::atomic<u64> &word : word_)
			word.store(0, std::memory_order_relaxed);
		end_.store(0, std::memory_order_relaxed);
	}
};
} // namespace ringway
