// SPDX-License-Identifier: GPL-2.0-only
//
// The kernel's modules, loaded and unloaded.
#pragma once

#include <string>

namespace ringway
{

class Modules
{
public:
	virtual ~Modules() = default;
	// Both throw Error. One that is loaded already, or not loaded, is none.
	virtual void load(const std::string &name) = 0;
	virtual void unload(const std::string &name) = 0;
	// Takes the driver from a vif of this host, which unloading waits for; gives it the one that is
	// loaded.
	virtual void unbind_vif(unsigned domid, unsigned devid) = 0;
	virtual void bind_vif(unsigned domid, unsigned devid) = 0;
};

} // namespace ringway
