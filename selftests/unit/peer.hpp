// SPDX-License-Identifier: GPL-2.0-only
//
// What the tests of rings need: a shared page seen the way a peer sees it, and a peer that changes it
// between any two reads.
#pragma once
#include "core/netif.hpp"
#include <cstring>
#include <functional>
#include <memory>
#include <utility>

namespace ringway::test
{
// A ring page as the other domain has it: plain memory, nothing guarded. On the heap, so that
// AddressSanitizer sees one byte too far.
class Page
{
	std::unique_ptr<u8[], decltype(&std::free)> bytes_{
		static_cast<u8 *>(std::aligned_alloc(kPageSize, kPageSize)), &std::free};

public:
	Page() { std::memset(bytes_.get(), 0, kPageSize); }
	u8 *data() { return bytes_.get(); }
	SharedRingHeader &header() { return *reinterpret_cast<SharedRingHeader *>(data()); }

	// Slot i of a ring whose slots are as large as Slot.
	template <typename Slot, typename As = Slot>
	As *slot(u32 i)
	{
		constexpr u32 n = ring_slots(sizeof(Slot));
		return reinterpret_cast<As *>(data() + sizeof(SharedRingHeader) + (i % n) * sizeof(Slot));
	}
};

// Runs `action(n)` before the n-th read (from 0) of shared memory while it lives.
class BeforeRead
{
	std::function<void(u32)> action_;
	u32 reads_ = 0;

	static void call(void *context)
	{
		auto &self = *static_cast<BeforeRead *>(context);
		const u32 nth = self.reads_++;
		if (self.action_)
			self.action_(nth);
	}

public:
	explicit BeforeRead(std::function<void(u32)> action = {}) : action_(std::move(action))
	{
		shared::before_read_context = this;
		shared::before_read = call;
	}
	~BeforeRead()
	{
		shared::before_read = nullptr;
		shared::before_read_context = nullptr;
	}
	BeforeRead(const BeforeRead &) = delete;
	BeforeRead &operator=(const BeforeRead &) = delete;

	u32 reads() const { return reads_; }
};

// Indices every ring test is run from: the start, and a little before the 32-bit wrap.
inline constexpr u32 kStarts[] = {0, 1, 255, 0xffffff00, 0xfffffff0, 0xffffffff};
} // namespace ringway::test
