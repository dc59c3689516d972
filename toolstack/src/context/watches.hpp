// SPDX-License-Identifier: GPL-2.0-only
//
// Which nodes of XenStore changed, as watches tell it. Two implementations: libxenstore (xs_store.hpp) and
// one for the tests.
#pragma once

#include <string>
#include <vector>

namespace ringway
{

class Watches
{
public:
	virtual ~Watches() = default;
	// What fired of the watches that are set, without waiting. One path may come more than once, and each
	// new watch fires once at first.
	virtual std::vector<std::string> fired() = 0;
	// Becomes readable when a watch fires; -1: there is none.
	virtual int descriptor() const = 0;
};

} // namespace ringway
