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

// What the fakes say before they do anything. Those of the action itself are none.
void call();

} // namespace ringway::test
