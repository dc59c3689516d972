// SPDX-License-Identifier: GPL-2.0-only
//
// A lock between processes, in the way of libxl: flock on a file that whoever holds the lock unlinks before
// letting go, so that what was locked must still be what the name leads to.
#pragma once

#include <filesystem>
#include "context/clock.hpp"

namespace ringway
{

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

class FileLock
{
public:
	// Throws Error when the file cannot be made, when time is over, or when a signal asks the command to
	// stop.
	FileLock(Clock &clock, std::filesystem::path file, Millis timeout = Millis(30000));
	~FileLock();
	FileLock(const FileLock &) = delete;
	FileLock &operator=(const FileLock &) = delete;

private:
	std::filesystem::path file_;
	Descriptor descriptor_;
};

} // namespace ringway
