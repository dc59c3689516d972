// SPDX-License-Identifier: GPL-2.0-only
// A shared page seen the way a peer sees it, and a ring with both its ends. For tests, fuzzers and
// benchmarks.
#pragma once
#include "core/netif.hpp"
#include <cstdlib>
#include <cstring>
#include <memory>

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

// One ring and both its ends, empty after restart().
template <typename Front, typename Back>
struct BothEnds {
	Page page;
	Front front;
	Back back;

	// From this index on. False: the back end does not take the page.
	bool restart(u32 start = 0)
	{
		std::memset(page.data(), 0, kPageSize);
		front.init(page.data(), start);
		back = {};
		return back.attach(page.data()).ok();
	}
};
using TxEnds = BothEnds<TxFrontRing, TxBackRing>;
using RxEnds = BothEnds<RxFrontRing, RxBackRing>;
using CtrlEnds = BothEnds<CtrlFrontRing, CtrlBackRing>;

// Indices every ring test is run from: the start, and a little before the 32-bit wrap.
inline constexpr u32 kStarts[] = {0, 1, 255, 0xffffff00, 0xfffffff0, 0xffffffff};
} // namespace ringway::test
