// SPDX-License-Identifier: GPL-2.0-only
//
// libxl keeps each domain's configuration as JSON below /var/lib/xen, and xl save, migrate and reboot go by
// it: a vif that is in XenStore alone would silently be missing after the next restore. So an attach enters
// its vif there, under libxl's own lock and in the way libxl replaces the file (write a new one, rename it).
#pragma once

#include <filesystem>
#include <string>
#include "context/clock.hpp"
#include "vif/domain.hpp"
#include "vif/plan.hpp"

namespace ringway
{

// False: the domain was not made by libxl, there is nothing to enter. Throws Error when there is and it
// cannot be done.
bool remember_vif(const std::filesystem::path &root, Clock &clock, const PlanInput &input);

// It was entered too early.
bool forget_vif(const std::filesystem::path &root, Clock &clock, const Domain &domain, unsigned devid);

// The bridge of a vif that is entered there already.
bool remember_bridge(const std::filesystem::path &root, Clock &clock, const Domain &domain, unsigned devid,
		     const std::string &bridge);

} // namespace ringway
