// SPDX-License-Identifier: GPL-2.0-only
//
// Domains' CPU time by libxenstat, which speaks one version of Xen's language for toolstacks. It is loaded
// when it is asked for, as the one of the Xen that runs: everything else that this command does works with
// any Xen.
#pragma once

#include <filesystem>
#include <memory>
#include "context/domain_times.hpp"

namespace ringway
{

class LibXenTimes : public XenTimes
{
public:
	// Throws Error (host): the library is not there, or this domain may not ask.
	explicit LibXenTimes(const std::filesystem::path &root);
	~LibXenTimes() override;

	DomainTimes now() override;

private:
	struct Library;
	std::unique_ptr<Library> library_;
};

} // namespace ringway
