// SPDX-License-Identifier: GPL-2.0-only
#include "context/file_lock.hpp"

#include <cerrno>
#include <cstring>
#include <fcntl.h>
#include <fmt/format.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>
#include "words/error.hpp"

namespace ringway
{

namespace fs = std::filesystem;

namespace
{

constexpr Millis lock_pause{20};

bool still_there(int fd, const fs::path &file)
{
	struct stat locked {
	};
	struct stat named {
	};
	return fstat(fd, &locked) == 0 && stat(file.c_str(), &named) == 0 && locked.st_dev == named.st_dev &&
	       locked.st_ino == named.st_ino;
}

int take(Clock &clock, const fs::path &file, Millis timeout)
{
	const Deadline deadline(clock, timeout);
	for (;; clock.sleep(lock_pause)) {
		const int fd = open(file.c_str(), O_RDWR | O_CREAT | O_CLOEXEC, 0666);
		if (fd < 0) {
			throw Error(Exit::failed,
				    fmt::format("cannot open {}: {}", file.string(), std::strerror(errno)));
		}
		if (flock(fd, LOCK_EX | LOCK_NB) == 0 && still_there(fd, file)) {
			return fd;
		}
		close(fd);
		if (deadline.over() || clock.interrupted()) {
			throw Error(Exit::timeout, fmt::format("timed out waiting for {}: another command "
							       "holds the lock; try again when it is done",
							       file.string()));
		}
	}
}

} // namespace

void Descriptor::reset()
{
	if (fd_ >= 0) {
		close(fd_);
	}
	fd_ = -1;
}

FileLock::FileLock(Clock &clock, fs::path file, Millis timeout)
    : file_(std::move(file)), descriptor_(take(clock, file_, timeout))
{
}

FileLock::~FileLock()
{
	unlink(file_.c_str());
}

} // namespace ringway
