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
#include <optional>
#include <poll.h>
#include <sys/file.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <termios.h>
#include <unistd.h>
#include "context/whole_file.hpp"
#include "world/sys_clock.hpp"

namespace ringway
{

namespace
{

constexpr Millis pause{100};
constexpr Millis ending_takes{120000};

// For whoever waits for it.
int ended(const GuardedChange &guarded, Exit how)
{
	std::ofstream(guarded.outcome) << static_cast<int>(how) << "\n";
	return static_cast<int>(how);
}

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
		return ended(guarded, Exit::failed);
	} catch (const std::exception &error) {
		tell(pipe, fmt::format("UNDOING FAILED: {}; try 'ringway use --undo'", error.what()));
		return ended(guarded, Exit::half_done);
	}
}

// Whether somebody confirmed it in time: that is, before nobody asks any more.
bool is_confirmed(const GuardedChange &guarded, SysClock &clock, int pipe)
{
	if (guarded.seconds == 0) {
		return true;
	}
	std::ofstream(guarded.asks) << guarded.seconds << "\n";
	tell(pipe,
	     fmt::format(
		     "press Enter within {} seconds, or type 'ringway use --confirm': otherwise it is undone",
		     guarded.seconds));
	const Deadline deadline(clock, std::chrono::seconds(guarded.seconds));
	while (!deadline.over() && !clock.interrupted() && !is_there(guarded.confirmed) &&
	       !is_there(guarded.refused)) {
		clock.sleep(pause);
	}
	std::error_code ignored;
	std::filesystem::remove(guarded.asks, ignored);
	if (is_there(guarded.refused)) {
		tell(pipe, "'ringway use --undo' asked for it: undoing");
		return false;
	}
	if (is_there(guarded.confirmed)) {
		return true;
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
	return ended(guarded, Exit::ok);
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
	int code = worker > 0 && WIFEXITED(status) ? WEXITSTATUS(status) : ended(guarded, Exit::half_done);
	if (worker > 0 && WIFSIGNALED(status)) {
		tell(pipe, "the change was killed: undoing");
		code = undo(guarded, pipe);
	}
	tell(pipe, fmt::format("\001{}", code)); // the last line
	_exit(code);
}

// A line of the user's: an empty one confirms. What was typed before anybody asked is gone. Whether the user
// can be asked again.
bool hear(const GuardedChange &guarded)
{
	std::array<char, 256> line{};
	const ssize_t got = read(STDIN_FILENO, line.data(), line.size());
	if (got <= 0) {
		return false;
	}
	if (line[0] != '\n') {
		std::printf("Enter alone confirms it; 'ringway use --undo' undoes it\n");
		std::fflush(stdout);
		return true;
	}
	std::ofstream(guarded.confirmed) << "Enter\n";
	return false;
}

// Lines of the others, in what was read of them so far; the last one is how it ended.
class Lines
{
public:
	// Whether the user is asked now, from this text on.
	bool add(std::string_view text)
	{
		bool asked = false;
		rest_.append(text);
		for (auto end = rest_.find('\n'); end != rest_.npos; end = rest_.find('\n')) {
			const std::string line = rest_.substr(0, end);
			rest_.erase(0, end + 1);
			if (line.starts_with('\001')) {
				code = std::atoi(line.c_str() + 1);
				return false;
			}
			asked |= line.starts_with("press Enter");
			std::printf("%s\n", line.c_str());
			std::fflush(stdout);
		}
		return asked;
	}
	std::optional<int> code;

private:
	std::string rest_;
};

// What the others say goes to the user, and the user's Enter to the others.
int listen(const GuardedChange &guarded, int pipe)
{
	std::array<pollfd, 2> both{{{pipe, POLLIN, 0}, {-1, POLLIN, 0}}};
	Lines lines;
	for (std::array<char, 4096> buffer{}; !lines.code;) {
		if (poll(both.data(), both.size(), -1) < 0 && errno != EINTR) {
			break;
		}
		if (both[1].fd >= 0 && both[1].revents != 0 && !hear(guarded)) {
			both[1].fd = -1;
		}
		if (both[0].revents == 0) {
			continue;
		}
		const ssize_t got = read(pipe, buffer.data(), buffer.size());
		if (got <= 0) { // whoever should have spoken was killed; the other undoes
			return static_cast<int>(wait_for_outcome(guarded.outcome, ending_takes));
		}
		if (lines.add({buffer.data(), static_cast<std::size_t>(got)}) && isatty(STDIN_FILENO) != 0) {
			tcflush(STDIN_FILENO, TCIFLUSH);
			both[1].fd = STDIN_FILENO;
		}
	}
	return lines.code.value_or(static_cast<int>(Exit::half_done));
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

Exit wait_for_outcome(const std::filesystem::path &outcome, Millis timeout)
{
	SysClock clock;
	const Deadline deadline(clock, timeout);
	while (true) {
		int code = 0;
		if (std::ifstream(outcome) >> code) {
			return static_cast<Exit>(code);
		}
		if (deadline.over()) {
			return Exit::half_done;
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
