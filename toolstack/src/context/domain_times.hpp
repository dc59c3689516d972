// SPDX-License-Identifier: GPL-2.0-only
//
// CPU time as Xen accounts it. Two implementations: libxenstat (world/xen_times.hpp) and one for the tests.
#pragma once

#include <cstdint>
#include <map>

namespace ringway
{

using DomainTimes = std::map<unsigned, std::uint64_t>; // ns so far, by domain

class XenTimes
{
public:
	virtual ~XenTimes() = default;
	// Of all domains. What the hypervisor does for one, such as hypercalls, is that one's. Throws Error.
	virtual DomainTimes now() = 0;
};

} // namespace ringway
