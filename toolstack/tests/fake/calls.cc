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

} // namespace

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
