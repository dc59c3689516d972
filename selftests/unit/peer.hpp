// SPDX-License-Identifier: GPL-2.0-only
// A peer that changes the shared page between any two reads.
#pragma once
#include "ring_page.hpp"
#include <functional>
#include <utility>

namespace ringway::test
{
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
} // namespace ringway::test
