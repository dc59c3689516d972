// SPDX-License-Identifier: GPL-2.0-only
#include <gtest/gtest.h>
#include "xenstore_schema.hpp"

namespace ringway::schema
{

TEST(Schema, PathsAreBuiltFromNumbers)
{
	EXPECT_EQ(frontend::path(3, 1), "/local/domain/3/device/vif/1");
	EXPECT_EQ(backend::path(0, 3, 1), "/local/domain/0/backend/vif/3/1");
	EXPECT_EQ(record::path(3, 1), "/libxl/3/device/vif/1");
	EXPECT_EQ(queue::path(3, 1, 2), "/local/domain/3/device/vif/1/queue-2");
	EXPECT_EQ(backend_error::path(0, 3, 1), "/local/domain/0/error/backend/vif/3/1");
}

// CL-04
TEST(Schema, ValuesAreCheckedByType)
{
	EXPECT_TRUE(valid(frontend::state, "0"));
	EXPECT_TRUE(valid(frontend::state, "8"));
	for (const char *bad : {"9", "", "-1", "4 ", "0x4", "four", "04"}) {
		EXPECT_FALSE(valid(frontend::state, bad)) << bad;
	}
	EXPECT_TRUE(valid(frontend::feature_sg, "1"));
	EXPECT_FALSE(valid(frontend::feature_sg, "2"));
	EXPECT_FALSE(valid(frontend::multi_queue_num_queues, "0"));
	EXPECT_FALSE(valid(frontend::multi_queue_num_queues, "4294967296"));
	EXPECT_TRUE(valid(backend::hotplug_status, ""));
	EXPECT_TRUE(valid(backend::hotplug_status, "connected"));
	EXPECT_FALSE(valid(backend::hotplug_status, "Connected"));
	EXPECT_TRUE(valid(backend::rate, "62500,50000"));
	for (const char *bad : {"", ",", "1,", ",1", "0,50000", "1,0", "1,4294967296", "1;2", "1,2,3"}) {
		EXPECT_FALSE(valid(backend::rate, bad)) << bad;
	}
	EXPECT_TRUE(valid(frontend::mtu, "68"));
	EXPECT_FALSE(valid(frontend::mtu, "67"));
	EXPECT_TRUE(valid(frontend::mtu, "65517"));
	EXPECT_FALSE(valid(frontend::mtu, "65518"));
}

// CL-03
TEST(Schema, PathsAndNamesMeanNothingElse)
{
	EXPECT_TRUE(is_path("/local/domain/0"));
	for (const char *bad : {"", "/", "relative", "/a/../b", "/a/..", "/a//b", "/a/", "/a b", "/a\n"}) {
		EXPECT_FALSE(is_path(bad)) << bad;
	}
	for (const char *good : {"xenbr0", "vif1.0", "a", "eth0.100", "fifteen-letters"}) {
		EXPECT_TRUE(is_ifname(good)) << good;
	}
	for (const char *bad : {"", ".", "..", "a/b", "a:b", "a b", "sixteen-letters-", "a;rm", "$(x)", "-rf",
				"a%d", "a\tb", "br\xc3\xbc"}) {
		EXPECT_FALSE(is_ifname(bad)) << bad;
	}
}

// The guest can rewrite what it owns; nothing that the toolstack decides upon may be among it.
// CL-06
TEST(Schema, OnlyRootOwnsTheRecord)
{
	for (const Node *node : record::all) {
		EXPECT_EQ(node->permission, Permission::root) << node->name;
		EXPECT_EQ(node->writer, Party::toolstack) << node->name;
	}
	EXPECT_EQ(frontend::mtu.permission, Permission::guest_ro);
}

} // namespace ringway::schema
