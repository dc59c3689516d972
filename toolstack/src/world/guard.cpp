// SPDX-License-Identifier: GPL-2.0-only
#include "world/guard.hpp"

#include <array>
#include <cerrno>
#include <csignal>
#include <cstring>
#include <cstdio>
#include <cstdlib>
#include <fcntl.h>
#include <fmt/format.h>
#include <fstream>
#include <poll.h>
#include <sys/file.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>
#include "context/whole_file.hpp"
#include "words/error.hpp"
#include "world/sys_clock.hpp"

namespace ringway
{

namespace
{

constexpr int undone = 1, left_half_done = 2;
constexpr Millis pause{100};

// Nobody may listen any more: that is no error.
void tell(int pipe, const std::string &line)
{
	const std::string text = line + "\n";
	[[maybe_unused]] const ssize_t ignored = write(pipe, text.data(), text.size());
	[[maybe_unused]] const ssize_t logged = write(STDERR_FILENO, text.data(), text.size());
}

int undo(const GuardedChange &guarded, int pipe)
{
	try {
		guarded.undo([pipe](const std::string &line) { tell(pipe, line); });
		guarded.finish();
		tell(pipe, "everything is as it was before");
		return undone;
	} catch (const std::exception &error) {
		tell(pipe, fmt::format("UNDOING FAILED: {}; try 'ringway use --undo'", error.what()));
		return left_half_done;
	}
}

// Whether somebody confirmed it in time.
bool is_confirmed(const GuardedChange &guarded, SysClock &clock, int pipe)
{
	if (guarded.seconds == 0) {
		return true;
	}
	tell(pipe,
	     fmt::format(
		     "press Enter within {} seconds, or type 'ringway use --confirm': otherwise it is undone",
		     guarded.seconds));
	const Deadline deadline(clock, std::chrono::seconds(guarded.seconds));
	while (!deadline.over() && !clock.interrupted()) {
		if (is_there(guarded.confirmed)) {
			return true;
		}
		if (is_there(guarded.refused)) {
			tell(pipe, "'ringway use --undo' asked for it: undoing");
			return false;
		}
		clock.sleep(pause);
	}
	tell(pipe, "nobody confirmed it: undoing");
	return false;
}

int work(const GuardedChange &guarded, int pipe)
{
	prctl(PR_SET_PDEATHSIG, SIGTERM);
	SysClock clock;
	try {
		guarded.change([pipe](const std::string &line) { tell(pipe, line); });
	} catch (const std::exception &error) {
		tell(pipe, fmt::format("failed: {}; undoing", error.what()));
		return undo(guarded, pipe);
	}
	if (!is_confirmed(guarded, clock, pipe)) {
		return undo(guarded, pipe);
	}
	try {
		guarded.keep();
	} catch (const std::exception &error) {
		tell(pipe, fmt::format("failed: {}; undoing", error.what()));
		return undo(guarded, pipe);
	}
	guarded.finish();
	tell(pipe, "done");
	return 0;
}

// How it ended. What it started, a modprobe, ends before the undoing begins: it would load the driver that
// was just unloaded.
int status_of(pid_t worker)
{
	int status = 0;
	for (;;) {
		int one = 0;
		const pid_t child = waitpid(-1, &one, 0);
		if (child < 0 && errno != EINTR) {
			return status;
		}
		status = child == worker ? one : status;
	}
}

[[noreturn]] void guard(const GuardedChange &guarded, int pipe)
{
	setsid();
	prctl(PR_SET_CHILD_SUBREAPER, 1);
	for (const int number : {SIGHUP, SIGPIPE, SIGINT, SIGTERM}) {
		std::signal(number, SIG_IGN);
	}
	const int log =
		open(guarded.log.c_str(), O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC | O_NOFOLLOW, 0600);
	const int nothing = open("/dev/null", O_RDWR | O_CLOEXEC);
	dup2(nothing, STDIN_FILENO);
	dup2(nothing, STDOUT_FILENO);
	dup2(log >= 0 ? log : nothing, STDERR_FILENO);
	const pid_t worker = fork();
	if (worker == 0) {
		std::signal(SIGPIPE, SIG_IGN);
		_exit(work(guarded, pipe));
	}
	const int status = status_of(worker);
	int code = worker > 0 && WIFEXITED(status) ? WEXITSTATUS(status) : left_half_done;
	if (worker > 0 && WIFSIGNALED(status)) {
		tell(pipe, "the change was killed: undoing");
		code = undo(guarded, pipe);
	}
	tell(pipe, fmt::format("\001{}", code)); // the last line
	_exit(code);
}

// What the others say goes to the user, and the user's Enter to the others.
int listen(const GuardedChange &guarded, int pipe)
{
	std::array<pollfd, 2> both{{{pipe, POLLIN, 0}, {STDIN_FILENO, POLLIN, 0}}};
	bool asked = false;
	std::string rest;
	for (std::array<char, 4096> buffer{};;) {
		both[1].fd = asked && isatty(STDIN_FILENO) != 0 ? STDIN_FILENO : -1;
		if (poll(both.data(), both.size(), -1) < 0 && errno != EINTR) {
			return undone;
		}
		if (both[1].fd >= 0 && both[1].revents != 0) {
			if (read(STDIN_FILENO, buffer.data(), buffer.size()) > 0) {
				std::ofstream(guarded.confirmed) << "Enter\n";
			}
			asked = false;
		}
		if (both[0].revents == 0) {
			continue;
		}
		const ssize_t got = read(pipe, buffer.data(), buffer.size());
		if (got <= 0) {
			return undone; // whoever should have spoken was killed; the other undoes
		}
		rest.append(buffer.data(), static_cast<std::size_t>(got));
		for (auto end = rest.find('\n'); end != rest.npos; end = rest.find('\n')) {
			const std::string line = rest.substr(0, end);
			rest.erase(0, end + 1);
			if (line.starts_with('\001')) {
				return std::atoi(line.c_str() + 1);
			}
			asked |= line.starts_with("press Enter");
			std::printf("%s\n", line.c_str());
			std::fflush(stdout);
		}
	}
}

} // namespace

// No process unlinks the file, so that it is the same one for all. Whoever is forked holds it as well.
ChangeLock::ChangeLock(const std::filesystem::path &file, Millis timeout)
    : descriptor_(std::make_unique<Descriptor>(
	      open(file.c_str(), O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0600)))
{
	if (descriptor_->get() < 0) {
		throw Error(Exit::failed,
			    fmt::format("cannot open {}: {}", file.string(), std::strerror(errno)));
	}
	SysClock clock;
	const Deadline deadline(clock, timeout);
	while (flock(descriptor_->get(), LOCK_EX | LOCK_NB) != 0) {
		if (deadline.over() || clock.interrupted()) {
			throw Error(Exit::conflict,
				    "another change is being made, or waits to be confirmed: 'ringway use "
				    "--confirm' or 'ringway use --undo' ends it");
		}
		clock.sleep(pause);
	}
}

int run_guarded(const GuardedChange &guarded)
{
	std::array<int, 2> ends{};
	if (pipe2(ends.data(), O_CLOEXEC) != 0) {
		throw Error(Exit::failed, "no pipe");
	}
	std::fflush(nullptr);
	const pid_t child = fork();
	if (child == 0) {
		close(ends[0]);
		guard(guarded, ends[1]);
	}
	close(ends[1]);
	if (child < 0) {
		throw Error(Exit::failed, "cannot start a process");
	}
	const int code = listen(guarded, ends[0]);
	close(ends[0]);
	return code;
}

} // namespace ringway
