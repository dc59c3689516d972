// SPDX-License-Identifier: GPL-2.0-only
#include <fcntl.h>
#include <sys/file.h>
#include <unistd.h>
#include "context/file_lock.hpp"
#include "guest_test.hpp"

namespace ringway
{

namespace fs = std::filesystem;

class FileLockTest : public test::GuestTest
{
};

TEST_F(FileLockTest, ItsDirectoryIsRootsAlone)
{
	const fs::path directory = own_locks(world.root);
	EXPECT_EQ(directory, world.root / "run/ringway");
	EXPECT_EQ(fs::status(directory).permissions(), fs::perms::owner_all);
	EXPECT_EQ(own_locks(world.root), directory) << "it may be there already";
}

TEST_F(FileLockTest, ADirectoryOfOthersIsRefused)
{
	const fs::path directory = own_locks(world.root);
	fs::permissions(directory, fs::perms::all);
	expect_in("run/ringway", refusal([&] { own_locks(world.root); }));
	EXPECT_EQ(refused_with, Exit::failed);
	fs::remove(directory);
	fs::create_directory(world.root / "theirs");
	fs::permissions(world.root / "theirs", fs::perms::owner_all);
	fs::create_directory_symlink(world.root / "theirs", directory);
	expect_in("run/ringway", refusal([&] { own_locks(world.root); }));
	EXPECT_EQ(refused_with, Exit::failed);
}

TEST_F(FileLockTest, ASymbolicLinkIsNotFollowed)
{
	const fs::path file = own_locks(world.root) / "attach";
	fs::create_symlink(world.root / "made-through-it", file);
	expect_in("attach", refusal([&] { const FileLock lock(world.clock, file); }));
	EXPECT_FALSE(fs::exists(world.root / "made-through-it"));
}

// Everybody may write to /run/lock: what is there must not keep an attach away.
TEST_F(FileLockTest, WhatUsersHoldInRunLockDoesNotMatter)
{
	world.add_file("run/lock/ringway-attach");
	const int other = open((world.root / "run/lock/ringway-attach").c_str(), O_RDWR | O_CLOEXEC);
	ASSERT_EQ(flock(other, LOCK_EX), 0);
	EXPECT_EQ(attach_vif().text(), "vif 3.0");
	close(other);
}

} // namespace ringway
