// SPDX-License-Identifier: GPL-2.0-only
#include "fake/calls.hpp"

#include <utility>

namespace ringway::test
{

namespace
{

std::function<void()> &action()
{
	static std::function<void()> it;
	return it;
}

// Calls until it fails, and what with.
int disk_left = 0, disk_error = 0;

} // namespace

DiskFault::DiskFault(int position, int error)
{
	disk_left = position;
	disk_error = error;
}

DiskFault::~DiskFault()
{
	disk_left = 0;
}

bool DiskFault::fired() const
{
	return disk_left <= 0;
}

int disk_call()
{
	call();
	return disk_left > 0 && --disk_left == 0 ? disk_error : 0;
}

BeforeEachCall::BeforeEachCall(std::function<void()> what)
{
	action() = std::move(what);
}

BeforeEachCall::~BeforeEachCall()
{
	action() = nullptr;
}

void call()
{
	if (action()) {
		const auto now = std::exchange(action(), nullptr);
		now();
		action() = now;
	}
}

} // namespace ringway::test
