// SPDX-License-Identifier: GPL-2.0-only
//
// Owners of what is granted to the backend: a shared ring page, and a private stock of grant references.
// Their destructors give both back, whatever the backend still does with the pages.
#pragma once
#include "core/types.hpp"
#include "netfront/linux/host.h"

namespace ringway::netfront
{
inline constexpr u32 kNoRef = ~0u;

// A zeroed page, granted for writing as one shared ring.
class RingLoan
{
	void *page_ = nullptr;
	u32 ref_ = kNoRef;

public:
	RingLoan() = default;
	RingLoan(const RingLoan &) = delete;
	RingLoan &operator=(const RingLoan &) = delete;
	~RingLoan() { end(); }

	bool begin(vif_host *host)
	{
		end();
		page_ = host_ring_create(host, &ref_);
		return page_ != nullptr;
	}
	void end()
	{
		if (page_)
			host_ring_destroy(page_, ref_);
		page_ = nullptr;
		ref_ = kNoRef;
	}
	void *page() const { return page_; }
	u32 ref() const { return ref_; }
};

// Grant references claimed for good while connected, so that the hot path never asks for one.
class RefStock
{
	u32 list_ = 0;
	bool stocked_ = false;

public:
	RefStock() = default;
	RefStock(const RefStock &) = delete;
	RefStock &operator=(const RefStock &) = delete;
	~RefStock() { empty(); }

	bool fill(u32 count)
	{
		empty();
		stocked_ = host_refs_alloc(count, &list_);
		return stocked_;
	}
	// INVARIANT: called at most as often as fill() was told.
	u32 take() { return host_refs_take(&list_); }
	// Gives back what was not taken.
	void empty()
	{
		if (stocked_)
			host_refs_free(list_);
		stocked_ = false;
	}
};
} // namespace ringway::netfront
