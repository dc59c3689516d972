// SPDX-License-Identifier: GPL-2.0-only
// CopyBatch: what reaches the hypervisor, and what is made of each operation's status.
#include "core/grant_copy.hpp"
#include <gtest/gtest.h>
#include <vector>

using namespace ringway;

namespace
{
// Every status a grant operation can have.
constexpr s16 kFailures[] = {GNTST_general_error,   GNTST_bad_domain,        GNTST_bad_gntref,
			     GNTST_bad_handle,      GNTST_bad_virt_addr,     GNTST_bad_dev_addr,
			     GNTST_no_device_space, GNTST_permission_denied, GNTST_bad_page,
			     GNTST_bad_copy_arg,    GNTST_address_too_big,   GNTST_eagain,
			     GNTST_no_space};

template <u32 N>
void fill(CopyBatch<N> &batch, u32 n)
{
	for (u32 i = 0; i < n; i++)
		batch.add({i, 3, 0, true}, {100 + i, DOMID_SELF, 0, false}, 64, static_cast<u16>(1000 + i));
}

TEST(CopyBatch, EmptyMakesNoHypercall)
{
	CopyBatch<4> batch;
	batch.run([](gnttab_copy *, u32) { FAIL() << "hypercall"; }, [](u16) { FAIL() << "failed"; });
	EXPECT_EQ(batch.count(), 0u);
	EXPECT_EQ(batch.room(), 4u);
}

TEST(CopyBatch, SidesAreNamedAsXenWantsThem)
{
	CopyBatch<4> batch;
	batch.add({77, 3, 12, true}, {0x123456789, DOMID_SELF, 34, false}, 56, 0); // from a guest
	batch.add({0x987654321, DOMID_SELF, 1, false}, {88, 4, 2, true}, 4096, 1); // to a guest
	batch.add({77, 3, 0, true}, {88, 4, 0, true}, 1, 2);                       // between two
	batch.run(
		[](gnttab_copy *op, u32 n) {
			ASSERT_EQ(n, 3u);
			EXPECT_EQ(op[0].source.u.ref, 77u);
			EXPECT_EQ(op[0].source.domid, 3u);
			EXPECT_EQ(op[0].source.offset, 12u);
			EXPECT_EQ(op[0].dest.u.gmfn, 0x123456789u);
			EXPECT_EQ(op[0].dest.domid, DOMID_SELF);
			EXPECT_EQ(op[0].dest.offset, 34u);
			EXPECT_EQ(op[0].len, 56u);
			EXPECT_EQ(op[0].flags, GNTCOPY_source_gref);
			EXPECT_EQ(op[1].source.u.gmfn, 0x987654321u);
			EXPECT_EQ(op[1].dest.u.ref, 88u);
			EXPECT_EQ(op[1].dest.domid, 4u);
			EXPECT_EQ(op[1].len, 4096u);
			EXPECT_EQ(op[1].flags, GNTCOPY_dest_gref);
			EXPECT_EQ(op[2].flags, GNTCOPY_source_gref | GNTCOPY_dest_gref);
			for (u32 i = 0; i < n; i++)
				op[i].status = GNTST_okay;
		},
		[](u16) { FAIL(); });
	EXPECT_EQ(batch.count(), 0u);
}

// NB-21
TEST(CopyBatch, EachFailureAtEachIndexIsReportedWithItsTagOnly)
{
	constexpr u32 n = 64;
	CopyBatch<n> batch;
	for (const s16 status : kFailures)
		for (u32 at = 0; at < n; at++) {
			fill(batch, n);
			std::vector<u16> failed;
			batch.run(
				[&](gnttab_copy *op, u32 count) {
					ASSERT_EQ(count, n);
					for (u32 i = 0; i < count; i++)
						op[i].status = i == at ? status : GNTST_okay;
				},
				[&](u16 tag) { failed.push_back(tag); });
			ASSERT_EQ(failed, std::vector<u16>{static_cast<u16>(1000 + at)}) << status;
			ASSERT_EQ(batch.count(), 0u);
		}
}

// A hypercall that gives up half way, or did nothing at all: what it did not touch has failed.
// NB-22
TEST(CopyBatch, WhatTheHypervisorDidNotReachHasFailed)
{
	CopyBatch<8> batch;
	for (u32 reached = 0; reached <= 8; reached++) {
		fill(batch, 8);
		u32 failed = 0;
		batch.run(
			[&](gnttab_copy *op, u32) {
				for (u32 i = 0; i < reached; i++)
					op[i].status = GNTST_okay;
			},
			[&](u16 tag) {
				failed++;
				EXPECT_GE(tag, 1000 + reached);
			});
		EXPECT_EQ(failed, 8 - reached);
	}
}

TEST(CopyBatch, RoomAndClear)
{
	CopyBatch<8> batch;
	fill(batch, 8);
	EXPECT_EQ(batch.room(), 0u);
	EXPECT_EQ(batch.count(), 8u);
	batch.clear();
	EXPECT_EQ(batch.room(), 8u);
	batch.run([](gnttab_copy *, u32) { FAIL(); }, [](u16) { FAIL(); });
}

// An operation slot is used again and again: nothing of its last use may stay.
TEST(CopyBatch, SlotsAreReusedCleanly)
{
	CopyBatch<1> batch;
	batch.add({0xffffffffffff, DOMID_SELF, 9, false}, {1, 2, 3, true}, 4, 5);
	batch.clear();
	batch.add({7, 2, 0, true}, {8, DOMID_SELF, 0, false}, 1, 6);
	batch.run(
		[](gnttab_copy *op, u32) {
			EXPECT_EQ(op->source.u.ref, 7u);
			EXPECT_EQ(op->dest.u.gmfn, 8u);
			EXPECT_EQ(op->flags, GNTCOPY_source_gref);
			EXPECT_EQ(op->status, GNTST_general_error);
			op->status = GNTST_okay;
		},
		[](u16) { FAIL(); });
}
} // namespace
