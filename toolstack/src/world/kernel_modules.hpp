// SPDX-License-Identifier: GPL-2.0-only
//
// modprobe(8), and the driver's files below /sys.
#pragma once

#include "context/modules.hpp"

namespace ringway
{

class KernelModules : public Modules
{
public:
	void load(const std::string &name) override;
	void unload(const std::string &name) override;
	void unbind_vif(unsigned domid, unsigned devid) override;
	void bind_vif(unsigned domid, unsigned devid) override;
};

} // namespace ringway
