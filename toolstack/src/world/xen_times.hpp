// SPDX-License-Identifier: GPL-2.0-only
//
// Domains' CPU time by libxenstat.
#pragma once

#include <memory>
#include "context/domain_times.hpp"

struct xenstat_handle;

namespace ringway
{

class LibXenTimes : public XenTimes
{
public:
	LibXenTimes();

	DomainTimes now() override;

private:
	struct Close {
		void operator()(xenstat_handle *handle) const;
	};
	std::unique_ptr<xenstat_handle, Close> handle_;
};

} // namespace ringway
