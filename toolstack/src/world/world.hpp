// SPDX-License-Identifier: GPL-2.0-only
//
// The real world behind the interfaces, opened when a command needs it.
#pragma once

#include <memory>
#include "context/context.hpp"
#include "world/nl_links.hpp"
#include "world/sys_clock.hpp"
#include "world/sys_journal.hpp"
#include "world/xs_store.hpp"

namespace ringway
{

class World
{
public:
	// Throws Error when this is no host for the command, or XenStore or the kernel cannot be reached.
	Context open();
	const Host &host() const { return host_; }
	Watches &watches() { return *store_; } // once it is open

private:
	Host host_;
	SysClock clock_;
	SysJournal journal_;
	std::unique_ptr<XsStore> store_;
	std::unique_ptr<NlLinks> links_;
};

} // namespace ringway
