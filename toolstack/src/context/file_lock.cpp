// SPDX-License-Identifier: GPL-2.0-only
#include "context/file_lock.hpp"

#include <algorithm>
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

// Who waits asks again: soon, since most commands are short, then less often.
constexpr Millis first_turn_pause{10};
constexpr Millis longest_turn_pause{200};

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
	Millis pause = first_turn_pause;
	for (;; clock.sleep(pause), pause = std::min(pause * 2, longest_turn_pause)) {
		const int fd = open(file.c_str(), O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0600);
		if (fd < 0) {
			throw Error(Exit::failed,
				    fmt::format("cannot open {}: {}", file.string(), std::strerror(errno)));
		}
		const int error = flock(fd, LOCK_EX | LOCK_NB) == 0 ? 0 : errno;
		if (error == 0 && still_there(fd, file)) {
			return fd;
		}
		close(fd);
		if (error != 0 && error != EWOULDBLOCK && error != EINTR) { // nobody holds it
			throw Error(Exit::failed,
				    fmt::format("cannot lock {}: {}", file.string(), std::strerror(error)));
		}
		if (deadline.over() || clock.interrupted()) {
			throw Error(Exit::timeout, fmt::format("timed out waiting for {}: another command "
							       "holds the lock; try again when it is done",
							       file.string()));
		}
	}
}

} // namespace

fs::path own_locks(const fs::path &root)
{
	fs::path directory = root / "run/ringway";
	std::error_code ignored; // what is wrong, mkdir says
	fs::create_directories(directory.parent_path(), ignored);
	if (mkdir(directory.c_str(), S_IRWXU) != 0 && errno != EEXIST) {
		throw Error(Exit::failed,
			    fmt::format("cannot create {}: {}", directory.string(), std::strerror(errno)));
	}
	struct stat there {
	};
	if (lstat(directory.c_str(), &there) != 0 || !S_ISDIR(there.st_mode) || there.st_uid != geteuid() ||
	    (there.st_mode & (S_IRWXG | S_IRWXO)) != 0) {
		throw Error(Exit::failed,
			    fmt::format("{}: others can write or look there; remove it, and it is made anew",
					directory.string()));
	}
	return directory;
}

void Descriptor::reset()
{
	if (fd_ >= 0) {
		close(fd_);
	}
	fd_ = -1;
}

bool is_left_behind(const fs::path &file)
{
	const Descriptor opened(open(file.c_str(), O_RDWR | O_CLOEXEC | O_NOFOLLOW));
	return opened.get() >= 0 && flock(opened.get(), LOCK_EX | LOCK_NB) == 0 &&
	       still_there(opened.get(), file);
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
