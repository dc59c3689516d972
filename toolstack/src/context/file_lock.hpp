// SPDX-License-Identifier: GPL-2.0-only
//
// A lock between processes, in the way of libxl: flock on a file that whoever holds the lock unlinks before
// letting go, so that what was locked must still be what the name leads to.
#pragma once

#include <filesystem>
#include "context/clock.hpp"

namespace ringway
{

// The directory of the command's own locks, made when it is not there. Nobody but root can get at a file in
// it: in /run/lock, where everybody may write, any user could hold or spoil a lock. Throws Error when it is
// somebody else's.
std::filesystem::path own_locks(const std::filesystem::path &root);

class Descriptor
{
public:
	explicit Descriptor(int fd) : fd_(fd) {}
	~Descriptor() { reset(); }
	Descriptor(const Descriptor &) = delete;
	Descriptor &operator=(const Descriptor &) = delete;
	int get() const { return fd_; }
	void reset();

private:
	int fd_;
};

// The file is there and nobody holds it: whoever did was killed.
bool is_left_behind(const std::filesystem::path &file);

class FileLock
{
public:
	// Throws Error when the file cannot be made or is a symbolic link, when the time is up, or when a
	// signal asks the command to stop.
	FileLock(Clock &clock, std::filesystem::path file, Millis timeout = Millis(30000));
	~FileLock();
	FileLock(const FileLock &) = delete;
	FileLock &operator=(const FileLock &) = delete;

private:
	std::filesystem::path file_;
	Descriptor descriptor_;
};

} // namespace ringway
