// SPDX-License-Identifier: GPL-2.0-only
// gexec PTY SECONDS COMMAND: runs one line of shell in a guest over its console, where lab/guest/init
// reads commands, and prints what it printed. Exit code: the command's; 124 when time is up; 125 when
// the console cannot be used.
//
// Protocol: we send "@TOKEN SECONDS COMMAND"; the guest answers "@TOKEN begin", the output, and
// "@TOKEN end CODE", each on a line of its own. Anything outside of the two (kernel messages, what an
// earlier command left) is skipped. A lock on the pty keeps commands of one guest apart. Consoles have been
// seen to swallow a line: one that is not answered goes out again, and the guest runs no token twice.
#include <algorithm>
#include <cerrno>
#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <fcntl.h>
#include <poll.h>
#include <string>
#include <sys/file.h>
#include <termios.h>
#include <unistd.h>

namespace
{

using Clock = std::chrono::steady_clock;

constexpr int timed_out = 124;
constexpr int no_console = 125;

constexpr int again_ms = 10'000; // a line without an answer is sent again

int remaining_ms(Clock::time_point until)
{
	const auto left = std::chrono::duration_cast<std::chrono::milliseconds>(until - Clock::now()).count();
	return left > 0 ? static_cast<int>(left) : 0;
}

bool lock_until(int fd, Clock::time_point until)
{
	while (flock(fd, LOCK_EX | LOCK_NB) != 0) {
		if (remaining_ms(until) == 0)
			return false;
		usleep(20'000);
	}
	return true;
}

bool send_all(int fd, const std::string &text, Clock::time_point until)
{
	for (size_t sent = 0; sent < text.size();) {
		pollfd p{fd, POLLOUT, 0};
		if (poll(&p, 1, remaining_ms(until)) <= 0)
			return false;
		const ssize_t n = write(fd, text.data() + sent, text.size() - sent);
		if (n > 0)
			sent += n;
		else if (errno != EAGAIN && errno != EINTR)
			return false;
	}
	return true;
}

// One answer, cut into lines as it arrives.
class Answer
{
public:
	explicit Answer(const std::string &token)
	    : begin_{"@" + token + " begin"}, end_{"@" + token + " end "}
	{
	}

	// True once the end was seen.
	bool take(const char *data, size_t n)
	{
		for (size_t i = 0; i < n && code_ < 0; ++i) {
			if (data[i] == '\r')
				continue;
			if (data[i] != '\n')
				line_ += data[i];
			else
				finish_line();
		}
		return code_ >= 0;
	}
	int code() const { return code_; }
	bool begun() const { return begun_; }

private:
	void finish_line()
	{
		if (!begun_) {
			begun_ = line_.find(begin_) != std::string::npos;
		} else if (line_.starts_with(end_)) {
			code_ = atoi(line_.c_str() + end_.size());
		} else {
			// The guest ends the output with a newline of its own: an empty line waits for a
			// successor.
			if (empty_)
				putchar('\n');
			if (!(empty_ = line_.empty()))
				puts(line_.c_str());
			fflush(stdout);
		}
		line_.clear();
	}

	std::string begin_, end_, line_;
	bool begun_ = false, empty_ = false;
	int code_ = -1;
};

} // namespace

int main(int argc, char **argv)
{
	if (argc != 4 || strchr(argv[3], '\n')) {
		fprintf(stderr, "usage: gexec PTY SECONDS 'one line of shell'\n");
		return no_console;
	}
	const int seconds = atoi(argv[2]);
	// The guest stops the command itself when time is up; we wait a little longer to hear of it.
	const auto until = Clock::now() + std::chrono::seconds(seconds + 10);
	const int fd = open(argv[1], O_RDWR | O_NOCTTY | O_NONBLOCK);
	if (fd < 0) {
		fprintf(stderr, "gexec: %s: %s\n", argv[1], strerror(errno));
		return no_console;
	}
	if (!lock_until(fd, until)) {
		fprintf(stderr, "gexec: %s is held by another command\n", argv[1]);
		return timed_out;
	}
	termios t{};
	if (tcgetattr(fd, &t) == 0) {
		cfmakeraw(&t);
		tcsetattr(fd, TCSANOW, &t);
	}
	const std::string token =
		std::to_string(getpid()) + "." + std::to_string(Clock::now().time_since_epoch().count());
	Answer answer{token};
	const std::string line = "\n@" + token + " " + std::to_string(seconds) + " " + argv[3] + "\n";
	if (!send_all(fd, line, until)) {
		fprintf(stderr, "gexec: %s takes no input\n", argv[1]);
		return no_console;
	}
	for (char data[4096];;) {
		pollfd p{fd, POLLIN, 0};
		const int left = remaining_ms(until);
		if (poll(&p, 1, answer.begun() ? left : std::min(left, again_ms)) == 0) {
			if (left > again_ms && !answer.begun() && send_all(fd, line, until))
				continue;
			fprintf(stderr, "gexec: no %s within %d s: %s\n", answer.begun() ? "end" : "answer",
				seconds + 10, argv[3]);
			return timed_out;
		}
		const ssize_t n = read(fd, data, sizeof data);
		if (n > 0 ? answer.take(data, n) : false)
			return answer.code();
		if (n == 0 || (n < 0 && errno != EAGAIN && errno != EINTR)) {
			fprintf(stderr, "gexec: %s is gone\n", argv[1]);
			return no_console;
		}
	}
}
