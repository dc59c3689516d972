// SPDX-License-Identifier: GPL-2.0-only
// A journal that is not there, or that hangs, is not waited for.
#include <algorithm>
#include <chrono>
#include <cstdlib>
#include <cstring>
#include <filesystem>
#include <gtest/gtest.h>
#include <sched.h>
#include <sys/mount.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <sys/wait.h>
#include <unistd.h>
#include "context/file_lock.hpp"
#include "world/sys_journal.hpp"

namespace ringway
{

class JournalSocket : public testing::Test
{
protected:
	JournalSocket() : reader_(socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC, 0))
	{
		address_.sun_family = AF_UNIX;
		std::strncpy(address_.sun_path, path_.c_str(), sizeof(address_.sun_path) - 1);
		EXPECT_EQ(bind(reader_.get(), reinterpret_cast<sockaddr *>(&address_), sizeof(address_)), 0);
	}
	~JournalSocket() override { std::filesystem::remove(path_); }
	// Until nothing goes in any more.
	void fill()
	{
		const Descriptor writer(socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0));
		while (sendto(writer.get(), "x", 1, 0, reinterpret_cast<sockaddr *>(&address_),
			      sizeof(address_)) == 1) {
		}
	}

	const std::filesystem::path path_ =
		testing::TempDir() + "ringway-journal-" + std::to_string(getpid());
	Descriptor reader_;
	sockaddr_un address_{};
};

TEST_F(JournalSocket, IsReadWhileThereIsRoom)
{
	EXPECT_TRUE(is_read(path_));
	std::filesystem::remove(path_);
	EXPECT_FALSE(is_read(path_));
	EXPECT_FALSE(is_read(std::string(200, 'x')));
}

TEST_F(JournalSocket, IsNotWaitedForWhenNobodyReads)
{
	fill();
	const auto from = std::chrono::steady_clock::now();
	EXPECT_FALSE(is_read(path_));
	EXPECT_LT(std::chrono::steady_clock::now() - from, std::chrono::seconds(2));
	char byte = 0;
	EXPECT_EQ(recv(reader_.get(), &byte, 1, 0), 1);
	EXPECT_TRUE(is_read(path_));
}

namespace
{

// In a mount namespace of its own, where the test is the journal. Exit code 0: it was told.
int told()
{
	const std::filesystem::path folder = "/run/systemd/journal";
	if (unshare(CLONE_NEWNS) != 0 || mount("none", "/", nullptr, MS_REC | MS_PRIVATE, nullptr) != 0 ||
	    mount("none", "/run", "tmpfs", 0, nullptr) != 0) {
		return 77;
	}
	std::filesystem::create_directories(folder);
	sockaddr_un address{};
	address.sun_family = AF_UNIX;
	std::strcpy(address.sun_path, (folder / "socket").c_str());
	const Descriptor reader(socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0));
	if (bind(reader.get(), reinterpret_cast<sockaddr *>(&address), sizeof(address)) != 0) {
		return 2;
	}
	setenv("SUDO_UID", "1000", 1);
	SysJournal().say({.message = "vif set web 0 isolated=on", .verb = "vif set", .domain = "web"});
	std::string text(4096, '\0');
	text.resize(static_cast<std::size_t>(
		std::max<ssize_t>(0, recv(reader.get(), text.data(), text.size(), 0))));
	for (const char *line : {"MESSAGE=vif set web 0 isolated=on\n", "SYSLOG_IDENTIFIER=ringway\n",
				 "RINGWAY_SUDO_UID=1000\n", "RINGWAY_DOMAIN=web\n", "PRIORITY=5\n"}) {
		if (text.find(line) == text.npos) {
			return 1;
		}
	}
	return 0;
}

} // namespace

TEST(SysJournal, TellsJournald)
{
	const pid_t child = fork();
	if (child == 0) {
		_exit(told());
	}
	int status = 0;
	ASSERT_EQ(waitpid(child, &status, 0), child);
	ASSERT_TRUE(WIFEXITED(status));
	if (WEXITSTATUS(status) == 77) {
		GTEST_SKIP() << "no mount namespace here";
	}
	EXPECT_EQ(WEXITSTATUS(status), 0);
}

} // namespace ringway
