// SPDX-License-Identifier: GPL-2.0-only
// What mapping_fuzz.cc is made of: what goes wrong under a message, and a guest beside what it ought to have
// mapped.
#pragma once
#include "input.hpp"
#include "netback/mapped.hpp"
#include <map>
#include <memory>

namespace ringway::fuzz
{
using namespace test;

inline constexpr u32 kQueues = 2, kPool = 48;

// What goes wrong under one message.
struct Fault {
	enum Kind { none, memory, addresses, page, one_map, one_batch, kinds } kind = none;
	u32 n = 0;

	explicit Fault(Input &in)
	{
		if (in.one_in(3)) {
			kind = static_cast<Kind>(in.below(kinds));
			n = in.below(80);
		}
		switch (kind) {
		case memory:
			host->fail_step = host->step + n % 2; // both that a message asks for
			break;
		case addresses:
			host->mapping_pages_left = n;
			break;
		case page:
			host->pages_left = 0;
			break;
		case one_map:
			host->refuse_map = [from = host->maps, this](u64 nth, u32) {
				return nth - from == n ? s16{GNTST_general_error} : s16{GNTST_okay};
			};
			break;
		case one_batch:
			host->refuse_map_batch = [from = host->map_batches, this](u64 nth) {
				return nth - from == n;
			};
			break;
		default:
			break;
		}
	}
	~Fault()
	{
		host->fail_step = ~0u;
		host->mapping_pages_left = 1 << 30;
		host->pages_left = ~0ull;
		host->refuse_map = nullptr;
		host->refuse_map_batch = nullptr;
	}
	Fault(const Fault &) = delete;

	bool stops_adding(u32 count) const
	{
		return kind == memory || kind == page ||
		       ((kind == addresses || kind == one_map) && n < count) ||
		       (kind == one_batch && n * HOST_MAPPING_BATCH < count);
	}
	// `there`: of the list, so many are in the table.
	bool stops_deleting(u32 there) const { return kind == page || (kind == memory && there); }
};

// One guest, and what it ought to have mapped.
struct Party {
	std::unique_ptr<Guest> guest;
	std::unique_ptr<Mapper> mapper;
	GrefEntries pool;                    // its buffers, every third to be read only
	std::map<u32, bool> mapped[kQueues]; // reference → may be written
	u64 paid = 0, born = 0;              // entries since so many microseconds

	void renew(u32 number)
	{
		const auto devices = guest ? guest->dev.devices : GUEST_HAS_NO_DEVICES;
		mapper.reset();
		guest.reset();
		guest = std::make_unique<Guest>(static_cast<u16>(number + 1), kQueues);
		mapper = std::make_unique<Mapper>(*guest);
		guest->dev.devices = devices;
		guest->connect();
		paid = 0;
		born = host->micros;
		pool.clear();
		while (pool.size() < kPool)
			grow();
		forget();
	}
	void grow() { pool.push_back(mapper->buffers(1, pool.size() % 3 == 0)[0]); }
	void forget()
	{
		for (auto &queue : mapped)
			queue.clear();
	}
	u32 count() const
	{
		u32 all = 0;
		for (const auto &queue : mapped)
			all += static_cast<u32>(queue.size());
		return all;
	}
	bool offered() const
	{
		return host_params.mapped_buffers && guest->dev.devices == GUEST_HAS_NO_DEVICES;
	}
	bool granted(u32 ref, bool write) const
	{
		const auto at = host->grants.find({guest->domain, ref});
		return at != host->grants.end() && !(write && at->second.read_only);
	}

	// What ADD ought to say and do, while so many more buffers may be mapped.
	u32 add(u32 queue, const GrefEntries &list, u32 left, bool fetched, const Fault &fault)
	{
		const u32 count = static_cast<u32>(list.size());
		auto next = mapped[queue];
		if (!offered())
			return kNo;
		if (next.size() + count > host_params.mapped_buffers || count > left || !fetched ||
		    fault.stops_adding(count))
			return kBad;
		for (const GrefListEntry &entry : list) {
			const bool write = !(entry.flags & XEN_NETIF_CTRLF_GREF_readonly);
			if (entry.flags & ~XEN_NETIF_CTRLF_GREF_readonly || !granted(entry.ref, write) ||
			    !next.emplace(entry.ref, write).second)
				return kBad;
		}
		mapped[queue] = next;
		return kOk;
	}

	// And DEL. The list gets the statuses that the guest is to find there.
	u32 remove(u32 queue, GrefEntries &list, bool fetched, bool read_only, const Fault &fault,
		   u32 &removed)
	{
		if (!host_params.mapped_buffers)
			return kNo;
		auto next = mapped[queue];
		GrefEntries told = list;
		for (GrefListEntry &entry : told)
			entry.status = static_cast<u16>(next.erase(entry.ref) ? kOk : kBad);
		const u32 there = static_cast<u32>(mapped[queue].size() - next.size());
		if (!fetched || fault.stops_deleting(there))
			return kBad;
		removed = there;
		mapped[queue] = next;
		if (read_only)
			return kBad;
		list = told;
		return kOk;
	}
};

} // namespace ringway::fuzz
