// SPDX-License-Identifier: GPL-2.0-only
//
// What the command does on the disk. The linker gives us libc's calls of all that is tested (--wrap in the
// Makefile).
#include <cerrno>
#include <cstdarg>
#include <cstddef>
#include <fcntl.h>
#include <sys/stat.h>
#include "fake/calls.hpp"

namespace
{

bool fails()
{
	const int error = ringway::test::disk_call();
	errno = error != 0 ? error : errno;
	return error != 0;
}

} // namespace

// NOLINTBEGIN(bugprone-reserved-identifier)
extern "C" {

int __real_open(const char *path, int flags, ...);
int __real_rename(const char *from, const char *to);
int __real_unlink(const char *path);
int __real_mkdir(const char *path, mode_t mode);
int __real_flock(int fd, int operation);
int __real_fsync(int fd);
int __real_fchmod(int fd, mode_t mode);
ssize_t __real_write(int fd, const void *from, std::size_t size);

int __wrap_open(const char *path, int flags, ...)
{
	std::va_list rest;
	va_start(rest, flags);
	const auto mode = (flags & O_CREAT) != 0 ? va_arg(rest, mode_t) : 0;
	va_end(rest);
	return fails() ? -1 : __real_open(path, flags, mode);
}

int __wrap_rename(const char *from, const char *to)
{
	return fails() ? -1 : __real_rename(from, to);
}

int __wrap_unlink(const char *path)
{
	return fails() ? -1 : __real_unlink(path);
}

int __wrap_mkdir(const char *path, mode_t mode)
{
	return fails() ? -1 : __real_mkdir(path, mode);
}

int __wrap_flock(int fd, int operation)
{
	return fails() ? -1 : __real_flock(fd, operation);
}

int __wrap_fsync(int fd)
{
	return fails() ? -1 : __real_fsync(fd);
}

int __wrap_fchmod(int fd, mode_t mode)
{
	return fails() ? -1 : __real_fchmod(fd, mode);
}

ssize_t __wrap_write(int fd, const void *from, std::size_t size)
{
	return fails() ? -1 : __real_write(fd, from, size);
}

} // extern "C"
// NOLINTEND(bugprone-reserved-identifier)
