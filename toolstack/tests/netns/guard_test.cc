// SPDX-License-Identifier: GPL-2.0-only
// A change of the network that nobody confirms, whose command, worker or guard is killed: it is undone each
// time.
#include "guard_test.hpp"

#include <cerrno>
#include <csignal>
#include <sys/wait.h>
#include <unistd.h>
#include "words/error.hpp"

namespace ringway::test
{

TEST_F(GuardTest, WhatNobodyConfirmsIsUndone)
{
	EXPECT_EQ(run_guarded(guarded), 1);
	EXPECT_EQ(text("state"), "old");
	EXPECT_NE(text("log").find("within 1 seconds"), std::string::npos) << text("log");
	EXPECT_NE(text("log").find("nobody confirmed it: undoing"), std::string::npos) << text("log");
	EXPECT_EQ(text("finished"), "yes");
	EXPECT_EQ(text("kept"), "") << "a host that dies before it is confirmed boots as it did";
}

TEST_F(GuardTest, WhatIsConfirmedStays)
{
	guarded.seconds = 60;
	const pid_t other = fork();
	if (other == 0) {
		while (text("log").find("press Enter") == std::string::npos) {
			usleep(10000);
		}
		put("confirmed", text("kept") == "yes" ? "too soon" : "yes");
		_exit(0);
	}
	EXPECT_EQ(run_guarded(guarded), 0);
	EXPECT_EQ(text("state"), "new");
	EXPECT_EQ(text("confirmed"), "yes");
	EXPECT_EQ(text("kept"), "yes");
	waitpid(other, nullptr, 0);
}

TEST_F(GuardTest, WhatCannotBeKeptIsUndone)
{
	guarded.seconds = 0;
	guarded.keep = [] { throw Error(Exit::failed, "the disk is full"); };
	EXPECT_EQ(run_guarded(guarded), 1);
	EXPECT_EQ(text("state"), "old");
	EXPECT_NE(text("log").find("failed: the disk is full; undoing"), std::string::npos) << text("log");
}

TEST_F(GuardTest, WhatIsRefusedIsUndoneAtOnce)
{
	guarded.seconds = 3600;
	put("refused", "yes");
	EXPECT_EQ(run_guarded(guarded), 1);
	EXPECT_EQ(text("state"), "old");
	EXPECT_NE(text("log").find("'ringway use --undo' asked for it"), std::string::npos) << text("log");
}

// The lock is held as long as anybody works on the change, whoever of them is killed.
// CL-28
TEST_F(GuardTest, TwoChangesAtTheSameTimeAreOne)
{
	const fs::path file = folder / "lock";
	guarded.seconds = 3600;
	const pid_t command = fork();
	if (command == 0) {
		const ChangeLock lock(file);
		_exit(run_guarded(guarded));
	}
	ASSERT_TRUE(comes_to("log", "press Enter"));
	EXPECT_THROW(ChangeLock{file}, Error);
	kill(command, SIGKILL);
	waitpid(command, nullptr, 0);
	EXPECT_THROW(ChangeLock{file}, Error);
	put("refused", "yes");
	const ChangeLock lock(file, Millis(30000));
	EXPECT_EQ(text("state"), "old");
	EXPECT_EQ(text("finished"), "yes");
}

TEST_F(GuardTest, NobodyHasToConfirmWhereThatIsAskedFor)
{
	guarded.seconds = 0;
	EXPECT_EQ(run_guarded(guarded), 0);
	EXPECT_EQ(text("state"), "new");
}

TEST_F(GuardTest, WhatFailsIsUndone)
{
	guarded.change = [this](const Say &) {
		put("state", "half");
		throw Error(Exit::failed, "no such module");
	};
	EXPECT_EQ(run_guarded(guarded), 1);
	EXPECT_EQ(text("state"), "old");
	EXPECT_NE(text("log").find("failed: no such module; undoing"), std::string::npos) << text("log");
}

// The connection is lost, and with it the command: the change and its end do not depend on it.
TEST_F(GuardTest, WhoeverAskedMayVanish)
{
	const pid_t command = fork();
	if (command == 0) {
		_exit(run_guarded(guarded));
	}
	ASSERT_TRUE(comes_to("log", "press Enter"));
	EXPECT_EQ(text("state"), "new");
	kill(command, SIGKILL);
	waitpid(command, nullptr, 0);
	EXPECT_TRUE(comes_to("log", "everything is as it was before")) << text("log");
	EXPECT_EQ(text("state"), "old");
}

TEST_F(GuardTest, WhoeverChangesMayBeKilled)
{
	guarded.change = [this](const Say &) {
		put("state", "half");
		raise(SIGKILL);
	};
	EXPECT_EQ(run_guarded(guarded), 1);
	EXPECT_EQ(text("state"), "old");
}

// A modprobe goes on when whoever started it is killed.
TEST_F(GuardTest, WhatTheKilledOneStartedEndsBeforeItIsUndone)
{
	guarded.change = [this](const Say &) {
		if (fork() == 0) {
			usleep(500000);
			put("state", "late");
			_exit(0);
		}
		raise(SIGKILL);
	};
	EXPECT_EQ(run_guarded(guarded), 1);
	EXPECT_EQ(text("state"), "old");
}

// CL-27
TEST_F(GuardTest, WhoeverWatchesMayBeKilled)
{
	guarded.seconds = 60;
	guarded.change = [this](const Say &) {
		put("state", "new");
		kill(getppid(), SIGKILL);
	};
	EXPECT_EQ(run_guarded(guarded), 1);
	EXPECT_TRUE(comes_to("log", "everything is as it was before")) << text("log");
	EXPECT_EQ(text("state"), "old");
}

TEST_F(GuardTest, WhatCannotBeUndoneSaysWhatToDo)
{
	guarded.undo = [](const Say &) { throw Error(Exit::failed, "the bridge stays away"); };
	EXPECT_EQ(run_guarded(guarded), 7);
	EXPECT_NE(text("log").find("UNDOING FAILED: the bridge stays away; try 'ringway use --undo'"),
		  std::string::npos)
		<< text("log");
	EXPECT_EQ(text("finished"), "") << "what was before is kept";
	EXPECT_EQ(text("outcome"), "7\n");
}

// Whoever listens learns it from the one who is left.
TEST_F(GuardTest, WhatCannotBeUndoneIsSaidAlsoWhenTheGuardWasKilled)
{
	guarded.seconds = 60;
	guarded.change = [](const Say &) { kill(getppid(), SIGKILL); };
	guarded.undo = [](const Say &) {
		usleep(300000);
		throw Error(Exit::failed, "the bridge stays away");
	};
	EXPECT_EQ(run_guarded(guarded), 7);
}

TEST_F(GuardTest, ItAsksForAsLongAsItCanBeConfirmed)
{
	guarded.seconds = 60;
	guarded.change = [this](const Say &) {
		put("asked before", fs::exists(folder / "asks") ? "yes" : "no");
	};
	guarded.keep = [this] { put("asked after", fs::exists(folder / "asks") ? "yes" : "no"); };
	const pid_t other = fork();
	if (other == 0) {
		const bool asked = comes_to("asks", "60");
		put("confirmed", "yes");
		_exit(asked && wait_for_outcome(folder / "outcome", Millis(20000)) == Exit::ok ? 0 : 1);
	}
	EXPECT_EQ(run_guarded(guarded), 0);
	EXPECT_EQ(text("asked before"), "no");
	EXPECT_EQ(text("asked after"), "no");
	int status = 0;
	waitpid(other, &status, 0);
	EXPECT_EQ(status, 0) << "whoever confirmed it learns how it ended";
	EXPECT_EQ(wait_for_outcome(folder / "nothing", Millis(1)), Exit::half_done);
}

} // namespace ringway::test
