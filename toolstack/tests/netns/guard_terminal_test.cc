// SPDX-License-Identifier: GPL-2.0-only
// A change of the network that is confirmed at a terminal, or is not.
#include "guard_test.hpp"

#include <array>
#include <pty.h>
#include <string>
#include <sys/wait.h>
#include <unistd.h>

namespace ringway::test
{

namespace
{

class GuardTerminalTest : public GuardTest
{
};

} // namespace

// At a terminal: what was typed before it asked confirms nothing, nor does any other line.
TEST_F(GuardTerminalTest, OnlyAnEmptyLineConfirmsAndOnlyOneThatWasTypedThen)
{
	guarded.seconds = 3;
	guarded.change = [this](const Say &) {
		put("state", "new");
		comes_to("typed", "yes");
	};
	int terminal = -1;
	const pid_t user = forkpty(&terminal, nullptr, nullptr, nullptr);
	if (user == 0) {
		_exit(run_guarded(guarded));
	}
	const auto type = [terminal](const std::string &line) {
		ASSERT_EQ(write(terminal, line.data(), line.size()), static_cast<ssize_t>(line.size()));
	};
	type("\n");
	put("typed", "yes");
	ASSERT_TRUE(comes_to("log", "press Enter"));
	type("no\n");
	std::string said; // read, or whoever writes to it would have to wait
	for (std::array<char, 256> buffer{};;) {
		const ssize_t got = read(terminal, buffer.data(), buffer.size());
		if (got <= 0) {
			break;
		}
		said.append(buffer.data(), static_cast<std::size_t>(got));
	}
	int status = 0;
	waitpid(user, &status, 0);
	close(terminal);
	EXPECT_EQ(WEXITSTATUS(status), 1) << said;
	EXPECT_NE(said.find("Enter alone confirms it"), std::string::npos) << said;
	EXPECT_EQ(text("state"), "old");
}

TEST_F(GuardTerminalTest, AnEmptyLineConfirms)
{
	guarded.seconds = 60;
	int terminal = -1;
	const pid_t user = forkpty(&terminal, nullptr, nullptr, nullptr);
	if (user == 0) {
		_exit(run_guarded(guarded));
	}
	std::string said;
	std::array<char, 256> buffer{};
	for (ssize_t got = 1; got > 0 && said.find("press Enter") == said.npos;) {
		got = read(terminal, buffer.data(), buffer.size());
		said.append(buffer.data(), got > 0 ? static_cast<std::size_t>(got) : 0);
	}
	usleep(200000); // what came before that line is thrown away when it is read
	ASSERT_EQ(write(terminal, "\n", 1), 1);
	while (read(terminal, buffer.data(), buffer.size()) > 0) {
	}
	int status = 0;
	waitpid(user, &status, 0);
	close(terminal);
	EXPECT_EQ(WEXITSTATUS(status), 0) << said;
	EXPECT_EQ(text("kept"), "yes");
}

} // namespace ringway::test
