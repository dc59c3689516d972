// SPDX-License-Identifier: GPL-2.0-only
// NextBuffers: a queue's table of mapped buffers in the making, and the list from which it is filled. What is
// not published is given back, and so is what was in force before.
#pragma once
#include "netback/life/queue.hpp"
#include <new>

namespace ringway::netback
{
class NextBuffers
{
public:
	host_mapping *mapping = nullptr;
	MappedBuffers *buffers = nullptr;
	u32 count = 0;

	NextBuffers() = default;
	~NextBuffers()
	{
		host_free(mapping);
		host_free(buffers);
	}
	NextBuffers(const NextBuffers &) = delete;
	NextBuffers &operator=(const NextBuffers &) = delete;

	bool room_for(u32 entries)
	{
		const u32 most = host_params.mapped_buffers;
		mapping = static_cast<host_mapping *>(host_alloc(sizeof(host_mapping) * entries));
		void *memory = mapping ? host_alloc(MappedBuffers::bytes(most)) : nullptr;
		if (memory)
			buffers = new (memory) MappedBuffers(most);
		return memory;
	}
	void append(const host_mapping &one) { mapping[count++] = one; }

	// False: a reference is there twice, or too many want the same place.
	bool fill()
	{
		return buffers->map()
			.fill(count,
			      [this](u32 i) {
				      const host_mapping &one = mapping[i];
				      return GrefEntry{one.ref, 0, false, one.writable, one.bytes};
			      })
			.ok();
	}

	// Puts itself in the queue's place, and has what was there, which nobody reads any more.
	void publish(Queue &queue)
	{
		MappedBuffers *now = count ? buffers : nullptr;
		MappedBuffers *before = queue.buffers.exchange(now, std::memory_order_acq_rel);
		if (before)
			host_grace_period();
		if (!now)
			host_free(buffers);
		buffers = before;
		host_mapping *list = queue.mapping;
		queue.mapping = mapping;
		mapping = list;
		queue.mapping_count = count;
		store_relaxed(queue.work.mapped_buffers, u64{count});
	}
};
} // namespace ringway::netback
