// SPDX-License-Identifier: GPL-2.0-only
//
// Each call with which the command changes something outside itself: in XenStore, in the kernel, on the disk.
// A test may do something before each.
#pragma once

#include <functional>

namespace ringway::test
{

class BeforeEachCall
{
public:
	explicit BeforeEachCall(std::function<void()> action);
	~BeforeEachCall();
	BeforeEachCall(const BeforeEachCall &) = delete;
	BeforeEachCall &operator=(const BeforeEachCall &) = delete;
};

// The so-many-th call on the disk from now on fails with this errno.
class DiskFault
{
public:
	DiskFault(int position, int error);
	~DiskFault();
	DiskFault(const DiskFault &) = delete;
	DiskFault &operator=(const DiskFault &) = delete;
	bool fired() const; // there were as many calls
};

// Before a call on the disk: the errno that it is to fail with, or 0.
int disk_call();

// What the fakes say before they do anything. Those of the action itself are none.
void call();

} // namespace ringway::test
