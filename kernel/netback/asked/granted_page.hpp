// SPDX-License-Identifier: GPL-2.0-only
// GrantedPage: what a guest's message names by a grant reference, copied into a page of ours. Nothing is
// mapped, so what was looked at stays what it is (XSA-155). HOSTILE: the reference: any copy may fail.
#pragma once
#include "core/grant_copy.hpp"
#include "netback/linux/host.h"

namespace ringway::netback
{
class GrantedPage
{
	const u16 domain_;
	u64 frame_ = 0;
	void *const page_;

	static bool copy(const CopyPlace &from, const CopyPlace &to, u32 bytes)
	{
		CopyBatch<1> one;
		bool failed = false;
		one.add(from, to, static_cast<u16>(bytes), 0);
		one.run([](void *ops, u32 n) { host_grant_copy(ops, n); }, [&failed](u16) { failed = true; });
		return !failed;
	}

public:
	explicit GrantedPage(u16 domain) : domain_(domain), page_(host_page_alloc(&frame_)) {}
	~GrantedPage()
	{
		if (page_)
			host_page_free(page_);
	}
	GrantedPage(const GrantedPage &) = delete;
	GrantedPage &operator=(const GrantedPage &) = delete;

	void *bytes() const { return page_; }
	// The first `bytes` of the guest's page, there or back. False: no memory, or refused. INVARIANT: at
	// least 1, at most a page.
	bool read(u32 ref, u32 bytes)
	{
		return page_ && copy({ref, domain_, 0, true}, {frame_, DOMID_SELF, 0, false}, bytes);
	}
	bool write(u32 ref, u32 bytes)
	{
		return page_ && copy({frame_, DOMID_SELF, 0, false}, {ref, domain_, 0, true}, bytes);
	}
};
} // namespace ringway::netback
