// SPDX-License-Identifier: GPL-2.0-only
// Xen's grant copies, checked as Xen checks them.
#include "fake.hpp"

using namespace ringway;
using namespace ringway::test;

namespace
{
// One side of a copy, or null: checked in Xen's order.
u8 *side(bool granted, u64 frame, u16 domain, u16 offset, u16 len, bool write, s16 &status)
{
	if (offset + len > kPageSize) {
		ADD_FAILURE() << "a copy across a page: Xen is not there to find our mistakes";
		status = GNTST_bad_copy_arg;
		return nullptr;
	}
	if (!granted) {
		EXPECT_EQ(domain, DOMID_SELF);
		const auto at = host->frames.find(frame);
		EXPECT_NE(at, host->frames.end()) << "a frame that is not ours";
		if (at == host->frames.end()) {
			status = GNTST_bad_page;
			return nullptr;
		}
		return at->second + offset;
	}
	const auto at = host->grants.find({domain, static_cast<u32>(frame)});
	if (at == host->grants.end()) {
		status = GNTST_bad_gntref;
		return nullptr;
	}
	if (write && at->second.read_only) {
		status = GNTST_permission_denied;
		return nullptr;
	}
	return at->second.page + offset;
}

s16 copy(const gnttab_copy &op)
{
	s16 status = host->refuse ? host->refuse(host->operations, op) : GNTST_okay;
	if (status != GNTST_okay)
		return status;
	EXPECT_GT(op.len, 0u) << "an empty copy costs as much as a full one";
	const bool from_gref = op.flags & GNTCOPY_source_gref, to_gref = op.flags & GNTCOPY_dest_gref;
	const u8 *from = side(from_gref, from_gref ? op.source.u.ref : op.source.u.gmfn, op.source.domid,
			      op.source.offset, op.len, false, status);
	if (!from)
		return status;
	u8 *to = side(to_gref, to_gref ? op.dest.u.ref : op.dest.u.gmfn, op.dest.domid, op.dest.offset,
		      op.len, true, status);
	if (!to)
		return status;
	std::memmove(to, from, op.len);
	return GNTST_okay;
}
} // namespace

void host_grant_copy(void *ops, u32 count)
{
	auto *op = static_cast<gnttab_copy *>(ops);
	EXPECT_GT(count, 0u);
	host->hypercalls++;
	for (u32 i = 0; i < count; i++, host->operations++)
		op[i].status = copy(op[i]);
}
